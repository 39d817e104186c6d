from __future__ import annotations

from tests.label.conftest import Site

from fieldguide.records import comments


def test_remarks_come_in_their_order_and_once(site: Site) -> None:
    a, b = site.pictures[:2]
    write = site.workspace.records.write
    for key, text in (("1", "first"), ("2", "zweitens 🍃"), ("1", "again")):
        write(lambda c, k=key, t=text: comments.add(c, a, author="ada", text=t, client_key=k))
    with site.workspace.records.read() as connection:
        found = comments.of_member(connection, a)
        assert [(f.author, f.text) for f in found] == [("ada", "first"), ("ada", "zweitens 🍃")]
        assert comments.of_member(connection, b) == []


def test_a_flag_is_raised_once_and_cleared_once(site: Site) -> None:
    picture = site.pictures[0]
    write = site.workspace.records.write
    assert not write(lambda c: comments.clear_flag(c, picture, author="ben"))
    for who in ("ada", "ben"):
        write(lambda c, w=who: comments.raise_flag(c, picture, author=w, client_key=f"flag:{w}"))
    assert write(lambda c: comments.clear_flag(c, picture, author="cleo"))
    assert not write(lambda c: comments.clear_flag(c, picture, author="dora"))
    write(lambda c: comments.raise_flag(c, picture, author="ben", client_key="flag:ben"))
    with site.workspace.records.read() as connection:
        found = comments.flags_of_member(connection, picture)
    assert [(f.author, f.cleared_by) for f in found] == [("ada", "cleo"), ("ben", None)]
    assert found[0].cleared_at is not None
