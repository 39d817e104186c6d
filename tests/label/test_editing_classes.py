from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from tests.label.conftest import Site

from fieldguide.errors import DataError, InputError, UnknownNameError
from fieldguide.label import editing_classes
from fieldguide.label.editing_classes import ChoiceValues
from fieldguide.records import choices, labels, questions, votes
from fieldguide.records.questions import QuestionSettings


def _edit(site: Site, edit: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    def work(connection: sa.Connection) -> Any:
        question = questions.get(connection, site.question_id)
        if edit is not editing_classes.undo:
            more.update(author="mia", client_key=f"edit-{next(site.keys)}")
        return edit(connection, question, *arguments, **more)

    return site.workspace.records.write(work)


def _names(site: Site) -> list[str]:
    return [choice.name for choice in site.question.choices if choice.offered]


def _vote_count(site: Site) -> int:
    with site.workspace.records.read() as connection:
        return sum(1 for _ in votes.of_question(connection, site.question_id))


def _forget_looks(site: Site) -> None:
    """Leave the classes without keys and colours of their own, as an import of votes makes them."""

    def work(connection: sa.Connection) -> None:
        for choice in site.question.choices:
            choices.change(connection, choice.id, {"key": None, "colour": None})

    site.workspace.records.write(work)


def _looks(site: Site) -> tuple[dict[int, str], dict[int, str]]:
    question = site.question
    return editing_classes.effective_keys(question), editing_classes.effective_colours(question)


def test_a_renamed_class_keeps_its_votes_and_answers_to_its_old_name(site: Site) -> None:
    picture, rust = site.pictures[0], site.choice("rust")
    site.say("ada", picture, "rust")
    _edit(site, editing_classes.change, rust, ChoiceValues(name="leaf rust"))
    assert site.name_of(picture) == "leaf rust"
    ids = site.workspace.records.write(
        lambda c: questions.choice_ids(c, site.question_id, {"rust"})
    )
    assert ids["rust"] == rust
    assert _edit(site, editing_classes.undo).kind == "rename"
    assert site.name_of(picture) == "rust"


def test_merged_classes_count_together_and_can_be_taken_apart_again(site: Site) -> None:
    a, b = site.pictures[:2]
    site.say("ada", a, "rust")
    site.say("ada", b, "miner")
    _edit(site, editing_classes.merge, [site.choice("miner")], site.choice("rust"))
    assert [site.name_of(a), site.name_of(b)] == ["rust", "rust"]
    assert _names(site) == ["rust", "healthy"]
    with pytest.raises(InputError, match="'miner' is no longer offered"):
        site.say("ada", a, "miner")
    _edit(site, editing_classes.undo)
    assert [site.name_of(a), site.name_of(b)] == ["rust", "miner"]
    assert _vote_count(site) == 2


def test_a_merge_settles_a_disagreement(site: Site) -> None:
    twice = site.ask("twice", "a", "b", settings=QuestionSettings(answers_needed=2))
    picture = twice.pictures[0]
    twice.say("ada", picture, "a")
    twice.say("ben", picture, "b")
    assert twice.label(picture).state == "review"
    _edit(twice, editing_classes.merge, [twice.choice("b")], twice.choice("a"))
    assert twice.label(picture).state == "closed"


def test_a_split_class_sends_its_pictures_back_and_loses_no_vote(site: Site) -> None:
    picture = site.pictures[0]
    site.say("ada", picture, "rust")
    site.say("ada", site.pictures[1], "miner")
    made = _edit(site, editing_classes.split, site.choice("rust"), ["leaf rust", "stem rust"])
    assert len(made) == 2
    assert site.label(picture).state == "open"
    assert site.label(site.pictures[1]).state == "closed"
    assert picture not in site.next("ada", 12)
    site.say("ada", picture, "stem rust")
    assert site.name_of(picture) == "stem rust"
    _edit(site, editing_classes.undo)
    assert _vote_count(site) == 3
    assert "rust" in _names(site)


def test_an_archived_class_is_not_offered_but_its_votes_count(site: Site) -> None:
    picture = site.pictures[0]
    site.say("ada", picture, "rust")
    _edit(site, editing_classes.archive, site.choice("rust"), archived=True)
    assert "rust" not in _names(site)
    assert site.name_of(picture) == "rust"
    _edit(site, editing_classes.archive, site.choice("rust"), archived=False)
    assert "rust" in _names(site)


def test_any_row_of_edits_can_be_undone_to_the_first(site: Site) -> None:
    with site.workspace.records.read() as connection:
        before = choices.snapshot(connection, site.question_id)
        began = len(choices.edits(connection, site.question_id))
    rust, miner = site.choice("rust"), site.choice("miner")
    _edit(site, editing_classes.change, rust, ChoiceValues(name="x", key="m", colour="#112233"))
    _edit(site, editing_classes.change, miner, ChoiceValues(name="rust", parent_id=rust))
    _edit(site, editing_classes.add, ChoiceValues(name="miner"))
    _edit(site, editing_classes.reorder, [miner, rust])
    _edit(site, editing_classes.merge, [rust], miner)
    for _ in range(5):
        _edit(site, editing_classes.undo)
    with site.workspace.records.read() as connection:
        after = choices.snapshot(connection, site.question_id)
        assert {i: row for i, row in after.items() if i in before} == before
        left = [e for e in choices.edits(connection, site.question_id) if e.undone_at is None]
        assert len(left) == began
    assert sorted(_names(site)) == ["healthy", "miner", "rust"]


def test_undo_with_nothing_to_undo_is_refused(site: Site) -> None:
    # The first classes of a question are no change of them.
    with pytest.raises(DataError, match="no change of 'symptom' to undo"):
        _edit(site, editing_classes.undo)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (ChoiceValues(name="rust"), "a class named 'rust' already"),
        (ChoiceValues(name="  "), "needs a name"),
        (ChoiceValues(name="new", key="1"), "'1' belongs to 'rust'"),
        (ChoiceValues(name="new", key="ab"), "one character"),
        (ChoiceValues(name="new", key=" "), "one character"),
        (ChoiceValues(name="new", colour="red"), "#rrggbb"),
    ],
)
def test_bad_values_are_refused(site: Site, values: ChoiceValues, words: str) -> None:
    with pytest.raises(InputError, match=words):
        _edit(site, editing_classes.add, values)
    assert len(site.question.choices) == 3


def test_a_class_cannot_lie_below_itself(site: Site) -> None:
    rust, miner = site.choice("rust"), site.choice("miner")
    _edit(site, editing_classes.change, miner, ChoiceValues(parent_id=rust))
    with pytest.raises(InputError, match="cannot lie below itself"):
        _edit(site, editing_classes.change, rust, ChoiceValues(parent_id=miner))
    _edit(site, editing_classes.change, miner, ChoiceValues(parent_id=0))
    assert site.question.by_id[miner].parent_id is None


def test_merging_and_splitting_refuse_what_makes_no_sense(site: Site) -> None:
    rust, miner = site.choice("rust"), site.choice("miner")
    with pytest.raises(InputError, match="other than itself"):
        _edit(site, editing_classes.merge, [rust], rust)
    with pytest.raises(UnknownNameError):
        _edit(site, editing_classes.merge, [4711], rust)
    with pytest.raises(InputError, match="at least two"):
        _edit(site, editing_classes.split, rust, ["one"])
    _edit(site, editing_classes.merge, [miner], rust)
    with pytest.raises(InputError, match="already"):
        _edit(site, editing_classes.merge, [miner], site.choice("healthy"))
    with pytest.raises(InputError, match="merged or split"):
        _edit(site, editing_classes.archive, miner, archived=True)


def test_every_offered_class_has_a_key_of_its_own_as_long_as_there_are_keys(site: Site) -> None:
    wide = site.ask("wide", *[f"c{n}" for n in range(60)])
    keys = editing_classes.effective_keys(wide.question)
    assert len(set(keys.values())) == len(keys) == len(editing_classes.KEYS)


def test_neither_order_nor_archiving_changes_the_looks_of_other_classes(site: Site) -> None:
    _forget_looks(site)
    before = _looks(site)
    ids = [choice.id for choice in site.question.choices]
    assert set(before[0]) == set(ids)
    _edit(site, editing_classes.reorder, ids[::-1])
    assert _looks(site) == before
    _edit(site, editing_classes.archive, ids[0], archived=True)
    keys = {choice: key for choice, key in before[0].items() if choice != ids[0]}
    assert _looks(site) == (keys, before[1])


def test_classes_too_young_for_a_key_get_those_that_are_left(site: Site) -> None:
    wide = site.ask("wide", *[f"c{n}" for n in range(len(editing_classes.KEYS) + 1)])
    _forget_looks(wide)
    ids = sorted(choice.id for choice in wide.question.choices)
    keys = editing_classes.effective_keys(wide.question)
    assert set(keys) == set(ids[:-1])
    _edit(wide, editing_classes.archive, ids[3], archived=True)
    assert editing_classes.effective_keys(wide.question)[ids[-1]] == keys[ids[3]]


def test_edits_leave_labels_as_the_votes_give_them(site: Site) -> None:
    for number, picture in enumerate(site.pictures):
        site.say("ada", picture, ("rust", "miner", "healthy")[number % 3])
    _edit(site, editing_classes.merge, [site.choice("rust")], site.choice("miner"))
    _edit(site, editing_classes.split, site.choice("healthy"), ["a", "b"])
    _edit(site, editing_classes.undo)
    held = [site.label(picture) for picture in site.pictures]
    site.workspace.records.write(lambda c: labels.refresh(c, site.question_id))
    assert [site.label(picture) for picture in site.pictures] == held
