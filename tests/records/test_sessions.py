from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from fieldguide.records import clock, schema, sessions, users
from fieldguide.records.secret_tokens import token_hash
from fieldguide.workspace import Workspace


def move(workspace: Workspace, token: str, by: timedelta) -> None:
    """Let a session's end lie elsewhere, as if time had gone by."""

    def write(connection: sa.Connection) -> None:
        found = sessions.find(connection, token_hash(token))
        assert found is not None
        connection.execute(
            schema.sessions.update()
            .where(schema.sessions.c.token_hash == token_hash(token))
            .values(expires_at=found.expires_at + by)
        )

    workspace.records.write(write)


def find(workspace: Workspace, token: str) -> sessions.SessionRow | None:
    with workspace.records.read() as connection:
        return sessions.find(connection, token_hash(token))


@pytest.fixture
def user_id(workspace: Workspace) -> int:
    return workspace.records.write(lambda c: users.add(c, "anna")).id


def test_a_session_is_known_by_its_token(workspace: Workspace, user_id: int) -> None:
    token = workspace.records.write(lambda c: sessions.start(c, user_id))
    found = find(workspace, token)
    assert found is not None
    assert found.user.name == "anna"
    assert found.expires_at - clock.now() > timedelta(days=29, hours=23)
    assert not found.wants_renewal
    assert find(workspace, token + "x") is None
    assert find(workspace, "") is None


def test_the_token_itself_is_not_kept(workspace: Workspace, user_id: int) -> None:
    token = workspace.records.write(lambda c: sessions.start(c, user_id))
    workspace.records.close()
    for path in workspace.root.glob("fieldguide.db*"):
        assert token.encode() not in path.read_bytes()


def test_a_session_ends_by_itself(workspace: Workspace, user_id: int) -> None:
    token = workspace.records.write(lambda c: sessions.start(c, user_id))
    move(workspace, token, -timedelta(days=30))
    assert find(workspace, token) is None


def test_a_session_in_use_is_renewed(workspace: Workspace, user_id: int) -> None:
    token = workspace.records.write(lambda c: sessions.start(c, user_id))
    move(workspace, token, -timedelta(days=2))
    found = find(workspace, token)
    assert found is not None
    assert found.wants_renewal
    workspace.records.write(lambda c: sessions.renew(c, token_hash(token)))
    found = find(workspace, token)
    assert found is not None
    assert not found.wants_renewal


def test_what_has_ended_is_cleared_away(workspace: Workspace, user_id: int) -> None:
    old = workspace.records.write(lambda c: sessions.start(c, user_id))
    move(workspace, old, -timedelta(days=31))
    workspace.records.write(lambda c: sessions.start(c, user_id))
    with workspace.records.read() as connection:
        count = sa.select(sa.func.count()).select_from(schema.sessions)
        assert connection.execute(count).scalar() == 1


def test_signing_out_ends_one_session(workspace: Workspace, user_id: int) -> None:
    first, second = (
        workspace.records.write(lambda c: sessions.start(c, user_id)) for _ in range(2)
    )
    workspace.records.write(lambda c: sessions.end(c, token_hash(first)))
    assert find(workspace, first) is None
    assert find(workspace, second) is not None


def test_all_others_of_one_user_end(workspace: Workspace, user_id: int) -> None:
    other = workspace.records.write(lambda c: users.add(c, "ben")).id
    kept, gone, foreign = (
        workspace.records.write(lambda c, u=user: sessions.start(c, u))
        for user in (user_id, user_id, other)
    )
    workspace.records.write(lambda c: sessions.end_others(c, user_id, token_hash(kept)))
    assert [find(workspace, t) is not None for t in (kept, gone, foreign)] == [True, False, True]
    workspace.records.write(lambda c: sessions.end_others(c, user_id))
    assert find(workspace, kept) is None


def test_who_is_locked_out_has_no_session(workspace: Workspace, user_id: int) -> None:
    workspace.records.write(lambda c: users.disable(c, user_id))
    token = workspace.records.write(lambda c: sessions.start(c, user_id))
    assert find(workspace, token) is None
