"""The cookie by which a browser that has signed in is known."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from fieldguide.records.sessions import LIFETIME

SESSION_COOKIE = "fieldguide_session"

COOKIES = "fieldguide.cookies"
"""Where, in a request's scope, the guard finds the cookies to send with the answer."""


def set_session_cookie(request: Request, token: str) -> None:
    """Have the browser keep a session's token: 30 days, out of reach of scripts and other sites."""
    _send(request, token, int(LIFETIME.total_seconds()))


def clear_session_cookie(request: Request) -> None:
    """Have the browser forget the session."""
    _send(request, "", 0)


def _send(request: Request, value: str, seconds: int) -> None:
    # Not on the route's own answer: that one is made later, and not by who looks at the session.
    carrier = Response()
    carrier.set_cookie(
        SESSION_COOKIE,
        value,
        max_age=seconds,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    request.scope[COOKIES].append(carrier.headers["set-cookie"].encode("latin-1"))
