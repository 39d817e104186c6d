"""What was found in the blocks of a file's metadata, gathered from all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "place",
    "serial_number",
    "owner",
    "remark",
    "thumbnail",
    "second_picture",
    "leftover",
]
"""What a block can give away; the meaning of each stands at ``FileFacts``."""

_LONGEST_TIME = 100


@dataclass(slots=True)
class Details:
    """Gathers what the blocks of one file give away.

    Attributes:
        kinds: What was found.
        time: The time of taking, from the first block that has one.
    """

    kinds: set[Kind] = field(default_factory=set)
    time: str | None = None

    def note_time(self, text: str) -> None:
        """Keep a time of taking as it is written, unless one is known already."""
        words = " ".join(text.replace("\0", " ").split())
        if self.time is None and words:
            self.time = words[:_LONGEST_TIME]
