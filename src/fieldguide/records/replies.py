"""Replies: what was answered to a request, so that the same request sent again does nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from fieldguide.errors import InputError
from fieldguide.records.clock import now
from fieldguide.records.schema import replies

KEPT_FOR = timedelta(days=7)
"""How long a reply is kept."""

_OLD_ONES_A_TIME = 100


class KeyReusedError(InputError):
    """A key that was sent with one request came with another one."""


@dataclass(frozen=True, slots=True)
class RequestKey:
    """What makes two requests the same.

    Attributes:
        key: Chosen by the client, and by whom it was sent.
        request_hash: SHA-256 of what the request asks, 64 hexadecimal digits.
    """

    key: str
    request_hash: str


def request_key(user_id: int, key: str, *parts: bytes) -> RequestKey:
    """Return the key of a request: one user's keys do not meet another's.

    Args:
        user_id: Who sent it.
        key: What they call it.
        parts: What it asks: method, address, body.
    """
    digest = hashlib.sha256()
    for part in parts:
        # With the length before it, no two lists of parts hash to the same.
        digest.update(len(part).to_bytes(8, "big") + part)
    return RequestKey(f"{user_id}:{key}", digest.hexdigest())


def find(connection: sa.Connection, request: RequestKey) -> Any | None:
    """Return what was answered to this request before, or None.

    Raises:
        KeyReusedError: If another request came with the same key.
    """
    row = connection.execute(
        sa.select(replies.c.request_hash, replies.c.reply).where(replies.c.key == request.key)
    ).first()
    if row is None:
        return None
    if row.request_hash != request.request_hash:
        raise KeyReusedError(
            "This Idempotency-Key came with another request before. Send a new key with each new "
            "request, and the same one only when a request is sent again."
        )
    return row.reply


def keep(connection: sa.Connection, request: RequestKey, reply: Any) -> None:
    """Keep what is answered to a request; a few of those kept too long are cleared away."""
    connection.execute(
        replies.insert().values(
            key=request.key, request_hash=request.request_hash, reply=reply, created_at=now()
        )
    )
    old = (
        sa.select(replies.c.key)
        .where(replies.c.created_at < now() - KEPT_FOR)
        .order_by(replies.c.created_at)
        .limit(_OLD_ONES_A_TIME)
    )
    connection.execute(replies.delete().where(replies.c.key.in_(old)))
