"""The report's pictures, embedded so that the file needs nothing beside itself."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from fieldguide.evaluate.record import ClassCount

_MOST_EXAMPLES = 240
_ROWS_OF_EXAMPLES = (6, 3)


class Pictures:
    """Thumbnails by the hash of their picture; each is asked for once.

    Args:
        thumbnail: Gives the JPEG bytes of a picture's thumbnail, or None when it is gone.
    """

    def __init__(self, thumbnail: Callable[[str], bytes | None]) -> None:
        self._thumbnail = thumbnail
        self._addresses: dict[str, str | None] = {}

    def address(self, sha256: str) -> str | None:
        """Return a thumbnail as a data URI, or None when the picture is gone."""
        if sha256 not in self._addresses:
            found = self._thumbnail(sha256)
            self._addresses[sha256] = (
                f"data:image/jpeg;base64,{base64.b64encode(found).decode('ascii')}"
                if found
                else None
            )
        return self._addresses[sha256]


@dataclass(frozen=True, slots=True)
class ClassExamples:
    """A class with the pictures that show it."""

    figures: ClassCount
    shown: list[str]


def examples(classes: Sequence[ClassCount]) -> list[ClassExamples]:
    """Choose the pictures that show each class, at most 240 in all, so that the file stays small.

    Args:
        classes: The classes with their examples.

    Returns:
        The classes that have something to show, each with its first distinct examples.
    """
    each = next((row for row in _ROWS_OF_EXAMPLES if row * len(classes) <= _MOST_EXAMPLES), 1)
    shown = [
        ClassExamples(figures=figures, shown=distinct(figures["examples"])[:each])
        for figures in classes[:_MOST_EXAMPLES]
    ]
    return [example for example in shown if example.shown]


def distinct(hashes: Iterable[str]) -> list[str]:
    """Drop repeated hashes, keeping the order."""
    return list(dict.fromkeys(hashes))
