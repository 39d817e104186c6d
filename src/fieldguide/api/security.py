"""What every request passes through: host and origin checks, headers, the last net for errors."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fieldguide.api.auth import SAFE_METHODS
from fieldguide.api.cookies import COOKIES
from fieldguide.api.errors import answer_for, error_answer
from fieldguide.api.hosts import AllowedHosts
from fieldguide.api.options import ServerOptions

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)

HEADERS: Mapping[str, str] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""On every answer, unless the route has set one of the same name."""

_RAW = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
_NO_STORE = (b"cache-control", b"no-store")


class Guard:
    """Stands in front of the application, as plain ASGI, in one pass.

    Args:
        app: What answers.
        options: How the server was started.
    """

    def __init__(self, app: ASGIApp, options: ServerOptions) -> None:
        self._app = app
        self._hosts = AllowedHosts(options.host, options.port, options.allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        cookies: list[bytes] = []
        scope[COOKIES] = cookies
        private = scope["path"].startswith("/api/")
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = _guarded(message.get("headers", ()), cookies, private=private)
            await send(message)

        answer = self._refusal(scope)
        if answer is not None:
            await answer(scope, receive, send_guarded)
            return
        try:
            await self._app(scope, receive, send_guarded)
        except Exception as error:
            answer = answer_for(error)
            if started:
                raise
            await answer(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name == b"host" and name in headers:
                return error_answer(400, "bad_request", "There is more than one Host header.")
            headers[name] = value
        host = headers.get(b"host", b"").decode("latin-1")
        if not self._hosts.allow(host):
            return error_answer(
                421,
                "wrong_host",
                f"This server does not answer to the name {host!r}. Whoever runs it can allow it "
                "with --allow-host NAME.",
            )
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            return error_answer(400, "bad_request", "The address holds a NUL character.")
        if scope["method"] not in SAFE_METHODS and _is_foreign(headers, host):
            return error_answer(
                403, "foreign_origin", "Another web site has sent this request; it was refused."
            )
        return None


def _guarded(
    headers: list[tuple[bytes, bytes]], cookies: list[bytes], *, private: bool
) -> list[tuple[bytes, bytes]]:
    names = {name for name, _ in headers}
    result = [*headers, *(pair for pair in _RAW if pair[0] not in names)]
    if (private or cookies) and b"cache-control" not in names:
        result.append(_NO_STORE)
    result.extend((b"set-cookie", cookie) for cookie in cookies)
    return result


def _is_foreign(headers: Mapping[bytes, bytes], host: str) -> bool:
    if b"authorization" in headers:
        # What carries a token of its own does not ride on a cookie.
        return False
    site = headers.get(b"sec-fetch-site")
    if site is not None and site not in {b"same-origin", b"none"}:
        return True
    origin = headers.get(b"origin")
    if origin is None:
        return False
    return urlsplit(origin.decode("latin-1")).netloc.lower() != host.lower()
