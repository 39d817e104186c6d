from __future__ import annotations

from tests.label.conftest import Site

from fieldguide.records import datasets, dismissals
from fieldguide.records.dismissals import CaseId, Dismissal

A, B, C = ("tiny", "a" * 64), ("tiny", "b" * 64), ("dark", "a" * 64)


def _dismiss(site: Site, *cases: CaseId, key: str, reason: str = "fine", who: str = "ada") -> int:
    return site.workspace.records.write(
        lambda c: dismissals.dismiss(
            c, site.dataset_id, cases, author=who, reason=reason, client_key=key
        )
    )


def _undo(site: Site, *cases: CaseId) -> int:
    return site.workspace.records.write(
        lambda c: dismissals.undo(c, site.dataset_id, cases, author="ben")
    )


def _standing(site: Site) -> set[CaseId]:
    with site.workspace.records.read() as connection:
        return dismissals.dismissed(connection, site.dataset_id)


def _listed(site: Site, *, undone: bool = False) -> list[Dismissal]:
    with site.workspace.records.read() as connection:
        return dismissals.of_dataset(connection, site.dataset_id, undone=undone)


def test_cases_are_dismissed_by_check_and_key_and_shown_again(site: Site) -> None:
    assert _standing(site) == set()
    assert _dismiss(site, A, B, A, key="1") == 2
    assert _dismiss(site, B, C, key="2", reason="as intended", who="cleo") == 1
    assert _standing(site) == {A, B, C}
    assert _undo(site, A, C, ("dark", "c" * 64)) == 2
    assert _standing(site) == {B}
    assert [(d.check, d.case_key, d.reason, d.author) for d in _listed(site)] == [
        (*B, "fine", "ada")
    ]
    history = _listed(site, undone=True)
    assert [(d.check, d.author, d.undone_by) for d in history] == [
        ("dark", "cleo", "ben"),
        ("tiny", "ada", None),
        ("tiny", "ada", "ben"),
    ]


def test_a_repeated_request_changes_nothing_even_after_an_undo(site: Site) -> None:
    assert _dismiss(site, A, key="1") == 1
    assert _dismiss(site, A, key="1") == 0
    _undo(site, A)
    assert _dismiss(site, A, key="1") == 0
    assert _standing(site) == set()
    assert _dismiss(site, A, key="2") == 1
    assert _standing(site) == {A}


def test_datasets_have_their_own_dismissals_under_the_same_key(site: Site) -> None:
    write = site.workspace.records.write
    other = write(lambda c: datasets.ensure(c, "other", "tests").id)
    _dismiss(site, A, key="1")
    fresh = write(
        lambda c: dismissals.dismiss(c, other, [A], author="ada", reason="", client_key="1")
    )
    assert fresh == 1
    write(lambda c: dismissals.undo(c, other, [A], author="ada"))
    assert _standing(site) == {A}


def test_more_cases_than_a_statement_takes(site: Site) -> None:
    many = [("tiny", f"{n:064x}") for n in range(1200)]
    assert _dismiss(site, *many, key="1") == 1200
    assert _undo(site, *many) == 1200
    assert _standing(site) == set()
