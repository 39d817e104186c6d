from __future__ import annotations

import asyncio
import threading

import pytest
import sqlalchemy as sa

from fieldguide.api.work import read, read_long, write
from fieldguide.records import datasets
from fieldguide.workspace import Workspace


def test_writing_and_reading(workspace: Workspace) -> None:
    async def go() -> tuple[int, list[str], list[str]]:
        made = await write(workspace, lambda c: datasets.ensure(c, "leaves", "x").id)
        return (
            made,
            await read(workspace, datasets.names),
            await read_long(workspace, datasets.names),
        )

    assert asyncio.run(go()) == (1, ["leaves"], ["leaves"])


def test_long_reading_leaves_the_loop_free(workspace: Workspace) -> None:
    async def go() -> tuple[str, str]:
        here = await read(workspace, lambda _: threading.current_thread().name)
        there = await read_long(workspace, lambda _: threading.current_thread().name)
        return here, there

    here, there = asyncio.run(go())
    assert here == threading.current_thread().name
    assert there != here


def test_what_fails_is_raised(workspace: Workspace) -> None:
    def fail(connection: sa.Connection) -> None:
        datasets.ensure(connection, "undone", "x")
        raise ValueError("no")

    def fail_reading(connection: sa.Connection) -> None:
        raise ValueError(f"no, {datasets.names(connection)}")

    with pytest.raises(ValueError, match="no"):
        asyncio.run(write(workspace, fail))
    for way in (read, read_long):
        with pytest.raises(ValueError, match=r"no, \[\]"):
            asyncio.run(way(workspace, fail_reading))
    assert asyncio.run(read(workspace, datasets.names)) == []


def test_who_goes_away_leaves_the_writer_at_work(workspace: Workspace) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def slow(connection: sa.Connection) -> None:
        entered.set()
        go_on.wait(30)
        datasets.ensure(connection, "slow", "x")

    async def go() -> list[str]:
        task = asyncio.create_task(write(workspace, slow))
        await asyncio.to_thread(entered.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()
        await write(workspace, lambda c: datasets.ensure(c, "next", "x"))
        return await read(workspace, datasets.names)

    assert asyncio.run(go()) == ["next", "slow"]
