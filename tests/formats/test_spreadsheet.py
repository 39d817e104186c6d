from __future__ import annotations

import pytest

from fieldguide.formats.spreadsheet import as_text


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_formulas_become_text(cell: str) -> None:
    assert as_text(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "oak.jpg", "a=1", " =1", "'=1"])
def test_all_else_stays(cell: str) -> None:
    assert as_text(cell) == cell
