from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from tests.label.suggestions.planted import CLASSES, Planted, fresh, plant, vectors_of

from fieldguide.errors import DataError
from fieldguide.label import holdout, setting_up
from fieldguide.label.ordering import Order
from fieldguide.label.pages import PREPARING, Page
from fieldguide.label.suggestions.engine import Engine
from fieldguide.records import gold, questions
from fieldguide.records.questions import QuestionSettings
from fieldguide.workspace import Workspace


@pytest.fixture
def engine(workspace: Workspace) -> Iterator[Engine]:
    made = Engine(workspace)
    yield made
    made.close()


@pytest.fixture
def planted(workspace: Workspace) -> Planted:
    classes = np.arange(90) % 3
    return plant(workspace, classes, vectors_of(classes))


def ids(page: Page) -> list[int]:
    return [lease.member_id for lease in page.leases]


def start(planted: Planted, count: int = 12) -> None:
    for picture in planted.pictures[:count]:
        planted.say(picture)


def test_a_page_of_a_class_with_suggestions(planted: Planted, engine: Engine) -> None:
    start(planted)
    page = planted.page(fresh(engine, planted), Order("class"))
    assert (page.by, page.blind, page.reason) == ("class", False, None)
    assert page.choice_id is not None
    assert page.expected is not None
    name = planted.question.by_id[page.choice_id].name
    assert [planted.truth[p] for p in ids(page)] == [name] * 10
    assert {s.choice_id for s in page.suggestions.values()} == {page.choice_id}
    mean = np.mean([s.certainty for s in page.suggestions.values()])
    assert abs(page.expected - mean) < 1e-3


def test_nobody_gets_what_another_has(planted: Planted, engine: Engine) -> None:
    start(planted)
    view = fresh(engine, planted)
    rust = planted.choice("rust")
    one = planted.page(view, Order("class", choice_id=rust))
    two = planted.page(view, Order("class", choice_id=rust), who="ben")
    assert not set(ids(one)) & set(ids(two))
    # The same browser again, which has nothing on its screen: the same page.
    assert ids(planted.page(view, Order("class", choice_id=rust))) == ids(one)
    more = planted.page(view, Order("class", choice_id=rust), held=ids(one))
    assert not set(ids(more)) & {*ids(one), *ids(two)}


def test_what_was_answered_since_the_view_was_made_is_not_handed_out(
    planted: Planted, engine: Engine
) -> None:
    start(planted)
    view = fresh(engine, planted)
    first = ids(planted.page(view, Order("useful"), who="ben"))
    for picture in first:
        planted.say(picture, who="ben")
    assert not set(first) & set(ids(planted.page(view, Order("useful"), count=60)))


def test_blind_pages_bring_no_suggestions(planted: Planted, engine: Engine) -> None:
    start(planted)
    view = fresh(engine, planted)
    page = planted.page(view, Order("useful"), blind=True)
    assert (page.by, page.blind, page.suggestions) == ("useful", True, {})
    page = planted.page(view, Order("class"), blind=True)
    assert (page.by, page.suggestions) == ("queue", {})
    assert page.reason is not None
    assert "what the model thinks" in page.reason


def test_the_queue_has_suggestions_where_there_is_a_model(planted: Planted, engine: Engine) -> None:
    start(planted)
    page = planted.page(fresh(engine, planted), Order())
    assert (page.by, page.reason) == ("queue", None)
    assert set(page.suggestions) == set(ids(page))


def test_why_the_queue_comes_instead(planted: Planted, engine: Engine) -> None:
    assert planted.page(None, Order("class")).reason == PREPARING
    view = fresh(engine, planted)
    page = planted.page(view, Order("class"))
    assert page.by == "cluster"
    assert page.reason is not None
    assert "two classes" in page.reason
    page = planted.page(view, Order("similar", picture_id=10**9), who="ben")
    assert page.by == "queue"
    assert page.reason is not None
    assert "no vector" in page.reason


def test_an_archived_question_hands_nothing_out(
    planted: Planted, engine: Engine, workspace: Workspace
) -> None:
    view = fresh(engine, planted)
    workspace.records.write(
        lambda c: setting_up.change_question(
            c, questions.get(c, planted.question_id), archived=True
        )
    )
    with pytest.raises(DataError, match="archived"):
        planted.page(view, Order("useful"))


def test_copies_come_along_with_the_picture_that_they_are_of(
    workspace: Workspace, engine: Engine
) -> None:
    classes = np.arange(60) % 3
    vectors = vectors_of(classes)
    hashes = [1000 + 7919 * n**3 for n in range(60)]
    for copy in (30, 33):
        hashes[copy], vectors[copy] = hashes[0] ^ 1, vectors[0] * 1.001
    planted = plant(workspace, classes, vectors, hashes=hashes)
    view = fresh(engine, planted)
    page = planted.page(view, Order("similar", picture_id=planted.pictures[3]), count=30)
    burst = {planted.pictures[n] for n in (0, 30, 33)}
    (leader,) = burst & set(ids(page))
    assert {lease.member_id for lease in page.same[leader]} == burst - {leader}
    # They are in her hands too, and in nobody else's.
    other = planted.page(view, Order("useful"), count=60, who="ben")
    assert not burst & set(ids(other))


def test_hold_out_pictures_come_by_themselves_and_blind_when_they_are_due(
    workspace: Workspace, engine: Engine
) -> None:
    classes = np.arange(150) % 3
    settings = QuestionSettings(holdout_share=0.2)
    planted = plant(workspace, classes, vectors_of(classes), settings=settings)
    drawn = {p for p in planted.pictures if holdout.is_held_out(settings, p)}
    had, pages = 0, []
    for _ in range(14):
        page = planted.page(fresh(engine, planted), Order("class"), count=8)
        held = drawn & set(ids(page))
        if held:
            assert held == set(ids(page))
            assert (page.by, page.blind, page.suggestions) == ("queue", True, {})
            assert page.reason is not None
            assert "by lot" in page.reason
        else:
            assert page.by in {"class", "cluster"}
        had += len(held)
        pages.append(page)
        for picture in ids(page):
            planted.say(picture)
    given = sum(len(p.leases) for p in pages)
    assert abs(had / given - 0.2) < 0.06


def test_known_answers_are_not_to_be_told_from_the_others(
    workspace: Workspace, engine: Engine
) -> None:
    classes = np.arange(120) % 3
    settings = QuestionSettings(holdout_share=0.0, gold_share=0.3)
    planted = plant(workspace, classes, vectors_of(classes), settings=settings)
    known = planted.pictures[60:90]

    def set_all(connection: object) -> None:
        for picture in known:
            gold.set_answer(
                connection,  # type: ignore[arg-type]
                planted.question_id,
                picture,
                verdict="answer",
                choice_ids=(planted.choice(planted.truth[picture]),),
                number=None,
                author="rita",
            )

    workspace.records.write(set_all)
    start(planted)
    page = planted.page(fresh(engine, planted), Order("class"), count=10)
    among = set(ids(page)) & set(known)
    assert among
    assert len(page.leases) == 10
    assert set(page.suggestions) == set(ids(page))
    assert {page.suggestions[p].choice_id for p in among} == {page.choice_id}


def test_pictures_that_others_answered_give_nothing_away(
    workspace: Workspace, engine: Engine
) -> None:
    classes = np.arange(60) % 3
    settings = QuestionSettings(holdout_share=0.0, answers_needed=2)
    planted = plant(workspace, classes, vectors_of(classes), settings=settings)
    start(planted, 30)
    view = fresh(engine, planted)
    for by in ("class", "useful", "cluster"):
        page = planted.page(view, Order(by), count=5, who="ben")  # type: ignore[arg-type]
        assert not set(ids(page)) & set(planted.pictures[:30])
    queue = planted.page(view, Order(), count=60, who="ben")
    answered = set(ids(queue)) & set(planted.pictures[:30])
    assert answered
    assert not answered & set(queue.suggestions)


def test_all_are_labelled_at_last_in_any_order(workspace: Workspace, engine: Engine) -> None:
    for by in ("class", "useful", "cluster"):
        classes = np.arange(50) % 3
        settings = QuestionSettings(holdout_share=0.1)
        planted = plant(workspace, classes, vectors_of(classes), settings=settings, name=by)
        given: list[int] = []
        for _ in range(60):
            page = planted.page(fresh(engine, planted), Order(by), count=7)  # type: ignore[arg-type]
            if not page.leases:
                break
            given += ids(page)
            for picture in ids(page):
                planted.say(picture)
        assert sorted(given) == planted.pictures
        assert set(planted.truth.values()) == set(CLASSES)
