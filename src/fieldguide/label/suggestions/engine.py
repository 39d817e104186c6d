"""The engine of live suggestions: learns in the background while people label.

All that it knows comes from the records and the cache of vectors, so that a server that was killed
loses nothing, and several servers each have an engine of their own.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from threadpoolctl import ThreadpoolController

from fieldguide.errors import FieldguideError
from fieldguide.label.suggestions.space import Space
from fieldguide.label.suggestions.subject import Subject
from fieldguide.label.suggestions.view import View
from fieldguide.records import suggestion_facts
from fieldguide.records.questions import Question
from fieldguide.workspace import Workspace

logger = logging.getLogger("fieldguide.suggestions")

_WORKERS = 2


@dataclass
class _Slot:
    """One question's learning: one at a time, and one more after it if answers came meanwhile."""

    subject: Subject
    asked: int = 0
    done: int = 0
    running: bool = False
    used_at: float = 0.0
    trouble: str | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)


class Engine:
    """Keeps suggestions for the questions that people label.

    Args:
        workspace: What is labelled; stays open for as long as the engine works.
        most_questions: Questions that are kept in memory; those longest unused are forgotten.
    """

    def __init__(self, workspace: Workspace, *, most_questions: int = 16) -> None:
        self._workspace = workspace
        self._most = most_questions
        self._lock = threading.Lock()
        self._slots: dict[int, _Slot] = {}
        self._spaces: dict[int, Space] = {}
        self._closed = False
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="suggestions")

    def answered(self, question: Question) -> None:
        """Learn anew in the background, for a question that somebody is shown suggestions for."""
        with self._lock:
            slot = self._slots.get(question.id)
        if slot is not None:
            self._ask(slot)

    def view(self, question: Question, *, wait: float) -> View | None:
        """Return the suggestions for a question, with all that was answered before this call.

        Args:
            question: The question.
            wait: Seconds to wait for the learning to end; what there was before comes after that.

        Returns:
            None while the first ones are being made.
        """
        slot = self._slot(question)
        if not self._is_current(slot):
            wanted = self._ask(slot)
            with slot.changed:
                slot.changed.wait_for(lambda: slot.done >= wanted, timeout=wait)
        return slot.subject.view

    def trouble(self, question: Question) -> str | None:
        """Return why the last learning for a question failed, for people, or None."""
        with self._lock:
            slot = self._slots.get(question.id)
        return None if slot is None else slot.trouble

    def close(self) -> None:
        """End the learning that is under way and begin no more."""
        self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _slot(self, question: Question) -> _Slot:
        with self._lock:
            space = self._spaces.get(question.dataset_id)
            if space is None:
                space = Space(self._workspace, question.dataset_id)
                self._spaces[question.dataset_id] = space
            slot = self._slots.get(question.id)
            if slot is None:
                slot = _Slot(Subject(self._workspace, space, question.id))
                self._slots[question.id] = slot
                self._forget_unused(besides=slot)
            slot.used_at = time.monotonic()
            return slot

    def _forget_unused(self, *, besides: _Slot) -> None:
        idle = [s for s in self._slots.items() if not s[1].running and s[1] is not besides]
        for number, _ in sorted(idle, key=lambda pair: pair[1].used_at)[: -self._most or None]:
            if len(self._slots) > self._most:
                del self._slots[number]
        used = {slot.subject.space.dataset_id for slot in self._slots.values()}
        for dataset in set(self._spaces) - used:
            del self._spaces[dataset]

    def _is_current(self, slot: _Slot) -> bool:
        view = slot.subject.view
        if view is None or slot.subject.space.may_have_changed():
            return False
        now = self._workspace.records.glance(
            lambda connection: suggestion_facts.mark(connection, slot.subject.question_id)
        )
        return view.mark == now

    def _ask(self, slot: _Slot) -> int:
        with slot.changed:
            slot.asked += 1
            if not slot.running and not self._closed:
                slot.running = True
                self._pool.submit(self._learn, slot)
            return slot.asked

    def _learn(self, slot: _Slot) -> None:
        with slot.changed:
            wanted = slot.asked
        try:
            # The matrices are small: with more threads they would wait for one another.
            with _threads().limit(limits=1, user_api="blas"):
                for _ in slot.subject.bring_up_to_date():
                    self._tell(slot, wanted)
            slot.trouble = None
        except FieldguideError as error:
            slot.trouble = str(error)
            logger.warning("No suggestions for question %s: %s", slot.subject.question_id, error)
        except Exception:
            slot.trouble = "Learning failed; the server's log says more."
            logger.exception("Learning for question %s failed.", slot.subject.question_id)
            raise
        finally:
            self._end(slot, wanted)

    def _tell(self, slot: _Slot, wanted: int) -> None:
        with slot.changed:
            slot.done = max(slot.done, wanted)
            slot.changed.notify_all()

    def _end(self, slot: _Slot, wanted: int) -> None:
        self._tell(slot, wanted)
        with slot.changed:
            if slot.asked > wanted and not self._closed:
                self._pool.submit(self._learn, slot)
            else:
                slot.running = False


_CONTROLLER: list[ThreadpoolController] = []


def _threads() -> ThreadpoolController:
    # To find the libraries takes longer than to learn, so it is done once.
    if not _CONTROLLER:
        _CONTROLLER.append(ThreadpoolController())
    return _CONTROLLER[0]
