"""Answer a request that is sent again with what was answered the first time.

A write whose answer got lost is sent again by the browser. With the same ``Idempotency-Key`` it is
recognised, and the work is not done twice: key and reply are kept in the transaction of the work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import orjson
import sqlalchemy as sa
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from fieldguide.api.auth import Identified, workspace_of
from fieldguide.api.work import write
from fieldguide.records import replies
from fieldguide.workspace import Workspace

HEADER = "Idempotency-Key"

Key = Annotated[
    str | None,
    Header(
        alias=HEADER,
        min_length=1,
        max_length=200,
        pattern="^[!-~]+$",
        description="A random text, the same when the same request is sent again.",
    ),
]


class Repeatable:
    """A request whose work is done once, however often it is sent.

    Args:
        workspace: What is written to.
        request: The request's key, or None where it has none; it is then done each time.
    """

    def __init__(self, workspace: Workspace, request: replies.RequestKey | None) -> None:
        self._workspace = workspace
        self._request = request

    async def write(
        self, work: Callable[[sa.Connection], BaseModel | dict[str, Any]], *, status: int = 200
    ) -> Response:
        """Do the work in a transaction and answer with its result, or with the earlier reply.

        Args:
            work: Writes, and returns the answer's body.
            status: The answer's status.

        Raises:
            KeyReusedError: If the key came with another request before; answered with 409.
        """

        def once(connection: sa.Connection) -> tuple[int, Any]:
            if self._request is None:
                return status, _plain(work(connection))
            earlier = replies.find(connection, self._request)
            if earlier is not None:
                return earlier["status"], earlier["body"]
            body = _plain(work(connection))
            replies.keep(connection, self._request, {"status": status, "body": body})
            return status, body

        answered, body = await write(self._workspace, once)
        return Response(orjson.dumps(body), status_code=answered, media_type="application/json")


async def repeatable(request: Request, principal: Identified, key: Key = None) -> Repeatable:
    """Return the request as one that can be sent again; its body is read."""
    workspace = workspace_of(request)
    if key is None:
        return Repeatable(workspace, None)
    found = replies.request_key(
        principal.user_id,
        key,
        request.method.encode(),
        request.url.path.encode(),
        request.url.query.encode(),
        await request.body(),
    )
    return Repeatable(workspace, found)


Once = Annotated[Repeatable, Depends(repeatable)]
"""``await once.write(work, status=201)`` does the work once per ``Idempotency-Key``."""


def _plain(body: BaseModel | dict[str, Any]) -> Any:
    return body.model_dump(mode="json") if isinstance(body, BaseModel) else body
