"""Labelling under load: a real server, and annotators who talk to it over real connections."""
