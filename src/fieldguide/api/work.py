"""Read and write the records from a route."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa
from anyio.to_thread import run_sync

from fieldguide.workspace import Workspace

T = TypeVar("T")

Work = Callable[[sa.Connection], T]


async def write(workspace: Workspace, work: Work[T]) -> T:
    """Run ``work`` in a transaction; it is on disk once this returns.

    Work that was handed over is finished even when the request is given up, so that a caller who
    went away never leaves half of something behind.
    """
    return await asyncio.shield(asyncio.wrap_future(workspace.records.submit(work)))


async def glance(workspace: Workspace, work: Work[T]) -> T:
    """Run ``work``, which looks single rows up, at once and in this thread.

    For what every request needs; see ``Records.glance``.
    """
    return workspace.records.glance(work)


async def read(workspace: Workspace, work: Work[T]) -> T:
    """Run ``work``, which reads, at once and in this thread.

    For look-ups by an index, which take less time than the way to another thread; what may take
    more than a few milliseconds belongs into :func:`read_long`.
    """
    with workspace.records.read() as connection:
        return work(connection)


async def read_long(workspace: Workspace, work: Work[T]) -> T:
    """Run ``work``, which reads much, in another thread; other requests go on meanwhile."""

    def run() -> T:
        with workspace.records.read() as connection:
            return work(connection)

    return await run_sync(run)
