"""Lists cut into pieces that fit a database's limit of parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

SIZE = 500
"""Values per statement; SQLite once allowed 999 parameters, and gains nothing beyond."""


def chunks(values: Sequence[T], size: int = SIZE) -> Iterator[Sequence[T]]:
    """Cut a list into pieces.

    Example:
        >>> [list(piece) for piece in chunks([1, 2, 3], size=2)]
        [[1, 2], [3]]
    """
    for start in range(0, len(values), size):
        yield values[start : start + size]
