"""Compare two states of a dataset: versions, the present one, or those of dates."""

from __future__ import annotations

from fieldguide.curate.versions.diff import Comparison, compare
from fieldguide.curate.versions.opening import open_state
from fieldguide.records import datasets
from fieldguide.workspace import Workspace


def compare_versions(workspace: Workspace, dataset: str, before: str, after: str) -> Comparison:
    """Tell what became of a dataset from one state to another.

    Args:
        workspace: Where the dataset is.
        dataset: Its name.
        before: A version's number, ``now``, or a date; see ``curate/versions/opening.py``.
        after: The same.

    Raises:
        InputError: If one of them is no state.
        UnknownNameError: If there is no such dataset or version.
    """
    with workspace.records.read() as connection:
        dataset_id = datasets.get(connection, dataset).id
        return compare(
            open_state(connection, dataset_id, before), open_state(connection, dataset_id, after)
        )
