"""A quality check: a name, a heading and a function of the pool of pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fieldguide.curate.checks.finding import Finding
from fieldguide.curate.checks.pool import Need, Pool


@dataclass(frozen=True, slots=True)
class Check:
    """A quality check.

    Attributes:
        name: What a person calls it by, such as ``"blurred"``.
        title: What it looks for, as a heading.
        find: Gives the findings among a pool's pictures; nothing when all is well, or when the pool
            lacks what the check needs.
        needs: What the pool must have for silence to mean that all is well; a report names the
            checks whose needs were not met.
    """

    name: str
    title: str
    find: Callable[[Pool], Iterable[Finding]]
    needs: tuple[Need, ...] = ()
