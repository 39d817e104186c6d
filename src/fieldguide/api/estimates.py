"""Running estimates of questions, computed beside what others wait for and kept until new votes."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING

import anyio
import sqlalchemy as sa
from anyio.to_thread import run_sync

from fieldguide.records import questions, votes
from fieldguide.workspace import Workspace

if TYPE_CHECKING:
    from fieldguide.workflows.when_to_stop import WhenToStop

_State = tuple[int, int | None]


class Estimates:
    """Computes the estimate of a question once for all who ask for it, one question at a time.

    Args:
        workspace: What is served.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._held: dict[int, tuple[_State, asyncio.Task[WhenToStop]]] = {}
        self._turn: anyio.CapacityLimiter | None = None

    async def get(self, question_id: int) -> WhenToStop:
        """Return the estimate of a question as its votes and settings stand now."""
        with self._workspace.records.read() as connection:
            state = _state(connection, question_id)
        held = self._held.get(question_id)
        if held is None or held[0] != state:
            held = state, asyncio.create_task(self._compute(question_id))
            self._held[question_id] = held
        try:
            # Who goes away must not take it from the others who wait for it.
            found = await asyncio.shield(held[1])
        except Exception:
            self._forget(question_id, held[1])
            raise
        if found.without_vectors:
            # Vectors come without a vote.
            self._forget(question_id, held[1])
        return found

    async def _compute(self, question_id: int) -> WhenToStop:
        from fieldguide.workflows import when_to_stop

        self._turn = self._turn or anyio.CapacityLimiter(1)
        work = functools.partial(when_to_stop.of_question, self._workspace, question_id)
        return await run_sync(work, limiter=self._turn)

    def _forget(self, question_id: int, task: asyncio.Task[WhenToStop]) -> None:
        if question_id in self._held and self._held[question_id][1] is task:
            del self._held[question_id]


def _state(connection: sa.Connection, question_id: int) -> _State:
    return votes.newest_id(connection, question_id), questions.revision(connection, question_id)
