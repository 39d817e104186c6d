"""Orders: which pictures come next, by what the model thinks and by what they look like."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fieldguide.label.ordering import By, Order
from fieldguide.label.suggestions.clusters import cluster
from fieldguide.label.suggestions.discriminant import Rows
from fieldguide.label.suggestions.view import View
from fieldguide.types import FloatArray, IntArray

NEARLY = 0.8
"""Pages that are worth at least this share of the best one are as good as it is; of them the one
of the class with fewest labels comes."""

_LEAST_LIKELY = 0.3
_POOL = 2_000
_PICKED = 200
_TYPICAL_PER_CLASS = 6
_AHEAD = 10
_MOST_HEAPS = 200


@dataclass(frozen=True, eq=False)
class Ranking:
    """Pictures in an order.

    Attributes:
        by: The kind of the order.
        places: Places in the view's features.
        choice_id: The class that they look like, if it is a page of a class.
        cluster: The cluster that they are of, if it is a page of a cluster.
    """

    by: By
    places: IntArray
    choice_id: int | None = None
    cluster: int | None = None


def rankings(view: View, order: Order, *, count: int) -> list[Ranking]:
    """Return what comes into question for a page, the best first; empty ones are left out.

    Args:
        view: The suggestions.
        order: What is asked for; ``queue`` gives none, and ``class`` clusters while no model is.
        count: How many pictures a page has.
    """
    if order.by == "class" and view.fitted is None:
        # Where there is no model yet, pictures that look alike are the next best.
        found = _clusters(view, None)
    elif order.by == "class":
        found = _classes(view, order.choice_id, count)
    elif order.by == "cluster":
        found = _clusters(view, order.cluster)
    elif order.by == "similar":
        found = [] if order.picture_id is None else _similar(view, order.picture_id)
    elif order.by == "useful":
        found = [Ranking("useful", useful(view, count=count))]
    else:
        found = []
    return [ranking for ranking in found if len(ranking.places)]


def useful(view: View, *, count: int) -> IntArray:
    """Order the fresh pictures by what a model would learn from them.

    First the most typical picture of each heap of pictures that look alike, heaps without a label
    before others. From six labels a class on, those between two classes, spread out among
    themselves: a model of fewer labels does not know yet what it does not know.

    Args:
        view: The suggestions.
        count: How many pictures a page has.

    Returns:
        Places of all fresh pictures; beyond a few pages they are no longer spread out.

    Source: Scheffer, Decomain and Wrobel, Active hidden Markov models, IDA 2001 (the margin); Sener
    and Savarese, Active learning for convolutional neural networks: a core-set approach, ICLR 2018
    (the greedy spread); Hacohen, Dekel and Weinshall, Active learning on a budget, ICML 2022
    (typical pictures first).
    """
    fresh = np.flatnonzero(view.fresh)
    labelled = int(((view.labels > 0) & ~view.held_out).sum())
    if view.fitted is None or labelled < _TYPICAL_PER_CLASS * len(view.offered):
        return _typical(view, fresh)
    margin = view.fitted.margin[fresh]
    order = fresh[np.argsort(margin, kind="stable")]
    pool = order[: max(min(_POOL, len(order) // 10), min(len(order), _PICKED))]
    weights = 1.0 - view.fitted.margin[pool].astype(np.float64)
    # More than a page, for some may be in others' hands.
    wanted = min(max(2 * count, 20), _PICKED, len(pool))
    picked = _spread_out(view.features.units[pool], weights, wanted)
    rest = np.ones(len(order), np.bool_)
    rest[picked] = False
    found: IntArray = np.r_[pool[picked], order[rest]]
    return found


def _spread_out(rows: Rows, weights: FloatArray, count: int) -> IntArray:
    """Pick rows one after the other: the heaviest first, then those far from all picked ones."""
    nearest = np.full(len(rows), 2.0)
    picked = np.empty(count, np.int64)
    score = weights.copy()
    for number in range(count):
        place = int(score.argmax())
        picked[number] = place
        nearest = np.minimum(nearest, 1.0 - rows @ rows[place])
        score = weights * np.maximum(nearest, 0.0)
        score[picked[: number + 1]] = -1.0
    return picked


def _typical(view: View, fresh: IntArray) -> IntArray:
    """Order pictures so that each next one is the most typical of the largest heap without a label.

    There are a few heaps more than labels, so that new ones are always to be had.
    """
    labelled = np.flatnonzero((view.labels > 0) & ~view.held_out)
    among = np.r_[fresh, labelled]
    heaps = cluster(view.features.rows[among], min(len(labelled) + _AHEAD, _MOST_HEAPS))
    sizes = np.bincount(heaps.numbers, minlength=len(heaps.centres))
    known = np.bincount(heaps.numbers[len(fresh) :], minlength=len(heaps.centres))
    numbers, distances = heaps.numbers[: len(fresh)], heaps.distances[: len(fresh)]
    order = np.lexsort((distances, numbers))
    starts = np.r_[0, np.flatnonzero(np.diff(numbers[order])) + 1]
    turn = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    heap = numbers[order]
    found: IntArray = fresh[order][np.lexsort((-sizes[heap], turn + known[heap]))]
    return found


def _classes(view: View, choice_id: int | None, count: int) -> list[Ranking]:
    fitted = view.fitted
    if fitted is None:
        return []
    columns = [
        column
        for column, choice in enumerate(fitted.classes.tolist())
        if (choice in view.offered if choice_id is None else choice == choice_id)
    ]
    pages = [page for page in (_class(view, column) for column in columns) if len(page.places)]
    if choice_id is not None:
        return pages
    return _in_turn(view, [_cut(view, page, count) for page in pages])


def _cut(view: View, page: Ranking, count: int) -> tuple[float, Ranking]:
    """Cut a page where its next picture would cost more than it brings; return its worth, too.

    A page is confirmed with one action, and each picture on it that is something else takes one
    more. Its worth is how many answers an action is expected to bring.
    """
    fitted = view.fitted
    if fitted is None:
        raise ValueError("There is no model whose certainty could be asked for.")
    column = int(np.flatnonzero(fitted.classes == page.choice_id)[0])
    likely = fitted.probabilities[page.places[:count], column].astype(np.float64)
    worth = np.cumsum(likely) / (1.0 + np.cumsum(1.0 - likely))
    best = int(worth.argmax())
    # A page that is best in full goes on behind it, for some may be in others' hands.
    whole = best == count - 1
    return float(worth[best]), page if whole else replace(page, places=page.places[: best + 1])


def _in_turn(view: View, told: list[tuple[float, Ranking]]) -> list[Ranking]:
    """Order pages by their worth; of nearly equal ones that of the rarest label comes first."""
    left = sorted(told, key=lambda pair: -pair[0])
    numbers = {page.choice_id: int((view.labels == page.choice_id).sum()) for _, page in left}
    found = []
    while left:
        near = [pair for pair in left if pair[0] >= left[0][0] * NEARLY]
        chosen = min(near, key=lambda pair: numbers[pair[1].choice_id])
        left.remove(chosen)
        found.append(chosen[1])
    return found


def _class(view: View, column: int) -> Ranking:
    fitted = view.fitted
    if fitted is None:
        raise ValueError("There is no model whose classes could be asked for.")
    likely = fitted.probabilities[:, column]
    chosen = np.flatnonzero(view.fresh & ((fitted.best == column) | (likely >= _LEAST_LIKELY)))
    order = chosen[np.argsort(-likely[chosen], kind="stable")]
    return Ranking("class", order, choice_id=int(fitted.classes[column]))


def _clusters(view: View, number: int | None) -> list[Ranking]:
    count = len(view.clusters.centres)
    if number is not None:
        return [_cluster(view, number)] if 0 <= number < count else []
    open_ = np.bincount(view.clusters.numbers[view.fresh], minlength=count)
    labelled = np.bincount(view.clusters.numbers[view.labels > 0], minlength=count)
    share = labelled / np.maximum(labelled + open_, 1)
    # Those without any label first, of these the largest; then where the least is labelled.
    order = np.lexsort((-open_, share, labelled > 0))
    return [_cluster(view, int(chosen)) for chosen in order if open_[chosen]]


def _cluster(view: View, number: int) -> Ranking:
    chosen = np.flatnonzero(view.fresh & (view.clusters.numbers == number))
    order = chosen[np.argsort(view.clusters.distances[chosen], kind="stable")]
    return Ranking("cluster", order, cluster=number)


def _similar(view: View, picture_id: int) -> list[Ranking]:
    place = int(view.features.places(np.array([picture_id]))[0])
    if place < 0:
        return []
    fresh = np.flatnonzero(view.fresh)
    fresh = fresh[fresh != place]
    units = view.features.units
    order = fresh[np.argsort(-(units[fresh] @ units[place]), kind="stable")]
    return [Ranking("similar", order)]
