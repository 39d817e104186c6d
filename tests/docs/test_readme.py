"""The README's Python runs as it stands there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[2] / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_blocks_run(
    class_folders: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIELDGUIDE_WORKSPACE", str(tmp_path / "ws"))
    shutil.copy(class_folders / "amber" / "05.jpg", "photo.jpg")
    by_library, by_runtime = BLOCKS
    exec(compile(by_library, "README.md", "exec"), {})  # noqa: S102 - our own README
    shutil.copy(tmp_path / "ws" / "runs" / "1" / "model.onnx", "model.onnx")
    capsys.readouterr()
    exec(compile(by_runtime, "README.md", "exec"), {})  # noqa: S102
    assert capsys.readouterr().out.strip() in {"amber", "blue", "green"}
