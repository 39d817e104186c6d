"""Sessions: browsers in which somebody has signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from fieldguide.records.clock import now
from fieldguide.records.schema import sessions, users
from fieldguide.records.secret_tokens import new_token, token_hash
from fieldguide.records.users import FIELDS, UserRow

LIFETIME = timedelta(days=30)
"""How long a session lasts without being used."""

_RENEWED_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that has not ended, and whose it is."""

    user: UserRow
    expires_at: datetime

    @property
    def wants_renewal(self) -> bool:
        """Whether it was last renewed a day ago or more; each time would be a write per look."""
        return self.expires_at - now() < LIFETIME - _RENEWED_AFTER


_FIND = (
    sa.select(sessions.c.expires_at, *FIELDS)
    .join(users, users.c.id == sessions.c.user_id)
    .where(
        sessions.c.token_hash == sa.bindparam("token"),
        sessions.c.expires_at > sa.bindparam("now"),
        users.c.disabled_at.is_(None),
    )
)


def start(connection: sa.Connection, user_id: int) -> str:
    """Begin a session and return its token; ended sessions of anyone are cleared away."""
    token = new_token()
    moment = now()
    connection.execute(sessions.delete().where(sessions.c.expires_at <= moment))
    connection.execute(
        sessions.insert().values(
            token_hash=token_hash(token),
            user_id=user_id,
            created_at=moment,
            expires_at=moment + LIFETIME,
        )
    )
    return token


def find(connection: sa.Connection, hashed: str) -> SessionRow | None:
    """Return the session of a token's hash; None if it has ended or its holder is locked out."""
    row = connection.execute(_FIND, {"token": hashed, "now": now()}).first()
    return None if row is None else SessionRow(UserRow(*row[1:]), row[0])


def renew(connection: sa.Connection, hashed: str) -> None:
    """Let a session last its full time from now on."""
    connection.execute(
        sessions.update().where(sessions.c.token_hash == hashed).values(expires_at=now() + LIFETIME)
    )


def end(connection: sa.Connection, hashed: str) -> None:
    """End one session."""
    connection.execute(sessions.delete().where(sessions.c.token_hash == hashed))


def end_others(connection: sa.Connection, user_id: int, hashed: str | None = None) -> None:
    """End all sessions of a user, except the one with this hash."""
    done = sessions.delete().where(sessions.c.user_id == user_id)
    if hashed is not None:
        done = done.where(sessions.c.token_hash != hashed)
    connection.execute(done)
