"""From figures to findings: which pictures stand out, and which are just how the set is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldguide.curate.checks.finding import Action, Case, Finding, Severity, Suspect, case_key
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.wording import counted
from fieldguide.types import FloatArray

USUAL = 1 / 3
"""What more than this share of all pictures show is no fault of single pictures."""

_FEWEST_OF_A_CLASS = 5

HOW_CERTAIN = "Certainty runs from 0.5 at the limit to 1 where nothing could be worse."


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that a picture has by itself.

    Attributes:
        check: Name of the check.
        one: What a picture with it is called: "blurred picture".
        many: The same in the plural.
        why: How it is found and what it does to results.
        severity: How bad it is.
        usual: What it means, and what to do, when most pictures are so, as a sentence; None keeps
            quiet then, for what is natural in a whole set.
        actions: What can be done about a picture.
    """

    check: str
    one: str
    many: str
    why: str
    severity: Severity = "warning"
    usual: str | None = None
    actions: tuple[Action, ...] = ("trash", "review")


def report(
    pool: Pool,
    fault: Fault,
    crossing: npt.NDArray[np.bool_],
    *,
    certainty: FloatArray,
    score: npt.NDArray[np.floating],
    reason: Callable[[int], str],
    per_class: bool = True,
) -> Iterator[Finding]:
    """Give the finding about pictures beyond a limit.

    When more than a third of the set are beyond it, the set is so: one case about the dataset, or
    none. Where most pictures of a class are beyond it, the class is so, and its pictures are left
    out: night scenes are dark.

    Args:
        pool: The pictures.
        fault: What is wrong with those beyond the limit.
        crossing: ``(n,)`` whether each picture is beyond it.
        certainty: ``(n,)`` in [0, 1].
        score: ``(n,)`` the figure by which it was found.
        reason: Gives one sentence about the picture at a position.
        per_class: Whether a whole class may be so.
    """
    count, n = int(crossing.sum()), len(crossing)
    if not count:
        return
    figures = {"pictures": count, "of": n}
    if count > USUAL * n and n > 2:
        if fault.usual is not None:
            why = f"{count:,} of {n:,} pictures are {fault.many}. {fault.usual}"
            yield Finding(
                check=fault.check,
                title=f"Of {n:,} pictures, {count:,} are {fault.many}",
                why=f"{fault.why} Here it is how the set is, so that no single picture is named.",
                severity="hint",
                cases=(Case(case_key(fault.check, "dataset"), why, 1.0),),
                figures=figures,
            )
        return
    rows = np.flatnonzero(crossing & ~_class_is_so(pool, crossing) if per_class else crossing)
    if not rows.size:
        return
    yield Finding(
        check=fault.check,
        title=counted(int(rows.size), fault.one, fault.many),
        why=f"{fault.why} {HOW_CERTAIN}",
        severity=fault.severity,
        cases=picture_cases(pool, fault.check, rows.tolist(), certainty, score, reason),
        actions=fault.actions,
        figures=figures | {"pictures": int(rows.size)},
    )


def picture_cases(
    pool: Pool,
    check: str,
    rows: Sequence[int],
    certainty: FloatArray,
    score: npt.NDArray[np.floating],
    reason: Callable[[int], str],
) -> tuple[Case, ...]:
    """Make a case of every image, the surest first; copies of the same bytes share one."""
    by_image: dict[str, list[int]] = {}
    for row in sorted(rows, key=lambda row: (-float(certainty[row]), row)):
        by_image.setdefault(pool.pictures[row].sha256, []).append(row)
    return tuple(
        Case(
            key=case_key(check, sha256),
            why=reason(same[0]),
            certainty=float(certainty[same[0]]),
            suspects=tuple(
                Suspect(pool.pictures[row].member_id, score=float(score[row])) for row in same
            ),
        )
        for sha256, same in by_image.items()
    )


def beyond(values: npt.NDArray[np.floating], *, limit: float, worst: float) -> FloatArray:
    """Scale figures to certainties: 0.5 at the limit, 1 at the worst that there can be."""
    share = (np.asarray(values, np.float64) - limit) / (worst - limit)
    certainty: FloatArray = 0.5 + 0.5 * np.clip(np.nan_to_num(share), 0.0, 1.0)
    return certainty


def _class_is_so(pool: Pool, crossing: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    labels = [picture.label for picture in pool.pictures]
    totals = Counter(labels)
    beyond_it = Counter(label for label, is_so in zip(labels, crossing, strict=True) if is_so)
    so = {
        label
        for label, count in beyond_it.items()
        if label is not None and totals[label] >= _FEWEST_OF_A_CLASS and 2 * count > totals[label]
    }
    return np.array([label in so for label in labels], np.bool_)
