from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from fieldguide.records import clock, replies, schema
from fieldguide.records.replies import KeyReusedError, request_key
from fieldguide.workspace import Workspace


def find(workspace: Workspace, request: replies.RequestKey) -> object:
    with workspace.records.read() as connection:
        return replies.find(connection, request)


def test_a_reply_is_found_again(workspace: Workspace) -> None:
    request = request_key(1, "k", b"POST", b"/x", b"{}")
    assert find(workspace, request) is None
    workspace.records.write(lambda c: replies.keep(c, request, {"a": [1, None]}))
    assert find(workspace, request) == {"a": [1, None]}


def test_another_request_with_the_same_key_is_refused(workspace: Workspace) -> None:
    request = request_key(1, "k", b"POST", b"/x", b"{}")
    workspace.records.write(lambda c: replies.keep(c, request, 1))
    for other in ((b"PUT", b"/x", b"{}"), (b"POST", b"/x{", b"}"), (b"POST", b"/x", b"{ }")):
        with pytest.raises(KeyReusedError, match="another request"):
            find(workspace, request_key(1, "k", *other))


def test_users_do_not_meet_each_other_s_keys(workspace: Workspace) -> None:
    workspace.records.write(lambda c: replies.keep(c, request_key(1, "k", b"a"), 1))
    assert find(workspace, request_key(2, "k", b"b")) is None
    assert request_key(1, "1:k", b"").key != request_key(11, "k", b"").key


def test_old_replies_are_cleared_away(workspace: Workspace) -> None:
    old, kept, new = (request_key(1, name, b"") for name in ("old", "kept", "new"))
    for request in (old, kept):
        workspace.records.write(lambda c, r=request: replies.keep(c, r, 1))

    def age(connection: sa.Connection) -> None:
        moment = clock.now() - replies.KEPT_FOR - timedelta(seconds=1)
        connection.execute(
            schema.replies.update().where(schema.replies.c.key == old.key).values(created_at=moment)
        )

    workspace.records.write(age)
    workspace.records.write(lambda c: replies.keep(c, new, 1))
    assert [find(workspace, r) for r in (old, kept, new)] == [None, 1, 1]
