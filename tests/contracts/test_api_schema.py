"""A fuzzer reads the API's own description and tries what it says, and what it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.labelling.server import Server, fill

# A stream has no end to wait for, and a token that was revoked would end the test itself.
LEFT_OUT = "/api/events|/api/tokens|/api/session"
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance"
)


@pytest.mark.slow
def test_no_answer_is_a_server_error_or_undocumented(tmp_path: Path) -> None:
    site = fill(tmp_path / "workspace", pictures=30, annotators=2, needed=1)
    schemathesis = Path(sys.executable).with_name("st")
    with Server(tmp_path / "workspace") as server:
        done = subprocess.run(
            [
                schemathesis,
                "run",
                f"http://127.0.0.1:{server.port}/api/openapi.json",
                *("--header", f"Authorization: Bearer {site.admin_token}"),
                *("--checks", CHECKS),
                *("--phases", "coverage,fuzzing"),
                *("--max-examples", "6"),
                *("--exclude-path-regex", LEFT_OUT),
                *("--suppress-health-check", "all"),
                "--no-color",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
