"""Take an answer: check it, record the vote, and bring the picture's label up to date."""

from __future__ import annotations

import math
from dataclasses import dataclass

import sqlalchemy as sa

from fieldguide.errors import DataError, InputError, UnknownNameError
from fieldguide.records import answers, labels, leases, members, votes
from fieldguide.records.clock import now
from fieldguide.records.questions import Question
from fieldguide.records.settling import Posterior, Settled
from fieldguide.records.votes import NewVote
from fieldguide.types import AnnotatorKind, Verdict


@dataclass(frozen=True, slots=True)
class Submission:
    """An answer as it comes from an annotator.

    Attributes:
        member_id: The picture.
        verdict: Answer, another way out, or the withdrawal of the last answer.
        choice_ids: The chosen classes; none for any verdict but ``answer``.
        number: The answer to a number question.
        milliseconds: How long the annotator looked, if known.
        client_key: The answer's own key: a repeated request stores nothing twice.
        aided: Whether a model's suggestion was in sight.
        suggested: The class that it suggested, and its certainty; kept as a model's vote.
    """

    member_id: int
    verdict: Verdict
    choice_ids: tuple[int, ...]
    number: float | None
    milliseconds: int | None
    client_key: str
    aided: bool = False
    suggested: tuple[int, float] | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What became of an answer.

    Attributes:
        vote_id: The vote.
        fresh: False when the same request came before.
        label: The picture's label with this answer in it.
    """

    vote_id: int
    fresh: bool
    label: Settled


def give(
    connection: sa.Connection,
    question: Question,
    submission: Submission,
    *,
    annotator: str,
    kind: AnnotatorKind = "person",
    decides: bool = False,
    posterior: Posterior | None = None,
) -> Given:
    """Record an answer and compute the picture's label anew, in one transaction.

    An answer that comes after its lease has ended counts all the same: work is never thrown away.
    What is refused is refused before anything is written.

    Args:
        connection: A writing connection.
        question: The question, as it stands.
        submission: The answer.
        annotator: Who gives it.
        kind: Person, import or model.
        decides: Whether a reviewer settles the matter with it.
        posterior: Weighs annotators by their skill; None counts each alike.

    Raises:
        InputError: If the answer does not fit the question.
        UnknownNameError: If the picture is not in the question's dataset.
        DataError: If the picture was taken out, or the key belongs to another answer.
    """
    check(question, submission)
    vote = NewVote(
        member_id=submission.member_id,
        question_id=question.id,
        annotator=annotator,
        annotator_kind=kind,
        client_key=f"{annotator}:{submission.client_key}",
        verdict=submission.verdict,
        choice_ids=tuple(sorted(set(submission.choice_ids))),
        number=submission.number,
        decides=decides,
        milliseconds=submission.milliseconds,
        created_at=now(),
        aided=submission.aided,
    )
    _check_member(connection, question, submission.member_id)
    vote_id = votes.add(connection, vote)
    if vote_id is None:
        return _given_before(connection, question, vote, posterior)
    answers.stand(connection, vote_id, vote)
    if submission.suggested is not None:
        _keep_suggestion(connection, vote, *submission.suggested)
    leases.release(connection, question.id, annotator, [vote.member_id])
    label = labels.update(connection, question, vote.member_id, posterior)
    return Given(vote_id, fresh=True, label=label)


def check(question: Question, submission: Submission) -> None:
    """Refuse an answer that does not fit its question.

    Raises:
        InputError: Saying what does not fit.
        UnknownNameError: If a class is not one of the question's.
    """
    if submission.suggested is not None:
        _check_suggestion(question, *submission.suggested)
    if submission.verdict != "answer":
        if submission.choice_ids or submission.number is not None:
            raise InputError(
                f"The verdict {submission.verdict!r} comes without a class and without a number."
            )
        return
    if question.kind == "number":
        _check_number(question, submission)
        return
    if submission.number is not None:
        raise InputError(f"The question {question.name!r} asks for a class, not for a number.")
    if question.kind == "single" and len(submission.choice_ids) != 1:
        raise InputError(
            f"The question {question.name!r} takes one class; {len(submission.choice_ids)} came."
        )
    for choice_id in submission.choice_ids:
        choice = question.by_id.get(choice_id)
        if choice is None:
            known = [str(c.id) for c in question.choices]
            raise UnknownNameError("class", str(choice_id), known)
        if not choice.offered:
            raise InputError(
                f"The class {choice.name!r} is no longer offered. Reload the page to see the "
                "classes as they are now."
            )


def _check_suggestion(question: Question, choice_id: int, certainty: float) -> None:
    if choice_id not in question.by_id:
        raise UnknownNameError("class", str(choice_id), [str(c.id) for c in question.choices])
    if not 0 <= certainty <= 1:
        raise InputError(
            f"The certainty of a suggestion must lie between 0 and 1, not {certainty:g}."
        )


def _keep_suggestion(
    connection: sa.Connection, answer: NewVote, choice_id: int, certainty: float
) -> None:
    """Keep what a model suggested as its vote, once for each class that it turns to."""
    model = votes.SUGGESTIONS_ANNOTATOR
    member, question = answer.member_id, answer.question_id
    if votes.latest_by(connection, question, model, [member]).get(member) == choice_id:
        return
    vote = NewVote(
        member_id=member,
        question_id=question,
        annotator=model,
        annotator_kind="model",
        client_key=f"{model}:{answer.client_key}",
        choice_ids=(choice_id,),
        created_at=answer.created_at,
        certainty=certainty,
    )
    vote_id = votes.add(connection, vote)
    if vote_id is not None:
        answers.stand(connection, vote_id, vote)


def _check_number(question: Question, submission: Submission) -> None:
    number, wanted = submission.number, question.settings
    if submission.choice_ids or number is None or not math.isfinite(number):
        raise InputError(f"The question {question.name!r} asks for a number.")
    least = -math.inf if wanted.least is None else wanted.least
    greatest = math.inf if wanted.greatest is None else wanted.greatest
    if not least <= number <= greatest:
        raise InputError(
            f"{question.name!r} must lie between {least:g} and {greatest:g}, not {number:g}."
        )


def _check_member(connection: sa.Connection, question: Question, member_id: int) -> None:
    place = members.place(connection, member_id)
    if place is None or place.dataset_id != question.dataset_id:
        raise DataError(
            f"Picture {member_id} is not in the dataset that the question {question.name!r} asks "
            "about."
        )
    if place.removed:
        raise DataError(
            f"Picture {member_id} has been taken out of its dataset; there is nothing to answer."
        )


def _given_before(
    connection: sa.Connection, question: Question, vote: NewVote, posterior: Posterior | None
) -> Given:
    held = votes.find(connection, vote.client_key)
    said = (vote.member_id, vote.question_id, vote.verdict, vote.choice_ids, vote.number)
    if held is None or said != (
        held.member_id,
        held.question_id,
        held.verdict,
        held.choice_ids,
        held.number,
    ):
        raise DataError(
            f"The key {vote.client_key!r} belongs to another answer. Each answer needs a key of "
            "its own."
        )
    label = labels.update(connection, question, vote.member_id, posterior)
    return Given(held.id, fresh=False, label=label)
