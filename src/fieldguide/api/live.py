"""Live news: one watcher looks at the jobs and tells all open pages what changed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from anyio.to_thread import run_sync

from fieldguide.jobs.job import Job
from fieldguide.jobs.jobs import Jobs

_EVERY = 0.7
_MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class News:
    """Something that changed.

    Attributes:
        dataset_id: The dataset that it is about.
        job: The job that changed, or None.
        question_id: The question that was answered, or None.
    """

    dataset_id: int | None
    job: Job | None = None
    question_id: int | None = None


class Live:
    """Hands news to everybody who listens; while nobody does, nothing is watched.

    Args:
        jobs: The jobs to watch.
        stopping: Set when the server stops.
    """

    def __init__(self, jobs: Jobs, stopping: asyncio.Event) -> None:
        self._jobs = jobs
        self._stopping = stopping
        self._listeners: set[asyncio.Queue[News | None]] = set()
        self._watcher: asyncio.Task[None] | None = None
        self._answered: dict[int, int] = {}

    def answered(self, dataset_id: int, question_id: int) -> None:
        """Note that a question was answered; told with the next round of news."""
        if self._listeners:
            self._answered[question_id] = dataset_id

    async def listen(self) -> AsyncGenerator[News, None]:
        """Give news as they come, until the server stops."""
        with self._registered() as queue:
            while (news := await queue.get()) is not None:
                yield news

    @contextmanager
    def _registered(self) -> Iterator[asyncio.Queue[News | None]]:
        queue: asyncio.Queue[News | None] = asyncio.Queue(_MOST_WAITING)
        self._listeners.add(queue)
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.create_task(self._watch())
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    async def _watch(self) -> None:
        seen = {job.id: job for job in await run_sync(self._recent)}
        while self._listeners and not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _EVERY)
            for job in reversed(await run_sync(self._recent)):
                if seen.get(job.id) != job:
                    seen[job.id] = job
                    self._tell(News(job.dataset, job=job))
            answered, self._answered = self._answered, {}
            for question_id, dataset_id in answered.items():
                self._tell(News(dataset_id, question_id=question_id))
        for queue in self._listeners:
            _put(queue, None)

    def _recent(self) -> tuple[Job, ...]:
        return self._jobs.list(limit=50)

    def _tell(self, news: News) -> None:
        for queue in self._listeners:
            _put(queue, news)


def _put(queue: asyncio.Queue[News | None], news: News | None) -> None:
    # A page that does not read any more loses the oldest news; it asks anew when it comes back.
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(news)
