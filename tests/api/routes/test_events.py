from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
from fastapi import FastAPI
from tests.api.routes.conftest import Group

from fieldguide.api.auth import Principal
from fieldguide.api.live import Live
from fieldguide.api.routes import events
from fieldguide.jobs.jobs import Jobs

Change = Callable[[Live, Jobs], None]


async def _hear(app: FastAPI, listener: Any, change: Change, count: int) -> list[tuple[str, Any]]:
    """Open a stream, let something change, and return the first events."""
    live = Live(app.state.jobs, asyncio.Event())
    stream = events._events(live, *listener)
    heard: list[tuple[str, Any]] = []
    async with asyncio.timeout(30):
        assert (await anext(stream)).startswith(b"retry:")
        following = asyncio.ensure_future(anext(stream))
        # The watcher looks once before it tells of changes.
        await asyncio.sleep(0.3)
        change(live, app.state.jobs)
        while len(heard) < count:
            lines = (await following).decode().splitlines()
            if lines[0].startswith("event: "):
                data = orjson.loads(lines[1].removeprefix("data: "))
                heard.append((lines[0].removeprefix("event: "), data))
            following = asyncio.ensure_future(anext(stream))
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await stream.aclose()
    return heard


def _listener(group: Group, role: Any, *, administrator: bool = False) -> Any:
    principal = Principal(1, "ada", "Ada", administrator=administrator)
    return principal, {} if role is None else {group.dataset_id: role}


def test_a_page_hears_of_jobs_and_answers_of_its_datasets_only(group: Group, app: FastAPI) -> None:
    def change(live: Live, jobs: Jobs) -> None:
        for dataset in (group.foreign_id, group.dataset_id):
            jobs.enqueue("thumbnails", {"dataset_id": dataset}, asked_by="ada", dataset=dataset)
            live.answered(dataset, dataset * 100)

    heard = asyncio.run(_hear(app, _listener(group, "annotator"), change, 2))
    kinds = dict(heard)
    assert kinds["answers"] == {
        "dataset_id": group.dataset_id,
        "question_id": group.dataset_id * 100,
    }
    assert (kinds["job"]["name"], kinds["job"]["dataset_id"]) == ("thumbnails", group.dataset_id)


def test_an_administrator_hears_of_all(group: Group, app: FastAPI) -> None:
    def change(live: Live, jobs: Jobs) -> None:
        jobs.enqueue("thumbnails", {"dataset_id": 1}, dataset=group.foreign_id)
        live.answered(group.foreign_id, 7)

    heard = asyncio.run(_hear(app, _listener(group, None, administrator=True), change, 2))
    assert {kind for kind, _ in heard} == {"job", "answers"}


def test_the_stream_tells_no_result_of_an_export_to_annotators(group: Group, app: FastAPI) -> None:
    made = group["rita"].post(f"{group.path}/exports", {"format": "csv"}).json()

    def change(live: Live, jobs: Jobs) -> None:
        del live, jobs
        group.work_off()

    ((_, job),) = asyncio.run(_hear(app, _listener(group, "annotator"), change, 1))
    assert job["id"] == made["id"]
    assert job["result"] is None


def test_the_stream_ends_when_the_server_stops(group: Group, app: FastAPI) -> None:
    async def listen() -> list[bytes]:
        stopping = asyncio.Event()
        live = Live(app.state.jobs, stopping)
        stream = events._events(live, *_listener(group, "viewer"))
        first = [await anext(stream)]
        following = asyncio.ensure_future(anext(stream, b"end"))
        await asyncio.sleep(0.1)
        stopping.set()
        async with asyncio.timeout(30):
            return [*first, await following]

    assert asyncio.run(listen())[-1] == b"end"


def test_the_address_needs_somebody_signed_in(
    app: FastAPI, browse: Callable[..., Any], group: Group
) -> None:
    assert browse().get("/api/events").status_code == 401
    app.state.stopping.set()
    answer = group["vic"].get("/api/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
