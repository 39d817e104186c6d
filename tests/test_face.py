"""The Python face, as a notebook uses it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import fieldguide as fg


@pytest.fixture
def guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[fg.Guide]:
    monkeypatch.setenv("FIELDGUIDE_WORKERS", "2")
    with fg.open(tmp_path / "ws") as opened:
        yield opened


def test_the_whole_way(guide: fg.Guide, class_folders: Path) -> None:
    report = guide.import_(class_folders, name="shades")
    assert report.dataset == "shades"
    assert [dataset.name for dataset in guide.datasets()] == ["shades"]
    dataset = guide.dataset("shades")
    assert repr(dataset) == "Dataset('shades')"
    version = dataset.split(fractions={"train": 0.5, "test": 0.5}, seed=3)
    assert version.number == 1
    run = dataset.train(head="neighbours")
    assert run.accuracy is not None
    assert repr(run).startswith(f"Run({run.number}: shades, accuracy {100 * run.accuracy:.1f} %")
    assert "<p>" in run._repr_html_()
    assert guide.run(run.number).record == run.record
    assert [r.number for r in guide.runs()] == [run.number]
    model = guide.model("shades")
    assert model.classes == ("amber", "blue", "green")
    (prediction,) = run.load().predict(class_folders / "blue" / "01.jpg")
    assert prediction.label in model.classes
    assert sum(prediction.probabilities.values()) == pytest.approx(1, abs=1e-5)
    reading = guide.evaluate(run.number)
    assert reading["metrics"]["accuracy"]["value"] == pytest.approx(run.accuracy)


def test_train_in_one_call(
    class_folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIELDGUIDE_WORKSPACE", str(tmp_path / "ws"))
    run = fg.train(class_folders, head="tree")
    assert run.report.is_file()
    assert repr(fg.load(run.bundle)).startswith("Model('pictures' run 1: 3 classes")


def test_errors_are_one_family(guide: fg.Guide) -> None:
    with pytest.raises(fg.FieldguideError, match="There is no dataset named 'x'"):
        guide.dataset("x")


def test_the_function_keeps_its_name_when_the_stage_is_loaded() -> None:
    program = (
        "import fieldguide.train.recipe, fieldguide as fg\n"
        "from fieldguide.train import folds\n"
        "from fieldguide import train\n"
        "print(callable(fg.train), train is fg.train, folds.MOST_FOLDS)"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert found.stdout == "True True 5\n"
