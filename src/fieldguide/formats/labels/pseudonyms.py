"""Exports without the names of the people who answered."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from fieldguide.formats.labels.record import LabelledPicture, VoteRecord

_UNNAMED = re.compile("unnamed:[0-9a-f]{32}")


def without_names(
    pictures: Iterable[LabelledPicture], *, secret: bytes
) -> Iterator[LabelledPicture]:
    """Call the people ``annotator-1``, ``annotator-2`` ... in the order in which they appear.

    The order of first appearance, and not a hash, because whoever can guess a name can hash it. Two
    exports of the same pictures in the same order give the same numbers; an export with another
    filter may number otherwise. A vote's key may hold its annotator's name, or a hash of it, so
    people's votes get new keys: see ``unnamed_key``. Models and imports keep their names. The times
    of the answers and the keys stay the same from export to export: whoever has two of them can
    join them, and whoever knows who worked when can still tell people apart. Memory grows with the
    number of people only.

    Args:
        pictures: The pictures, in the order of the dataset.
        secret: Known to the dataset alone; it keys the votes' keys.

    Example:
        >>> list(without_names([], secret=b"of the dataset"))
        []
    """
    known: dict[str, str] = {}
    for picture in pictures:
        yield replace(picture, votes=tuple(_rename(v, known, secret) for v in picture.votes))


def unnamed_key(key: str, secret: bytes) -> str:
    """Give the key under which a person's vote appears in exports without names.

    It is the same in every export, so that the dataset knows its own votes again, and tells nothing
    of the key that it stands for to who lacks the secret. A key that such an export gave stays.

    Args:
        key: The vote's own key.
        secret: Known to the dataset alone.

    Example:
        >>> unnamed_key(unnamed_key("ada:1", b"s"), b"t") == unnamed_key("ada:1", b"s")
        True
    """
    if is_unnamed(key):
        return key
    return f"unnamed:{hmac.new(secret, key.encode(), hashlib.sha256).hexdigest()[:32]}"


def is_unnamed(key: str) -> bool:
    """Tell whether a vote's key is one that an export without names gave."""
    return _UNNAMED.fullmatch(key) is not None


def _rename(vote: VoteRecord, known: dict[str, str], secret: bytes) -> VoteRecord:
    if vote.kind != "person":
        return vote
    pseudonym = known.setdefault(vote.annotator, f"annotator-{len(known) + 1}")
    return replace(vote, annotator=pseudonym, key=unnamed_key(vote.key, secret))
