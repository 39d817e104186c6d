from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kstest
from tests.label.conftest import Site

from fieldguide.errors import InputError
from fieldguide.label import holdout
from fieldguide.records import held_out, leases, questions
from fieldguide.records.labels import random_place
from fieldguide.records.questions import QuestionSettings

SETTINGS = QuestionSettings(seed=3, holdout_share=0.05)


def _half(site: Site, share: float = 0.5) -> Site:
    """A question whose hold-out has some of the twelve pictures, not all."""
    return site.ask("held", "rust", "miner", settings=QuestionSettings(holdout_share=share, seed=1))


def _due(
    site: Site, annotator: str, count: int, held: tuple[int, ...] = (), coming: int | None = None
) -> int:
    with site.workspace.records.read() as connection:
        return holdout.due(
            connection,
            site.question,
            annotator,
            count=count,
            coming=count if coming is None else coming,
            held=held,
        )


def _next(site: Site, annotator: str, count: int, besides: tuple[int, ...] = ()) -> list[int]:
    with site.workspace.records.read() as connection:
        return holdout.next_ones(connection, site.question, annotator, count=count, besides=besides)


def test_the_share_is_kept_and_the_draw_is_always_the_same() -> None:
    members = range(1, 20_001)
    drawn = [m for m in members if holdout.is_held_out(SETTINGS, m)]
    # Four standard deviations of a binomial draw.
    assert len(drawn) == pytest.approx(1000, abs=4 * np.sqrt(1000 * 0.95))
    assert drawn == [m for m in members if holdout.is_held_out(replace(SETTINGS), m)]
    other = {m for m in members if holdout.is_held_out(replace(SETTINGS, seed=4), m)}
    assert len(other & set(drawn)) < 100


def test_no_share_holds_nothing_out_and_a_wrong_one_is_refused() -> None:
    none = replace(SETTINGS, holdout_share=0.0)
    assert holdout.among(none, range(1, 5000)) == []
    with pytest.raises(InputError, match=r"holdout_share must lie between 0 and 0\.5"):
        replace(SETTINGS, holdout_share=0.6).check()


def test_a_greater_share_only_adds_pictures() -> None:
    few = set(holdout.among(SETTINGS, range(1, 5000)))
    more = set(holdout.among(replace(SETTINGS, holdout_share=0.1), range(1, 5000)))
    assert few < more


def test_it_has_nothing_to_do_with_the_order_of_the_queue() -> None:
    drawn = holdout.among(SETTINGS, range(1, 20_001))
    # Were it drawn from the queue's order, all of these would be small.
    assert kstest([random_place(SETTINGS.seed, m) for m in drawn], "uniform").pvalue > 0.001


def test_its_own_order_is_random_too() -> None:
    drawn = holdout.among(SETTINGS, range(1, 20_001))
    assert kstest(np.array(drawn[:200]) / 20_001, "uniform").pvalue > 0.001
    assert drawn == sorted(drawn, key=lambda m: holdout.place(SETTINGS, m))


def test_pictures_are_due_until_the_share_is_kept(site: Site) -> None:
    asked = _half(site)
    inside = holdout.among(asked.question.settings, asked.pictures)
    outside = [p for p in asked.pictures if p not in inside]
    assert 2 <= len(inside) <= 10
    assert (_due(asked, "ada", 1), _due(asked, "ada", 4)) == (0, 2)
    assert _due(asked, "ada", 4, coming=0) == 0
    for picture in outside[:2]:
        asked.say("ada", picture, "rust")
    assert _due(asked, "ada", 2) == 2
    asked.say("ada", inside[0], "rust")
    # Three answered, one of them held out; one more in her hands: half of six are three.
    assert _due(asked, "ada", 2, held=(inside[1],)) == 1
    assert _due(asked, "ben", 4) == 2


def test_what_she_holds_and_has_answered_counts_once(site: Site) -> None:
    asked = _half(site)
    inside = holdout.among(asked.question.settings, asked.pictures)
    asked.say("ada", inside[0], "rust")
    assert _due(asked, "ada", 1, held=(inside[0],)) == 0


def test_nothing_is_due_without_a_hold_out(site: Site) -> None:
    asked = _half(site, share=0.0)
    assert _due(asked, "ada", 12) == 0
    assert _next(asked, "ada", 12) == []


def test_the_next_ones_come_in_their_order_and_only_if_free(site: Site) -> None:
    asked = _half(site)
    inside = holdout.among(asked.question.settings, asked.pictures)
    assert _next(asked, "ada", 12) == inside
    assert _next(asked, "ada", 1) == inside[:1]
    assert _next(asked, "ada", 12, besides=(inside[0],)) == inside[1:]
    asked.say("ben", inside[0], "rust")
    asked.workspace.records.write(
        lambda c: leases.lease(c, questions.get(c, asked.question_id), "cem", [inside[1]])
    )
    assert _next(asked, "ada", 12) == inside[2:]


def test_pictures_that_were_answered_without_help(site: Site) -> None:
    a, b, c, *_ = site.pictures
    for picture in (a, b):
        site.say("ada", picture, "rust")
    site.say("ada", c, verdict="skip")

    def unaided() -> set[int]:
        with site.workspace.records.read() as connection:
            return set(held_out.unaided(connection, site.question_id))

    assert unaided() == {a, b}


def test_in_a_random_order_every_answered_picture_of_the_hold_out_counts() -> None:
    members = range(1, 2001)
    order = holdout.among(SETTINGS, members)
    answered = set(order[40:60]) | {m for m in members if m % 7 == 0}
    assert holdout.fair_sample(SETTINGS, members, answered) == [m for m in order if m in answered]


def test_what_came_by_name_does_not_count_beyond_the_order_that_was_drawn() -> None:
    by_name = replace(SETTINGS, order="name")
    members = range(1, 2001)
    order = holdout.among(by_name, members)
    # The first 30 places but one were followed; the others came with the first 500 names.
    answered = {*order[:30], *range(1, 501)} - {order[12]}
    sample = holdout.fair_sample(by_name, members, answered)
    assert set(order[:12]) < set(sample)
    assert order[12] not in sample
    assert len(sample) < 40
    assert holdout.fair_sample(by_name, members, set(order[20:])) == []
