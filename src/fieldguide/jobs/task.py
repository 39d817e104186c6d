"""What can be a job: a name, a function made of steps, and the queue that it waits in."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fieldguide.errors import InputError, UnknownNameError

QUEUES: Mapping[str, int] = {"light": 3, "heavy": 1}
"""The queues, and how many jobs of each one worker runs at a time."""

_OTHER_THAN_ARGUMENT = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.POSITIONAL_ONLY)


@dataclass(frozen=True, slots=True)
class Task:
    """A function that can run in the background.

    Attributes:
        name: What callers ask for, for example ``"import"``.
        function: ``run(context, **arguments)``, which gives what JSON can hold; or where it is, as
            ``"package.module:name"``, which is imported only when a job of this task begins.
        queue: One of ``QUEUES``: ``"heavy"`` for what keeps the processor busy.
        version: To be raised when its steps change so that a job which was begun before cannot go
            on; such a job then fails with words that say so.

    Example:
        >>> Task("count", lambda context, *, upto: sum(range(upto))).queue
        'light'
    """

    name: str
    function: Callable[..., Any] | str
    queue: str = "light"
    version: int = 1

    def resolve(self) -> Callable[..., Any]:
        """Return the function itself."""
        if not isinstance(self.function, str):
            return self.function
        function: Callable[..., Any] = _attribute(self.function)
        return function


def find(tasks: Iterable[Task], name: str) -> Task:
    """Return the task of that name.

    Raises:
        UnknownNameError: If there is none.
    """
    known = {task.name: task for task in tasks}
    if name not in known:
        raise UnknownNameError("task", name, known)
    return known[name]


def load(path: str) -> tuple[Task, ...]:
    """Import a tuple of tasks.

    Args:
        path: Where it is, as ``"package.module:NAME"``.

    Raises:
        InputError: If it is not there, if a task names a queue that does not exist, or if two have
            one name.
    """
    try:
        tasks = tuple(_attribute(path))
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(
            f"There are no tasks at {path!r}: {error}. Name a tuple of tasks, as "
            "package.module:NAME."
        ) from error
    check_tasks(tasks)
    return tasks


def check_tasks(tasks: Iterable[Task]) -> None:
    """Say when a tuple of tasks cannot be used.

    Raises:
        InputError: If a task names a queue that does not exist, or two have one name.
    """
    names: set[str] = set()
    for task in tasks:
        if task.queue not in QUEUES:
            raise InputError(
                f"The task {task.name!r} is to wait in the queue {task.queue!r}. "
                f"The queues are: {', '.join(QUEUES)}."
            )
        if task.name in names:
            raise InputError(f"Two tasks are called {task.name!r}; each needs a name of its own.")
        names.add(task.name)


def check_arguments(task: Task, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments as JSON would give them back.

    The names are compared with the function's own where it is at hand; a function that is only
    named is not imported for this.

    Raises:
        InputError: If JSON cannot hold them, or the function does not take them.
    """
    try:
        plain: dict[str, Any] = json.loads(json.dumps(dict(arguments), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise InputError(
            f"The arguments of the job {task.name!r} must be what JSON can hold: {error}. "
            "Give numbers, texts, lists and dictionaries."
        ) from error
    if not isinstance(task.function, str):
        _check_names(task, plain)
    return plain


def _check_names(task: Task, arguments: Mapping[str, Any]) -> None:
    signature = inspect.signature(task.resolve())
    try:
        signature.bind(None, **arguments)
    except TypeError as error:
        _, *parameters = signature.parameters.values()
        allowed = [p.name for p in parameters if p.kind not in _OTHER_THAN_ARGUMENT]
        raise InputError(
            f"The job {task.name!r} cannot take the arguments {sorted(arguments)}: {error}. "
            f"It takes: {', '.join(allowed) or 'none'}."
        ) from error


def _attribute(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)
