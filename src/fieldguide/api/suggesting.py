"""The engine of live suggestions as the routes use it: made when it is first needed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from anyio.to_thread import run_sync

from fieldguide.records.questions import Question
from fieldguide.workspace import Workspace

if TYPE_CHECKING:
    from fieldguide.label.pages import Request
    from fieldguide.label.suggestions.engine import Engine
    from fieldguide.label.suggestions.orders import Ranking
    from fieldguide.label.suggestions.view import View

FRESH_WITHIN = 1.0
"""Seconds that a page waits for the model to learn from what was just answered."""

FIRST_WITHIN = 3.0
"""Seconds that a page waits where nothing has been learned yet."""


class Suggesting:
    """Suggestions for the questions of a workspace.

    Args:
        workspace: What is served.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._engine: Engine | None = None

    def answered(self, question: Question) -> None:
        """Learn from an answer in the background, if suggestions are looked at."""
        if self._engine is not None:
            self._engine.answered(question)

    async def view(self, question: Question) -> View | None:
        """Return the suggestions for a question, or None while they are being prepared."""
        return await run_sync(self._view, question)

    async def rankings(self, request: Request) -> tuple[View | None, list[Ranking]]:
        """Return the suggestions for a page, and the orders that come into question for it."""

        def work() -> tuple[View | None, list[Ranking]]:
            from fieldguide.label import pages

            if request.order.by == "queue":
                # It needs no model, and so waits for none.
                view = self._running().view(request.question, wait=0.0)
            else:
                view = self._view(request.question)
            return view, pages.rankings(request, view)

        return await run_sync(work)

    def trouble(self, question: Question) -> str | None:
        """Return why nothing can be suggested at all, for people, or None."""
        return None if self._engine is None else self._engine.trouble(question)

    def close(self) -> None:
        """End what is under way."""
        if self._engine is not None:
            self._engine.close()

    def _view(self, question: Question) -> View | None:
        engine = self._running()
        view = engine.view(question, wait=FRESH_WITHIN)
        return view or engine.view(question, wait=FIRST_WITHIN - FRESH_WITHIN)

    def _running(self) -> Engine:
        with self._lock:
            if self._engine is None:
                # It brings numerical libraries along, which take a while to load.
                from fieldguide.label.suggestions.engine import Engine

                self._engine = Engine(self._workspace)
            return self._engine
