"""The hold-out: pictures drawn by lot, which people label without help, to measure the model on.

Whether a picture is in the hold-out follows from its number and the question's seed alone; what it
shows and what a model thinks of it have no say. Only so does the model's share of right answers on
these pictures hold for all pictures. The order within the hold-out is drawn by lot as well, so that
those that have been labelled so far are a fair sample at any time, and raising the share adds
pictures without taking any out.

A model that is measured must not have learned from the hold-out, nor from pictures of the same
group or scene; ``stopping.rows_to_learn_from`` leaves both out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import accumulate
from math import floor

import sqlalchemy as sa

from fieldguide.records import held_out, leases
from fieldguide.records.questions import Question, QuestionSettings

_BLOCK = 4096


def place(settings: QuestionSettings, member_id: int) -> float:
    """Return a picture's place in the hold-out's order: from 0 to 1, always the same.

    It has nothing to do with the picture's place in the order in which pictures are handed out.
    """
    return _place(settings.seed, member_id)


def is_held_out(settings: QuestionSettings, member_id: int) -> bool:
    """Tell whether a picture is in the hold-out of a question with these settings."""
    return _place(settings.seed, member_id) < settings.holdout_share


def among(settings: QuestionSettings, member_ids: Iterable[int]) -> list[int]:
    """Return those of some pictures that are in the hold-out, in the hold-out's order."""
    chosen = [member for member in member_ids if is_held_out(settings, member)]
    return sorted(chosen, key=lambda member: _place(settings.seed, member))


def due(
    connection: sa.Connection,
    question: Question,
    annotator: str,
    *,
    count: int,
    coming: int,
    held: Collection[int] = (),
) -> int:
    """Compute how many of the next pictures should be from the hold-out to keep up its share.

    Args:
        connection: Reads.
        question: The question.
        annotator: Who is about to get pictures.
        count: How many she can get at most.
        coming: How many pictures she is about to get, those of the hold-out among them, beyond what
            she has answered; 0 makes up for what she was given so far and no more.
        held: Pictures that she has before her already.

    Returns:
        From 0 to ``count``. After that many, the hold-out's share of all that she was given and of
        what is coming is the one that the settings ask for, rounded down. Fewer pictures may be
        left; see ``next_ones``.
    """
    share = question.settings.holdout_share
    if share == 0:
        return 0
    answered = held_out.answered_by(connection, question.id, annotator)
    before = [*answered, *(member for member in held if member not in answered)]
    had = sum(is_held_out(question.settings, member) for member in before)
    return max(0, min(count, floor(share * (len(before) + coming)) - had))


def next_ones(
    connection: sa.Connection,
    question: Question,
    annotator: str,
    *,
    count: int,
    besides: Collection[int] = (),
) -> list[int]:
    """Return the next pictures of the hold-out that an annotator can be given, in its order.

    They are open, wait for another answer, are in nobody's hands too many, and she has neither
    answered nor skipped them. Lease them with ``records.leases.lease``.

    Args:
        connection: Reads; in the transaction that leases them.
        question: The question.
        annotator: To whom.
        count: How many at most.
        besides: Pictures that do not come into question, as those that she has before her.
    """
    if count <= 0 or question.settings.holdout_share == 0:
        return []
    found: list[int] = []
    without = set(besides)
    for part in _in_order(connection, question):
        free = leases.open_among(connection, question.id, annotator, part)
        found += [member for member in part if member in free and member not in without]
        if len(found) >= count:
            break
    return found[:count]


def fair_sample(
    settings: QuestionSettings, member_ids: Iterable[int], answered: Collection[int]
) -> list[int]:
    """Return the answered pictures of the hold-out from which all pictures can be judged.

    In a random order all of them can. Where pictures come by name or by a column, those that came
    with the others are the first by name; only the hold-out's own order, as far as it has been
    followed but for a few that are still in somebody's hands, is drawn by lot.

    Args:
        settings: Of the question.
        member_ids: All pictures that the question is asked about.
        answered: Those that people answered without help.
    """
    order = among(settings, member_ids)
    done = [member in answered for member in order]
    if settings.order != "random":
        counts = list(accumulate(done))
        whole = [n for n, count in enumerate(counts, start=1) if count >= _FOLLOWED * n]
        order = order[: max(whole, default=0)]
    return [member for member in order if member in answered]


_FOLLOWED = 0.9

_PART = 400


def _in_order(connection: sa.Connection, question: Question) -> Iterator[list[int]]:
    last = held_out.last_member(connection, question.id)
    order = _order(question.settings.seed, question.settings.holdout_share, last // _BLOCK)
    for start in range(0, len(order), _PART):
        yield list(order[start : start + _PART])


@lru_cache(maxsize=64)
def _order(seed: int, share: float, last_block: int) -> tuple[int, ...]:
    numbers = [n for block in range(last_block + 1) for n in _block(seed, share, block)]
    return tuple(sorted(numbers, key=lambda number: _place(seed, number)))


@lru_cache(maxsize=4096)
def _block(seed: int, share: float, block: int) -> tuple[int, ...]:
    numbers = range(block * _BLOCK, (block + 1) * _BLOCK)
    return tuple(number for number in numbers if _place(seed, number) < share)


def _place(seed: int, member_id: int) -> float:
    # The word keeps it apart from the queue's order, which is drawn from the same seed.
    digest = hashlib.blake2b(f"hold-out:{seed}:{member_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
