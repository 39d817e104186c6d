"""Curate: find copies, divide into parts without leaks, freeze versions."""
