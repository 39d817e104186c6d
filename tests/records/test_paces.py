from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from tests.label.conftest import Site

from fieldguide.records import paces, votes
from fieldguide.records.votes import NewVote
from fieldguide.types import AnnotatorKind, Verdict

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAUSE = timedelta(minutes=5)


def _vote(
    site: Site,
    who: str,
    second: float,
    milliseconds: int | None = None,
    *,
    verdict: Verdict = "answer",
    kind: AnnotatorKind = "person",
    aided: bool = False,
) -> None:
    number = next(site.keys)

    def work(connection: sa.Connection) -> None:
        votes.add(
            connection,
            NewVote(
                site.pictures[number % 12],
                site.question_id,
                who,
                kind,
                f"key-{number}",
                verdict=verdict,
                milliseconds=milliseconds,
                aided=aided,
                created_at=NOON + timedelta(seconds=second),
            ),
        )

    site.workspace.records.write(work)


def _paces(site: Site) -> dict[str, paces.Pace]:
    with site.workspace.records.read() as connection:
        found = paces.of_question(connection, site.question_id, PAUSE)
    return {pace.annotator: pace for pace in found}


def test_breaks_are_left_out_and_measured_times_go_first(site: Site) -> None:
    assert _paces(site) == {}
    # The first has no gap, then ten seconds, then a break, then what the browser measured.
    for second, measured in ((0, None), (10, None), (4000, None), (4010, 2500)):
        _vote(site, "ada", second, measured)
    # Somebody who leaves the page open has not looked all night.
    _vote(site, "ben", 0, 10**9)
    found = _paces(site)
    assert found["ada"].answers == 4
    assert found["ada"].active == timedelta(seconds=12.5)
    assert found["ada"].last_at == NOON + timedelta(seconds=4010)
    assert found["ben"].active == PAUSE


def test_only_what_people_answered_counts(site: Site) -> None:
    _vote(site, "ada", 0, 1000)
    _vote(site, "ada", 5, 1000, verdict="withdrawn")
    _vote(site, "lite0", 6, kind="model")
    _vote(site, "import", 7, kind="import")
    found = _paces(site)
    assert set(found) == {"ada"}
    assert (found["ada"].answers, found["ada"].active) == (1, timedelta(seconds=1))


def test_answers_that_are_recorded_later_keep_their_times(site: Site) -> None:
    # As after an import of older answers by the same person.
    for second in (100, 110, 0, 20):
        _vote(site, "ada", second)
    pace = _paces(site)["ada"]
    assert pace.last_at == NOON + timedelta(seconds=110)
    assert pace.active == timedelta(seconds=110)


def _seconds(site: Site) -> dict[bool, float]:
    with site.workspace.records.read() as connection:
        return paces.seconds_per_answer(connection, site.question_id, PAUSE)


def test_answers_with_and_without_suggestions_have_a_pace_each(site: Site) -> None:
    for number in range(10):
        _vote(site, "ada", 10 * number, 4000)
    # A page of twenty is confirmed a minute later, all of it at once.
    for number in range(20):
        _vote(site, "ada", 150 + number / 1000, aided=True)
    _vote(site, "model", 160, 9000, kind="model", aided=True)
    _vote(site, "ada", 170, 9000, verdict="withdrawn", aided=True)
    assert _seconds(site) == {False: 4.0, True: pytest.approx(60 / 20, abs=0.01)}


def test_nothing_is_said_of_a_pace_from_few_answers_or_over_a_break(site: Site) -> None:
    for number in range(9):
        _vote(site, "ada", number, 4000)
    assert _seconds(site) == {}
    for number in range(9, 19):
        _vote(site, "ben", number * 3600)
    # The gaps between Ben's answers are breaks, and so is what came before his first one.
    assert _seconds(site) == {}
