from __future__ import annotations

import pytest
import sqlalchemy as sa
from tests.label.conftest import Site, site

from fieldguide.errors import UnknownNameError
from fieldguide.records import trash
from fieldguide.records.questions import QuestionSettings
from fieldguide.records.schema import labels
from fieldguide.workflows import trash_pictures

__all__ = ["site"]


def _put(site: Site, *pictures: int) -> None:
    site.workspace.records.write(
        lambda c: trash.put(c, site.dataset_id, pictures, author="ada", reason="", client_key="1")
    )


def _restore(site: Site, *pictures: int) -> list[int]:
    return site.workspace.records.write(
        lambda c: trash_pictures.restore(c, site.dataset_id, pictures, author="ada")
    )


def _order(site: Site) -> list[int]:
    with site.workspace.records.read() as connection:
        query = sa.select(labels.c.member_id).where(labels.c.question_id == site.question_id)
        return list(connection.scalars(query.order_by(labels.c.order_key)))


@pytest.mark.parametrize("order", ["random", "name"])
def test_what_comes_back_has_its_label_and_its_place(site: Site, order: str) -> None:
    asked = site.ask("by", "yes", "no", settings=QuestionSettings(order=order))
    many = site.ask("marks", "spot", "hole", kind="many")
    a, b = site.pictures[4:6]
    asked.say("mia", a, "yes")
    many.say("mia", a, "spot", "hole")
    before = _order(asked)
    labelled = (asked.label(a), many.label(a))
    _put(site, a, b)
    assert not {a, b} & set(_order(asked))
    assert _restore(site, a, b) == [a, b]
    assert _restore(site, a, b) == []
    assert _order(asked) == before
    assert (asked.label(a), many.label(a)) == labelled


def test_merging_keeps_one_and_names_it(site: Site) -> None:
    a, b, c = site.pictures[:3]
    site.say("mia", b, "rust")
    merge = trash_pictures.merge

    def work(connection: sa.Connection, keep: int, key: str) -> list[int]:
        return merge(
            connection, site.dataset_id, [a, b, c], keep=keep, author="ada", client_key=key
        )

    write = site.workspace.records.write
    assert write(lambda k: work(k, b, "1")) == [a, c]
    with site.workspace.records.read() as connection:
        reasons = {p.reason for p in trash.page(connection, site.dataset_id)}
    assert reasons == {"the same picture as 01.jpg, which was kept"}
    assert site.name_of(b) == "rust"
    # What is gone cannot be kept, and then nothing is thrown away.
    assert write(lambda k: work(k, a, "2")) == []
    assert write(lambda k: work(k, 4711, "3")) == []


def test_names_are_looked_up_and_unknown_ones_refused(site: Site) -> None:
    a, b = site.pictures[:2]
    _put(site, b)
    with site.workspace.records.read() as connection:
        assert trash_pictures.present_ids(connection, site.dataset_id, ["00.jpg"]) == [a]
        assert trash_pictures.trashed_ids(connection, site.dataset_id, ["01.jpg"]) == [b]
        with pytest.raises(UnknownNameError, match=r"01\.jpg"):
            trash_pictures.present_ids(connection, site.dataset_id, ["01.jpg"])
        with pytest.raises(UnknownNameError, match="in the trash"):
            trash_pictures.trashed_ids(connection, site.dataset_id, ["00.jpg"])
