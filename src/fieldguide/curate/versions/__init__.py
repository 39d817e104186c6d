"""Versions of a dataset: what they hold, how two states differ, the state at any time."""
