from __future__ import annotations

import threading

import pytest
from tests.label.conftest import Site, site

from fieldguide.records import leases, questions
from fieldguide.records.questions import QuestionSettings

__all__ = ["site"]


def take(
    site: Site,
    who: str,
    candidates: list[int],
    count: int,
    *,
    alike: list[int] | None = None,
    held: tuple[int, ...] = (),
) -> list[int]:
    given = site.workspace.records.write(
        lambda c: leases.take(
            c,
            questions.get(c, site.question_id),
            who,
            candidates,
            count=count,
            alike=alike,
            held=held,
        )
    )
    return [lease.member_id for lease in given]


def test_the_first_open_ones_come_in_the_order_of_the_candidates(site: Site) -> None:
    wanted = site.pictures[::-1]
    assert take(site, "ada", wanted, 3) == wanted[:3]
    assert take(site, "ben", wanted, 3) == wanted[3:6]
    site.say("ada", wanted[0], "rust")
    assert take(site, "ada", wanted, 12) == [*wanted[1:3], *wanted[6:]]


def test_what_the_browser_holds_does_not_come_again_and_stays_on_lease(site: Site) -> None:
    first = take(site, "ada", site.pictures, 2)
    assert take(site, "ada", site.pictures, 2, held=tuple(first)) == site.pictures[2:4]
    assert take(site, "ada", site.pictures, 1) == first[:1]


def test_of_what_is_alike_only_the_first_that_is_free_comes(site: Site) -> None:
    take(site, "ben", site.pictures, 1)
    alike = [n // 4 for n in range(12)]
    assert take(site, "ada", site.pictures, 5, alike=alike) == [
        site.pictures[1],
        site.pictures[4],
        site.pictures[8],
    ]


def test_two_may_have_a_picture_that_wants_two_answers(site: Site) -> None:
    twice = site.ask("again", "a", "b", settings=QuestionSettings(answers_needed=2))
    only = twice.pictures[:1]
    assert take(twice, "ada", only, 1) == only
    assert take(twice, "ben", only, 1) == only
    assert take(twice, "cal", only, 1) == []


def test_unknown_pictures_and_none_give_nothing(site: Site) -> None:
    assert take(site, "ada", [10**9], 3) == []
    assert take(site, "ada", [], 3) == []


@pytest.mark.parametrize("people", [6])
def test_many_at_once_never_get_the_same(site: Site, people: int) -> None:
    given: list[list[int]] = [[] for _ in range(people)]

    def work(number: int) -> None:
        given[number] = take(site, f"p{number}", site.pictures, 3)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    every = [member for taken in given for member in taken]
    assert sorted(every) == site.pictures
