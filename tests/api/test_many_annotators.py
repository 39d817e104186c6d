"""Many annotators at once, with connections that break and a server that is killed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_no_answer_is_lost_stored_twice_or_handed_out_too_often(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    subprocess.run(
        [sys.executable, "-m", "benchmarks.labelling.lost_answers", "--quick", "--json", figures],
        cwd=ROOT,
        check=True,
        timeout=600,
    )
    found = json.loads(figures.read_text())["lost_answers"]
    assert found["kills"] == 2
    assert found["retries"] > 100
    assert found["acknowledged"] == found["stored"] == 5_000
    assert (found["lost"], found["twice"], found["beyond"]) == (0, 0, 0)
    assert found["closed"] == 2_500
