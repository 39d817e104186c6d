"""Bring a dataset back to what a version holds; nothing is deleted, and no vote is overwritten."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fieldguide.config import read_config
from fieldguide.curate.freezing import Freezing, Signature, freeze_undivided
from fieldguide.curate.versions import state
from fieldguide.curate.versions.diff import Comparison, Difference, PictureChange, compare
from fieldguide.curate.versions.state import Answer
from fieldguide.jobs.context import JobContext
from fieldguide.label import posteriors
from fieldguide.records import (
    datasets,
    forgotten,
    labels,
    members,
    questions,
    states,
    trash,
    versions,
    votes,
)
from fieldguide.records.chunks import chunks
from fieldguide.records.clock import now
from fieldguide.records.questions import Question
from fieldguide.records.versions import VersionRow
from fieldguide.records.votes import NewVote, VoteRow
from fieldguide.types import Progress, SilentProgress
from fieldguide.workspace import Workspace

_EXAMPLES = 5


@dataclass
class Impossible:
    """What could not be brought back for one reason: how much, and the first names."""

    reason: str
    count: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass
class Restoration:
    """What a restoration does, or did.

    Attributes:
        number: The version that is restored.
        kept_as: The version that holds what was there before; None in a plan where one is to be
            made first.
        brought_back: Pictures that come back into the dataset.
        set_aside: Pictures that go into the trash, because the version does not hold them.
        decided: Labels that the restorer decides.
        withdrawn: Labels that end because the votes since the version are withdrawn.
        groups: Pictures that get another group.
        columns: Values of columns that change.
        impossible: What cannot be brought back, and why.
        notes: What a person should know.
    """

    number: int
    kept_as: int | None = None
    brought_back: int = 0
    set_aside: int = 0
    decided: int = 0
    withdrawn: int = 0
    groups: int = 0
    columns: int = 0
    impossible: list[Impossible] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def cannot(self, reason: str, name: str) -> None:
        """Note that something of a picture cannot be brought back."""
        held = next((one for one in self.impossible if one.reason == reason), None)
        if held is None:
            held = Impossible(reason)
            self.impossible.append(held)
        held.count += 1
        if len(held.examples) < _EXAMPLES:
            held.examples.append(name)

    @property
    def changes(self) -> int:
        """How much changes in all."""
        return (
            self.brought_back
            + self.set_aside
            + self.decided
            + self.withdrawn
            + self.groups
            + self.columns
        )


def plan_restoration(workspace: Workspace, dataset: str, number: int) -> Restoration:
    """Tell what restoring a version would do, without doing it.

    The labels of pictures that come back show only then; they are not in the plan.

    Raises:
        UnknownNameError: If there is no such dataset or version.
    """
    with workspace.records.read() as connection:
        dataset_id = datasets.get(connection, dataset).id
        version = versions.by_number(connection, dataset_id, number)
        difference = _difference(connection, dataset_id, version)
        found = Restoration(number, notes=_notes(difference))
        found.kept_as = _frozen_as(connection, dataset_id)
        leaving, coming = _moves(difference)
        allowed = _allowed(workspace, connection, dataset_id, coming, found, leaving)
        found.set_aside, found.brought_back = len(leaving), len(allowed)
        asked = _questions(connection, dataset_id)
        for change in difference.changes:
            if _is_still(change):
                _plan_values(change, asked, found)
    return found


def restore_version(
    workspace: Workspace,
    dataset: str,
    number: int,
    *,
    author: str,
    key: str,
    progress: Progress | None = None,
) -> Restoration:
    """Bring pictures, groups, columns and labels back to what a version holds.

    What is there now is frozen first, if no version holds it. Labels that differ are decided by
    the restorer; where the version had none, the votes since then are withdrawn. Every vote stays
    in the record. Interrupted, the same call goes on.

    Args:
        workspace: Where the dataset is.
        dataset: Its name.
        number: Of the version.
        author: Who restores; decides the labels.
        key: Tells this restoration from all others; the same again when one is repeated.
        progress: Where to report.

    Returns:
        What was done, and what could not be.

    Raises:
        UnknownNameError: If there is no such dataset or version.
    """
    watcher = progress or SilentProgress()
    with workspace.records.read() as connection:
        dataset_id = datasets.get(connection, dataset).id
        version = versions.by_number(connection, dataset_id, number)
        before = _difference(connection, dataset_id, version)
        kept = _frozen_as(connection, dataset_id)
    done = Restoration(number, kept_as=kept, notes=_notes(before))
    restoring = _Restoring(workspace, dataset_id, version, author, key, done, watcher)
    if not any(_restores(change) for change in before.changes):
        return done
    if kept is None:
        done.kept_as = restoring.freeze(dataset).version.number
    restoring.move(before)
    restoring.set_values()
    restoring.check()
    return done


def run(context: JobContext, *, dataset_id: int, number: int, author: str) -> dict[str, Any]:
    """Restore a version as a job."""
    with Workspace(read_config(workspace=context.folder)) as workspace:
        return dict(context.step("Restore", _run, workspace, context, dataset_id, number, author))


def _run(
    workspace: Workspace, context: JobContext, dataset_id: int, number: int, author: str
) -> dict[str, Any]:
    with workspace.records.read() as connection:
        dataset = datasets.name_of(connection, dataset_id)
    done = restore_version(
        workspace,
        dataset,
        number,
        author=author,
        key=f"job-{context.job.id}",
        progress=context.progress,
    )
    return dataclasses.asdict(done)


class _Restoring:
    """The steps of one restoration, which share what they are about."""

    def __init__(
        self,
        workspace: Workspace,
        dataset_id: int,
        version: VersionRow,
        author: str,
        key: str,
        done: Restoration,
        watcher: Progress,
    ) -> None:
        self._workspace = workspace
        self._records = workspace.records
        self._dataset_id = dataset_id
        self._version = version
        self._author = author
        self._key = f"restore:{version.id}:{key}"
        self._done = done
        self._watcher = watcher

    def freeze(self, dataset: str) -> Freezing:
        """Freeze what is there now."""
        note = f"Before version {self._version.number} was restored"
        with self._records.read() as connection:
            asked = _questions(connection, self._dataset_id)
            main = [q.name for q in asked.values() if q.id == self._version.question_id]
        return self._records.write(
            partial(
                freeze_undivided,
                dataset=dataset,
                question=main[0] if main else None,
                signature=Signature(self._author, note),
            )
        )

    def move(self, difference: Comparison) -> None:
        """Set aside what the version does not hold, and bring back what it holds."""
        leaving, coming = _moves(difference)
        with self._watcher.step("set aside", len(leaving), "pictures") as tracker:
            for part in chunks(sorted(leaving)):
                self._records.write(partial(self._set_aside, member_ids=part))
                tracker.advance(len(part))
        with self._records.read() as connection:
            allowed = _allowed(
                self._workspace, connection, self._dataset_id, coming, self._done, frozenset()
            )
        with self._watcher.step("bring back", len(allowed), "pictures") as tracker:
            for part in chunks(allowed):
                self._records.write(partial(self._bring_back, member_ids=part))
                tracker.advance(len(part))

    def set_values(self) -> None:
        """Give the pictures their groups, columns and labels."""
        with self._records.read() as connection:
            changes = [
                change
                for change in _difference(connection, self._dataset_id, self._version).changes
                if _is_still(change) and _restores(change)
            ]
        with self._watcher.step("restore values", len(changes), "pictures") as tracker:
            for part in chunks(changes):
                self._records.write(partial(self._set_values_of, changes=part))
                tracker.advance(len(part))
        self._records.write(self._reorder)

    def check(self) -> None:
        """Compare once more, and name the labels that are still others."""
        with self._records.read() as connection:
            difference = _difference(connection, self._dataset_id, self._version)
            asked = _questions(connection, self._dataset_id)
        for change in difference.changes:
            for value in change.values if _is_still(change) else ():
                if value.kind != "label":
                    continue
                reason = _refusal(value, asked.get(value.what))
                if reason is None and value.after is None:
                    reason = (
                        f"{value.what!r} has a label from votes that the version knew already, or "
                        "that came without a time of their own"
                    )
                if reason is not None:
                    self._done.cannot(reason, change.ref.name)

    def _set_aside(self, connection: sa.Connection, member_ids: Sequence[int]) -> None:
        gone = trash.put(
            connection,
            self._dataset_id,
            member_ids,
            author=self._author,
            reason=f"not in version {self._version.number}, which was restored",
            client_key=self._key,
        )
        self._done.set_aside += len(gone)

    def _bring_back(self, connection: sa.Connection, member_ids: Sequence[int]) -> None:
        states.bring_back(connection, member_ids, author=self._author, at=now())
        for question in questions.of_dataset(connection, self._dataset_id):
            posteriors.settle_again(connection, question.id, member_ids)
        self._done.brought_back += len(member_ids)

    def _set_values_of(self, connection: sa.Connection, changes: Sequence[PictureChange]) -> None:
        asked = _questions(connection, self._dataset_id)
        groups = {}
        columns: dict[str, dict[int, Any]] = {}
        voted: dict[int, list[int]] = {}
        for change in changes:
            member = change.ref.member_id
            for value in change.values:
                if value.kind == "group":
                    groups[member] = value.after
                elif value.kind == "column":
                    columns.setdefault(value.what, {})[member] = value.after
                elif value.kind == "label" and self._vote(connection, member, value, asked):
                    voted.setdefault(asked[value.what].id, []).append(member)
        states.set_groups(connection, groups)
        for name, values in columns.items():
            states.set_column(connection, self._dataset_id, name, values)
        for question_id, pictures in voted.items():
            posteriors.settle_again(connection, question_id, pictures)
        self._done.groups += len(groups)
        self._done.columns += sum(map(len, columns.values()))

    def _vote(
        self,
        connection: sa.Connection,
        member_id: int,
        value: Difference,
        asked: dict[str, Question],
    ) -> bool:
        question = asked.get(value.what)
        if question is None or _refusal(value, question) is not None:
            return False
        if value.after is None:
            took_back = self._withdraw(connection, question, member_id)
            self._done.withdrawn += took_back
            return took_back
        answer: Answer = value.after
        ids = {choice.name: choice.id for choice in question.choices}
        decision = NewVote(
            member_id=member_id,
            question_id=question.id,
            annotator=self._author,
            annotator_kind="person",
            client_key=f"{self._author}:{self._key}:{question.id}:{member_id}",
            verdict=answer.verdict,
            choice_ids=tuple(sorted(ids[name] for name in answer.choices)),
            number=answer.number,
            decides=True,
        )
        fresh = votes.add(connection, decision) is not None
        self._done.decided += fresh
        return fresh

    def _withdraw(self, connection: sa.Connection, question: Question, member_id: int) -> bool:
        """Take back what each annotator said since the version, the latest first."""
        piles: dict[str, list[VoteRow]] = {}
        for vote in votes.of_members(connection, question.id, [member_id]):
            pile = piles.setdefault(vote.annotator, [])
            if vote.verdict != "withdrawn":
                pile.append(vote)
            elif pile:
                pile.pop()
        since = [vote for pile in piles.values() for vote in pile if self._came_since(vote)]
        fresh = [
            votes.add(
                connection,
                NewVote(
                    member_id=member_id,
                    question_id=question.id,
                    annotator=vote.annotator,
                    annotator_kind=vote.annotator_kind,
                    client_key=f"{self._key}:by:{self._author}:withdraws:{vote.id}",
                    verdict="withdrawn",
                ),
            )
            for vote in since
        ]
        return any(one is not None for one in fresh)

    def _came_since(self, vote: VoteRow) -> bool:
        last: int | None = self._version.summary.get("last_vote")
        if last is None:
            return vote.created_at > self._version.created_at
        return vote.id > last

    def _reorder(self, connection: sa.Connection) -> None:
        for question in questions.of_dataset(connection, self._dataset_id):
            if question.settings.order != "random":
                labels.reorder(connection, question)


def _difference(connection: sa.Connection, dataset_id: int, version: VersionRow) -> Comparison:
    wanted = state.of_version(connection, dataset_id, version)
    return compare(state.now(connection, dataset_id), wanted)


def _frozen_as(connection: sa.Connection, dataset_id: int) -> int | None:
    """Return the number of the newest version if it holds all that is there now, or None."""
    newest = versions.latest(connection, dataset_id)
    if newest is None or newest.card is None:
        return None
    held = state.of_version(connection, dataset_id, newest)
    difference = compare(held, state.now(connection, dataset_id))
    return None if difference.changes else newest.number


def _moves(difference: Comparison) -> tuple[frozenset[int], dict[int, tuple[str, str]]]:
    """Return the pictures that leave, and those that come with name and hash."""
    leaving, coming = set(), {}
    for change in difference.changes:
        if not _is_still(change):
            if change.before is not None:
                leaving.add(change.before.member_id)
            if change.after is not None:
                coming[change.after.member_id] = (change.after.name, change.after.sha256)
    return frozenset(leaving), coming


def _allowed(
    workspace: Workspace,
    connection: sa.Connection,
    dataset_id: int,
    coming: dict[int, tuple[str, str]],
    done: Restoration,
    leaving: Iterable[int],
) -> list[int]:
    """Return those of the pictures that can come back; why others cannot is noted."""
    lost = forgotten.among(connection, [sha256 for _, sha256 in coming.values()])
    held = states.holders(connection, dataset_id, [name for name, _ in coming.values()])
    away = set(leaving)
    allowed = []
    for member, (name, sha256) in sorted(coming.items()):
        if sha256 in lost:
            done.cannot("the picture was forgotten", name)
        elif not _has_bytes(workspace, connection, sha256):
            done.cannot("its bytes are gone", name)
        elif held.get(name, member) not in {member, *away}:
            done.cannot("another picture has its name now", name)
        else:
            allowed.append(member)
    return allowed


def _has_bytes(workspace: Workspace, connection: sa.Connection, sha256: str) -> bool:
    if workspace.images.exists(sha256):
        return True
    linked = members.linked_paths(connection, sha256)
    return any(Path(str(row.linked_path)).is_file() for row in linked)


def _questions(connection: sa.Connection, dataset_id: int) -> dict[str, Question]:
    return {q.name: q for q in questions.of_dataset(connection, dataset_id)}


def _is_still(change: PictureChange) -> bool:
    """Whether it is the same picture in both states: the same bytes under the same name."""
    return change.before is not None and change.before == change.after


def _restores(change: PictureChange) -> bool:
    return not _is_still(change) or any(
        value.kind in {"label", "group", "column"} for value in change.values
    )


def _plan_values(change: PictureChange, asked: dict[str, Question], found: Restoration) -> None:
    for value in change.values:
        if value.kind == "group":
            found.groups += 1
        elif value.kind == "column":
            found.columns += 1
        elif value.kind == "label":
            reason = _refusal(value, asked.get(value.what))
            if reason is not None:
                found.cannot(reason, change.ref.name)
            elif value.after is None:
                found.withdrawn += 1
            else:
                found.decided += 1


def _refusal(value: Difference, question: Question | None) -> str | None:
    """Say why a label cannot be given, or None."""
    if question is None:
        return f"the question {value.what!r} is not asked any more"
    if value.after is None:
        return None
    offered = {choice.name for choice in question.choices if choice.offered}
    for name in value.after.choices:
        if name not in offered:
            return f"the class {name!r} of {question.name!r} is not offered any more"
    return None


def _notes(difference: Comparison) -> list[str]:
    return [
        *(text for text in difference.left_out if not text.startswith("Parts ")),
        "Parts are decided when the dataset is frozen next; certainties are those of the votes.",
    ]
