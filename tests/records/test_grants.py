from __future__ import annotations

import pytest
import sqlalchemy as sa

from fieldguide.records import datasets, grants, users
from fieldguide.records.grants import LastMaintainerError
from fieldguide.types import ROLES, Role
from fieldguide.workspace import Workspace


@pytest.fixture
def ids(workspace: Workspace) -> tuple[int, int, int]:
    """Two users and a dataset."""

    def make(connection: sa.Connection) -> tuple[int, int, int]:
        return (
            users.add(connection, "anna", full_name="Anna B").id,
            users.add(connection, "Ben").id,
            datasets.ensure(connection, "leaves", "somewhere").id,
        )

    return workspace.records.write(make)


def test_nobody_has_a_role_at_first(workspace: Workspace, ids: tuple[int, int, int]) -> None:
    anna, _, dataset = ids
    with workspace.records.read() as connection:
        assert grants.find(connection, anna, dataset) == grants.Standing(dataset, None)
        assert grants.find(connection, anna, dataset + 1) is None
        assert grants.people(connection, dataset) == []
        assert grants.of_user(connection, anna) == []


def test_the_only_maintainer_stays(workspace: Workspace, ids: tuple[int, int, int]) -> None:
    anna, ben, dataset = ids
    give, revoke = grants.give, grants.revoke
    workspace.records.write(lambda c: give(c, anna, dataset, "maintainer"))
    workspace.records.write(lambda c: give(c, ben, dataset, "reviewer"))
    for lose in (
        lambda c: give(c, anna, dataset, "reviewer"),
        lambda c: revoke(c, anna, dataset),
    ):
        with pytest.raises(LastMaintainerError, match="only maintainer who can sign in"):
            workspace.records.write(lose)
    with workspace.records.read() as connection:
        found = grants.find(connection, anna, dataset)
    assert found == grants.Standing(dataset, "maintainer")
    # Others come and go, and so does she once there is another.
    assert workspace.records.write(lambda c: revoke(c, ben, dataset))
    workspace.records.write(lambda c: give(c, ben, dataset, "maintainer"))
    assert workspace.records.write(lambda c: revoke(c, anna, dataset))


def test_a_role_replaces_the_one_before(workspace: Workspace, ids: tuple[int, int, int]) -> None:
    anna, ben, dataset = ids
    workspace.records.write(lambda c: grants.give(c, anna, dataset, "reviewer"))
    workspace.records.write(lambda c: grants.give(c, ben, dataset, "viewer"))
    workspace.records.write(lambda c: grants.give(c, anna, dataset, "annotator"))
    with workspace.records.read() as connection:
        assert grants.of_user(connection, anna) == [grants.Grant(dataset, "leaves", "annotator")]
        people = grants.people(connection, dataset)
    assert [(p.name, p.full_name, p.role, p.disabled) for p in people] == [
        ("anna", "Anna B", "annotator", False),
        ("Ben", "Ben", "viewer", False),
    ]


def test_who_is_locked_out_shows_as_such(workspace: Workspace, ids: tuple[int, int, int]) -> None:
    anna, _, dataset = ids
    workspace.records.write(lambda c: grants.give(c, anna, dataset, "viewer"))
    workspace.records.write(lambda c: users.disable(c, anna))
    with workspace.records.read() as connection:
        assert [p.disabled for p in grants.people(connection, dataset)] == [True]


def test_revoking(workspace: Workspace, ids: tuple[int, int, int]) -> None:
    anna, ben, dataset = ids
    workspace.records.write(lambda c: grants.give(c, anna, dataset, "viewer"))
    assert workspace.records.write(lambda c: grants.revoke(c, anna, dataset))
    assert not workspace.records.write(lambda c: grants.revoke(c, anna, dataset))
    assert not workspace.records.write(lambda c: grants.revoke(c, ben, dataset))


@pytest.mark.parametrize("held", [None, *ROLES])
@pytest.mark.parametrize("offered", ROLES)
def test_a_role_is_only_ever_raised(
    workspace: Workspace, ids: tuple[int, int, int], held: Role | None, offered: Role
) -> None:
    anna, _, dataset = ids
    if held is not None:
        workspace.records.write(lambda c: grants.give(c, anna, dataset, held))
    workspace.records.write(lambda c: grants.raise_to(c, anna, dataset, offered))
    with workspace.records.read() as connection:
        found = grants.find(connection, anna, dataset)
    expected = offered if held is None else max(held, offered, key=ROLES.index)
    assert found == grants.Standing(dataset, expected)
