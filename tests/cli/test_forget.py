from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fieldguide.cli.main import main
from fieldguide.config import read_config
from fieldguide.records import datasets, forgotten, members
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workspace import Workspace


@pytest.fixture(autouse=True)
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDGUIDE_WORKSPACE", str(tmp_path / "ws"))
    monkeypatch.setenv("COLUMNS", "200")
    draw = np.random.default_rng(0)
    (tmp_path / "p").mkdir()
    for number in range(3):
        pixels = draw.integers(0, 255, (32, 32, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(tmp_path / "p" / f"{number}.png")
    with Workspace(read_config()) as workspace:
        import_pictures(workspace, tmp_path / "p", dataset="leaves")


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["forget", *arguments])
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


def _present() -> list[str]:
    with Workspace(read_config()) as workspace, workspace.records.read() as connection:
        dataset = datasets.get(connection, "leaves")
        return sorted(members.names_by_hash(connection, dataset.id))


def test_a_picture_is_forgotten_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, "leaves", "1.png", "--yes", "--reason", "she asked")
    assert code == 0
    assert "leaves: 1.png" in out
    assert "1 pictures are forgotten." in out
    assert _present() == ["0.png", "2.png"]
    with Workspace(read_config()) as workspace, workspace.records.read() as connection:
        assert [row.reason for row in forgotten.all_of(connection)] == ["she asked"]


def test_without_a_yes_nothing_is_forgotten(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    code, out, _ = _run(capsys, "leaves", "1.png")
    assert code != 0
    assert "cannot be undone" in out
    assert len(_present()) == 3


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(("leaves", "7.png"), "7.png"), (("leafs", "1.png"), "leaves"), (("leaves",), "Name the")],
)
def test_bad_input_names_what_is_wrong(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], word: str
) -> None:
    code, _, err = _run(capsys, *arguments, "--yes")
    assert code == 2
    assert word in err
    assert len(_present()) == 3


def test_without_arguments_it_finishes_what_was_cut_short(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Workspace(read_config()) as workspace:
        with workspace.records.read() as connection:
            dataset = datasets.get(connection, "leaves")
            hashes = forgotten.hashes_of(connection, dataset.id, ["0.png"])
        workspace.records.write(lambda c: forgotten.forget(c, hashes, author="ada", reason=""))
        assert workspace.images.exists(hashes[0])
    code, out, _ = _run(capsys)
    assert code == 0
    assert "1 pictures that were forgotten before are erased now." in out
    with Workspace(read_config()) as workspace:
        assert not workspace.images.exists(hashes[0])
