"""All that is said to DBOS, which keeps the steps, hands out the work and counts the queues.

DBOS knows a job as a workflow under the job's number. It runs one workflow function, given below,
and sees it end well or not at all: a job that pauses, fails or ends early is cancelled there, which
keeps its finished steps, and is resumed when it is to go on. Nothing but the database is connected
to: no console, no telemetry, no port.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from fieldguide.config import forget_variables

VERSION = "1"
"""DBOS hands a workflow only to workers of its version. Set by hand, and not from the code, so that
a job goes on after an upgrade; a change of a task's steps is told by ``Task.version``."""

_APPLICATION = "fieldguide"
_WORKFLOW = "fieldguide_job"
_PREFIX = "fieldguide-job-"
_POLL_SECONDS = 1.0
_SCHEDULES_SECONDS = 3600.0
_LISTEN_SECONDS = 0.2


class LostError(BaseException):
    """This worker no longer owns the job, because it was taken for dead."""


class Engine:
    """DBOS at work in this process; there can be one at a time.

    Args:
        database: Where jobs are kept; closed by whoever opened it.
        executor: Name of this worker.
        run: Runs the job of a number.
        queues: Names of the queues, and how many jobs of each this worker runs at a time.
    """

    def __init__(
        self,
        database: sa.Engine,
        executor: str,
        run: Callable[[int], None],
        queues: Mapping[str, int],
    ) -> None:
        # Such variables would connect DBOS to a service or change its names.
        forget_variables("DBOS_")
        from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer

        serializer = DBOSPortableJSONSerializer()
        self._dbos = DBOS
        DBOS(
            config={
                "name": _APPLICATION,
                "application_version": VERSION,
                "executor_id": executor,
                "system_database_engine": database,
                "serializer": serializer,
                "enable_otlp": False,
                "log_level": "WARNING",
                "scheduler_polling_interval_sec": _SCHEDULES_SECONDS,
                "use_listen_notify": False,
                # Nothing here waits for notifications; a short sleep lets the worker end sooner.
                "notification_listener_polling_interval_sec": _LISTEN_SECONDS,
            }
        )

        # DBOS writes on the function that it is given, which a bound method does not allow.
        @DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=None)
        def _run(job_id: int) -> None:
            run(job_id)

        DBOS.launch()
        self._client = DBOSClient(
            system_database_engine=database,
            serializer=serializer,
            application_name=_APPLICATION,
        )
        for name, limit in queues.items():
            DBOS.register_queue(
                _queue(name),
                worker_concurrency=limit,
                polling_interval_sec=_POLL_SECONDS,
                on_conflict="always_update",
            )

    def step(self, name: str, function: Callable[[], Any]) -> Any:
        """Run a function durably, inside a job.

        Raises:
            LostError: If the job was taken from this worker.
        """
        from dbos import error

        try:
            return self._dbos.run_step({"name": name}, function)
        except (error.DBOSWorkflowConflictIDError, error.DBOSWorkflowCancelledError) as lost:
            raise LostError from lost

    def status(self, job_id: int) -> tuple[str, str | None] | None:
        """Return DBOS's word for where a job stands, and the worker that took it; None if unknown.

        The words are ENQUEUED, PENDING (taken by a worker), CANCELLED, SUCCESS and ERROR.
        """
        found = self._client.list_workflows(
            workflow_ids=[_workflow(job_id)], load_input=False, load_output=False
        )
        return (found[0].status, found[0].executor_id) if found else None

    def taken_by(self, executor: str) -> list[int]:
        """Return the jobs that a worker has taken and not ended."""
        found = self._client.list_workflows(
            status="PENDING",
            executor_id=executor,
            workflow_id_prefix=_PREFIX,
            load_input=False,
            load_output=False,
        )
        return [int(workflow.workflow_id.removeprefix(_PREFIX)) for workflow in found]

    def submit(self, job_id: int, queue: str) -> None:
        """Queue a job that DBOS does not know yet."""
        self._client.enqueue(
            {
                "workflow_name": _WORKFLOW,
                "workflow_id": _workflow(job_id),
                "queue_name": _queue(queue),
                "app_version": VERSION,
            },
            job_id,
        )

    def cancel(self, job_id: int) -> None:
        """Take a job away from the queue or the worker; its finished steps are kept."""
        self._client.cancel_workflow(_workflow(job_id))

    def resume(self, job_id: int, queue: str) -> None:
        """Queue a cancelled job again."""
        self._client.resume_workflow(_workflow(job_id), queue_name=_queue(queue))

    def forget(self, job_ids: Iterable[int]) -> None:
        """Forget jobs that have ended, with all of their steps."""
        self._client.delete_workflows([_workflow(job_id) for job_id in job_ids])

    def stop(self) -> None:
        """Take no more jobs; what is asked and told about them still works."""
        self._dbos.destroy(destroy_registry=True)

    def close(self) -> None:
        """Let go of the database, after ``stop``."""
        self._client.destroy()


def _workflow(job_id: int) -> str:
    return f"{_PREFIX}{job_id}"


def _queue(name: str) -> str:
    return f"fieldguide-{name}"
