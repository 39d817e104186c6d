from __future__ import annotations

import pytest
from tests.label.conftest import Site

from fieldguide.errors import InputError, UnknownNameError
from fieldguide.label import setting_up
from fieldguide.records import leases, questions
from fieldguide.records.questions import QuestionSettings


def _change(site: Site, **values: object) -> None:
    site.workspace.records.write(
        lambda c: setting_up.change_question(
            c,
            questions.get(c, site.question_id),
            **values,  # type: ignore[arg-type]
        )
    )


def test_what_is_left_out_of_the_settings_stays() -> None:
    held = QuestionSettings(answers_needed=2, answers_most=3, seed=7)
    assert setting_up.changed(held, {}) == held
    assert setting_up.changed(None, {}) == QuestionSettings()
    assert setting_up.changed(held, {"seed": 8}).seed == 8
    # None takes a limit away; anything else it leaves.
    assert setting_up.changed(held, {"answers_most": None, "seed": None}) == QuestionSettings(
        answers_needed=2, seed=7
    )
    assert setting_up.changed(held, {"answers_needed": 3}).answers_most == 3
    assert setting_up.changed(held, {"answers_needed": 4}).answers_most is None


def test_a_question_that_makes_no_sense_is_not_made(site: Site) -> None:
    for kind, choices, words in (
        ("number", ("a",), "asks for a number"),
        ("single", ("a", "a"), "a class named 'a' already"),
        ("single", ("",), "needs a name"),
    ):
        with pytest.raises(InputError, match=words):
            site.ask("new", *choices, kind=kind)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="named 'symptom' already"):
        site.ask("symptom")
    with pytest.raises(UnknownNameError, match="nowhere"):
        site.ask("new", settings=QuestionSettings(order="column", order_column="nowhere"))
    with site.workspace.records.read() as connection:
        names = [q.name for q in questions.of_dataset(connection, site.dataset_id)]
    assert names == ["class", "symptom"]


def test_more_answers_needed_opens_pictures_again(site: Site) -> None:
    site.say("ada", site.pictures[0], "rust")
    assert site.label(site.pictures[0]).state == "closed"
    _change(site, settings={"answers_needed": 2})
    assert site.label(site.pictures[0]).state == "open"
    _change(site, settings={"answers_needed": 1})
    assert site.label(site.pictures[0]).state == "closed"


def test_another_order_begins_at_its_front(site: Site) -> None:
    _change(site, settings={"order": "name"})
    assert site.next("ada", 3) == site.pictures[:3]
    site.workspace.records.write(lambda c: leases.release(c, site.question_id, "ada"))
    assert site.next("ada", 2) == site.pictures[3:5]
    site.workspace.records.write(lambda c: leases.release(c, site.question_id, "ada"))
    _change(site, settings={"order": "random", "seed": 3})
    first = site.next("ada", 12)
    assert sorted(first) == site.pictures
    assert first != site.pictures
    site.workspace.records.write(lambda c: leases.release(c, site.question_id, "ada"))
    _change(site, settings={"seed": 4})
    assert site.next("ada", 12) != first


def test_when_annotators_are_to_be_weighed_anew() -> None:
    held = QuestionSettings()
    skill = QuestionSettings(label_method="dawid-skene")
    assert setting_up.wants_new_fit(held, skill)
    assert not setting_up.wants_new_fit(skill, held)
    assert not setting_up.wants_new_fit(skill, QuestionSettings(label_method="dawid-skene", seed=3))
    other = QuestionSettings(label_method="dawid-skene", count_imports=False)
    assert setting_up.wants_new_fit(skill, other)


def test_a_name_that_is_taken_or_empty_changes_nothing(site: Site) -> None:
    for name in ("class", "", " "):
        with pytest.raises(InputError, match="cannot be a question's name"):
            _change(site, name=name, guidelines="new")
    assert (site.question.name, site.question.guidelines) == ("symptom", "")
    _change(site, name="Symptom", guidelines="Look below the leaf.")
    assert (site.question.name, site.question.guidelines) == ("Symptom", "Look below the leaf.")
