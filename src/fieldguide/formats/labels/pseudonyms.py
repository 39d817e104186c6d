"""Exports without the names of the people who answered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from fieldguide.formats.labels.as_json import dump
from fieldguide.formats.labels.record import LabelledPicture, VoteRecord


def without_names(pictures: Iterable[LabelledPicture]) -> Iterator[LabelledPicture]:
    """Call the people ``annotator-1``, ``annotator-2`` ... in the order in which they appear.

    The order of first appearance, and not a hash, because whoever can guess a name can hash it. Two
    exports of the same pictures in the same order give the same numbers; an export with another
    filter may number otherwise, so that two of them cannot be joined to find out more. A vote's key
    may hold its annotator's name, or a hash of it, so people's votes get new keys, made from what
    the export says anyway. Models and imports keep their names. The times of the answers stay:
    whoever knows who worked when can still tell people apart. Memory grows with the number of
    people only.

    Args:
        pictures: The pictures, in the order of the dataset.

    Example:
        >>> list(without_names([]))
        []
    """
    known: dict[str, str] = {}
    for picture in pictures:
        votes = tuple(
            _rename(picture.name, place, vote, known) for place, vote in enumerate(picture.votes)
        )
        yield replace(picture, votes=votes)


def _rename(picture: str, place: int, vote: VoteRecord, known: dict[str, str]) -> VoteRecord:
    if vote.kind != "person":
        return vote
    pseudonym = known.setdefault(vote.annotator, f"annotator-{len(known) + 1}")
    said = [picture, place, vote.question, pseudonym, vote.at.isoformat()]
    digest = hashlib.sha256(dump(said).encode()).hexdigest()[:32]
    return replace(vote, annotator=pseudonym, key=f"unnamed:{digest}")
