from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from fieldguide.locking import locked

_HOLD = """
import sys, time
from pathlib import Path
from fieldguide.locking import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_killed_holder_leaves_the_lock_free(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    began = time.monotonic()
    killer = subprocess.Popen(["sh", "-c", f"sleep 0.5; kill -9 {holder.pid}"])
    with locked(path):
        waited = time.monotonic() - began
    holder.wait()
    holder.stdout.close()
    killer.wait()
    assert waited > 0.3
