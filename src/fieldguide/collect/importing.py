"""Import a source into a dataset.

Files are read, hashed and decoded by several threads and recorded by one, in the source's order,
so that the outcome does not depend on how many threads there are. What is recorded is recorded in
whole batches: an import that is stopped at any moment is taken up by running it again.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from fieldguide.collect.inspecting import Extractor, Inspection, hash_of, inspect, read_entry
from fieldguide.collect.outcome_list import OutcomeList
from fieldguide.errors import InterruptedRunError
from fieldguide.locking import locked
from fieldguide.parallel import map_in_order
from fieldguide.records import (
    datasets,
    forgotten,
    images,
    imports,
    labels,
    members,
    questions,
    trash,
    votes,
)
from fieldguide.records.members import NewMember
from fieldguide.types import Entry, Outcome, Progress, SilentProgress, Source
from fieldguide.workspace import Workspace

_BATCH = 256
_IN_TRASH = "somebody put it there; restore it to have it again"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Attributes:
        dataset: Name of the dataset.
        outcomes: How many files ended in each outcome.
        problems: Up to five files that are not in the dataset: name, outcome, reason.
        list_path: The list of all files with their outcomes, as CSV.
        extracted: For how many pictures an extractor had to compute something.
    """

    dataset: str
    outcomes: dict[Outcome, int]
    problems: tuple[tuple[str, Outcome, str], ...]
    list_path: Path
    extracted: int

    @property
    def refused(self) -> int:
        """How many files of the source are not in the dataset, those in the trash not counted."""
        return sum(
            n
            for outcome, n in self.outcomes.items()
            if outcome.is_problem and outcome is not Outcome.GONE
        )

    @property
    def taken_in(self) -> int:
        """How many files of the source are in the dataset."""
        return sum(n for outcome, n in self.outcomes.items() if outcome.in_dataset)


def import_source(
    workspace: Workspace,
    source: Source,
    dataset: str,
    *,
    link: bool = False,
    extractors: Sequence[Extractor] = (),
    progress: Progress | None = None,
) -> ImportReport:
    """Bring the files of a source into a dataset.

    Args:
        workspace: Where to.
        source: What from.
        dataset: Name of the dataset; made if it is not there.
        link: Leave files where they are and remember their place, in place of copying them.
        extractors: What to take from the pixels while they are decoded.
        progress: Where to report.

    Returns:
        How many files ended in which outcome, and where the list of them lies.
    """
    watcher = progress or SilentProgress()
    # Two imports into one dataset would take each other's pictures for gone.
    lock = hashlib.sha256(dataset.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    with locked(workspace.root / "imports" / f"{lock}.lock"):
        workspace.images.clear_incoming()
        return _import_alone(workspace, source, dataset, link, extractors, watcher)


def _import_alone(
    workspace: Workspace,
    source: Source,
    dataset: str,
    link: bool,  # noqa: FBT001 - handed on from the public function
    extractors: Sequence[Extractor],
    watcher: Progress,
) -> ImportReport:
    target = workspace.records.write(
        lambda c: _begin(c, dataset, str(source.location), source.format)
    )
    collector = _Collector(workspace, target, link=link, extractors=extractors)
    list_path = workspace.import_list(target.import_id)
    with (
        OutcomeList(list_path) as outcome_list,
        watcher.step("import", source.count, "pictures") as tracker,
        contextlib.closing(collector.inspections(source.entries())) as inspections,
    ):
        batch: list[Inspection] = []
        try:
            for inspection in inspections:
                batch.append(inspection)
                if len(batch) == _BATCH:
                    collector.record(batch, outcome_list)
                    batch = []
                tracker.advance()
        finally:
            collector.record(batch, outcome_list)
            collector.finish_recording(outcome_list)
        collector.set_aside_what_is_gone(outcome_list)
    workspace.records.write(
        lambda c: _finish(c, target, {o.value: n for o, n in outcome_list.counts.items()})
    )
    return ImportReport(
        dataset=dataset,
        outcomes=dict(outcome_list.counts),
        problems=tuple(outcome_list.problems),
        list_path=list_path,
        extracted=collector.extracted,
    )


@dataclass(frozen=True, slots=True)
class _Target:
    dataset_id: int
    import_id: int
    started_at: datetime
    source: str


class _Collector:
    def __init__(
        self, workspace: Workspace, target: _Target, *, link: bool, extractors: Sequence[Extractor]
    ) -> None:
        self._workspace = workspace
        self._target = target
        self._link = link
        self._extractors = extractors
        self.extracted = 0
        self._recording: tuple[Future[None], list[tuple[Inspection, Outcome]]] | None = None
        with workspace.records.read() as connection:
            self._present = members.names_by_hash(connection, target.dataset_id)
            # Outcomes compare with what was there when the import began, so that one which was cut
            # short and taken up ends in the same list as one that went through.
            self._held = members.as_of(connection, target.dataset_id, target.started_at)
            self._known = {held.sha256 for held in self._held.values()}
            self._trashed = trash.held(connection, target.dataset_id)
            self._forgotten = {row.sha256 for row in forgotten.all_of(connection)}
        self._seen: set[str] = set()
        self._named: dict[str, str] = {}

    def inspections(self, entries: Iterator[Entry]) -> Generator[Inspection, None, None]:
        """Inspect entries on several threads, in order."""
        # Archives are read in their own order, which only the iterating thread keeps.
        read = ((e, None if e.path is not None else self._read(e)) for e in entries)
        workers = self._workspace.config.workers
        return map_in_order(lambda pair: self._inspect(*pair), read, workers=workers)

    def record(self, batch: list[Inspection], outcome_list: OutcomeList) -> None:
        """Begin to store what was found out about a batch, in one transaction."""
        if not batch:
            return
        self.extracted += sum(bool(inspection.extracted) for inspection in batch)
        for number, extractor in enumerate(self._extractors):
            extractor.keep(
                [(str(i.sha256), i.extracted[number]) for i in batch if number in i.extracted]
            )
        pairs = [(inspection, self._outcome(inspection)) for inspection in batch]
        accepted = [inspection for inspection, outcome in pairs if outcome.in_dataset]
        self.finish_recording(outcome_list)
        # The next batch is inspected while this one is written.
        written = self._workspace.records.submit(lambda c: self._store(c, accepted))
        self._recording = (written, pairs)

    def finish_recording(self, outcome_list: OutcomeList) -> None:
        """Wait until the last batch is stored, and list its outcomes."""
        if self._recording is None:
            return
        written, pairs = self._recording
        self._recording = None
        written.result()
        for inspection, outcome in pairs:
            reason = _IN_TRASH if outcome is Outcome.TRASHED else inspection.reason
            outcome_list.add(inspection.entry.name, outcome, reason, inspection.sha256)

    def _read(self, entry: Entry) -> bytes | Inspection:
        return read_entry(entry, self._workspace.config.max_file_bytes)

    def _inspect(self, entry: Entry, data: bytes | Inspection | None) -> Inspection:
        found = self._read(entry) if data is None else data
        if isinstance(found, Inspection):
            return found
        sha256 = hash_of(found)
        if sha256 in self._forgotten:
            return Inspection(
                entry,
                refused=Outcome.FORGOTTEN,
                reason="it was taken out for good and stays out",
                sha256=sha256,
            )
        inspection = inspect(
            entry,
            found,
            known=self._present.get(entry.name) == sha256,
            sha256=sha256,
            max_pixels=self._workspace.config.max_pixels,
            extractors=self._extractors,
        )
        if inspection.refused is None and not self._is_linked(entry):
            self._workspace.images.put(found, sha256)
        return inspection

    def _is_linked(self, entry: Entry) -> bool:
        return self._link and entry.path is not None

    def set_aside_what_is_gone(self, outcome_list: OutcomeList) -> None:
        """Take out the pictures that came from this source and are no longer in it.

        Where a part of the source could not be read, nothing is known to be gone.
        """
        if outcome_list.counts[Outcome.UNREADABLE]:
            return
        gone = sorted(
            name
            for name, held in self._held.items()
            if held.source == self._target.source and name not in self._seen
        )
        self._workspace.records.write(lambda c: members.set_aside(c, self._target.dataset_id, gone))
        for name in gone:
            outcome_list.add(name, Outcome.GONE, "put it back to have it again", None)

    def _outcome(self, inspection: Inspection) -> Outcome:
        if inspection.refused is not None:
            self._seen.add(inspection.entry.name)
            return inspection.refused
        sha256 = str(inspection.sha256)
        name = self._free_name(inspection.entry.name, sha256)
        self._named[inspection.entry.name] = name
        self._seen.add(name)
        if self._is_trashed(name, sha256):
            return Outcome.TRASHED
        before = self._held.get(name)
        self._held[name] = members.Held(sha256, self._target.source)
        if before is not None:
            return Outcome.PRESENT if before.sha256 == sha256 else Outcome.CHANGED
        outcome = Outcome.DUPLICATE if sha256 in self._known else Outcome.ADDED
        self._known.add(sha256)
        return outcome

    def _free_name(self, name: str, sha256: str) -> str:
        # Cameras number their pictures alike: other bytes from elsewhere get a name of their own.
        candidate, number = name, 1
        while self._is_another(candidate, sha256):
            number += 1
            candidate = f"{name}#{number}"
        return candidate

    def _is_another(self, name: str, sha256: str) -> bool:
        """Tell whether a name belongs to a picture from elsewhere; those in the trash keep it."""
        held = self._held.get(name)
        owners = self._trashed.get(name, []) if held is None else [held]
        same = [o for o in owners if o.sha256 == sha256 or o.source == self._target.source]
        return bool(owners) and not same

    def _is_trashed(self, name: str, sha256: str) -> bool:
        return any(held.sha256 == sha256 for held in self._trashed.get(name, ()))

    def _store(self, connection: sa.Connection, accepted: list[Inspection]) -> None:
        self._refuse_forgotten(connection, [str(i.sha256) for i in accepted])
        images.add(connection, [i.image for i in accepted if i.image is not None])
        rows = [self._member(inspection) for inspection in accepted]
        ids = members.add(connection, self._target.dataset_id, rows)
        answers = {
            ids[self._named[i.entry.name]]: i.entry.label
            for i in accepted
            if i.entry.label is not None
        }
        if answers:
            question_id = _class_question(connection, self._target.dataset_id)
            votes.add_imported(connection, question_id=question_id, answers=answers)
        for question in questions.of_dataset(connection, self._target.dataset_id):
            labels.refresh(connection, question.id, list(ids.values()))

    def _refuse_forgotten(self, connection: sa.Connection, hashes: list[str]) -> None:
        """Stop where a picture was forgotten after the import began; the next import leaves it out.

        Raises:
            InterruptedRunError: If there is one.
        """
        gone = forgotten.among(connection, hashes)
        for sha256 in gone:
            self._workspace.images.delete(sha256)
        if gone:
            raise InterruptedRunError(
                "A picture was forgotten while it was imported. Run the same import again; it "
                "leaves the picture out."
            )

    def _member(self, inspection: Inspection) -> NewMember:
        entry = inspection.entry
        linked = self._is_linked(entry) and entry.path is not None
        return NewMember(
            name=self._named[entry.name],
            sha256=str(inspection.sha256),
            group=entry.group,
            part=entry.part,
            linked_path=str(Path(str(entry.path)).absolute()) if linked else None,
            source=self._target.source,
            columns={**inspection.columns, **entry.columns},
        )


def _begin(connection: sa.Connection, dataset: str, source: str, format_name: str) -> _Target:
    row = datasets.ensure(connection, dataset, source)
    begun = imports.begin(connection, row.id, source, format_name)
    return _Target(
        dataset_id=row.id,
        import_id=begun.id,
        started_at=begun.started_at,
        source=source,
    )


def _class_question(connection: sa.Connection, dataset_id: int) -> int:
    question_id = datasets.class_question(connection, dataset_id)
    if not labels.is_built(connection, question_id):
        labels.refresh(connection, question_id)
    return question_id


def _finish(connection: sa.Connection, target: _Target, outcomes: dict[str, int]) -> None:
    for question in questions.of_dataset(connection, target.dataset_id):
        if question.settings.order != "random":
            labels.reorder(connection, question)
    imports.finish(connection, target.import_id, outcomes)
