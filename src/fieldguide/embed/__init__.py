"""Embed: turn pictures into vectors with a backbone, once each."""
