"""Labels weighed by skill: from the settings, by way of the job, to the next answer, and back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from tests.label.conftest import Site, site
from tests.workflows.working import work_off

from fieldguide.jobs.job import Job
from fieldguide.jobs.jobs import Jobs
from fieldguide.label import answering, editing_classes, posteriors, setting_up
from fieldguide.label.answering import Submission
from fieldguide.records import annotator_fits, questions
from fieldguide.records.questions import QuestionSettings
from fieldguide.records.settling import Posterior
from fieldguide.workflows.tasks import TASKS

__all__ = ["site"]


@pytest.fixture
def weighed(site: Site) -> Site:
    """Two who know and one who says the same whatever she sees."""
    asked = site.ask("weighed", "a", "b", settings=QuestionSettings(answers_needed=3))
    for place, picture in enumerate(asked.pictures):
        truth = "ab"[place % 2]
        for who in ("ada", "ben"):
            asked.say(who, picture, truth)
        asked.say("cleo", picture, "a")
    return asked


def _set(site: Site, **settings: object) -> None:
    site.workspace.records.write(
        lambda c: setting_up.change_question(
            c, questions.get(c, site.question_id), settings=settings
        )
    )


def _weigh(site: Site) -> Job:
    with Jobs(site.workspace.jobs_url, TASKS) as jobs:
        jobs.enqueue("weigh-annotators", {"question_id": site.question_id})
    (job,) = work_off(site.workspace)
    assert job.state == "done", job.error
    return job


def _posterior(site: Site, connection: sa.Connection) -> Posterior | None:
    return posteriors.posterior(connection, questions.get(connection, site.question_id))


def _certainties(site: Site) -> list[float | None]:
    return [site.label(picture).certainty for picture in site.pictures]


def _outdated(site: Site) -> bool:
    with site.workspace.records.read() as connection:
        return posteriors.is_outdated(connection, site.question)


def test_from_majority_to_skill_and_back(weighed: Site) -> None:
    majority = _certainties(weighed)
    assert not _outdated(weighed)
    _set(weighed, label_method="dawid-skene")
    # Nothing is fitted yet: each counts alike until the job has run.
    assert _outdated(weighed)
    assert _certainties(weighed) == majority
    assert _weigh(weighed).result == {"pictures": 12}
    assert not _outdated(weighed)
    by_skill = _certainties(weighed)
    assert by_skill != majority
    # Where the two who know are outvoted by nobody, they are believed all the more.
    assert all(
        skill > share
        for skill, share in zip(by_skill[1::2], majority[1::2], strict=True)
        if skill is not None and share is not None
    )
    assert [weighed.name_of(p) for p in weighed.pictures] == ["a", "b"] * 6
    _set(weighed, label_method="majority")
    assert _certainties(weighed) == majority
    # The fit is still there, and counts from the moment it is asked for again.
    _set(weighed, label_method="dawid-skene")
    assert _certainties(weighed) == by_skill


def test_a_new_answer_settles_its_picture_with_the_last_fit(weighed: Site) -> None:
    _set(weighed, label_method="dawid-skene")
    _weigh(weighed)
    before = _certainties(weighed)
    picture = weighed.pictures[1]
    submission = Submission(picture, "answer", (weighed.choice("a"),), None, None, "late")

    def answer(connection: sa.Connection) -> tuple[int, float] | None:
        posterior = _posterior(weighed, connection)
        assert posterior is not None
        question = questions.get(connection, weighed.question_id)
        answering.give(connection, question, submission, annotator="ben", posterior=posterior)
        a, b = weighed.choice("a"), weighed.choice("b")
        return posterior([("ada", b), ("ben", a), ("cleo", a)])

    expected = weighed.workspace.records.write(answer)
    assert expected is not None
    label = weighed.label(picture)
    assert label.choice_ids == (expected[0],)
    assert label.certainty == pytest.approx(expected[1])
    after = _certainties(weighed)
    assert after[1] != before[1]
    assert after[:1] + after[2:] == before[:1] + before[2:]
    assert _outdated(weighed)


def test_a_stranger_counts_as_the_average_does(weighed: Site) -> None:
    _set(weighed, label_method="dawid-skene")
    _weigh(weighed)
    b = weighed.choice("b")
    with weighed.workspace.records.read() as connection:
        posterior = _posterior(weighed, connection)
    assert posterior is not None
    shares = {who: posterior([(who, b)]) for who in ("ada", "somebody new")}
    assert shares["ada"] is not None
    assert shares["somebody new"] is not None
    assert shares["ada"][0] == shares["somebody new"][0] == b
    assert shares["ada"][1] >= shares["somebody new"][1]
    # A class that the fit has not seen is left to the majority.
    assert posterior([("ada", 4711)]) is None


def test_too_few_answers_leave_each_counting_alike(site: Site) -> None:
    few = site.ask("few", "a", "b", settings=QuestionSettings(label_method="dawid-skene"))
    few.say("ada", few.pictures[0], "a")
    job = _weigh(few)
    assert job.result == {"pictures": 0}
    assert any("too few answers" in note for note in job.reached.notes)
    assert few.label(few.pictures[0]).certainty == 1.0
    with few.workspace.records.read() as connection:
        assert annotator_fits.find(connection, few.question_id) is None


def test_classes_that_were_merged_or_split_since_the_fit_are_no_label(site: Site) -> None:
    asked = site.ask(
        "three",
        *("a", "b", "c"),
        settings=QuestionSettings(answers_needed=3, label_method="dawid-skene"),
    )
    for place, picture in enumerate(asked.pictures):
        for number, who in enumerate(("ada", "ben", "cleo")):
            asked.say(who, picture, "abc"[(place + (number == 2) * place) % 3])
    _weigh(asked)
    a, b, c = (asked.choice(name) for name in "abc")

    def edit(work: object, *arguments: object) -> None:
        asked.workspace.records.write(
            lambda conn: work(  # type: ignore[operator]
                conn,
                questions.get(conn, asked.question_id),
                *arguments,
                author="mia",
                client_key=f"edit-{next(asked.keys)}",
            )
        )

    edit(editing_classes.merge, [b], a)
    assert {asked.label(p).choice_ids for p in asked.pictures} <= {(a,), (c,)}
    assert _outdated(asked)
    with asked.workspace.records.read() as connection:
        posterior = _posterior(asked, connection)
    assert posterior is not None
    found = posterior([("ada", a), ("ben", a)])
    assert found is not None
    assert found[0] == a
    edit(editing_classes.split, c, ["c1", "c2"])
    labels = {asked.label(p).choice_ids for p in asked.pictures}
    assert labels <= {(a,), ()}
    _weigh(asked)
    assert not _outdated(asked)
