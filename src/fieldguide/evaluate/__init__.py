"""Evaluate: what a model is worth, measured on pictures it has not seen."""
