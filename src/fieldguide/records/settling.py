"""How the answers about one picture become its label: the rule, without any database."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from fieldguide.types import AnnotatorKind, QuestionKind, Verdict

T = TypeVar("T")

LabelState = Literal["open", "review", "closed"]
"""Waiting for answers, waiting for a reviewer, or settled."""

Posterior = Callable[[Sequence[tuple[str, int]]], tuple[int, float] | None]
"""From (annotator, choice) pairs to the likeliest choice and its probability."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one annotator says of a picture as things stand.

    Attributes:
        annotator: Who.
        kind: Person, import or model.
        verdict: Answer, unsure, cannot_tell or skip.
        choices: Ids of the chosen classes.
        number: The answer to a number question.
        decides: Whether it settles the matter, as a reviewer's does.
        vote: Numbers the votes in their order.
    """

    annotator: str
    kind: AnnotatorKind
    verdict: Verdict
    choices: tuple[int, ...] = ()
    number: float | None = None
    decides: bool = False
    vote: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """How a question's answers are counted.

    Attributes:
        kind: Single choice, many choices or number.
        needed: How many people must answer before a picture can be closed.
        most: How many are asked at most while they do not agree.
        agreement: The share of the answers that must be alike, above 0 and up to 1.
        count_imports: Whether what an import says counts as one person's answer.
        tolerance: Numbers that differ by no more agree.
        resolve: Class by class, the one that its votes count for; None for a class that was split,
            whose votes wait for new answers.
        posterior: Weighs annotators by their skill; None counts each alike.
    """

    kind: QuestionKind = "single"
    needed: int = 1
    most: int = 1
    agreement: float = 0.66
    count_imports: bool = True
    tolerance: float = 0.0
    resolve: Mapping[int, int | None] | None = None
    posterior: Posterior | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """The label that answers give.

    Attributes:
        state: Open, review or closed.
        verdict: What the label says: answer, cannot_tell or unsure; None without one.
        choices: Ids of the classes; one for a single choice.
        number: The median answer to a number question.
        certainty: From 0 to 1; None without an answer.
        votes: How many annotators answered.
        wanted: How many answers there should be for the time being.
    """

    state: LabelState
    verdict: Verdict | None
    choices: tuple[int, ...]
    number: float | None
    certainty: float | None
    votes: int
    wanted: int


def standing(votes: Iterable[tuple[str, Verdict, T]]) -> dict[str, T]:
    """Return what each annotator says as things stand, from all votes in their order.

    A later answer takes the place of an earlier one; a withdrawal takes back the last that stands.

    Args:
        votes: Annotator, verdict and the vote itself, oldest first.

    Example:
        >>> standing([("ada", "answer", 1), ("ada", "answer", 2), ("ada", "withdrawn", 3)])
        {'ada': 1}
    """
    said: dict[str, list[T]] = {}
    for annotator, verdict, vote in votes:
        pile = said.setdefault(annotator, [])
        if verdict != "withdrawn":
            pile.append(vote)
        elif pile:
            pile.pop()
    return {annotator: pile[-1] for annotator, pile in said.items() if pile}


def settle(
    answers: Iterable[Answer], rule: Rule, extra: int = 0, review_after: int | None = None
) -> Settled:
    """Compute the label of one picture.

    A reviewer's decision stands above all; the latest comes last. Else each annotator counts once.
    With fewer answers than needed the picture stays open. When they agree enough it is closed; when
    they do not, it is shown to further people up to ``rule.most``, and then goes to review. Models
    never count.

    Args:
        answers: What each annotator says as things stand, in the order of their time.
        rule: How they are counted.
        extra: How many more people than the rule says are asked about this picture.
        review_after: The newest vote when somebody sent the picture to review: it waits there,
            with the label that it has, until a later decision. None where nobody did.
    """
    said = list(answers)
    settled = _settle(said, rule, extra)
    if review_after is None or any(
        a.decides and a.verdict != "skip" and a.vote > review_after for a in said
    ):
        return settled
    return replace(settled, state="review", wanted=settled.votes)


def _settle(answers: Sequence[Answer], rule: Rule, extra: int) -> Settled:
    needed = rule.needed + extra
    heard = [a for a in (_resolved(a, rule) for a in answers) if a is not None]
    decisions = [a for a in heard if a.decides and a.verdict != "skip"]
    people = [a for a in heard if a.kind == "person" and not a.decides and a.verdict != "skip"]
    imports = [a for a in heard if a.kind == "import" and a.verdict != "skip"]
    counted = [*imports, *people] if rule.count_imports or not people else people
    votes = len(counted) if rule.count_imports else len(people)
    if decisions:
        last = decisions[-1]
        return Settled(
            "closed", last.verdict, last.choices, last.number, 1.0, votes + len(decisions), 0
        )
    if not counted:
        return Settled("open", None, (), None, None, 0, needed)
    verdict, choices, number, certainty, agreed = _count(counted, rule)
    state, wanted = _state(votes, needed, max(rule.most, needed), agreed=agreed)
    return Settled(state, verdict, choices, number, certainty, votes, wanted)


def _state(votes: int, needed: int, most: int, *, agreed: bool) -> tuple[LabelState, int]:
    if votes < needed:
        return "open", needed
    if agreed:
        return "closed", needed
    if votes < most:
        return "open", votes + 1
    return "review", most


def _resolved(answer: Answer, rule: Rule) -> Answer | None:
    if answer.kind == "model":
        return None
    if not answer.choices or rule.resolve is None:
        return answer
    targets = [rule.resolve.get(choice, choice) for choice in answer.choices]
    if any(target is None for target in targets):
        return None
    kept = tuple(sorted({target for target in targets if target is not None}))
    return replace(answer, choices=kept)


_Counted = tuple[Verdict | None, tuple[int, ...], float | None, float, bool]


def _count(answers: Sequence[Answer], rule: Rule) -> _Counted:
    told = [a for a in answers if a.verdict == "answer"]
    undecidable = sum(a.verdict == "cannot_tell" for a in answers)
    unsure = len(answers) - len(told) - undecidable
    if not told and unsure >= undecidable:
        share = max(unsure, undecidable) / len(answers)
        return ("unsure" if unsure > undecidable else None), (), None, share, False
    alike = _most_alike(told, rule)
    if undecidable > alike:
        share = undecidable / len(answers)
        return "cannot_tell", (), None, share, share >= rule.agreement
    if undecidable == alike:
        return None, (), None, alike / len(answers), False
    if rule.kind == "single":
        return _single(told, len(answers), rule)
    if rule.kind == "many":
        return _many(told, len(answers), rule)
    return _number(told, len(answers), rule)


def _most_alike(told: Sequence[Answer], rule: Rule) -> int:
    if rule.kind == "single" and told:
        return Counter(a.choices[0] for a in told).most_common(1)[0][1]
    return len(told)


def _single(told: Sequence[Answer], total: int, rule: Rule) -> _Counted:
    if rule.posterior is not None:
        likeliest = rule.posterior([(a.annotator, a.choices[0]) for a in told])
        if likeliest is not None:
            choice, probability = likeliest
            return "answer", (choice,), None, probability, probability >= rule.agreement
    ranked = Counter(a.choices[0] for a in told).most_common(2)
    share = ranked[0][1] / total
    if len(ranked) == 2 and ranked[0][1] == ranked[1][1]:
        return None, (), None, share, False
    return "answer", (ranked[0][0],), None, share, share >= rule.agreement


def _many(told: Sequence[Answer], total: int, rule: Rule) -> _Counted:
    counts = Counter(choice for a in told for choice in a.choices)
    chosen = tuple(sorted(c for c, n in counts.items() if 2 * n > len(told)))
    tied = any(2 * n == len(told) for n in counts.values())
    weakest = min((max(n, len(told) - n) for n in counts.values()), default=len(told))
    share = weakest / total
    if tied:
        return None, (), None, share, False
    return "answer", chosen, None, share, share >= rule.agreement


def _number(told: Sequence[Answer], total: int, rule: Rule) -> _Counted:
    numbers = [a.number for a in told if a.number is not None]
    middle = statistics.median(numbers)
    share = sum(abs(n - middle) <= rule.tolerance for n in numbers) / total
    return "answer", (), middle, share, share >= rule.agreement
