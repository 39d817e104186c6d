from __future__ import annotations

import os
import subprocess
import sys

from fieldguide.jobs.liveness import SILENCE, Vital, Watch, own_vital, process_began, this_host


def test_this_process_lives() -> None:
    assert not Watch().is_gone(own_vital("me"))


def test_an_ended_process_is_gone_even_before_it_is_waited_for() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    vital = Vital("child", this_host(), child.pid, str(process_began(child.pid)), 0)
    assert not Watch().is_gone(vital)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert Watch().is_gone(vital)
    child.communicate()
    assert Watch().is_gone(vital)


def test_another_process_with_the_same_number_does_not_count() -> None:
    vital = own_vital("me")
    assert Watch().is_gone(Vital("me", vital.host, vital.pid, "1", 0))


def test_a_worker_elsewhere_is_gone_after_a_silence() -> None:
    moment = 0.0
    watch = Watch(lambda: moment)

    def gone(beats: int) -> bool:
        return watch.is_gone(Vital("far", "another machine", 1, "1", beats))

    assert not gone(1)
    moment = SILENCE - 1
    assert not gone(1)
    moment = SILENCE + 1
    assert gone(1)
    assert not gone(2)
    moment += SILENCE
    assert not gone(2)
