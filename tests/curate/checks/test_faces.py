from __future__ import annotations

from fieldguide.curate.checks.faces import CHECK
from fieldguide.curate.checks.pool import Picture, Pool

PICTURES = [Picture(n, f"{n}.jpg", f"{n:064x}") for n in (1, 2, 3)]


def test_pictures_with_faces_are_named_the_surest_first() -> None:
    pool = Pool("people", PICTURES, faces=lambda: [(0.4,), (), (0.9, 0.5)])
    (finding,) = CHECK.find(pool)
    assert finding.member_ids == [3, 1]
    assert [case.certainty for case in finding.cases] == [0.9, 0.4]
    assert "2 faces" in finding.cases[0].why
    assert finding.figures["pictures"] == 2


def test_a_set_without_faces_gives_no_finding() -> None:
    assert not list(CHECK.find(Pool("leaves", PICTURES, faces=lambda: [(), (), ()])))


def test_where_nobody_can_look_the_extra_is_named() -> None:
    pool = Pool("people", PICTURES)
    assert not list(CHECK.find(pool))
    reason = pool.lacks("faces")
    assert reason is not None
    assert "fieldguide[faces]" in reason
