# ruff: noqa: S106 - addresses and passwords here are made up and reach nothing

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fieldguide.errors import InputError
from fieldguide.records import datasets, grants, invitations, schema, users
from fieldguide.records.invitations import InvitationGoneError
from fieldguide.records.users import NameTakenError
from fieldguide.workspace import Workspace


def make(workspace: Workspace, **choices: Any) -> tuple[invitations.InvitationRow, str]:
    return workspace.records.write(lambda c: invitations.create(c, author="root", **choices))


def join(workspace: Workspace, token: str, name: str = "anna") -> users.UserRow:
    return workspace.records.write(
        lambda c: invitations.join(c, token, name=name, full_name="", password_hash="h")
    )


@pytest.fixture
def dataset_id(workspace: Workspace) -> int:
    return workspace.records.write(lambda c: datasets.ensure(c, "leaves", "x")).id


def test_joining_by_a_link(workspace: Workspace, dataset_id: int) -> None:
    row, token = make(workspace, dataset_id=dataset_id, role="reviewer", note="for Anna")
    assert (row.purpose, row.state, row.dataset, row.role) == ("join", "open", "leaves", "reviewer")
    assert row.expires_at - row.created_at == timedelta(days=7)
    user = join(workspace, token)
    assert user.has_password
    assert not user.administrator
    with workspace.records.read() as connection:
        assert [g.role for g in grants.of_user(connection, user.id)] == ["reviewer"]
        (used,) = invitations.every(connection)
    assert (used.state, used.user, used.note, used.author) == ("used", "anna", "for Anna", "root")


def test_an_administrator_s_link(workspace: Workspace) -> None:
    _, token = make(workspace, administrator=True)
    assert join(workspace, token).administrator


def test_a_link_works_once(workspace: Workspace) -> None:
    _, token = make(workspace)
    join(workspace, token)
    with pytest.raises(InvitationGoneError, match="was used already"):
        join(workspace, token, "ben")


def test_a_failed_use_leaves_the_link_open(workspace: Workspace) -> None:
    _, token = make(workspace)
    workspace.records.write(lambda c: users.add(c, "anna"))
    with pytest.raises(NameTakenError):
        join(workspace, token)
    assert join(workspace, token, "ben").name == "ben"


def test_a_link_expires(workspace: Workspace) -> None:
    row, token = make(workspace, days=1)

    def age(connection: sa.Connection) -> None:
        connection.execute(schema.invitations.update().values(expires_at=row.created_at))

    workspace.records.write(age)
    with pytest.raises(InvitationGoneError, match="has expired"):
        join(workspace, token)


def test_a_link_is_withdrawn(workspace: Workspace) -> None:
    row, token = make(workspace)
    workspace.records.write(lambda c: invitations.withdraw(c, row.id))
    with pytest.raises(InvitationGoneError, match="was withdrawn"):
        join(workspace, token)


def test_withdrawing_what_was_used_changes_nothing(workspace: Workspace) -> None:
    row, token = make(workspace)
    join(workspace, token)
    workspace.records.write(lambda c: invitations.withdraw(c, row.id))
    with workspace.records.read() as connection:
        found = invitations.get(connection, row.id)
    assert found is not None
    assert found.withdrawn_at is None


def test_an_unknown_link(workspace: Workspace) -> None:
    for token in ("", "x", "\0"):
        with pytest.raises(InvitationGoneError, match="not known"):
            join(workspace, token)


def test_accepting_with_an_account(workspace: Workspace, dataset_id: int) -> None:
    user = workspace.records.write(lambda c: users.add(c, "anna"))
    workspace.records.write(lambda c: grants.give(c, user.id, dataset_id, "maintainer"))
    _, token = make(workspace, dataset_id=dataset_id, role="viewer", administrator=True)
    workspace.records.write(lambda c: invitations.accept(c, token, user.id))
    with workspace.records.read() as connection:
        assert [g.role for g in grants.of_user(connection, user.id)] == ["maintainer"]
        assert users.get_named(connection, "anna").administrator
    with pytest.raises(InvitationGoneError):
        workspace.records.write(lambda c: invitations.accept(c, token, user.id))


def test_a_new_password_by_a_link(workspace: Workspace) -> None:
    user = workspace.records.write(lambda c: users.add(c, "anna", password_hash="old"))
    first, second = (
        workspace.records.write(lambda c: invitations.create_reset(c, user.id, author="root"))[1]
        for _ in range(2)
    )
    with pytest.raises(InvitationGoneError, match="was withdrawn"):
        workspace.records.write(lambda c: invitations.reset(c, first, "new"))
    workspace.records.write(lambda c: invitations.reset(c, second, "new"))
    with workspace.records.read() as connection:
        assert users.password_hash(connection, user.id) == "new"
    with pytest.raises(InvitationGoneError, match="was used"):
        workspace.records.write(lambda c: invitations.reset(c, second, "newer"))


def test_a_locked_account_gets_no_new_password(workspace: Workspace) -> None:
    user = workspace.records.write(lambda c: users.add(c, "anna", password_hash="old"))
    _, token = workspace.records.write(
        lambda c: invitations.create_reset(c, user.id, author="root")
    )
    workspace.records.write(lambda c: users.disable(c, user.id))
    with pytest.raises(InvitationGoneError, match="locked"):
        workspace.records.write(lambda c: invitations.reset(c, token, "new"))


def test_a_link_serves_its_own_purpose_only(workspace: Workspace) -> None:
    user = workspace.records.write(lambda c: users.add(c, "anna"))
    _, joining = make(workspace)
    _, resetting = workspace.records.write(
        lambda c: invitations.create_reset(c, user.id, author="root")
    )
    with pytest.raises(InvitationGoneError, match="not known"):
        join(workspace, resetting, "ben")
    with pytest.raises(InvitationGoneError, match="not known"):
        workspace.records.write(lambda c: invitations.reset(c, joining, "new"))


@pytest.mark.parametrize("choices", [{"role": "viewer"}, {"dataset_id": 1}])
def test_dataset_and_role_come_together(workspace: Workspace, choices: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="both the dataset and the role"):
        make(workspace, **choices)


@pytest.mark.parametrize("days", [0, -1, 366])
def test_how_long_a_link_can_be_valid(workspace: Workspace, days: int) -> None:
    with pytest.raises(InputError, match=f"1 to 365 days, not {days}"):
        make(workspace, days=days)


def test_the_links_of_one_dataset(workspace: Workspace, dataset_id: int) -> None:
    first, _ = make(workspace, dataset_id=dataset_id, role="viewer")
    make(workspace)
    last, _ = make(workspace, dataset_id=dataset_id, role="annotator")
    with workspace.records.read() as connection:
        found = invitations.of_dataset(connection, dataset_id)
        assert [row.id for row in found] == [last.id, first.id]
        assert invitations.of_dataset(connection, dataset_id + 1) == []
