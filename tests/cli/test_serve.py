# ruff: noqa: S104 - addresses and passwords here are made up and reach nothing

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from fieldguide.cli.main import main


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    program = "from fieldguide.cli.main import main; main()"
    command = [sys.executable, "-c", program, "--workspace", str(tmp_path / "ws")]
    process = subprocess.Popen(
        [*command, "serve", "--port", "0", "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": "", "PYTHONUNBUFFERED": "1", "PYTHONPATH": ":".join(sys.path)},
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        found = re.search(r"http://127\.0\.0\.1:\d+/sign-in/\S+", lines[1])
        assert found
        with httpx.Client(follow_redirects=True) as client:
            assert client.get(found[0]).status_code == 200
            assert client.get(httpx.URL(found[0]).join("/api/me")).json()["administrator"]
        assert "Ctrl+C" in lines[2]
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "Stopped.\n", "")


def test_a_taken_port(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, err = _run(
            capsys, "--workspace", str(tmp_path / "ws"), "serve", "--port", str(port)
        )
    assert code == 2
    assert f"port {port} is taken" in err
    assert "--port" in err


def test_for_others_an_administrator_is_needed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = _run(
        capsys, "--workspace", str(tmp_path / "ws"), "serve", "--host", "0.0.0.0", "--port", "0"
    )
    assert code == 2
    assert "fieldguide users add NAME --admin" in err


def test_the_way_to_a_server_loads_nothing_heavy(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from fieldguide.config import read_config\n"
        "from fieldguide.workspace import Workspace\n"
        "Workspace(read_config(workspace=sys.argv[1])).close()\n"
        "for name in [m for m in sys.modules if m.startswith('alembic')]: del sys.modules[name]\n"
        "import fieldguide.cli.serve\n"
        "from fieldguide.api.app import create_app\n"
        "with Workspace(read_config(workspace=sys.argv[1])) as workspace:\n"
        "    create_app(workspace)\n"
        "heavy = ('sklearn', 'scipy', 'onnxruntime', 'alembic', 'torch', 'duckdb', 'jinja2')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "ws")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == "[]\n"
