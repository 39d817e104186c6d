"""Likely label errors: labels that models of the other pictures speak against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Case, Finding, Suspect, case_key
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.wording import counted
from fieldguide.curate.confident_learning import doubt_labels

NAME = "label-errors"

LEAST_CERTAINTY = 0.5
"""A label is listed when it is estimated to be wrong rather than right."""

MOST_CERTAINTY = 0.99
"""However sure the models are, that a label is wrong is not a fact before a person has looked."""


def find(pool: Pool) -> Iterator[Finding]:
    """Find labels that are probably wrong, by confident learning on out-of-sample probabilities."""
    judged = pool.probabilities
    if judged is None:
        return
    doubts = doubt_labels(judged.labels, judged.values)
    listed = [row for row in doubts.order if doubts.certainty[row] >= LEAST_CERTAINTY]
    if not listed:
        return
    cases = []
    for row in listed:
        picture = pool.pictures[judged.rows[row]]
        suggested = judged.classes[doubts.suggested[row]]
        chance, own = judged.values[row, [doubts.suggested[row], judged.labels[row]]]
        cases.append(
            Case(
                key=case_key(NAME, picture.sha256, picture.label),
                why=f"Labelled {picture.label}; models that have not seen it give {suggested} "
                f"{chance:.1%} and {picture.label} {own:.1%}.",
                certainty=min(MOST_CERTAINTY, round(float(doubts.certainty[row]), 4)),
                suspects=(
                    Suspect(
                        picture.member_id,
                        note=str(picture.label),
                        suggested=suggested,
                        score=round(float(doubts.doubt[row]), 4),
                    ),
                ),
            )
        )
    pairs = Counter((c.suspects[0].note, str(c.suspects[0].suggested)) for c in cases)
    (given, instead), number = pairs.most_common(1)[0]
    expected = sum(case.certainty for case in cases)
    yield Finding(
        check=NAME,
        title=f"{counted(len(cases), 'label is', 'labels are')} probably wrong",
        why="Models learned from the other pictures, never from a copy, a near copy or the same "
        f"group, and say another class. Certainty is the estimated share of wrong labels among "
        f"cases like this one: about {expected:.0f} of the {len(cases):,} listed, and about "
        f"{doubts.expected_errors:.0f} of all {len(judged.labels):,} labels, which holds if the "
        "classes can be told apart by what models see. The score is the log-odds of the three "
        "likeliest other classes against the given one.",
        severity="warning",
        cases=_each_once(cases),
        actions=("relabel", "review", "trash"),
        figures={
            "expected errors among them": round(expected, 1),
            "expected errors in all": round(doubts.expected_errors, 1),
            "judged labels": len(judged.labels),
            "most often": f"{given} → {instead} ({number})",
        },
    )


def _each_once(cases: list[Case]) -> tuple[Case, ...]:
    """Join copies of one image under one label into one case."""
    joined: dict[str, Case] = {}
    for case in cases:
        known = joined.get(case.key)
        joined[case.key] = (
            case
            if known is None
            else Case(known.key, known.why, known.certainty, (*known.suspects, *case.suspects))
        )
    return tuple(joined.values())


CHECK = Check(NAME, "Labels that are probably wrong", find, needs=("classes", "probabilities"))
