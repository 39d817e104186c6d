# ruff: noqa: S106 - addresses and passwords here are made up and reach nothing

from __future__ import annotations

import pytest
import sqlalchemy as sa

from fieldguide.errors import InputError, UnknownNameError
from fieldguide.records import sessions, tokens, users
from fieldguide.records.secret_tokens import token_hash
from fieldguide.records.users import LastAdministratorError, NameTakenError
from fieldguide.workspace import Workspace


def test_a_new_account(workspace: Workspace) -> None:
    user = workspace.records.write(
        lambda c: users.add(c, "anna.b-1_@x", full_name=" Anna B ", password_hash="h")
    )
    assert (user.name, user.full_name) == ("anna.b-1_@x", "Anna B")
    assert user.has_password
    assert not user.administrator
    assert user.disabled_at is None
    with workspace.records.read() as connection:
        assert users.get(connection, user.id) == user
        assert users.find(connection, "ANNA.B-1_@X") == user
        assert users.password_hash(connection, user.id) == "h"
        assert users.every(connection) == [user]


def test_without_a_full_name_the_login_name_stands_for_it(workspace: Workspace) -> None:
    user = workspace.records.write(lambda c: users.add(c, "ben"))
    assert user.full_name == "ben"
    assert not user.has_password


def test_nobody_is_there_at_first(workspace: Workspace) -> None:
    with workspace.records.read() as connection:
        assert users.every(connection) == []
        assert users.find(connection, "anna") is None
        assert users.get(connection, 1) is None
        assert not users.has_administrator(connection)
        with pytest.raises(UnknownNameError, match="There is no user yet"):
            users.get_named(connection, "anna")


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "ä", "a" * 65, "a/b", "a\n", "\0", "a:b", "<b>", "import", "Model"]
)
def test_what_cannot_be_a_login_name(workspace: Workspace, name: str) -> None:
    with pytest.raises(InputError, match="cannot be a login name"):
        workspace.records.write(lambda c: users.add(c, name))


@pytest.mark.parametrize("name", ["a", "A" * 64, "7", "x.y_z-@"])
def test_what_can_be_a_login_name(name: str) -> None:
    users.check_name(name)


@pytest.mark.parametrize("full_name", ["a\nb", "\x7f", "x" * 201])
def test_what_cannot_be_a_full_name(workspace: Workspace, full_name: str) -> None:
    with pytest.raises(InputError, match="A full name"):
        workspace.records.write(lambda c: users.add(c, "anna", full_name=full_name))


@pytest.mark.parametrize("again", ["anna", "ANNA", "Anna"])
def test_a_name_is_given_once_whatever_its_case(workspace: Workspace, again: str) -> None:
    user = workspace.records.write(lambda c: users.add(c, "Anna"))
    workspace.records.write(lambda c: users.disable(c, user.id))
    with pytest.raises(NameTakenError, match="never given twice"):
        workspace.records.write(lambda c: users.add(c, again))


def test_the_database_itself_keeps_names_apart(workspace: Workspace) -> None:
    workspace.records.write(lambda c: users.add(c, "Anna"))

    def around(connection: sa.Connection) -> None:
        connection.execute(
            sa.text(
                "INSERT INTO users (name, full_name, administrator, created_at, client_key) "
                "VALUES ('anna', 'x', 0, '2026-01-01', 'user:anna')"
            )
        )

    with pytest.raises(sa.exc.IntegrityError):
        workspace.records.write(around)


def test_disabling_ends_sessions_and_tokens(workspace: Workspace) -> None:
    def make(connection: sa.Connection) -> tuple[int, str, str]:
        users.add(connection, "root", administrator=True)
        user = users.add(connection, "anna")
        _, token = tokens.create(connection, user.id, name="t", scopes=["read"])
        return user.id, sessions.start(connection, user.id), token

    user_id, session, token = workspace.records.write(make)
    workspace.records.write(lambda c: users.disable(c, user_id))
    workspace.records.write(lambda c: users.enable(c, user_id))
    with workspace.records.read() as connection:
        assert sessions.find(connection, token_hash(session)) is None
        assert tokens.holder(connection, token_hash(token)) is None
        user = users.get(connection, user_id)
    assert user is not None
    assert user.disabled_at is None


def test_disabling_twice_keeps_the_first_time(workspace: Workspace) -> None:
    user = workspace.records.write(lambda c: users.add(c, "anna"))

    def disable(connection: sa.Connection) -> users.UserRow:
        users.disable(connection, user.id)
        return users.get_named(connection, "anna")

    first = workspace.records.write(disable)
    assert first.disabled_at is not None
    assert workspace.records.write(disable) == first


def test_one_administrator_stays(workspace: Workspace) -> None:
    first = workspace.records.write(lambda c: users.add(c, "first", administrator=True))
    second = workspace.records.write(lambda c: users.add(c, "second", administrator=True))
    workspace.records.write(lambda c: users.disable(c, first.id))
    for refused in (
        lambda c: users.disable(c, second.id),
        lambda c: users.set_administrator(c, second.id, administrator=False),
    ):
        with pytest.raises(LastAdministratorError, match="only administrator"):
            workspace.records.write(refused)
    workspace.records.write(lambda c: users.enable(c, first.id))
    workspace.records.write(lambda c: users.set_administrator(c, second.id, administrator=False))
    with workspace.records.read() as connection:
        assert users.has_administrator(connection)
        assert [user.administrator for user in users.every(connection)] == [True, False]


def test_an_administrator_with_a_password_is_asked_for(workspace: Workspace) -> None:
    user = workspace.records.write(lambda c: users.add(c, "first", administrator=True))
    with workspace.records.read() as connection:
        assert users.has_administrator(connection)
        assert not users.has_administrator(connection, with_password=True)
    workspace.records.write(lambda c: users.set_password(c, user.id, "h"))
    with workspace.records.read() as connection:
        assert users.has_administrator(connection, with_password=True)


def test_an_empty_full_name_falls_back(workspace: Workspace) -> None:
    user = workspace.records.write(lambda c: users.add(c, "anna", full_name="Anna B"))
    workspace.records.write(lambda c: users.set_full_name(c, user.id, " "))
    with workspace.records.read() as connection:
        assert users.get_named(connection, "anna").full_name == "anna"


@pytest.mark.parametrize(
    ("system", "name"),
    [
        ("anna", "anna"),
        ("DOMAIN\\anna b", "DOMAIN-anna-b"),
        ("ünal", "nal"),
        ("李", "owner"),
        ("import", "import-owner"),
        ("x" * 100, "x" * 55),
    ],
)
def test_the_owner_is_named_after_the_system_s_user(
    workspace: Workspace, system: str, name: str
) -> None:
    owner = workspace.records.write(lambda c: users.ensure_owner(c, system))
    assert owner.name == name
    assert owner.administrator
    assert not owner.has_password
    assert workspace.records.write(lambda c: users.ensure_owner(c, system)) == owner


def test_the_owner_does_not_take_another_s_account(workspace: Workspace) -> None:
    workspace.records.write(lambda c: users.add(c, "anna"))
    owner = workspace.records.write(lambda c: users.ensure_owner(c, "anna"))
    assert owner.name == "anna-owner"
    workspace.records.write(lambda c: users.add(c, "root", administrator=True))
    workspace.records.write(lambda c: users.disable(c, owner.id))
    again = workspace.records.write(lambda c: users.ensure_owner(c, "anna"))
    assert again.name == "anna-owner2"
