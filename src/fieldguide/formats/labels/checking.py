"""Whether labels and votes fit the questions that they answer."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Sequence

from fieldguide.formats.labels.record import LabelledPicture, QuestionRecord, VoteRecord
from fieldguide.formats.names import some


class Checker:
    """Says whether labels and votes fit questions.

    Args:
        questions: The questions that may be answered.
    """

    def __init__(self, questions: Iterable[QuestionRecord]) -> None:
        self.questions = {question.name: question for question in questions}
        self._classes = {
            name: frozenset(choice.name for choice in question.choices)
            for name, question in self.questions.items()
        }

    def fault_of(self, picture: LabelledPicture) -> str | None:
        """Say what about a picture's labels and votes does not fit, or None if all does."""
        for name, label in picture.labels.items():
            if name not in self.questions:
                return f"its label answers {_unknown('question', name, list(self.questions))}"
            fault = self._fault_of_answer(name, label.choices, label.number, settled=False)
            if fault:
                return f"its label for '{name}' {fault}"
            if label.certainty is not None and not 0 <= label.certainty <= 1:
                return f"its label for '{name}' has the certainty {label.certainty}, not 0 to 1"
        for vote in picture.votes:
            fault = self._fault_of_vote(vote)
            if fault:
                return f"the vote '{vote.key}' by '{vote.annotator}' {fault}"
        for column, value in picture.columns.items():
            if isinstance(value, float) and not math.isfinite(value):
                return f"its column '{column}' holds {value}, which is not a finite number"
        return None

    def _fault_of_vote(self, vote: VoteRecord) -> str | None:
        if vote.question not in self.questions:
            return f"answers {_unknown('question', vote.question, list(self.questions))}"
        if vote.at.tzinfo is None:
            return "has a time without a time zone"
        if vote.verdict != "answer":
            empty = not vote.choices and vote.number is None
            return None if empty else f"says '{vote.verdict}' and has an answer all the same"
        return self._fault_of_answer(vote.question, vote.choices, vote.number, settled=True)

    def _fault_of_answer(
        self, name: str, choices: Sequence[str], number: float | None, *, settled: bool
    ) -> str | None:
        """Check an answer; one that is not settled may be empty."""
        question = self.questions[name]
        if question.kind == "number":
            return _check_number(question, choices, number, settled=settled)
        if number is not None:
            return f"is the number {number}, and '{name}' asks for a class"
        unknown = next((kind for kind in choices if kind not in self._classes[name]), None)
        if unknown is not None:
            known = [choice.name for choice in question.choices]
            return f"names {_unknown('class', unknown, known)}"
        if len(set(choices)) < len(choices):
            return f"names a class twice: {some(choices)}"
        if question.kind == "single" and (len(choices) > 1 or (settled and not choices)):
            return f"names {len(choices)} classes, and '{name}' asks for one"
        return None


def check_questions(questions: Sequence[QuestionRecord]) -> str | None:
    """Say what is wrong with questions and their classes, or None if nothing is."""
    names = [question.name for question in questions]
    if len(set(names)) < len(names):
        return f"two questions have the same name, among {some(names)}"
    for question in questions:
        classes = [choice.name for choice in question.choices]
        if "" in names or "" in classes:
            return "a question or a class has no name"
        if len(set(classes)) < len(classes):
            twice = sorted({name for name in classes if classes.count(name) > 1})
            return f"the question '{question.name}' has {some(twice)} more than once"
        for choice in question.choices:
            for other in (choice.parent, choice.merged_into):
                if other is not None and other not in classes:
                    return (
                        f"the class '{choice.name}' of '{question.name}' points to "
                        f"{_unknown('class', other, classes)}"
                    )
    return None


def _check_number(
    question: QuestionRecord, choices: Sequence[str], number: float | None, *, settled: bool
) -> str | None:
    if choices:
        return f"names the class '{choices[0]}', and '{question.name}' asks for a number"
    if number is None:
        return "has no number" if settled else None
    return None if math.isfinite(number) else f"is {number}, which is not a finite number"


def _unknown(kind: str, name: str, known: Sequence[str]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    # A spreadsheet takes the zeros in front of a code away.
    coded = [other for other in known if other.lstrip("0") == name and name]
    if coded:
        hint = f" (did a spreadsheet shorten '{coded[0]}'?)"
    elif nearest:
        hint = f" (did you mean '{nearest[0]}'?)"
    else:
        hint = f" (known: {some(known)})" if known else ""
    return f"the unknown {kind} '{name}'{hint}"
