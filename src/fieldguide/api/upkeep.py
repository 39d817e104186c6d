"""Upkeep: what follows from answers after a while, without anybody asking for it."""

from __future__ import annotations

import asyncio
import logging

from anyio.to_thread import run_sync

from fieldguide.jobs.jobs import Jobs
from fieldguide.label import posteriors
from fieldguide.records import questions
from fieldguide.records.questions import Question
from fieldguide.workspace import Workspace

logger = logging.getLogger("fieldguide.api")


class Upkeep:
    """Has annotators weighed anew some seconds after answers came or classes changed.

    Args:
        workspace: What is served.
        jobs: Where the work is asked for.
        after: Seconds in which answers are gathered before annotators are weighed anew.
    """

    def __init__(self, workspace: Workspace, jobs: Jobs, *, after: float = 20.0) -> None:
        self._workspace = workspace
        self._jobs = jobs
        self._after = after
        self._due: dict[int, asyncio.Task[None]] = {}

    def changed(self, question: Question) -> None:
        """Note that a question was answered, or that its classes are others now."""
        if question.settings.label_method != "dawid-skene" or question.id in self._due:
            return
        self._due[question.id] = asyncio.create_task(self._weigh_later(question))

    async def _weigh_later(self, question: Question) -> None:
        try:
            await asyncio.sleep(self._after)
            await run_sync(self._weigh, question.id)
        except Exception:
            logger.exception("Weighing the annotators of question %s failed.", question.id)
            raise
        finally:
            del self._due[question.id]

    def _weigh(self, question_id: int) -> None:
        with self._workspace.records.read() as connection:
            question = questions.get(connection, question_id)
            if not posteriors.is_outdated(connection, question):
                return
        self._jobs.enqueue(
            "weigh-annotators", {"question_id": question_id}, dataset=question.dataset_id
        )
