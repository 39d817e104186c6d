from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from fieldguide.errors import InputError
from fieldguide.records import clock, schema, tokens, users
from fieldguide.records.secret_tokens import token_hash
from fieldguide.records.tokens import Scope
from fieldguide.workspace import Workspace


@pytest.fixture
def user_id(workspace: Workspace) -> int:
    return workspace.records.write(lambda c: users.add(c, "anna")).id


def holder(workspace: Workspace, token: str) -> tuple[str, frozenset[Scope]] | None:
    with workspace.records.read() as connection:
        found = tokens.holder(connection, token_hash(token))
    return None if found is None else (found[0].name, found[1])


def test_a_token_acts_for_its_owner(workspace: Workspace, user_id: int) -> None:
    row, token = workspace.records.write(
        lambda c: tokens.create(c, user_id, name=" robot ", scopes=["label", "read", "read"])
    )
    assert token.startswith("fg_")
    assert (row.name, row.scopes, row.expires_at) == ("robot", ("read", "label"), None)
    assert holder(workspace, token) == ("anna", frozenset({"read", "label"}))
    assert holder(workspace, token[:-1]) is None
    with workspace.records.read() as connection:
        assert tokens.of_user(connection, user_id) == [row]
        assert tokens.of_user(connection, user_id + 1) == []


def test_a_token_expires(workspace: Workspace, user_id: int) -> None:
    row, token = workspace.records.write(
        lambda c: tokens.create(c, user_id, name="t", scopes=["read"], days=1)
    )
    assert row.expires_at is not None
    assert holder(workspace, token) is not None

    def age(connection: sa.Connection) -> None:
        past = clock.now() - timedelta(seconds=1)
        connection.execute(schema.api_tokens.update().values(expires_at=past))

    workspace.records.write(age)
    assert holder(workspace, token) is None


def test_revoking_is_immediate_and_for_the_owner_alone(workspace: Workspace, user_id: int) -> None:
    row, token = workspace.records.write(
        lambda c: tokens.create(c, user_id, name="t", scopes=["read"])
    )
    assert not workspace.records.write(lambda c: tokens.revoke(c, user_id + 1, row.id))
    assert holder(workspace, token) is not None
    assert workspace.records.write(lambda c: tokens.revoke(c, user_id, row.id))
    assert holder(workspace, token) is None
    assert not workspace.records.write(lambda c: tokens.revoke(c, user_id, row.id))
    with workspace.records.read() as connection:
        assert tokens.of_user(connection, user_id) == []


def test_the_token_itself_is_not_kept(workspace: Workspace, user_id: int) -> None:
    _, token = workspace.records.write(
        lambda c: tokens.create(c, user_id, name="t", scopes=["read"])
    )
    workspace.records.close()
    for path in workspace.root.glob("fieldguide.db*"):
        assert token.encode() not in path.read_bytes()


def test_a_token_that_could_do_nothing_is_refused(workspace: Workspace, user_id: int) -> None:
    with pytest.raises(InputError, match="at least one scope of read, label, manage"):
        workspace.records.write(lambda c: tokens.create(c, user_id, name="t", scopes=[]))
    with pytest.raises(InputError, match="needs a name"):
        workspace.records.write(lambda c: tokens.create(c, user_id, name=" ", scopes=["read"]))
