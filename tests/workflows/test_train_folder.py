"""The main job, end to end, on pictures that are made on the spot."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fieldguide.curate.freezing import SplitChoice
from fieldguide.errors import DataError, InputError, SourceError, UnknownNameError
from fieldguide.models.bundle import Bundle
from fieldguide.models.heads.available import HEADS
from fieldguide.pictures.decode import decode
from fieldguide.train.recipe import Recipe
from fieldguide.types import Outcome, SourceOptions
from fieldguide.workflows.evaluate_run import evaluate_run
from fieldguide.workflows.train_dataset import load_run
from fieldguide.workflows.train_folder import train_folder
from fieldguide.workspace import Workspace


def test_a_folder_becomes_a_report_and_a_model(workspace: Workspace, class_folders: Path) -> None:
    result = train_folder(workspace, class_folders)
    record = result.run.record
    assert result.imported is not None
    assert result.imported.extracted == 36
    accuracy = record["test"]["metrics"]["accuracy"]["value"]
    assert accuracy is not None
    assert accuracy > 0.6
    assert record["cost"]["pictures_embedded"] == 36
    assert {step["name"] for step in record["cost"]["steps"]} >= {"import", "train", "evaluate"}
    assert json.loads(result.run.metrics.read_text()) == record
    assert "<html" in result.run.report.read_text()
    assert sum(c["train"] + c["test"] for c in record["data"]["classes"]) == 36
    assert record["test"]["pictures"] == record["split"]["parts"]["test"]
    assert record["test_readings"] == 1


def test_the_bundle_says_what_the_record_says(workspace: Workspace, class_folders: Path) -> None:
    run = train_folder(workspace, class_folders).run
    reading, record = evaluate_run(workspace, run.run_id)
    for name, figure in run.record["test"]["metrics"].items():
        assert reading["metrics"][name]["value"] == pytest.approx(figure["value"], abs=1e-5)
    assert reading["confusion"] == run.record["test"]["confusion"]
    assert (record["test_readings"], record["test_models"]) == (2, 1)
    assert load_run(workspace, run.run_id).record["test_readings"] == 2


@pytest.mark.parametrize("head", HEADS.names())
def test_every_head_goes_the_whole_way(
    workspace: Workspace, class_folders: Path, head: str
) -> None:
    run = train_folder(workspace, class_folders, recipe=Recipe(head=head)).run
    bundle = Bundle(run.bundle)
    pixels = decode((class_folders / "amber/00.jpg").read_bytes()).pixels
    assert bundle.probabilities(pixels).sum() == pytest.approx(1, abs=1e-5)
    assert run.record["recipe"]["head"] == head
    reading, _ = evaluate_run(workspace, run.run_id)
    figure = run.record["test"]["metrics"]["log_loss"]["value"]
    assert reading["metrics"]["log_loss"]["value"] == pytest.approx(figure, abs=1e-5)


def test_a_second_training_embeds_nothing(
    workspace: Workspace, class_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_folder(workspace, class_folders)
    second = train_folder(workspace, class_folders, recipe=Recipe(head="tree"))
    assert second.run.record["cost"]["pictures_embedded"] == 0
    assert second.run.record["cost"]["pictures_from_cache"] == 36
    again = train_folder(workspace, class_folders, recipe=Recipe(head="tree"))
    assert again.run.repeated
    assert again.run.run_id == second.run.run_id
    anew = train_folder(workspace, class_folders, recipe=Recipe(head="tree"), again=True)
    assert not anew.run.repeated
    assert anew.run.record["test"] == second.run.record["test"]
    assert anew.run.record["test_models"] == 3
    del monkeypatch


def test_without_its_cache_everything_still_works(
    workspace: Workspace, class_folders: Path
) -> None:
    first = train_folder(workspace, class_folders).run
    shutil.rmtree(workspace.root / "cache")
    again = train_folder(workspace, "pictures", again=True).run
    assert again.record["test"] == first.record["test"]
    assert again.record["cost"]["pictures_embedded"] == 36


def test_damaged_vectors_are_made_again(workspace: Workspace, class_folders: Path) -> None:
    first = train_folder(workspace, class_folders).run
    for file in (workspace.root / "cache" / "vectors").rglob("vectors.f16"):
        data = bytearray(file.read_bytes())
        data[10] ^= 0x55
        file.write_bytes(data)
    again = train_folder(workspace, "pictures", again=True).run
    assert again.record["test"] == first.record["test"]
    assert again.record["cost"]["pictures_embedded"] == 1


def test_a_table_with_groups(workspace: Workspace, class_folders: Path, tmp_path: Path) -> None:
    lines = ["image,species,plant,height"]
    for number, file in enumerate(sorted(class_folders.rglob("*.jpg"))):
        lines.append(f"{file.relative_to(tmp_path)},{file.parent.name},p{number // 2},{number}.5")
    (tmp_path / "table.csv").write_text("\n".join(lines))
    options = SourceOptions(label="species", group="plant")
    run = train_folder(workspace, tmp_path / "table.csv", options=options).run
    assert run.record["data"]["groups"] == 18
    assert run.record["data"]["columns"] == ["height"]
    assert run.record["test"]["groups"] == run.record["test"]["pictures"] / 2


def test_an_archive(workspace: Workspace, class_folders: Path, tmp_path: Path) -> None:
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in class_folders.rglob("*.jpg"):
            archive.write(file, file.relative_to(tmp_path))
    first = train_folder(workspace, path).run
    second = train_folder(workspace, class_folders, dataset="folder").run
    assert first.record["test"] == second.record["test"]


def test_many_copies_count_once(
    workspace: Workspace, class_folders: Path, picture: Callable[..., bytes]
) -> None:
    data = picture(4242)
    for index in range(30):
        (class_folders / "amber" / f"copy{index}.jpg").write_bytes(data)
    record = train_folder(workspace, class_folders).run.record
    assert record["data"]["pictures"] == 66
    assert record["data"]["distinct"] == 37
    assert record["test"]["pictures"] <= 9


@pytest.mark.parametrize(
    ("fractions", "resplit"), [({"train": 0.6, "test": 0.2, "val": 0.2}, False)]
)
def test_a_validation_part_is_measured_too(
    workspace: Workspace, class_folders: Path, fractions: dict[str, float], resplit: bool
) -> None:
    choice = SplitChoice(resplit=resplit, fractions=fractions)
    record = train_folder(workspace, class_folders, choice=choice).run.record
    assert record["val"] is not None
    assert record["val"]["pictures"] == record["split"]["parts"]["val"] > 0


def test_two_pictures_a_class_are_enough_to_go_through(
    workspace: Workspace, tmp_path: Path, picture: Callable[..., bytes]
) -> None:
    for number, name in enumerate(("a", "b")):
        (tmp_path / "few" / name).mkdir(parents=True)
        for index in range(2):
            (tmp_path / "few" / name / f"{index}.jpg").write_bytes(picture(10 * number + index))
    record = train_folder(workspace, tmp_path / "few").run.record
    assert record["recipe"]["folds"] == 0
    assert "too few" in record["recipe"]["calibration"]
    assert record["test"]["pictures"] == 2


def test_two_folders_of_one_name_are_kept_apart(
    workspace: Workspace, class_folders: Path, tmp_path: Path
) -> None:
    train_folder(workspace, class_folders)
    twin = tmp_path / "elsewhere" / class_folders.name
    shutil.copytree(class_folders, twin)
    with pytest.raises(InputError, match=r"dataset 'pictures' already, with .*--name"):
        train_folder(workspace, twin)
    again = train_folder(workspace, twin, dataset="pictures")
    assert again.imported is not None
    assert again.imported.outcomes == {Outcome.PRESENT: 36}


def test_readings_count_across_versions_that_share_test_pictures(
    workspace: Workspace, class_folders: Path, picture: Callable[..., bytes]
) -> None:
    train_folder(workspace, class_folders)
    (class_folders / "amber" / "new.jpg").write_bytes(picture(999))
    second = train_folder(workspace, class_folders).run.record
    assert second["data"]["version"] == 2
    assert second["test_models"] == 2


def test_classes_that_cannot_be_learned_or_measured_are_named(
    workspace: Workspace, class_folders: Path, tmp_path: Path
) -> None:
    root = tmp_path / "given"
    for part, names in (("train", ("amber", "blue")), ("test", ("amber", "green"))):
        for name in names:
            (root / part / name).mkdir(parents=True)
            for file in (class_folders / name).glob("0*.jpg"):
                if (int(file.stem) < 7) == (part == "train"):
                    shutil.copy(file, root / part / name / file.name)
    notes = train_folder(workspace, root).run.record["split"]["notes"]
    assert any("never predicted: 'green'" in note for note in notes)
    assert any("nothing is said about them: 'blue'" in note for note in notes)


def test_what_cannot_be_found_is_named(workspace: Workspace) -> None:
    with pytest.raises(SourceError, match="'nowhere' is neither a folder or file nor a dataset"):
        train_folder(workspace, "nowhere")


def test_an_unknown_head_suggests_the_nearest(workspace: Workspace, class_folders: Path) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'logistic'"):
        train_folder(workspace, class_folders, recipe=Recipe(head="logistics"))


def test_a_folder_without_pictures(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "texts" / "a").mkdir(parents=True)
    (tmp_path / "texts" / "a" / "x.txt").write_text("no picture")
    with pytest.raises(DataError, match="No picture could be taken in"):
        train_folder(workspace, tmp_path / "texts")


def test_probabilities_are_those_of_plain_onnxruntime(
    workspace: Workspace, class_folders: Path
) -> None:
    import onnxruntime

    run = train_folder(workspace, class_folders).run
    session = onnxruntime.InferenceSession(str(run.bundle), providers=["CPUExecutionProvider"])
    pixels = decode((class_folders / "blue/03.jpg").read_bytes()).pixels
    (plain,) = session.run(["probabilities"], {"image": np.stack([pixels, pixels])})
    np.testing.assert_allclose(plain[0], Bundle(run.bundle).probabilities(pixels), atol=1e-6)
    np.testing.assert_allclose(plain[0], plain[1], atol=1e-6)
