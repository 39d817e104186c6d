from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldguide.records.settling import Answer, Rule, settle, standing
from fieldguide.types import AnnotatorKind, Verdict

A, B, C = 1, 2, 3


def _said(*choices: int | str, kind: AnnotatorKind = "person") -> list[Answer]:
    found = []
    for number, choice in enumerate(choices):
        name = f"{kind}-{number}"
        if isinstance(choice, int):
            found.append(Answer(name, kind, "answer", (choice,)))
        else:
            found.append(Answer(name, kind, choice))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("answers", "state", "verdict", "choices", "certainty"),
    [
        ([], "open", None, (), None),
        ([A], "open", "answer", (A,), 1.0),
        ([A, A], "closed", "answer", (A,), 1.0),
        ([A, B], "open", None, (), 0.5),
        ([A, B, A], "closed", "answer", (A,), 2 / 3),
        ([A, B, C], "review", None, (), 1 / 3),
        ([A, "unsure"], "open", "answer", (A,), 0.5),
        (["unsure", "unsure"], "open", "unsure", (), 1.0),
        (["unsure", "unsure", "unsure"], "review", "unsure", (), 1.0),
        (["cannot_tell", "cannot_tell"], "closed", "cannot_tell", (), 1.0),
        (["cannot_tell", A], "open", None, (), 0.5),
        (["cannot_tell", "cannot_tell", A], "closed", "cannot_tell", (), 2 / 3),
        (["skip", A], "open", "answer", (A,), 1.0),
    ],
)
def test_answers_of_people(
    answers: list[int | str],
    state: str,
    verdict: str | None,
    choices: tuple[int, ...],
    certainty: float | None,
) -> None:
    settled = settle(_said(*answers), Rule(needed=2, most=3))
    assert (settled.state, settled.verdict, settled.choices) == (state, verdict, choices)
    assert settled.certainty == (None if certainty is None else pytest.approx(certainty))


def test_a_reviewers_decision_stands_above_all_and_the_latest_counts() -> None:
    answers = [
        *_said(A, A, A),
        Answer("rita", "person", "answer", (B,), decides=True),
        Answer("rolf", "person", "cannot_tell", decides=True),
    ]
    settled = settle(answers, Rule(needed=3, most=3))
    assert (settled.state, settled.verdict, settled.certainty) == ("closed", "cannot_tell", 1.0)


def test_models_never_count() -> None:
    settled = settle(_said(B, B, B, kind="model") + _said(A), Rule())
    assert (settled.choices, settled.votes) == ((A,), 1)
    assert settle(_said(B, kind="model"), Rule()).state == "open"


def test_an_import_counts_as_one_person_or_only_until_people_answer() -> None:
    imported = _said(B, kind="import")
    assert settle(imported, Rule(needed=1)).state == "closed"
    apart = Rule(needed=1, count_imports=False)
    alone = settle(imported, apart)
    assert (alone.state, alone.choices, alone.votes) == ("open", (B,), 0)
    both = settle(imported + _said(A), apart)
    assert (both.state, both.choices, both.votes) == ("closed", (A,), 1)


def test_merged_classes_count_for_their_target_and_split_ones_wait() -> None:
    resolve = {A: A, B: A, C: None}
    merged = settle(_said(A, B), Rule(needed=2, most=2, resolve=resolve))
    assert (merged.state, merged.choices, merged.certainty) == ("closed", (A,), 1.0)
    split = settle(_said(C, C), Rule(needed=2, most=2, resolve=resolve))
    assert (split.state, split.choices, split.votes) == ("open", (), 0)


def test_many_choices_are_settled_one_by_one() -> None:
    answers = [
        Answer("a", "person", "answer", (A, B)),
        Answer("b", "person", "answer", (A,)),
        Answer("c", "person", "answer", (A, C)),
    ]
    settled = settle(answers, Rule(kind="many", needed=3, most=3))
    assert (settled.choices, settled.state) == ((A,), "closed")
    assert settled.certainty == pytest.approx(2 / 3)
    tied = settle(answers[:2], Rule(kind="many", needed=2, most=2))
    assert (tied.state, tied.verdict) == ("review", None)
    none = settle([Answer("a", "person", "answer", ())], Rule(kind="many"))
    assert (none.state, none.verdict, none.choices) == ("closed", "answer", ())


def test_numbers_are_settled_by_the_median_within_a_tolerance() -> None:
    answers = [Answer(str(n), "person", "answer", number=n) for n in (3.0, 4.0, 9.0)]
    settled = settle(answers, Rule(kind="number", needed=3, most=3, tolerance=1.0))
    assert (settled.number, settled.state) == (4.0, "closed")
    assert settled.certainty == pytest.approx(2 / 3)


def test_one_more_answer_can_be_asked_for() -> None:
    settled = settle(_said(A), Rule(needed=1), extra=1)
    assert (settled.state, settled.wanted) == ("open", 2)
    assert settle(_said(A, A), Rule(needed=1), extra=1).state == "closed"


def test_a_withdrawal_takes_back_the_last_answer_that_stands() -> None:
    votes: list[tuple[str, Verdict, int]] = [
        ("ada", "answer", 1),
        ("ada", "answer", 2),
        ("ben", "answer", 3),
        ("ada", "withdrawn", 4),
        ("ben", "withdrawn", 5),
        ("ben", "withdrawn", 6),
    ]
    assert standing(votes) == {"ada": 1}


@given(
    st.lists(
        st.tuples(
            st.sampled_from([v for v in get_args(Verdict) if v != "withdrawn"]),
            st.sampled_from([A, B, C]),
        ),
        max_size=7,
    ),
    st.integers(1, 4),
    st.integers(0, 3),
    st.floats(0.1, 1.0),
)
def test_the_rules_that_always_hold(
    said: list[tuple[Verdict, int]], needed: int, more: int, agreement: float
) -> None:
    answers = [
        Answer(str(n), "person", verdict, (choice,) if verdict == "answer" else ())
        for n, (verdict, choice) in enumerate(said)
    ]
    rule = Rule(needed=needed, most=needed + more, agreement=agreement)
    settled = settle(answers, rule)
    assert settled == settle(answers[::-1], rule)
    heard = [a for a in answers if a.verdict != "skip"]
    assert settled.votes == len(heard)
    if len(heard) < needed:
        assert (settled.state, settled.wanted) == ("open", needed)
    if settled.state == "closed":
        assert settled.verdict in {"answer", "cannot_tell"}
        assert settled.certainty is not None
        assert settled.certainty >= agreement
    if settled.state == "review":
        assert len(heard) >= rule.most
    if settled.choices:
        counts = Counter(a.choices[0] for a in heard if a.choices)
        assert counts.most_common(1)[0][1] == counts[settled.choices[0]]
