"""A job as its callers see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

State = Literal["queued", "running", "paused", "cancelled", "failed", "done"]
STATES: tuple[State, ...] = ("queued", "running", "paused", "cancelled", "failed", "done")
ENDED: frozenset[State] = frozenset({"cancelled", "failed", "done"})

KEPT_DAYS = 30
"""So long a job is kept after its end, to be looked at or retried."""

Wanted = Literal["run", "pause", "cancel"]


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a job is.

    Attributes:
        title: The step that is under way, or was last.
        done: How many units of it are finished.
        total: Of how many; None when only the end tells.
        unit: What is counted, for example ``"pictures"``.
        rate: Units per second over the last seconds; None before the first.
        seconds_left: At that rate; None when the total or the rate is not known.
        steps: How many durable steps are finished.
        notes: What the job said that a person should know.
    """

    title: str = ""
    done: int = 0
    total: int | None = None
    unit: str = ""
    rate: float | None = None
    seconds_left: float | None = None
    steps: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of background work.

    Attributes:
        id: Its number; a later job has a greater one.
        name: Of its task.
        arguments: What the task's function is called with.
        queue: Where it waits.
        asked_by: Who asked for it.
        dataset: Number of the dataset that it is about, by which access to it can be decided.
        state: Where it stands.
        wanted: ``"pause"`` or ``"cancel"`` from the moment somebody asks for it until a running
            job has stopped; otherwise ``"run"``.
        reached: How far it is.
        error: Why it failed, in words for a person.
        trace: Where in the code, unless the words were meant for a person in the first place.
        result: What its function gave.
        created_at: When it was asked for.
        started_at: When its first step began.
        finished_at: When it ended, however it ended.
        updated_at: When anything above last changed.
    """

    id: int
    name: str
    arguments: Mapping[str, Any]
    queue: str
    asked_by: str | None
    dataset: int | None
    state: State
    wanted: Wanted
    reached: Reached
    error: str | None
    trace: str | None
    result: Any
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    updated_at: datetime

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it unless somebody asks."""
        return self.state in ENDED
