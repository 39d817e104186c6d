from __future__ import annotations

import pytest
from tests.label.conftest import Site

from fieldguide.errors import DataError, UnknownNameError
from fieldguide.label import rejecting
from fieldguide.records import rejections


def reject(site: Site, pictures: list[int], choice: int, who: str = "ada") -> int:
    return site.workspace.records.write(
        lambda c: rejecting.reject(c, site.question, pictures, choice, annotator=who)
    )


def held(site: Site) -> list[tuple[int, int]]:
    with site.workspace.records.read() as connection:
        return rejections.of_question(connection, site.question_id)


def test_pictures_are_given_back_and_the_class_is_noted_once(site: Site) -> None:
    taken = site.next("ada", 3)
    rust = site.choice("rust")
    assert reject(site, [taken[0], taken[0]], rust) == 1
    assert reject(site, [taken[0]], rust, "ben") == 1
    assert held(site) == [(taken[0], rust)]
    assert taken[0] in site.next("ben", 12)
    assert not {taken[1], taken[2]} & set(site.next("ben", 12))


def test_what_cannot_be_rejected_is_refused_whole(site: Site) -> None:
    with pytest.raises(UnknownNameError):
        reject(site, site.pictures[:1], 10**6)
    with pytest.raises(DataError, match="not in the dataset"):
        reject(site, [site.pictures[0], 10**6], site.choice("rust"))
    assert held(site) == []
