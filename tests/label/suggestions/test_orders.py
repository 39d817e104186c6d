from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from tests.label.suggestions.planted import Planted, fresh

from fieldguide.label.ordering import Order
from fieldguide.label.suggestions import orders
from fieldguide.label.suggestions.clusters import cluster
from fieldguide.label.suggestions.engine import Engine
from fieldguide.label.suggestions.view import Fitted, View


def labelled(planted: Planted, engine: Engine, count: int = 12) -> View:
    for picture in planted.pictures[:count]:
        planted.say(picture)
    return fresh(engine, planted)


def members(view: View, ranking: orders.Ranking) -> list[int]:
    return [int(m) for m in view.features.members[ranking.places]]


def test_a_page_of_a_class_begins_with_the_surest(planted: Planted, engine: Engine) -> None:
    view = labelled(planted, engine)
    rust = planted.choice("rust")
    (page,) = orders.rankings(view, Order("class", choice_id=rust), count=10)
    assert view.fitted is not None
    column = view.fitted.classes.tolist().index(rust)
    likely = view.fitted.probabilities[page.places, column]
    assert (np.diff(likely) <= 0).all()
    assert {planted.truth[m] for m in members(view, page)[:10]} == {"rust"}
    assert set(members(view, page)) <= set(planted.pictures[12:])


def test_of_equally_sure_pages_that_of_the_rarest_label_comes(
    planted: Planted, engine: Engine
) -> None:
    for name, count in (("rust", 12), ("miner", 9), ("healthy", 4)):
        chosen = [p for p in planted.pictures if planted.truth[p] == name][:count]
        for picture in chosen:
            planted.say(picture)
    view = fresh(engine, planted)
    pages = [
        (worth, orders.Ranking("class", np.arange(5), choice_id=planted.choice(name)))
        for worth, name in ((5.0, "rust"), (4.9, "miner"), (4.5, "healthy"))
    ]
    assert [
        planted.question.by_id[p.choice_id or 0].name for p in orders._in_turn(view, pages)
    ] == [
        "healthy",
        "miner",
        "rust",
    ]
    far = [(20.0, pages[0][1]), *pages[1:]]
    first = orders._in_turn(view, far)[0]
    assert planted.question.by_id[first.choice_id or 0].name == "rust"


def test_a_page_ends_where_its_next_picture_would_cost_more_than_it_brings() -> None:
    def worth(likely: list[float], count: int) -> tuple[float, int]:
        probabilities = np.array([likely, [1 - p for p in likely]], np.float32).T
        fitted = Fitted("head", np.array([7, 8]), probabilities, trained_on=9)
        view = SimpleNamespace(fitted=fitted)
        page = orders.Ranking("class", np.arange(len(likely)), choice_id=7)
        value, cut = orders._cut(view, page, count)  # type: ignore[arg-type]
        return value, len(cut.places)

    # Ten sure pictures are worth ten answers an action; a doubtful one more would halve that.
    assert worth([1.0] * 10 + [0.1] * 10, 20) == (pytest.approx(10.0), 10)
    # In full it goes on behind the page, for some may be in others' hands.
    assert worth([1.0] * 30, 20) == (pytest.approx(20.0), 30)
    assert worth([0.5], 20) == (pytest.approx(1 / 3), 1)


def test_a_class_that_nobody_has_labelled_has_no_page(planted: Planted, engine: Engine) -> None:
    for picture in planted.pictures[:12]:
        if planted.truth[picture] != "healthy":
            planted.say(picture)
    view = fresh(engine, planted)
    assert orders.rankings(view, Order("class", choice_id=planted.choice("healthy")), count=5) == []


def test_useful_pictures_lie_between_classes_and_apart_from_each_other(
    planted: Planted, engine: Engine
) -> None:
    view = labelled(planted, engine)
    (found,) = orders.rankings(view, Order("useful"), count=5)
    assert sorted(members(view, found)) == planted.pictures[12:]
    assert view.fitted is not None
    margin = view.fitted.margin
    assert margin[found.places[:10]].mean() < margin[view.fresh].mean()


def test_near_copies_are_not_picked_one_after_the_other() -> None:
    rows = np.array([[1, 0], [1, 0.001], [0, 1], [-1, 0]], np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    picked = orders._spread_out(rows, np.array([1.0, 0.99, 0.9, 0.9]), 3)
    assert sorted(picked.tolist()) == [0, 2, 3]


def test_useful_pictures_are_typical_of_heaps_without_a_label(
    planted: Planted, engine: Engine
) -> None:
    view = fresh(engine, planted)
    (found,) = orders.rankings(view, Order("useful"), count=5)
    assert sorted(members(view, found)) == planted.pictures
    heaps = cluster(view.features.rows, 10)
    picked = found.places[:10]
    assert len(set(heaps.numbers[picked].tolist())) == 10
    for place in picked:
        assert (
            heaps.distances[place] == heaps.distances[heaps.numbers == heaps.numbers[place]].min()
        )
    # The more is labelled, the finer the heaps.
    for place in picked:
        planted.say(int(view.features.members[place]))
    view = fresh(engine, planted)
    (again,) = orders.rankings(view, Order("useful"), count=5)
    everything = np.r_[np.flatnonzero(view.fresh), np.flatnonzero(view.labels > 0)]
    finer = cluster(view.features.rows[everything], 20)
    number = dict(zip(everything.tolist(), finer.numbers.tolist(), strict=True))
    labelled = {number[place] for place in picked.tolist()}
    first = [number[place] for place in again.places[: 20 - len(labelled)].tolist()]
    assert len(set(first)) == len(first)
    assert not labelled & set(first)


def test_what_looks_like_a_picture_comes_nearest_first(planted: Planted, engine: Engine) -> None:
    view = fresh(engine, planted)
    target = planted.pictures[0]
    (found,) = orders.rankings(view, Order("similar", picture_id=target), count=5)
    units = view.features.units
    cosines = units[found.places] @ units[view.place(target)]
    assert (np.diff(cosines) <= 0).all()
    assert target not in members(view, found)
    assert {planted.truth[m] for m in members(view, found)[:10]} == {planted.truth[target]}
    assert orders.rankings(view, Order("similar", picture_id=10**9), count=5) == []


def test_heaps_without_a_label_come_first(planted: Planted, engine: Engine) -> None:
    view = fresh(engine, planted)
    first = orders.rankings(view, Order("cluster"), count=5)[0]
    for picture in members(view, first)[:3]:
        planted.say(picture)
    again = orders.rankings(fresh(engine, planted), Order("cluster"), count=5)
    assert again[0].cluster != first.cluster
    assert again[-1].cluster == first.cluster
    (asked,) = orders.rankings(view, Order("cluster", cluster=first.cluster), count=5)
    assert np.array_equal(asked.places, first.places)
    assert orders.rankings(view, Order("cluster", cluster=9999), count=5) == []


def test_while_there_is_no_model_a_page_of_a_class_is_a_heap(
    planted: Planted, engine: Engine
) -> None:
    view = fresh(engine, planted)
    assert {page.by for page in orders.rankings(view, Order("class"), count=5)} == {"cluster"}
