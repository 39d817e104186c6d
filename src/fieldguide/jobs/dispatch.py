"""Bring about what the table of jobs says: tell the engine what to run, and heal what died.

Everything here can be repeated, by this worker or another, after a kill at any point.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fieldguide.jobs import claims
from fieldguide.jobs.claims import Claimed
from fieldguide.jobs.engine import Engine

_AT_ONCE = 100


class Dispatch:
    """Keeps the engine in step with the table.

    Args:
        database: Where jobs are kept.
        engine: What runs them.
        new_runner: Gives a name under which this worker can lock a job.
    """

    def __init__(self, database: sa.Engine, engine: Engine, new_runner: Callable[[], str]) -> None:
        self._database = database
        self._engine = engine
        self._new_runner = new_runner

    def hand_out(self, living: Collection[str]) -> None:
        """Tell the engine of every queued job that it does not know of yet.

        Args:
            living: Names of the workers that live.
        """
        with self._database.connect() as connection:
            waiting = claims.undispatched(connection, limit=_AT_ONCE)
        for job_id in waiting:
            self._hand_out(job_id, living)

    def heal(self, dead: str) -> bool:
        """Give back what a dead worker had under way, and forget the worker.

        Returns:
            Whether nothing is left to do.
        """
        with self._database.connect() as connection:
            held = claims.held_by(connection, dead)
        for job_id, holder in held:
            runner = self._new_runner()
            claimed = self._write(claims.take_over, job_id, runner, holder)
            if claimed is not None:
                self._give_back(claimed, runner, dead)
        healed = True
        for job_id in self._engine.taken_by(dead):
            runner = self._new_runner()
            claimed = self._write(claims.take, job_id, runner)
            if claimed is None:
                healed = False
                continue
            self._give_back(claimed, runner, dead)
        if healed:
            self._write(claims.remove_worker, dead)
        return healed

    def forget_ended(self, moment: datetime) -> int:
        """Forget the jobs that ended before a moment, a hundred at most; return how many.

        The engine forgets first, so that nothing is left there if this is cut short. Whoever
        retries a job at this very instant has it begin from its first step.
        """
        with self._database.connect() as connection:
            over = claims.ended_before(connection, moment, limit=_AT_ONCE)
        if over:
            self._engine.forget(over)
            self._write(claims.remove_ended, over, moment)
        return len(over)

    def _hand_out(self, job_id: int, living: Collection[str]) -> None:
        runner = self._new_runner()
        claimed = self._write(claims.take, job_id, runner)
        if claimed is None:
            return
        done = claimed.dispatched
        if claimed.job.state == "queued" and not done:
            done = self._submit(job_id, claimed.job.queue, living)
        self._write(claims.let_go, job_id, runner, dispatched=done)

    def _submit(self, job_id: int, queue: str, living: Collection[str]) -> bool:
        known = self._engine.status(job_id)
        if known is None:
            self._engine.submit(job_id, queue)
            return True
        status, executor = known
        if status == "ENQUEUED":
            return True
        if status == "PENDING":
            if executor in living:
                # Its execution is about to begin or to stop; the next look will tell.
                return False
            self._engine.cancel(job_id)
        self._engine.resume(job_id, queue)
        return True

    def _give_back(self, claimed: Claimed, runner: str, dead: str) -> None:
        job = claimed.job
        # Asked again under the lock: another worker may have healed it in between.
        if job.state != "done" and self._engine.status(job.id) == ("PENDING", dead):
            self._engine.cancel(job.id)
        self._write(claims.leave, job.id, runner)

    def _write(self, query: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self._database.begin() as connection:
            return query(connection, *args, **kwargs)
