"""A real server in a process of its own, on a workspace with many pictures and annotators."""

from __future__ import annotations

import functools
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import sqlalchemy as sa

from benchmarks.measuring import config_in
from fieldguide.label import setting_up
from fieldguide.records import datasets, grants, images, members, questions, tokens, users
from fieldguide.records.images import ImageRow
from fieldguide.records.members import NewMember
from fieldguide.records.questions import QuestionSettings
from fieldguide.records.tokens import Scope
from fieldguide.workspace import Workspace

CLASSES = (
    "blight",
    "canker",
    "healthy",
    "mildew",
    "miner",
    "mosaic",
    "rot",
    "rust",
    "scab",
    "wilt",
)


@dataclass(frozen=True, slots=True)
class Site:
    """What the clients need to know."""

    dataset_id: int
    question_id: int
    choice_ids: tuple[int, ...]
    tokens: tuple[str, ...]
    admin_token: str


def fill(folder: Path, *, pictures: int, annotators: int, needed: int) -> Site:
    """Make a workspace with records of pictures, a question and people with tokens."""
    with Workspace(config_in(folder)) as workspace:
        write = workspace.records.write
        dataset = write(lambda c: datasets.ensure(c, "leaves", "benchmark").id)
        for start in range(0, pictures, 5_000):
            part = range(start, min(pictures, start + 5_000))
            write(functools.partial(_add, dataset=dataset, numbers=part))
        question = write(
            lambda c: setting_up.add_question(
                c,
                dataset_id=dataset,
                name="symptom",
                kind="single",
                choices=CLASSES,
                settings=QuestionSettings(answers_needed=needed),
                author="benchmark",
            )
        )
        with workspace.records.read() as connection:
            choices = tuple(c.id for c in questions.get(connection, question).choices)
        keys = write(lambda c: _people(c, dataset, annotators))
        admin = write(_administrator)
    return Site(dataset, question, choices, keys, admin)


class Server:
    """``fieldguide serve`` on a workspace; can be killed and started again on the same port.

    Args:
        folder: The workspace.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.process = self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)

    def kill(self) -> None:
        """Kill it as the power cut would, and start it again."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)
        self.process = self._start()

    def cpu_seconds(self) -> float:
        """Return the processor time that the server and its worker have used."""
        return cpu_of(self.process.pid)

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", "from fieldguide.cli.main import main; main()"]
        command += ["--workspace", str(self._folder)]
        command += ["serve", "--port", str(self.port), "--no-browser"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, text=True)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"The server ended with {process.returncode}.")
            with socket.socket() as probe:
                probe.settimeout(0.2)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return process
            time.sleep(0.05)
        raise RuntimeError("The server did not answer within a minute.")


def cpu_of(pid: int) -> float:
    """Return the processor seconds of a process and of all that it started and that still run."""
    ticks: int = os.sysconf("SC_CLK_TCK")
    parents: dict[int, list[int]] = {}
    used: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        parents.setdefault(int(fields[1]), []).append(int(entry.name))
        used[int(entry.name)] = sum(int(ticks) for ticks in fields[11:15])
    total, waiting = 0, [pid]
    while waiting:
        current = waiting.pop()
        total += used.get(current, 0)
        waiting += parents.get(current, [])
    return total / ticks


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _add(connection: sa.Connection, *, dataset: int, numbers: range) -> None:
    images.add(
        connection,
        [ImageRow(f"{n:064x}", 20_000, "JPEG", "RGB", 640, 480, n) for n in numbers],
    )
    members.add(
        connection, dataset, [NewMember(f"plot-{n % 97}/{n:07d}.jpg", f"{n:064x}") for n in numbers]
    )


def _people(connection: sa.Connection, dataset: int, count: int) -> tuple[str, ...]:
    keys = []
    for number in range(count):
        user = users.add(connection, f"annotator-{number}", full_name=f"Annotator {number}")
        grants.give(connection, user.id, dataset, "annotator")
        _, token = tokens.create(
            connection, user.id, name="benchmark", scopes=("read", "label"), days=1
        )
        keys.append(token)
    return tuple(keys)


def _administrator(connection: sa.Connection) -> str:
    user = users.add(connection, "admin", administrator=True)
    scopes: tuple[Scope, ...] = ("read", "label", "manage")
    return tokens.create(connection, user.id, name="benchmark", scopes=scopes, days=1)[1]
