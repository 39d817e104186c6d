"""Export a dataset's questions, labels and votes as the records that formats write."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from fieldguide import __version__
from fieldguide.errors import UnknownNameError
from fieldguide.formats.labels.record import (
    ChoiceRecord,
    LabelledPicture,
    LabelRecord,
    Manifest,
    QuestionRecord,
    VoteRecord,
)
from fieldguide.label import editing_classes
from fieldguide.records import datasets, pictures, privacy, questions, votes
from fieldguide.records.chunks import chunks
from fieldguide.records.clock import now
from fieldguide.records.database import Records
from fieldguide.records.pictures import PictureFilter, PictureRow
from fieldguide.records.privacy import Privacy
from fieldguide.records.questions import Question

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Selection:
    """What is exported.

    Attributes:
        dataset_id: The dataset.
        questions: Its questions.
        member_ids: Its pictures, in their order.
        manifest: What the export says of itself.
        secret: Keys what stands for people's names in an export without them.
        privacy: What leaves of the columns, and how exactly.
        changed_columns: The columns that leave otherwise than they are, or not at all; sorted.
    """

    dataset_id: int
    questions: tuple[Question, ...]
    member_ids: tuple[int, ...]
    manifest: Manifest
    secret: bytes
    privacy: Privacy = field(default_factory=Privacy)
    changed_columns: tuple[str, ...] = ()


def select(
    connection: sa.Connection,
    dataset_id: int,
    *,
    question_ids: Sequence[int] | None,
    wanted: PictureFilter,
    stated: Mapping[str, str],
    named: bool,
) -> Selection:
    """Choose what is exported.

    Args:
        connection: Reads.
        dataset_id: The dataset.
        question_ids: Which questions; None takes all that are not archived.
        wanted: Which pictures.
        stated: The filter in words, for the manifest.
        named: Whether annotators appear under their own names.

    Raises:
        UnknownNameError: If a question is not one of the dataset's.
    """
    known = {q.id: q for q in questions.of_dataset(connection, dataset_id, archived=True)}
    chosen = [q for q in known.values() if q.archived_at is None]
    if question_ids is not None:
        for question_id in question_ids:
            if question_id not in known:
                raise UnknownNameError("question", str(question_id), [str(i) for i in known])
        chosen = [known[question_id] for question_id in dict.fromkeys(question_ids)]
    rules = privacy.of_dataset(connection, dataset_id)
    manifest = Manifest(
        dataset=datasets.name_of(connection, dataset_id),
        filter=_without_kept_back(stated, rules),
        named=named,
        exported_at=now(),
        fieldguide=__version__,
        questions=tuple(_question(question) for question in chosen),
        dataset_identity=datasets.identity(connection, dataset_id),
    )
    members = tuple(pictures.ids(connection, dataset_id, wanted))
    secret = datasets.secret(connection, dataset_id)
    columns = pictures.column_choices(connection, dataset_id, most=0)
    changed = tuple(name for name in columns if rules.changes(name))
    return Selection(dataset_id, tuple(chosen), members, manifest, secret, rules, changed)


def labelled_pictures(records: Records, selection: Selection) -> Iterator[LabelledPicture]:
    """Give the pictures with their labels and votes, a few hundred in memory at a time.

    What is answered meanwhile may appear for pictures that come later.
    """
    for part in chunks(selection.member_ids, _CHUNK):
        with records.read() as connection:
            found = list(_pictures(connection, selection, part))
        yield from found


def _pictures(
    connection: sa.Connection, selection: Selection, member_ids: Sequence[int]
) -> Iterator[LabelledPicture]:
    said: dict[int, list[tuple[int, VoteRecord]]] = {}
    labels: dict[int, dict[str, LabelRecord]] = {}
    for question in selection.questions:
        for vote in votes.of_members(connection, question.id, member_ids):
            said.setdefault(vote.member_id, []).append((vote.id, _vote(vote, question)))
        for row in pictures.by_ids(connection, member_ids, question.id):
            labels.setdefault(row.id, {})[question.name] = _label(row, question)
    columns = pictures.values_of_members(connection, member_ids)
    for row in pictures.by_ids(connection, member_ids):
        # In the order in which they were recorded, by which a later answer takes the place of an
        # earlier one; the clocks of those who answered may say otherwise.
        heard = sorted(said.get(row.id, []), key=lambda pair: pair[0])
        yield LabelledPicture(
            name=row.name,
            sha256=row.sha256,
            width=row.width,
            height=row.height,
            group=row.group,
            part=row.part,
            columns=selection.privacy.leaving(columns.get(row.id, {})),
            labels=labels.get(row.id, {}),
            votes=tuple(vote for _, vote in heard),
        )


def _without_kept_back(stated: Mapping[str, str], rules: Privacy) -> dict[str, str]:
    """Return a filter in words without those of columns whose values must not be told."""
    found = dict(stated)
    pairs = found.get("column", "").split(", ")
    if any(rules.changes(pair.partition(":")[0]) for pair in pairs):
        shown = (pair for pair in pairs if not rules.changes(pair.partition(":")[0]))
        found["column"] = ", ".join((*shown, "and others that are kept back"))
    return found


def _question(question: Question) -> QuestionRecord:
    names = {choice.id: choice.name for choice in question.choices}
    # Those that classes got by themselves go along: elsewhere they might get others.
    keys = editing_classes.effective_keys(question)
    colours = editing_classes.effective_colours(question)
    return QuestionRecord(
        name=question.name,
        kind=question.kind,
        guidelines=question.guidelines,
        choices=tuple(
            ChoiceRecord(
                name=choice.name,
                key=keys.get(choice.id, choice.key),
                colour=colours[choice.id],
                description=choice.description,
                parent=names.get(choice.parent_id) if choice.parent_id else None,
                archived=choice.archived_at is not None,
                merged_into=names.get(choice.merged_into) if choice.merged_into else None,
                split=choice.split_at is not None,
            )
            for choice in question.choices
        ),
        settings=dataclasses.asdict(question.settings),
    )


def _vote(vote: votes.VoteRow, question: Question) -> VoteRecord:
    return VoteRecord(
        question=question.name,
        annotator=vote.annotator,
        kind=vote.annotator_kind,
        verdict=vote.verdict,
        choices=tuple(question.by_id[choice].name for choice in vote.choice_ids),
        number=vote.number,
        decides=vote.decides,
        at=vote.created_at,
        milliseconds=vote.milliseconds,
        key=vote.client_key,
        certainty=vote.certainty,
        aided=vote.aided,
    )


def _label(row: PictureRow, question: Question) -> LabelRecord:
    label = row.label
    if label is None:
        return LabelRecord((), None, None, 0)
    return LabelRecord(
        choices=tuple(question.by_id[choice].name for choice in label.choice_ids),
        number=label.number,
        certainty=label.certainty,
        votes=label.votes,
    )
