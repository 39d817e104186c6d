"""Pages: pictures handed out in the order that a person works in, with what a model suggests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from fieldguide.label import handing_out, holdout
from fieldguide.label.ordering import By, Order
from fieldguide.records import leases
from fieldguide.records.leases import Lease
from fieldguide.records.questions import Question

if TYPE_CHECKING:
    from fieldguide.label.suggestions.orders import Ranking
    from fieldguide.label.suggestions.view import Suggestion, View

DUE_TOGETHER = 5
"""Hold-out pictures that are gathered before a page of them comes between pages of another kind."""

PREPARING = "The suggestions are being prepared and come in a moment."

_MOST_RANKINGS = 6
_MOST_CANDIDATES = 10_000
_MOST_ALIKE = 60


@dataclass(frozen=True)
class Page:
    """What was handed out.

    Attributes:
        leases: The pictures, in the order in which they should be shown.
        by: The order that they are in.
        choice_id: The class that they look like, on a page of a class.
        cluster: The cluster that they are of, on a page of a cluster.
        blind: Whether they come without suggestions.
        expected: The mean certainty that they are of ``choice_id``, from 0 to 1.
        reason: Why the order is another one than was asked for, for people.
        suggestions: What the model thinks, by picture.
        same: Pictures that may take the same answer, by the picture that they are copies of.
    """

    leases: list[Lease]
    by: By = "queue"
    choice_id: int | None = None
    cluster: int | None = None
    blind: bool = False
    expected: float | None = None
    reason: str | None = None
    suggestions: dict[int, Suggestion] = field(default_factory=dict)
    same: dict[int, list[Lease]] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """What an annotator asks for.

    Attributes:
        question: The question.
        annotator: Who.
        count: How many pictures, from 1 to 200; copies that come along are not counted.
        held: Pictures that she has before her already.
        order: In which order.
        blind: Whether she wants no suggestions.
    """

    question: Question
    annotator: str
    count: int
    held: Collection[int]
    order: Order
    blind: bool = False


def hand_out(
    connection: sa.Connection,
    request: Request,
    view: View | None,
    found: Sequence[Ranking] = (),
) -> Page:
    """Lease a page of pictures to an annotator.

    Args:
        connection: A writing connection.
        request: What is asked for.
        view: The suggestions; None where there are none, or not yet.
        found: The rankings that come into question, best first; see ``rankings``.

    Raises:
        DataError: If the question is archived.
    """
    handing_out.check_asked(request.question)
    if request.order.by == "queue":
        return _queue(connection, request, view, None)
    page = _of_holdout(connection, request)
    if page is None and view is not None:
        page = _ranked(connection, request, view, found)
    return page or _queue(connection, request, view, _why_queue(request, view))


def is_suggested(question: Question) -> bool:
    """Tell whether a model suggests answers to a question."""
    return question.kind == "single" and question.settings.suggestions


def rankings(request: Request, view: View | None) -> list[Ranking]:
    """Return the orders that come into question for a page, the best first."""
    from fieldguide.label.suggestions import orders

    if view is None or (request.blind and request.order.by == "class"):
        return []
    return orders.rankings(view, request.order, count=request.count)


def _of_holdout(connection: sa.Connection, request: Request) -> Page | None:
    question, count = request.question, request.count
    if not handing_out.draws_holdout(question):
        return None
    due = holdout.due(
        connection, question, request.annotator, count=count, coming=0, held=request.held
    )
    if due < min(DUE_TOGETHER, count):
        return None
    drawn = holdout.next_ones(
        connection, question, request.annotator, count=due, besides=request.held
    )
    if not drawn:
        return None
    return Page(
        leases.lease(connection, question, request.annotator, drawn),
        blind=True,
        reason="These were drawn by lot, to measure how good the model is; so they come without "
        "suggestions.",
    )


def _ranked(
    connection: sa.Connection, request: Request, view: View, found: Sequence[Ranking]
) -> Page | None:
    for ranking in found[:_MOST_RANKINGS]:
        known = handing_out.known_due(
            connection,
            request.question,
            request.annotator,
            count=request.count,
            held=request.held,
            fits=_fitting(view, ranking, request.count),
        )
        places = ranking.places[:_MOST_CANDIDATES]
        taken = leases.take(
            connection,
            request.question,
            request.annotator,
            view.features.members[places].tolist(),
            count=request.count - len(known),
            alike=view.features.scenes[places].tolist(),
            held=request.held,
        )
        if taken or known:
            return _page(connection, request, view, ranking, taken, known)
    return None


def _page(
    connection: sa.Connection,
    request: Request,
    view: View,
    ranking: Ranking,
    taken: Sequence[Lease],
    known: Sequence[int],
) -> Page:
    given = handing_out.mixed_in(connection, request.question, request.annotator, taken, known)
    shown = [lease.member_id for lease in given]
    expected = None
    if ranking.choice_id is not None:
        expected = view.expected(shown, ranking.choice_id)
    same_order = ranking.by == request.order.by
    return Page(
        given,
        by=ranking.by,
        choice_id=ranking.choice_id,
        cluster=ranking.cluster,
        blind=request.blind,
        expected=expected,
        reason=None if same_order and (view.fitted or ranking.by != "useful") else view.reason,
        suggestions={} if request.blind else view.suggest(shown),
        same=_same(connection, request, view, shown),
    )


def _queue(
    connection: sa.Connection, request: Request, view: View | None, reason: str | None
) -> Page:
    given = handing_out.hand_out(
        connection,
        request.question,
        request.annotator,
        count=request.count,
        held=request.held,
    )
    shown = [lease.member_id for lease in given]
    if view is None:
        return Page(given, blind=request.blind, reason=reason)
    return Page(
        given,
        blind=request.blind,
        reason=reason,
        suggestions={} if request.blind else view.suggest(shown),
        same=_same(connection, request, view, shown),
    )


def _same(
    connection: sa.Connection, request: Request, view: View, shown: Sequence[int]
) -> dict[int, list[Lease]]:
    out = {*shown, *request.held}
    found: dict[int, list[Lease]] = {}
    for member in shown:
        copies = [copy for copy in view.copies_of(member) if copy not in out][:_MOST_ALIKE]
        if not copies:
            continue
        along = leases.take(
            connection,
            request.question,
            request.annotator,
            copies,
            count=len(copies),
            held=out,
        )
        out.update(lease.member_id for lease in along)
        if along:
            found[member] = along
    return found


def _fitting(view: View, ranking: Ranking, count: int) -> Callable[[int], bool] | None:
    """Tell which known-answer pictures would not stand out on a page; None where any does not."""
    if ranking.by == "useful":
        return None

    def fits(member: int) -> bool:
        place = view.place(member)
        if place < 0:
            return False
        if ranking.cluster is not None:
            return int(view.clusters.numbers[place]) == ranking.cluster
        if ranking.choice_id is not None and view.fitted is not None:
            return int(view.fitted.classes[view.fitted.best[place]]) == ranking.choice_id
        first = view.features.units[ranking.places[0]]
        last = view.features.units[ranking.places[: 10 * count][-1]]
        return bool(view.features.units[place] @ first >= last @ first)

    return fits


def _why_queue(request: Request, view: View | None) -> str:
    if view is None:
        return PREPARING
    if request.order.by == "class" and request.blind:
        return "A page of one class would show what the model thinks, so the usual order comes."
    if view.reason is not None and request.order.by == "class":
        return view.reason
    picture = request.order.picture_id
    if request.order.by == "similar" and picture is not None and view.place(picture) < 0:
        return "That picture has no vector yet, so nothing can be compared with it."
    return (
        "No picture without an answer is left in that order; those that are left come in the usual "
        "one."
    )
