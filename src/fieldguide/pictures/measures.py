"""Measures of a picture's pixels: sharpness, light, contrast, colour; a few numbers a picture."""

from __future__ import annotations

MODEL_ID = "measures-1"
"""Under which the measures are cached; another way to measure needs another number."""

MEASURES: tuple[str, ...] = ("sharpness", "brightness", "contrast", "dark", "bright", "saturation")
"""Their names, in the order of the numbers."""
