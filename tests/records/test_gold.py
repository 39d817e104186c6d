from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from tests.label.conftest import Site

from fieldguide.label import editing_classes
from fieldguide.records import gold, members, questions
from fieldguide.records.questions import QuestionSettings
from fieldguide.types import Verdict


def _know(
    site: Site,
    picture: int,
    *names: str,
    verdict: Verdict = "answer",
    number: float | None = None,
    author: str = "rita",
) -> None:
    site.workspace.records.write(
        lambda c: gold.set_answer(
            c,
            site.question_id,
            picture,
            verdict=verdict,
            choice_ids=tuple(site.choice(name) for name in names),
            number=number,
            author=author,
        )
    )


def _read(site: Site, ask: Any, *arguments: Any, **more: Any) -> Any:
    with site.workspace.records.read() as connection:
        return ask(connection, *arguments, **more)


def test_a_known_answer_is_set_changed_and_unset(site: Site) -> None:
    a, b = site.pictures[:2]
    _know(site, b, "rust")
    _know(site, a, "rust")
    _know(site, a, verdict="cannot_tell")
    found = _read(site, gold.of_question, site.question_id)
    assert [(g.member_id, g.verdict, g.choice_ids) for g in found] == [
        (a, "cannot_tell", ()),
        (b, "answer", (site.choice("rust"),)),
    ]
    assert _read(site, gold.is_gold, site.question_id, a)
    assert site.workspace.records.write(lambda c: gold.unset(c, site.question_id, a))
    assert not site.workspace.records.write(lambda c: gold.unset(c, site.question_id, a))
    assert not _read(site, gold.is_gold, site.question_id, a)
    site.workspace.records.write(lambda c: members.set_aside(c, site.dataset_id, ["01.jpg"]))
    assert _read(site, gold.of_question, site.question_id) == []
    unanswered = _read(site, gold.unanswered, site.question_id, "ada", count=9, besides=())
    assert unanswered == []


def test_each_is_shown_the_known_answers_that_she_has_not_given(site: Site) -> None:
    for picture in site.pictures[:4]:
        _know(site, picture, "rust")
    site.say("ada", site.pictures[0], "miner")
    site.say("ada", site.pictures[1], verdict="skip")
    site.say("ada", site.pictures[9], "miner")

    def left(who: str, **more: Any) -> Any:
        return _read(site, gold.unanswered, site.question_id, who, **more)

    assert left("ada", count=9, besides=()) == site.pictures[2:4]
    assert left("ada", count=9, besides=[site.pictures[2]]) == [site.pictures[3]]
    assert left("ben", count=3, besides=()) == site.pictures[:3]
    assert left("ben", count=0, besides=()) == []
    assert _read(site, gold.answered_by, site.question_id, "ada") == (2, 3)
    assert _read(site, gold.answered_by, site.question_id, "ben") == (0, 0)


def test_accuracy_counts_right_answers_of_people(site: Site) -> None:
    a, b, c = site.pictures[:3]
    for picture in (a, b, c):
        _know(site, picture, "rust")
    site.say("ada", a, "rust")
    site.say("ada", b, "miner")
    site.say("ada", c, verdict="skip")
    site.say("ben", a, verdict="unsure")
    site.say("ben", site.pictures[5], "rust")
    site.say("rita", a, "rust")
    site.say("cleo", b, "rust", decides=True)
    found = _read(site, gold.accuracy, site.question)
    # Rita said what is known herself, and Cleo decided.
    assert found == {"ada": (1, 2), "ben": (0, 1)}


def test_accuracy_follows_merges(site: Site) -> None:
    picture = site.pictures[0]
    _know(site, picture, "rust")
    site.say("ada", picture, "miner")
    assert _read(site, gold.accuracy, site.question) == {"ada": (0, 1)}

    def merge(connection: sa.Connection) -> None:
        editing_classes.merge(
            connection,
            questions.get(connection, site.question_id),
            [site.choice("rust")],
            site.choice("miner"),
            author="mia",
            client_key="merge",
        )

    site.workspace.records.write(merge)
    assert _read(site, gold.accuracy, site.question) == {"ada": (1, 1)}


def test_accuracy_of_many_choices_looks_at_all_of_them(site: Site) -> None:
    marks = site.ask("marks", "rust", "hole", "dust", kind="many")
    a, b, c = marks.pictures[:3]
    _know(marks, a, "hole", "rust", "rust")
    _know(marks, b, "rust")
    _know(marks, c)
    marks.say("ada", a, "rust", "hole")
    marks.say("ada", b, "rust", "hole")
    marks.say("ada", c)
    marks.say("ben", a, "rust", "dust")
    marks.say("ben", b, "rust")
    marks.say("ben", c, "dust")
    assert _read(marks, gold.accuracy, marks.question) == {"ada": (2, 3), "ben": (1, 3)}


def test_accuracy_of_numbers_heeds_the_tolerance(site: Site) -> None:
    area = site.ask("area", kind="number", settings=QuestionSettings(tolerance=1.5))
    a, b = area.pictures[:2]
    _know(area, a, number=10.0)
    _know(area, b, verdict="cannot_tell")
    area.say("ada", a, number=11.5)
    area.say("ben", a, number=11.6)
    area.say("ada", b, verdict="cannot_tell")
    area.say("ben", b, number=0.0)
    assert _read(area, gold.accuracy, area.question) == {"ada": (2, 2), "ben": (0, 2)}
