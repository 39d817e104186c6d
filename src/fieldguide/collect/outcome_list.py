"""The list of an import: one line per file with its outcome."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from fieldguide.formats.spreadsheet import as_text
from fieldguide.types import Outcome


class OutcomeList:
    """Writes the list as it grows; it gets its final name when the import is finished.

    Args:
        path: Where the finished list will lie.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts: Counter[Outcome] = Counter()
        self.problems: list[tuple[str, Outcome, str]] = []

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._partial.open("w", newline="", encoding="utf-8")
        self._writer = csv.writer(self._file)
        self._writer.writerow(["name", "outcome", "reason", "sha256"])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        if kind is None:
            self._partial.replace(self.path)

    def add(self, name: str, outcome: Outcome, reason: str, sha256: str | None) -> None:
        """Write one line; the first problems are kept to be shown."""
        self.counts[outcome] += 1
        if outcome.is_problem and len(self.problems) < 5:
            self.problems.append((name, outcome, reason))
        cells = [name, outcome.value, reason, sha256 or ""]
        self._writer.writerow([as_text(cell) for cell in cells])

    @property
    def _partial(self) -> Path:
        return self.path.with_suffix(".partial.csv")


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that did not get into the dataset."""

    name: str
    outcome: str
    reason: str


def read_problems(path: Path, *, most: int) -> list[Problem]:
    """Return the first files of a list that did not get into the dataset."""
    found: list[Problem] = []
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if Outcome(row["outcome"]).is_problem and len(found) < most:
                found.append(Problem(row["name"], row["outcome"], row["reason"]))
    return found
