"""Copies elsewhere: pictures that other datasets of the workspace hold, too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Case, Finding, Suspect, case_key
from fieldguide.curate.checks.pool import Elsewhere, Pool
from fieldguide.curate.checks.wording import counted, listed

NAME = "copies-elsewhere"


def find(pool: Pool) -> Iterator[Finding]:
    """Find the pictures that another dataset holds, too; one finding for each other dataset."""
    by_dataset: dict[str, dict[str, list[Elsewhere]]] = defaultdict(lambda: defaultdict(list))
    for copy in pool.elsewhere:
        if copy.sha256 in pool.by_hash:
            by_dataset[copy.dataset][copy.sha256].append(copy)
    for dataset, copies in sorted(by_dataset.items()):
        cases = [_case(pool, dataset, sha256, found) for sha256, found in copies.items()]
        cases.sort(key=lambda case: (-case.certainty, case.key))
        exact = sum(any(copy.near is None for copy in found) for found in copies.values())
        yield Finding(
            check=NAME,
            title=f"{counted(len(cases), 'picture is', 'pictures are')} in {dataset!r}, too",
            why="Another dataset of this workspace holds the same or nearly the same pictures. "
            "That does no harm in itself; but a model that learned from one dataset must not be "
            "tested on the other, and labels that differ deserve a look. Certainty is 1 for equal "
            "bytes and otherwise the cosine of the vectors.",
            severity="hint",
            cases=tuple(cases),
            actions=("relabel", "trash", "review"),
            figures={"dataset": dataset, "equal": exact, "nearly equal": len(cases) - exact},
        )


def _case(pool: Pool, dataset: str, sha256: str, copies: Sequence[Elsewhere]) -> Case:
    ours = pool.by_hash[sha256]
    exact = any(copy.near is None for copy in copies)
    best = 1.0 if exact else max(copy.near.cosine for copy in copies if copy.near is not None)
    there = sorted({copy.label for copy in copies if copy.label is not None})
    here = sorted({picture.label for picture in ours if picture.label is not None})
    text = f"{'The same bytes are' if exact else 'Nearly the same picture is'} in {dataset!r} as "
    text += listed(repr(copy.name) for copy in copies)
    if here and there and here != there:
        text += f", labelled {listed(there)} there and {listed(here)} here"
    return Case(
        key=case_key(NAME, dataset, sha256),
        why=f"{text}.",
        certainty=max(0.0, best),
        suspects=tuple(Suspect(p.member_id, note=p.label or "") for p in ours),
    )


CHECK = Check(NAME, "Pictures that other datasets hold, too", find, needs=("other datasets",))
