"""Collect: bring pictures into a dataset, each file to a named outcome."""
