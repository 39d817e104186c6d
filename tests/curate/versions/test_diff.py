"""How states differ: planted cases, and what must hold whatever the states are."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldguide.curate.versions.diff import (
    Comparison,
    Difference,
    PictureChange,
    Ref,
    apply,
    card_differences,
    compare,
    differences,
    text,
)
from fieldguide.curate.versions.state import Answer, Labelled, Pictured, State, Support


def said(*choices: str, certainty: float = 1.0, votes: int = 1) -> Labelled:
    return Labelled(Answer("answer", choices), Support(certainty, votes))


def picture(number: int, name: str = "", sha256: str = "", **values: object) -> Pictured:
    return Pictured(number, name or f"{number}.jpg", sha256 or f"{number:x}" * 4, **values)  # type: ignore[arg-type]


_UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

_NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
_LABELS = st.builds(
    Labelled,
    st.none()
    | st.builds(Answer, st.just("answer"), st.tuples(_NAMES))
    | st.builds(Answer, st.just("answer"), st.just(()), st.floats(-5, 5))
    | st.just(Answer("cannot_tell")),
    st.builds(Support, st.floats(0, 1), st.integers(0, 4)),
)
_PICTURES = st.lists(
    st.builds(
        Pictured,
        st.integers(1, 9),
        _NAMES,
        _NAMES,
        group=st.none() | _NAMES,
        part=st.none() | st.sampled_from(["train", "test"]),
        columns=st.dictionaries(_NAMES, _NAMES | st.floats(-5, 5), max_size=2),
        labels=st.dictionaries(_NAMES, _LABELS, max_size=2),
    ),
    max_size=8,
    unique_by=lambda p: p.member_id,
).map(lambda pictures: sorted(pictures, key=lambda p: p.member_id))


@_UNHURRIED
@given(_PICTURES)
def test_a_state_does_not_differ_from_itself(pictures: list[Pictured]) -> None:
    assert differences(pictures, pictures) == []


@_UNHURRIED
@given(_PICTURES, _PICTURES)
def test_the_differences_lead_from_one_state_to_the_other(
    a: list[Pictured], b: list[Pictured]
) -> None:
    assert apply(a, differences(a, b)) == b


@_UNHURRIED
@given(_PICTURES, _PICTURES)
def test_the_way_back_is_the_way_turned_round(a: list[Pictured], b: list[Pictured]) -> None:
    assert apply(b, [_turned(change) for change in differences(a, b)]) == a


def _turned(change: PictureChange) -> PictureChange:
    values = tuple(dataclasses.replace(v, before=v.after, after=v.before) for v in change.values)
    return PictureChange(change.after, change.before, values)


def test_each_kind_is_named() -> None:
    rust, miner = {"class": said("rust")}, {"class": said("miner")}
    a = [
        picture(1, labels=rust),
        picture(2),
        picture(3, "old.jpg", "same"),
        picture(4, "shot.jpg", "first"),
        picture(5, labels=rust, columns={"site": "A"}, part="train", group="g"),
        picture(6, labels={"class": said("rust", certainty=0.6, votes=3)}),
    ]
    b = [
        picture(1, labels=miner),
        picture(5, labels=rust, columns={"site": "B"}, part="test", group="h"),
        picture(6, labels={"class": said("rust", certainty=0.75, votes=4)}),
        picture(7, "new.jpg", "same"),
        picture(8, "shot.jpg", "second"),
        picture(9, labels=rust),
    ]
    found = {change.ref.name: change for change in differences(a, b)}
    assert {name: set(change.kinds) for name, change in found.items()} == {
        "1.jpg": {"label"},
        "2.jpg": {"removed"},
        "5.jpg": {"column", "part", "group"},
        "6.jpg": {"certainty"},
        "9.jpg": {"added"},
        "new.jpg": {"renamed"},
        "shot.jpg": {"replaced"},
    }
    assert found["new.jpg"].before == Ref(3, "old.jpg", "same")
    assert Difference("column", "site", "A", "B") in found["5.jpg"].values


def test_counts_and_the_table_of_classes() -> None:
    a = [picture(n, labels={"class": said("rust")}) for n in range(1, 4)]
    b = [
        picture(1, labels={"class": said("miner")}),
        picture(2, labels={"class": said("miner")}),
        picture(3),
        picture(4, labels={"class": said("rust")}),
    ]
    comparison = Comparison("a", "b", tuple(differences(a, b)))
    assert comparison.counts == {"added": 1, "label": 3}
    assert comparison.label_tables == {"class": {("rust", "miner"): 2, ("rust", "no label"): 1}}
    assert [c.ref.name for c in comparison.of_kinds(["added"])] == ["4.jpg"]


def test_only_what_both_states_know_is_compared() -> None:
    def state(title: str, *pictures: Pictured, **values: object) -> State:
        def give() -> Iterator[Pictured]:
            return iter(pictures)

        return State(title, give, **values)  # type: ignore[arg-type]

    new = picture(1, part="train", columns={"site": "A"}, labels={"wilted": said("yes")})
    old = picture(1)
    plain = state("now", new)
    partly = state(
        "version 1",
        old,
        unknown={"part": "p", "column": "c", "votes": "v"},
        only=frozenset({"class"}),
    )
    comparison = compare(partly, plain)
    assert comparison.changes == ()
    assert comparison.left_out == (
        "Labels are compared of 'class' alone: version 1 kept no others.",
        "Parts are not compared: p.",
        "Columns are not compared: c.",
        "Numbers of votes are not compared: v.",
    )
    assert compare(state("a", old), plain).counts == {"label": 1, "column": 1, "part": 1}
    archived = state("a", old, without=frozenset({"wilted"}))
    assert "label" not in compare(archived, plain).counts


def test_cards_differ_by_place() -> None:
    question = {"id": 1, "name": "class", "guidelines": "", "classes": [{"id": 3, "name": "rust"}]}
    renamed = {**question, "classes": [{"id": 3, "name": "rot"}]}
    a, b = {"name": "d", "questions": [question]}, {"name": "d", "questions": [renamed]}
    assert card_differences(a, a) == []
    assert card_differences(a, None) == []
    assert card_differences(a, b) == [("question 1, class 3: name", "rust", "rot")]


def test_values_in_words() -> None:
    assert text(None) == "no label"
    assert text(Answer("cannot_tell")) == "cannot tell"
    assert text(Answer("answer", (), 12.5)) == "12.5"
    assert text(Support(0.666, 3)) == "67% of 3"
