"""The orders in which annotators can have their pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

By = Literal["queue", "class", "useful", "similar", "cluster"]
"""The question's own order, pages of one class, what a model learns most from, what looks like a
picture, and heaps of pictures that look alike."""


@dataclass(frozen=True, slots=True)
class Order:
    """The order that is asked for.

    Attributes:
        by: Its kind.
        choice_id: Of ``class``: whose page; None lets the surest come.
        picture_id: Of ``similar``: to which picture.
        cluster: Of ``cluster``: which; None lets one come that nobody has labelled yet.
    """

    by: By = "queue"
    choice_id: int | None = None
    picture_id: int | None = None
    cluster: int | None = None
