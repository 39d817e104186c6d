"""Columns whose values go together with one class: a class that exists at one site only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scipy.stats import hypergeom

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Case, Finding, Suspect, case_key
from fieldguide.curate.checks.levels import levels_of_columns
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.units import units_of
from fieldguide.curate.checks.wording import counted, listed
from fieldguide.types import IntArray

NAME = "coverage"

LEVEL = 0.01
"""How likely a set in which columns and classes have nothing to do with each other is named."""

NEARLY_ALL = 0.9
"""Share of a class at one value, or of a value in one class, that is named."""

_MOST_SHOWN = 100
_COPY = 0.95

_WHY = (
    "For every class and every value of every column (numbers in up to five ranges of equal "
    f"counts) it is asked whether at least {NEARLY_ALL:.0%} of the class have the value, or of the "
    "value the class, while this is not so of the other classes or values, and whether chance "
    "could have done it: Fisher's exact test over groups and scenes, not pictures, divided by the "
    f"number of questions asked (Bonferroni, {LEVEL:.0%} for the whole dataset). Where a class "
    "exists at one site only, a model may learn the site. Collect the class elsewhere and other "
    "classes there, divide by the column, and leave the column out of training. If the column "
    "records the class itself, or follows from it, all is well: dismiss it. Certainty is 1 less "
    "the corrected probability of chance."
)


@dataclass(frozen=True, slots=True)
class _Tie:
    """A class and a value that go together."""

    label: str
    value: str
    probability: float
    share_of_class: float
    share_of_value: float
    class_size: int
    value_size: int

    def __str__(self) -> str:
        if self.share_of_class >= NEARLY_ALL:
            return (
                f"{self.share_of_class:.0%} of {self.label!r} ({self.class_size:,} independent "
                f"pictures) have the value {self.value}"
            )
        return (
            f"{self.share_of_value:.0%} of those with the value {self.value} ({self.value_size:,} "
            f"independent pictures) are {self.label!r}"
        )


def find(pool: Pool) -> Iterator[Finding]:
    """Find columns that tell a class."""
    columns = levels_of_columns(pool)
    units = units_of(pool)
    questions, ties = 0, {}
    for column, levels in columns.items():
        asked, found = _ties(pool, levels, units)
        questions += asked
        ties[column] = found
    cases = []
    for column, found in ties.items():
        sure = [tie for tie in found if tie.probability * questions < LEVEL]
        if sure:
            cases.append(_case(pool, column, columns[column], sure, questions))
    if cases:
        yield Finding(
            check=NAME,
            title=f"{counted(len(cases), 'column goes', 'columns go')} together with the class",
            why=_WHY,
            severity="warning",
            cases=tuple(sorted(cases, key=lambda case: -case.certainty)),
            actions=("review",),
            figures={"columns": len(columns), "questions": questions, "named": len(cases)},
        )


def _ties(pool: Pool, levels: Sequence[str | None], units: IntArray) -> tuple[int, list[_Tie]]:
    """Return how many questions were asked of a column, and the ties that are strong enough."""
    # A group that has one class and one value is one observation, however many its pictures.
    seen = {
        (int(unit), str(picture.label), level)
        for unit, picture, level in zip(units, pool.pictures, levels, strict=True)
        if picture.label is not None and level is not None
    }
    pairs = Counter((label, level) for _, label, level in seen)
    of_class = Counter(label for _, label, _ in seen)
    of_value = Counter(level for _, _, level in seen)
    if len(of_class) < 2 or len(of_value) < 2:
        return 0, []
    total = len(seen)
    found = []
    for (label, value), both in pairs.items():
        n, m = of_class[label], of_value[value]
        rest_of_class = (m - both) / (total - n)
        rest_of_value = (n - both) / (total - m)
        # Twice as common as among the others at least: what nearly all have tells nothing.
        only = both / n >= NEARLY_ALL and rest_of_class <= both / n / 2
        pure = both / m >= NEARLY_ALL and rest_of_value <= both / m / 2
        if only or pure:
            chance = float(hypergeom.sf(both - 1, total, n, m))
            found.append(_Tie(label, value, chance, both / n, both / m, n, m))
    return len(of_class) * len(of_value), found


def _case(
    pool: Pool, column: str, levels: Sequence[str | None], sure: Sequence[_Tie], questions: int
) -> Case:
    ordered = sorted(sure, key=lambda tie: tie.probability)
    told = listed([str(tie) for tie in ordered], most=3)
    concerned = {(tie.label, tie.value) for tie in ordered}
    suspects = [
        Suspect(picture.member_id)
        for picture, level in zip(pool.pictures, levels, strict=True)
        if (picture.label, level) in concerned
    ]
    more = f" The first {_MOST_SHOWN} pictures are shown." if len(suspects) > _MOST_SHOWN else ""
    return Case(
        key=case_key(NAME, column, *sorted({tie.label for tie in ordered})),
        why=f"{column!r}: {told}.{_copy_of_the_class(pool, levels)}{more}",
        certainty=1.0 - min(1.0, ordered[0].probability * questions),
        suspects=tuple(suspects[:_MOST_SHOWN]),
    )


def _copy_of_the_class(pool: Pool, levels: Sequence[str | None]) -> str:
    """Say so when a column is the class under another name."""
    pairs = Counter(
        (picture.label, level)
        for picture, level in zip(pool.pictures, levels, strict=True)
        if picture.label is not None and level is not None
    )
    partner: dict[str, tuple[int, str]] = {}
    for (label, level), count in pairs.items():
        partner[label] = max(partner.get(label, (0, "")), (count, level))
    apart = len({level for _, level in partner.values()}) == len(partner)
    if apart and sum(count for count, _ in partner.values()) >= _COPY * pairs.total():
        return " It says the class itself, in other words."
    return ""


CHECK = Check(NAME, "Columns that go together with a class", find, needs=("classes", "columns"))
