"""Keep other web sites from writing in the name of whoever is signed in.

A browser sends the session's cookie along with requests that another site makes; what that site
cannot send is the CSRF token, which only answers of this server tell. It is an HMAC of the
session's token, so nothing needs to be kept.

Source: OWASP, Cross-Site Request Forgery Prevention Cheat Sheet, "HMAC Based Token Pattern".
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from fastapi import Request

from fieldguide.api.errors import ApiError
from fieldguide.errors import WorkspaceError

HEADER = "X-CSRF-Token"
SECRET_FILE = "server-secret"  # noqa: S105 - the name of the file, not what is in it

_BYTES = 32


def load_secret(root: Path) -> bytes:
    """Return the workspace's secret, made on the first call; only its owner may read the file.

    Args:
        root: The workspace's folder.

    Raises:
        WorkspaceError: If the file cannot be read, or others have written into it.
    """
    path = root / SECRET_FILE
    try:
        if not path.exists():
            _make(path)
        secret = path.read_bytes()
    except OSError as error:
        raise WorkspaceError(
            f"The server's secret {str(path)!r} cannot be used: {error.strerror}. Change its "
            "permissions, or remove it, and start the server again."
        ) from error
    if len(secret) != _BYTES:
        raise WorkspaceError(
            f"The server's secret {str(path)!r} holds {len(secret)} bytes in place of {_BYTES}. "
            "Remove it and start the server again."
        )
    return secret


def csrf_token(secret: bytes, session_token: str) -> str:
    """Return the CSRF token of a session, 64 hexadecimal digits."""
    return hmac.new(secret, session_token.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def check(request: Request, session_token: str) -> None:
    """Refuse a request that does not carry its session's CSRF token.

    Raises:
        ApiError: 403.
    """
    wanted = csrf_token(request.app.state.secret, session_token)
    sent = request.headers.get(HEADER, "")
    if not hmac.compare_digest(wanted.encode(), sent.encode("utf-8", "replace")):
        raise ApiError(
            403,
            "csrf_token_wrong",
            f"The header {HEADER} is missing or not that of this session. Load the page again; a "
            "program sends an API token instead of a cookie.",
        )


def _make(path: Path) -> None:
    # Written beside and linked into place: two servers that start at once take the same secret,
    # and none reads half of one.
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
