"""How the API's routes take a request: JSON is read strictly, before anything else sees it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope


class StrictRequest(Request):
    """A request whose JSON holds only what the records can keep.

    NaN and infinity, lone surrogates and invalid UTF-8 are no JSON; NUL characters are, but
    PostgreSQL keeps none.
    """

    def __init__(self, scope: Scope, receive: Receive, most_bytes: int | None) -> None:
        super().__init__(scope, receive)
        self._most_bytes = most_bytes

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Give the body in the parts in which it comes.

        Raises:
            HTTPException: 413 if it is larger than the route takes; no more of it is read then.
        """
        limit = self._most_bytes or self.app.state.options.max_body_bytes
        if int(self.headers.get("content-length", "0")) > limit:
            raise HTTPException(413)
        size = 0
        async for part in super().stream():
            size += len(part)
            if size > limit:
                raise HTTPException(413)
            yield part

    async def json(self) -> Any:
        """Return the body's value.

        Raises:
            JSONDecodeError: If the body is not JSON or holds a NUL character.
        """
        if not hasattr(self, "_json"):
            body = await self.body()
            value = orjson.loads(body)
            if b"\\u0000" in body and _holds_nul(value):
                raise json.JSONDecodeError("it holds a NUL character", "", 0)
            self._json = value
        return self._json


class StrictRoute(APIRoute):
    """A route that reads its requests strictly.

    Args:
        path: Its address.
        endpoint: The function that answers.
        max_body_size: The largest body that it takes, in bytes; that of the server's options when
            None.
        choices: As FastAPI's own routes have them.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        max_body_size: int | None = None,
        **choices: Any,
    ) -> None:
        # Not handed on: FastAPI's own limit answers in another shape than all other errors have.
        self._most_bytes = max_body_size
        super().__init__(path, endpoint, **choices)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        handle = super().get_route_handler()
        most_bytes = self._most_bytes

        async def handle_strictly(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive, most_bytes))

        return handle_strictly


class Router(APIRouter):
    """The routes of one resource; every file of routes makes one."""

    def __init__(self, tag: str) -> None:
        super().__init__(tags=[tag], route_class=StrictRoute)


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in key or _holds_nul(inner) for key, inner in value.items())
    return isinstance(value, list) and any(_holds_nul(inner) for inner in value)
