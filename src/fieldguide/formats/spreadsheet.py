"""Cells that a spreadsheet takes for text."""

from __future__ import annotations

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_text(cell: str) -> str:
    """Mark a cell that a spreadsheet would run as a formula as text, with an apostrophe.

    Source: https://owasp.org/www-community/attacks/CSV_Injection

    Example:
        >>> as_text("=1+1"), as_text("oak.jpg")
        ("'=1+1", 'oak.jpg')
    """
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
