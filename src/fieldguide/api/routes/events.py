"""Events: a stream that tells an open page what changed, so that it need not ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import orjson
from fastapi import Request
from fastapi.responses import StreamingResponse

from fieldguide.api.auth import Principal, Signed, workspace_of
from fieldguide.api.live import Live, News
from fieldguide.api.routes.jobs import job_shape, role_in, roles_of
from fieldguide.api.routing import Router
from fieldguide.api.work import read
from fieldguide.types import Role

router = Router("events")

_SILENCE = 15.0
_LONGEST = 10 * 60.0


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
            "description": "Events ``job`` (a job) and ``answers`` (a question's id).",
        }
    },
)
async def stream_events(request: Request, principal: Signed) -> StreamingResponse:
    """Stream what changes in the datasets in which the caller has a role.

    The stream ends after ten minutes, so that a role that was taken away counts; browsers connect
    again by themselves.
    """
    mine = await read(workspace_of(request), lambda c: roles_of(c, principal))
    live: Live = request.app.state.live
    return StreamingResponse(
        _events(live, principal, mine),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(
    live: Live, principal: Principal, mine: Mapping[int, Role]
) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    until = asyncio.get_running_loop().time() + _LONGEST
    news = live.listen()
    upcoming = asyncio.ensure_future(anext(news, None))
    try:
        while asyncio.get_running_loop().time() < until:
            done, _ = await asyncio.wait({upcoming}, timeout=_SILENCE)
            if not done:
                yield b": still here\n\n"
                continue
            found = upcoming.result()
            if found is None:
                return
            role = _role_in(found, principal, mine)
            if role is not None:
                yield _event(found, role)
            upcoming = asyncio.ensure_future(anext(news, None))
    finally:
        upcoming.cancel()
        await asyncio.gather(upcoming, return_exceptions=True)
        await news.aclose()


def _role_in(news: News, principal: Principal, mine: Mapping[int, Role]) -> Role | None:
    if news.job is not None:
        return role_in(news.job, principal, mine)
    if principal.administrator:
        return "maintainer"
    return None if news.dataset_id is None else mine.get(news.dataset_id)


def _event(news: News, role: Role) -> bytes:
    if news.job is not None:
        data = job_shape(news.job, role).model_dump_json().encode()
        return b"event: job\ndata: " + data + b"\n\n"
    body = orjson.dumps({"dataset_id": news.dataset_id, "question_id": news.question_id})
    return b"event: answers\ndata: " + body + b"\n\n"
