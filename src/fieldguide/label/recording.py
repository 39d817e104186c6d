"""Record what a file says about pictures: each vote once, and labels as what an import says."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import uuid4

import sqlalchemy as sa

from fieldguide.formats.labels.pseudonyms import is_unnamed, unnamed_key
from fieldguide.formats.labels.record import LabelledPicture, VoteRecord
from fieldguide.records import questions, votes
from fieldguide.records.clock import now
from fieldguide.records.questions import Question
from fieldguide.records.votes import IMPORT_ANNOTATOR, NewVote

NAMELESS = "by people whom the file does not name"
"""The outcome of votes that only a file with names can bring back."""


@dataclass(slots=True)
class LabelImportReport:
    """What an import of labels did.

    Attributes:
        pictures: Pictures of the file that are in the dataset.
        votes: Votes that were added; those that were there already are not counted.
        missing: Pictures of the file that are not in the dataset.
        examples: Names of the first of these.
        notes: What was taken for granted.
        outcomes: Votes by what became of them.
    """

    pictures: int = 0
    votes: int = 0
    missing: int = 0
    examples: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file of labels is from, as seen from the dataset that it is imported into.

    Attributes:
        secret: The dataset's own, by which it knows its votes again in an export without names.
        foreign: Whether the file is from elsewhere, and not an export of ours.
        nameless_return: Whether it is an export of this very dataset, without names.
    """

    secret: bytes
    foreign: bool = False
    nameless_return: bool = False


class Recorder:
    """Records what a file says about pictures, in one transaction.

    A vote that an export without names has brought back is known by its key. One that such an
    export of this very dataset has, and the dataset has not, is not recorded: under a made-up name
    its annotator would count as a further person.

    Args:
        connection: A writing connection.
        asked: The questions that the file answers, by name.
        report: Counts what becomes of the votes.
        origin: Where the file is from.
    """

    def __init__(
        self,
        connection: sa.Connection,
        asked: Mapping[str, Question],
        report: LabelImportReport,
        *,
        origin: Origin,
    ) -> None:
        self._connection = connection
        self._asked = asked
        self._report = report
        self._origin = origin
        self._gone_out: tuple[tuple[int, int], set[str]] = ((0, 0), set())
        self._choices = {
            name: questions.choice_ids(connection, question.id, set())
            for name, question in asked.items()
        }

    def record(self, member_id: int, picture: LabelledPicture) -> set[int]:
        """Record what is said about a picture; return the questions whose answers changed."""
        labels = set(self._labels(picture))
        touched = set()
        for vote in picture.votes or tuple(_label_votes(picture)):
            question = self._asked.get(vote.question)
            if question is None:
                self._count("of an unknown question")
                continue
            # What an import says is no event with a key of its own: the last one to say something
            # else counts, also where it says again what an earlier one said.
            said = vote
            if vote.question in labels and vote.annotator == IMPORT_ANNOTATOR:
                if self._stands(member_id, question.id, vote):
                    self._count("there already")
                    continue
                said = replace(vote, key=f"label:{uuid4()}")
            outcome = self._record_vote(member_id, question.id, said)
            self._count(outcome)
            if outcome == "added":
                self._report.votes += 1
                touched.add(question.id)
        return touched

    def _record_vote(self, member_id: int, question_id: int, vote: VoteRecord) -> str:
        """Record a vote if it is new; return what became of it."""
        if vote.kind == "person":
            if self._came_back(member_id, question_id, vote):
                return "there already"
            if self._origin.nameless_return:
                return NAMELESS
        new = self._new_vote(member_id, question_id, vote)
        return "there already" if votes.add(self._connection, new) is None else "added"

    def _count(self, outcome: str) -> None:
        self._report.outcomes[outcome] = self._report.outcomes.get(outcome, 0) + 1

    def _labels(self, picture: LabelledPicture) -> Iterator[str]:
        """Give the questions for which the file says one label, and not who answered what."""
        if not picture.votes:
            yield from picture.labels
        elif self._origin.foreign:
            heard = Counter(v.question for v in picture.votes if v.annotator == IMPORT_ANNOTATOR)
            yield from (question for question, count in heard.items() if count == 1)

    def _stands(self, member_id: int, question_id: int, vote: VoteRecord) -> bool:
        heard = votes.of_members(self._connection, question_id, [member_id])
        last = next((v for v in reversed(list(heard)) if v.annotator == IMPORT_ANNOTATOR), None)
        said = (vote.verdict, self._chosen(vote.question, vote.choices), vote.number)
        return last is not None and (last.verdict, last.choice_ids, last.number) == said

    def _came_back(self, member_id: int, question_id: int, vote: VoteRecord) -> bool:
        """Tell whether a vote is one of the dataset's own that went out without a name."""
        if not is_unnamed(vote.key):
            return False
        place = (member_id, question_id)
        if self._gone_out[0] != place:
            heard = votes.of_members(self._connection, question_id, [member_id])
            keys = {unnamed_key(v.client_key, self._origin.secret) for v in heard}
            self._gone_out = (place, keys)
        return vote.key in self._gone_out[1]

    def _new_vote(self, member_id: int, question_id: int, vote: VoteRecord) -> NewVote:
        held = votes.find(self._connection, vote.key)
        key = vote.key
        if held is not None and (held.member_id, held.question_id) != (member_id, question_id):
            # The same file was imported into another dataset, whose votes have the keys already.
            digest = hashlib.sha256(f"{vote.key}:{member_id}:{question_id}".encode()).hexdigest()
            key = f"copy:{digest}"
        return NewVote(
            member_id=member_id,
            question_id=question_id,
            annotator=vote.annotator,
            annotator_kind=vote.kind,
            client_key=key,
            verdict=vote.verdict,
            choice_ids=self._chosen(vote.question, vote.choices),
            number=vote.number,
            decides=vote.decides,
            milliseconds=vote.milliseconds,
            created_at=vote.at,
            certainty=vote.certainty,
            aided=vote.aided,
        )

    def _chosen(self, question: str, names: Sequence[str]) -> tuple[int, ...]:
        known = self._choices[question]
        lacking = {name.strip() for name in names if name not in known} - set(known)
        if lacking:
            known = questions.choice_ids(self._connection, self._asked[question].id, lacking)
            self._choices[question] = known
        return tuple(sorted({known[name if name in known else name.strip()] for name in names}))


def _label_votes(picture: LabelledPicture) -> Iterator[VoteRecord]:
    for name, label in picture.labels.items():
        if label.choices or label.number is not None:
            yield VoteRecord(
                question=name,
                annotator=IMPORT_ANNOTATOR,
                kind="import",
                verdict="answer",
                choices=label.choices,
                number=label.number,
                decides=False,
                at=now(),
                milliseconds=None,
                key=f"label:{uuid4()}",
            )
