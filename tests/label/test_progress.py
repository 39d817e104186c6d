from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from tests.label.conftest import Site

from fieldguide.label import progress
from fieldguide.label.progress import Progress
from fieldguide.records import labels, votes
from fieldguide.records.questions import QuestionSettings
from fieldguide.records.votes import NewVote


def _progress(site: Site) -> Progress:
    with site.workspace.records.read() as connection:
        return progress.of_question(connection, site.question)


def test_nothing_has_happened_yet(site: Site) -> None:
    found = _progress(site)
    assert (found.pictures, found.states) == (12, {"open": 12, "review": 0, "closed": 0})
    assert (found.answers_left, found.days_left) == (12, None)
    assert found.classes == {}
    assert found.people == []
    assert found.per_day == []


def test_the_rate_of_the_last_days_tells_how_long_it_takes(site: Site) -> None:
    twice = site.ask("twice", "a", "b", settings=QuestionSettings(answers_needed=2))
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    chosen = (twice.choice("a"),)

    def work(connection: sa.Connection) -> None:
        # Two answers on one day and four on a later one, a minute apart.
        for number in range(6):
            moment = noon + timedelta(days=3 * (number > 1), minutes=number)
            vote = NewVote(
                twice.pictures[number],
                twice.question_id,
                "ada",
                "person",
                f"key-{number}",
                choice_ids=chosen,
                created_at=moment,
            )
            assert votes.add(connection, vote) is not None
        labels.refresh(connection, twice.question_id)

    twice.workspace.records.write(work)
    found = _progress(twice)
    assert [count for _, count in found.per_day] == [2, 4]
    assert found.answers_left == 24 - 6
    assert found.days_left == pytest.approx(18 / 3)
    assert found.classes == {twice.choice("a"): 6}
    (ada,) = found.people
    # Four gaps of a minute; the one of three days is a break.
    assert ada.active == timedelta(minutes=4)
    assert ada.per_hour == pytest.approx(6 * 60 / 4)
    assert ada.last_at == noon + timedelta(days=3, minutes=5)


def test_people_come_busiest_first_with_what_they_did(site: Site) -> None:
    for picture in site.pictures[:3]:
        site.say("ben", picture, "rust")
    site.say("ada", site.pictures[0], "rust")
    site.say("ada", site.pictures[1], verdict="cannot_tell")
    site.say("ada", site.pictures[2], verdict="skip")
    site.say("cleo", site.pictures[0], verdict="skip")
    site.say("dora", site.pictures[0], "rust")
    site.say("dora", site.pictures[0], verdict="withdrawn")
    found = {
        person.annotator: (person.answered, person.unsure, person.skipped)
        for person in _progress(site).people
    }
    assert list(found) == ["ben", "ada", "cleo"]
    assert found == {"ben": (3, 0, 0), "ada": (2, 1, 1), "cleo": (0, 0, 1)}
    # Half a second for each answer is too little to tell a rate from.
    assert {person.per_hour for person in _progress(site).people} == {None}


def test_many_choices_count_once_for_each_of_them(site: Site) -> None:
    marks = site.ask("marks", "rust", "hole", kind="many")
    marks.say("ada", marks.pictures[0], "rust", "hole")
    marks.say("ada", marks.pictures[1], "hole")
    marks.say("ada", marks.pictures[2])
    assert _progress(marks).classes == {marks.choice("rust"): 1, marks.choice("hole"): 2}
    assert _progress(marks).states["closed"] == 3
