"""A comparison as rows and as JSON, for files, the command line and the API."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fieldguide.curate.versions.diff import KINDS, Comparison, Kind, PictureChange, text
from fieldguide.curate.versions.state import Answer, Support

HEADINGS = ("change", "picture", "sha256", "of", "before", "after")

WORDS: dict[Kind, str] = {
    "added": "added",
    "removed": "removed",
    "renamed": "renamed",
    "replaced": "other bytes under the name",
    "label": "label changed",
    "certainty": "certainty changed",
    "column": "column changed",
    "part": "part changed",
    "group": "group changed",
}


def rows(comparison: Comparison) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Give what changed, a row each, under ``HEADINGS``."""
    for change in comparison.changes:
        ref = change.ref
        for kind, what, before, after in lines(change):
            yield kind, ref.name, ref.sha256, what, before, after


def lines(change: PictureChange) -> Iterator[tuple[Kind, str, str, str]]:
    """Give what became of a picture: kind, of what, before, after, all in words."""
    kinds = change.kinds
    before, after = change.before, change.after
    if "added" in kinds or "removed" in kinds:
        yield next(iter(kinds)), "", "", ""
        return
    if before is not None and after is not None:
        if "renamed" in kinds:
            yield "renamed", "", before.name, after.name
        if "replaced" in kinds:
            yield "replaced", "", before.sha256, after.sha256
    relabelled = {value.what for value in change.values if value.kind == "label"}
    for value in change.values:
        if value.kind != "certainty" or value.what not in relabelled:
            absent = "no label" if value.kind in {"label", "certainty"} else "none"
            told = [absent if v is None else text(v) for v in (value.before, value.after)]
            yield value.kind, value.what, told[0], told[1]


def write_csv(comparison: Comparison, path: Path) -> int:
    """Write what changed as a table and return the number of its rows."""
    count = 0
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for row in rows(comparison):
            writer.writerow(row)
            count += 1
    return count


def as_json(comparison: Comparison, *, most: int | None = None) -> dict[str, Any]:
    """Return a comparison as JSON holds it.

    Args:
        comparison: The comparison.
        most: At most so many changed pictures; None takes all.
    """
    return {
        "before": comparison.before,
        "after": comparison.after,
        "counts": {kind: comparison.counts.get(kind, 0) for kind in KINDS},
        "labels": [
            {"question": question, "before": before, "after": after, "pictures": count}
            for question, table in comparison.label_tables.items()
            for (before, after), count in table.items()
        ],
        "card": [
            {"where": where, "before": before, "after": after}
            for where, before, after in comparison.card
        ],
        "left_out": list(comparison.left_out),
        "notes": list(comparison.notes),
        "changes": [change_json(change) for change in comparison.changes[:most]],
    }


def change_json(change: PictureChange) -> dict[str, Any]:
    """Return what became of a picture as JSON holds it."""
    return {
        "kinds": [kind for kind in KINDS if kind in change.kinds],
        "before": _ref(change.before),
        "after": _ref(change.after),
        "values": [
            {
                "kind": value.kind,
                "of": value.what,
                "before": _value(value.before),
                "after": _value(value.after),
            }
            for value in change.values
        ],
    }


def _ref(ref: Any) -> dict[str, Any] | None:
    return None if ref is None else {"id": ref.member_id, "name": ref.name, "sha256": ref.sha256}


def _value(value: Any) -> Any:
    if isinstance(value, Answer):
        return {
            "verdict": value.verdict,
            "choices": list(value.choices),
            "number": value.number,
        }
    if isinstance(value, Support):
        return {"certainty": value.certainty, "votes": value.votes}
    return value
