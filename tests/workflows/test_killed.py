"""Kill -9 at random moments: the next run ends in the same state, nothing lost, nothing double."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from fieldguide.config import read_config
from fieldguide.records import datasets, labels, members, runs, versions
from fieldguide.records.schema import metadata
from fieldguide.workspace import Workspace

KILLS = 20

_VOLATILE = {"cost", "created", "bundle", "next_steps", "run", "environment"}


def _command(workspace: Path, *arguments: str) -> list[str]:
    program = "from fieldguide.cli.main import main; main()"
    return [sys.executable, "-c", program, "--workspace", str(workspace), *arguments]


def _state(root: Path) -> dict[str, Any]:
    """Everything in a workspace that must not depend on how often it was killed."""
    with (
        Workspace(read_config({"FIELDGUIDE_WORKSPACE": str(root)})) as workspace,
        workspace.records.read() as connection,
    ):
        dataset = datasets.get(connection, "d")
        found = members.of_dataset(connection, dataset.id)
        version = versions.latest(connection, dataset.id)
        assert version is not None
        items = versions.items(connection, version.id)
        counts = {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
            if name != "imports"
        }
        question = workspace.records.write(lambda c: datasets.class_question(c, dataset.id))
        answers = labels.of_question(connection, question)
        finished = runs.all_of(connection)
        (run,) = finished
    folder = root / "runs" / str(run.id)
    record = json.loads((folder / "metrics.json").read_text())
    return {
        "rows": counts,
        "members": [(m.name, m.sha256) for m in found],
        "labels": {m.name: answers[m.id] for m in found},
        "blobs": list(workspace.images.hashes()),
        "version": (version.number, version.content_hash),
        "parts": [(item.name, item.part, item.cluster) for item in items],
        "status": run.status,
        "record": {key: value for key, value in record.items() if key not in _VOLATILE},
        "files": sorted(path.name for path in folder.iterdir()),
        "vectors": {
            path.parent.name: path.stat().st_size for path in (root / "cache").rglob("vectors.f16")
        },
        "left over": sorted(p.name for p in (root / "images" / "incoming").glob("*")),
    }


@pytest.mark.slow
def test_twenty_kills_change_nothing(
    tmp_path: Path, class_folders: Path, picture: Callable[..., bytes]
) -> None:
    for number, folder in enumerate(sorted(class_folders.iterdir())):
        for index in range(60):
            data = picture(5000 + 200 * number + index, (60 * number, 120, 90))
            (folder / f"more{index:03d}.jpg").write_bytes(data)
    environment = {**os.environ, "FIELDGUIDE_WORKERS": "2"}
    arguments = ("train", str(class_folders), "--name", "d")
    began = time.monotonic()
    subprocess.run(
        _command(tmp_path / "whole", *arguments), check=True, env=environment, capture_output=True
    )
    whole_run = time.monotonic() - began
    expected = _state(tmp_path / "whole")

    draw = np.random.default_rng(20)
    killed = tmp_path / "killed"
    kills = 0
    while kills < KILLS:
        process = subprocess.Popen(
            _command(killed, *arguments),
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(timeout=draw.uniform(0.3, 0.8 * whole_run))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
        else:
            # It got through: compare, and begin again from nothing.
            assert _state(killed) == expected
            shutil.rmtree(killed)
    last = subprocess.run(
        _command(killed, *arguments), env=environment, capture_output=True, text=True, check=False
    )
    assert last.returncode == 0, last.stderr
    assert _state(killed) == expected


@pytest.mark.slow
def test_control_c_stops_quickly_and_says_how_to_go_on(tmp_path: Path, class_folders: Path) -> None:
    # A shell has what it runs in the background ignore Ctrl-C, and this would be handed on.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        _command(tmp_path / "ws", "train", str(class_folders)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    signal.signal(signal.SIGINT, before)
    deadline = time.monotonic() + 30
    while not (tmp_path / "ws" / "images").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the same command goes on from here" in errors
    assert "Traceback" not in errors
