from __future__ import annotations

import functools
from datetime import timedelta

import sqlalchemy as sa
from tests.api.routes.conftest import add_pictures

from fieldguide.records import members, pictures, selections, views
from fieldguide.records.clock import now
from fieldguide.records.pictures import PictureFilter
from fieldguide.records.schema import selections as table
from fieldguide.workspace import Workspace


def _two(workspace: Workspace) -> tuple[int, list[int], list[int]]:
    def work(connection: sa.Connection) -> tuple[int, list[int], list[int]]:
        own, ids = add_pictures(connection, "leaves", [f"{n:02d}.jpg" for n in range(8)])
        _, others = add_pictures(connection, "moths", ["a.jpg"])
        return own, ids, others

    return workspace.records.write(work)


def test_a_filter_lets_a_selection_through_in_every_order(workspace: Workspace) -> None:
    own, ids, others = _two(workspace)
    wanted = [ids[5], ids[1], ids[5], others[0]]
    made = workspace.records.write(lambda c: selections.save(c, own, wanted, author="rita"))
    with workspace.records.read() as connection:
        assert selections.member_ids(connection, made) == [ids[1], ids[5]]
        assert selections.count(connection, made) == 2
        for sort in ("name", "added"):
            wanted_ones = PictureFilter(selection=made, sort=sort, descending=True)
            assert pictures.ids(connection, own, wanted_ones) == [ids[5], ids[1]]
            assert [row.id for row in pictures.page(connection, own, wanted_ones)] == [
                ids[5],
                ids[1],
            ]
        assert pictures.count(connection, own, PictureFilter(selection=made)) == 2
        assert pictures.count(connection, own, PictureFilter(selection=made + 1)) == 0
        assert PictureFilter(selection=made).is_search


def test_the_same_set_keeps_its_number_for_each_author(workspace: Workspace) -> None:
    own, ids, _ = _two(workspace)
    save = functools.partial(selections.save, dataset_id=own)
    first = workspace.records.write(lambda c: save(c, member_ids=ids[:3], author="rita"))
    again = workspace.records.write(lambda c: save(c, member_ids=ids[2::-1], author="rita"))
    other = workspace.records.write(lambda c: save(c, member_ids=ids[:3], author="ben"))
    assert first == again != other
    with workspace.records.read() as connection:
        assert selections.author_of(connection, own, other) == "ben"
        assert selections.author_of(connection, own + 1, other) is None


def test_pictures_that_have_gone_are_not_in_it_any_more(workspace: Workspace) -> None:
    own, ids, _ = _two(workspace)
    made = workspace.records.write(lambda c: selections.save(c, own, ids, author="rita"))
    workspace.records.write(lambda c: members.set_aside(c, own, ["03.jpg"]))
    with workspace.records.read() as connection:
        assert selections.count(connection, made) == 7
        assert ids[3] not in selections.member_ids(connection, made)


def test_old_ones_go_unless_a_view_names_them(workspace: Workspace) -> None:
    own, ids, _ = _two(workspace)

    def work(connection: sa.Connection) -> list[int]:
        made = [selections.save(connection, own, [one], author="rita") for one in ids[:3]]
        then = now() - selections.KEPT - timedelta(days=1)
        connection.execute(table.update().where(table.c.id.in_(made[:2])).values(created_at=then))
        query = f"question=1&selection={made[1]}"
        views.save(connection, own, name="odd ones", query=query, author="rita")
        selections.save(connection, own, ids[4:], author="rita")
        return [one for one in made if selections.author_of(connection, own, one) is not None]

    kept = workspace.records.write(work)
    assert len(kept) == 2
