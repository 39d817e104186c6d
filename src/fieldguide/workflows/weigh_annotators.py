"""The job that weighs a question's annotators by their skill and settles its labels anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fieldguide.config import read_config
from fieldguide.jobs.context import JobContext
from fieldguide.label import posteriors, weighing
from fieldguide.records import annotator_fits, labels, questions, votes
from fieldguide.workspace import Workspace

_CHUNK = 1000


def run(context: JobContext, *, question_id: int) -> dict[str, Any]:
    """Fit annotators' skill and compute a question's labels with it."""
    with Workspace(read_config(workspace=context.folder)) as workspace:
        return weigh_annotators(context, workspace, question_id)


def weigh_annotators(context: JobContext, workspace: Workspace, question_id: int) -> dict[str, Any]:
    """Fit annotators' skill and compute a question's labels with it, 1,000 at a time."""
    fitted = context.step("Weigh annotators", _fit, workspace, question_id)
    if not fitted:
        context.note("There are too few answers to learn from; each annotator counts alike.")
        return {"pictures": 0}
    with workspace.records.read() as connection:
        members = labels.member_ids(connection, question_id)

    def settle(chunk: Sequence[int]) -> None:
        # The settings may have changed since the last chunk.
        workspace.records.write(lambda c: posteriors.settle_again(c, question_id, chunk))

    context.for_each("Settle labels", members, settle, unit="pictures", size=_CHUNK)
    return {"pictures": len(members)}


def _fit(workspace: Workspace, question_id: int) -> bool:
    with workspace.records.read() as connection:
        question = questions.get(connection, question_id)
        newest = votes.newest_id(connection, question_id)
        fit = weighing.fit(connection, question)
    if fit is None:
        return False
    workspace.records.write(lambda c: annotator_fits.keep(c, question_id, fit, newest))
    return True
