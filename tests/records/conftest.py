"""Records are tested on the dataset and the question that the tests of labelling have."""

from __future__ import annotations

from tests.label.conftest import site

__all__ = ["site"]
