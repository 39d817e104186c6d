"""Questions kept in memory as long as their revision in the records stays the same."""

from __future__ import annotations

import sqlalchemy as sa

from fieldguide.records import questions
from fieldguide.records.questions import Question


class QuestionCache:
    """Saves reading a question's classes anew for each answer.

    A change by another process is seen at once, because the revision is read each time.
    """

    def __init__(self) -> None:
        self._held: dict[int, Question] = {}

    def get(
        self, connection: sa.Connection, question_id: int, revision: int | None = None
    ) -> Question:
        """Return a question as it stands.

        Args:
            connection: Reads.
            question_id: The question.
            revision: Its revision, where it was just read.

        Raises:
            UnknownNameError: If there is none with that id.
        """
        held = self._held.get(question_id)
        if held is not None:
            latest = revision or questions.revision(connection, question_id)
            if held.revision == latest:
                return held
        question = questions.get(connection, question_id)
        self._held[question_id] = question
        return question
