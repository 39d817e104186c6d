from __future__ import annotations

import pytest
from tests.label.conftest import Site

from fieldguide.errors import InputError
from fieldguide.records import labels, members, trash, votes
from fieldguide.records.members import NewMember
from fieldguide.records.trash import TrashedPicture


def _put(site: Site, *pictures: int, key: str = "1", reason: str = "blurred") -> list[int]:
    return site.workspace.records.write(
        lambda c: trash.put(
            c, site.dataset_id, pictures, author="ada", reason=reason, client_key=key
        )
    )


def _back(site: Site, *pictures: int) -> list[int]:
    return site.workspace.records.write(
        lambda c: trash.take_back(c, site.dataset_id, pictures, author="ben")
    )


def _page(site: Site, after: int | None = None, limit: int = 100) -> list[TrashedPicture]:
    with site.workspace.records.read() as connection:
        return trash.page(connection, site.dataset_id, after=after, limit=limit)


def _asked_about(site: Site) -> list[int]:
    with site.workspace.records.read() as connection:
        return labels.member_ids(connection, site.question_id)


def test_a_trashed_picture_leaves_the_dataset_and_keeps_its_votes(site: Site) -> None:
    a, b = site.pictures[:2]
    site.say("mia", a, "rust")
    assert _put(site, b, a, b) == [a, b]
    assert not {a, b} & set(_asked_about(site))
    with site.workspace.records.read() as connection:
        assert [v.annotator for v in votes.of_member(connection, a)] == ["mia"]
        assert trash.count(connection, site.dataset_id) == 2
        assert len(members.of_dataset(connection, site.dataset_id)) == 10
    found = _page(site)
    assert {(p.id, p.name, p.author, p.reason) for p in found} == {
        (a, "00.jpg", "ada", "blurred"),
        (b, "01.jpg", "ada", "blurred"),
    }
    assert (found[0].width, found[0].height) == (4, 3)
    assert _back(site, a) == [a]
    assert [p.id for p in _page(site)] == [b]
    with site.workspace.records.read() as connection:
        assert len(members.of_dataset(connection, site.dataset_id)) == 11


def test_the_page_is_newest_first_and_goes_on(site: Site) -> None:
    for number, picture in enumerate(site.pictures[:5]):
        _put(site, picture, key=str(number))
    first = _page(site, limit=3)
    rest = _page(site, after=first[-1].entry, limit=3)
    assert [p.id for p in (*first, *rest)] == site.pictures[4::-1]


def test_a_repeated_request_changes_nothing_even_after_a_restore(site: Site) -> None:
    a, b = site.pictures[:2]
    assert _put(site, a, key="1") == [a]
    assert _put(site, a, key="2") == []
    assert _back(site, a) == [a]
    assert _back(site, a) == []
    assert _put(site, a, b, key="1") == [b]
    assert _put(site, a, key="3") == [a]


def test_an_import_leaves_it_there_and_a_removed_one_comes_back(site: Site) -> None:
    _put(site, site.pictures[0])
    write = site.workspace.records.write
    write(lambda c: members.set_aside(c, site.dataset_id, ["01.jpg"]))
    rows = [NewMember(f"{n:02d}.jpg", f"{n:064x}") for n in range(2)]
    write(lambda c: members.add(c, site.dataset_id, rows))
    with site.workspace.records.read() as connection:
        names = members.names_by_hash(connection, site.dataset_id)
    assert "00.jpg" not in names
    assert "01.jpg" in names


def test_a_name_that_another_picture_has_by_now_is_refused(site: Site) -> None:
    a = site.pictures[0]
    _put(site, a)
    write = site.workspace.records.write
    other = write(lambda c: members.add(c, site.dataset_id, [NewMember("00.jpg", f"{9:064x}")]))
    with pytest.raises(InputError, match=r"another picture.*'00\.jpg'"):
        _back(site, a)
    # Both in the trash, one of them can come back, but not both at once.
    _put(site, other["00.jpg"], key="2")
    with pytest.raises(InputError, match="Restore only one"):
        _back(site, a, other["00.jpg"])
    with site.workspace.records.read() as connection:
        assert trash.ids_by_name(connection, site.dataset_id, ["00.jpg", "no"]) == {
            "00.jpg": [a, other["00.jpg"]]
        }
        assert [h.sha256 for h in trash.held(connection, site.dataset_id)["00.jpg"]] == [
            f"{0:064x}",
            f"{9:064x}",
        ]
    assert _back(site, a) == [a]


def test_pictures_of_other_datasets_stay(site: Site) -> None:
    a = site.pictures[0]
    other = site.workspace.records.write(
        lambda c: trash.put(c, site.dataset_id + 1, [a], author="ada", reason="", client_key="1")
    )
    assert other == []
    _put(site, a)
    assert (
        site.workspace.records.write(
            lambda c: trash.take_back(c, site.dataset_id + 1, [a], author="ada")
        )
        == []
    )
    assert _page(site) != []
