"""The main job on real pictures, where their sets lie beside the checkout."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from fieldguide.curate.checks.report import CheckReport
from fieldguide.curate.freezing import SplitChoice
from fieldguide.records import datasets, members, versions
from fieldguide.types import Outcome, SourceOptions
from fieldguide.workflows.check_dataset import check_dataset
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workflows.train_folder import train_folder
from fieldguide.workspace import Workspace

pytestmark = [pytest.mark.shared, pytest.mark.slow]


def test_scenes_name_the_picture_under_two_labels(workspace: Workspace, shared_data: Path) -> None:
    result = train_folder(workspace, shared_data / "scenes")
    record = result.run.record
    conflict = next(leak for leak in record["split"]["leaks"] if leak["kind"] == "conflict")
    assert (conflict["pictures"], conflict["test_pictures"]) == (2, 1)
    assert {conflict["examples"][0][side] for side in ("a", "b")} == {
        "test/buildings/20805.jpg",
        "train/street/10408.jpg",
    }
    assert result.imported is not None
    assert result.imported.outcomes[Outcome.NOT_AN_IMAGE] == 4
    assert record["as_given"] is not None
    assert record["as_given"]["pictures"] == 600
    accuracy = record["as_given"]["metrics"]["accuracy"]
    # The figure seen with plain logistic regression on the same vectors is 0.907.
    assert accuracy["low"] < 0.907 < accuracy["high"]
    best_without_a_network = max(b["accuracy"]["high"] for b in record["baselines"])
    assert record["test"]["metrics"]["accuracy"]["low"] > best_without_a_network
    conflicts = check_dataset(workspace, "scenes", names=["conflicting-labels"])
    assert {"test/buildings/20805.jpg", "train/street/10408.jpg"} <= _named(workspace, conflicts)


def test_coffee_keeps_leaves_whole_and_names_the_leak(
    workspace: Workspace, shared_data: Path
) -> None:
    table = shared_data / "coffee" / "manifest.csv"
    by_leaf = SourceOptions(label="label", group="leaf_id")
    record = train_folder(workspace, table, options=by_leaf).run.record
    assert record["split"]["leaks"] == []
    with workspace.records.read() as connection:
        version = versions.latest(connection, datasets.get(connection, "coffee").id)
        assert version is not None
        sides = defaultdict(set)
        for item in versions.items(connection, version.id):
            sides[item.group].add(item.part)
    assert len(sides) == 872
    assert all(len(parts) == 1 for parts in sides.values())

    by_authors = SourceOptions(label="label", group="leaf_id", split="authors_split")
    given = train_folder(workspace, table, options=by_authors).run.record
    leak = next(leak for leak in given["split"]["leaks"] if leak["kind"] == "group")
    assert leak["groups"] > 100
    assert leak["test_pictures"] > 100
    assert given["as_given"] is not None
    assert given["as_given"]["pictures"] - given["test"]["pictures"] >= leak["test_pictures"]

    again = train_folder(workspace, "coffee", choice=SplitChoice(resplit=True)).run.record
    assert again["split"]["leaks"] == []
    assert again["split"]["origin"] == "made"

    # From the folder alone, whose table gives the leaves.
    import_pictures(workspace, shared_data / "coffee", dataset="by folder")
    mixed = check_dataset(workspace, "by folder", names=["mixed-groups"])
    assert [len(finding.cases) for finding in mixed.findings] == [54]


def test_clothing_names_the_senders_in_several_parts(
    workspace: Workspace, shared_data: Path
) -> None:
    import_pictures(workspace, shared_data / "clothing")
    report = check_dataset(workspace, "clothing", names=["groups-across-parts"])
    assert [len(finding.cases) for finding in report.findings] == [59]


def _named(workspace: Workspace, report: CheckReport) -> set[str]:
    with workspace.records.read() as connection:
        row = datasets.get(connection, report.dataset)
        names = {m.id: m.name for m in members.of_dataset(connection, row.id)}
    return {names[member] for finding in report.findings for member in finding.member_ids}
