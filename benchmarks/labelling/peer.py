"""Eight annotators at once, side by side with Label Studio on SQLite."""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import command
from benchmarks.labelling.client import Connection
from benchmarks.labelling.crowd import Crowd, Trouble
from benchmarks.labelling.label_studio import LabelStudio
from benchmarks.labelling.server import CLASSES, Server, fill
from benchmarks.measuring import Spread, print_table

CLIENTS = 8
TARGET_RATIO = 20.0
DROPPED = 0.02


@dataclass(slots=True)
class Round:
    """What one round gave.

    Attributes:
        per_second: Acknowledged answers per second.
        cpu_ms: Processor time of the server per acknowledged answer, with its hand-out.
        stored_twice: Share of the answers that were stored more than once, in percent.
        handed_twice: Share of the pictures that were handed to two people, in percent.
    """

    per_second: float
    cpu_ms: float
    stored_twice: float
    handed_twice: float


@dataclass(slots=True)
class _Seen:
    handed: dict[int, set[int]] = field(default_factory=dict)
    given: int = 0


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Measure both in turns."""
    rounds = 1 if options.quick else 3
    ours_answers, peer_answers = (1_000, 150) if options.quick else (6_000, 600)
    ours, peer = [], []
    release = ""
    for turn in range(rounds):
        ours.append(_ours(ours_answers, turn))
        if options.label_studio is not None:
            result, release = _peer(options.label_studio, peer_answers, turn)
            peer.append(result)
    rows = [["Fieldguide", *_spreads(ours)]]
    if peer:
        rows.append([f"Label Studio {release}", *_spreads(peer)])
    print_table(
        ["", "answers/s", "server CPU ms", "stored twice %", "handed to two people %"], rows
    )
    found: dict[str, Any] = {"ours": [asdict(r) for r in ours], "peer": [asdict(r) for r in peer]}
    if peer:
        ratio = Spread(tuple(a.per_second / b.per_second for a, b in zip(ours, peer, strict=True)))
        print(f"Times its answers per second: {ratio}; target: {TARGET_RATIO:.0f}.\n")
        found["ratio"] = ratio.to_dict()
    return found


def _spreads(rounds: list[Round]) -> list[Spread]:
    return [
        Spread(tuple(getattr(r, name) for r in rounds))
        for name in ("per_second", "cpu_ms", "stored_twice", "handed_twice")
    ]


def _ours(answers: int, seed: int) -> Round:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "workspace"
        site = fill(folder, pictures=answers, annotators=CLIENTS, needed=1)
        with Server(folder) as server:
            before = server.cpu_seconds()
            crowd = Crowd(
                site,
                server.port,
                annotators=CLIENTS,
                answers=answers,
                trouble=Trouble(dropped=DROPPED),
                seed=seed,
            )
            outcome = asyncio.run(crowd.run())
            cpu = server.cpu_seconds() - before
        with sqlite3.connect(folder / "fieldguide.db") as connection:
            rows = connection.execute(
                "SELECT member_id, annotator FROM votes WHERE question_id = ?", [site.question_id]
            ).fetchall()
    given = len(outcome.acknowledged)
    twice = len(rows) - len(set(rows))
    handed = sum(len(people) > 1 for people in outcome.handed.values())
    return Round(
        given / outcome.seconds,
        cpu / given * 1e3,
        twice / given * 100,
        handed / len(outcome.handed) * 100,
    )


def _peer(programs: Path, answers: int, seed: int) -> tuple[Round, str]:
    with tempfile.TemporaryDirectory() as name, LabelStudio(programs, Path(name)) as server:
        site = server.fill(people=CLIENTS, pictures=answers * 2, needed=1)
        seen = _Seen()
        before = server.cpu_seconds()
        began = time.perf_counter()
        asyncio.run(_label(server.port, site, seen, answers, seed))
        seconds = time.perf_counter() - began
        cpu = server.cpu_seconds() - before
        database = next(Path(name).rglob("*.sqlite3"))
        with sqlite3.connect(database) as connection:
            rows = connection.execute(
                "SELECT task_id, completed_by_id FROM task_completion"
            ).fetchall()
        release = server.version()
    twice = sum(count - 1 for count in Counter(rows).values())
    handed = sum(len(people) > 1 for people in seen.handed.values())
    return (
        Round(
            seen.given / seconds,
            cpu / seen.given * 1e3,
            twice / seen.given * 100,
            handed / len(seen.handed) * 100,
        ),
        release,
    )


async def _label(port: int, site: dict[str, Any], seen: _Seen, answers: int, seed: int) -> None:
    async def annotate(number: int) -> None:
        chance = random.Random(f"{seed}:{number}")  # noqa: S311 - no secret
        connection = Connection(port, site["keys"][number], scheme="Token")
        while seen.given < answers:
            task = await _ask(connection, "GET", f"/api/projects/{site['project']}/next")
            seen.handed.setdefault(task["id"], set()).add(number)
            body = {
                "lead_time": 0.9,
                "result": [
                    {
                        "from_name": "symptom",
                        "to_name": "image",
                        "type": "choices",
                        "value": {"choices": [CLASSES[task["id"] % len(CLASSES)]]},
                    }
                ],
            }
            # A browser whose connection breaks sends the answer again.
            while True:
                drop = chance.random() < DROPPED
                reply = await connection.send(
                    "POST", f"/api/tasks/{task['id']}/annotations/", body, drop=drop
                )
                if reply is not None and reply.status < 400:
                    break
                await asyncio.sleep(0.05)
            seen.given += 1
        connection.close()

    await asyncio.gather(*(annotate(number) for number in range(CLIENTS)))


async def _ask(connection: Connection, method: str, path: str) -> Any:
    while True:
        reply = await connection.send(method, path)
        if reply is not None and reply.status < 400:
            return reply.json()
        await asyncio.sleep(0.05)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--label-studio",
        type=Path,
        metavar="FOLDER",
        help="folder with the programs of an installed Label Studio (its label-studio and python)",
    )


BENCHMARK = command.Benchmark(
    title="Labelling side by side with Label Studio",
    claim=f"With {CLIENTS} clients at once, {TARGET_RATIO:.0f} times Label Studio's answers per "
    "second; none stored twice, no picture handed to two people. Each client asks for one picture "
    f"and answers it; {DROPPED:.0%} of the connections break before the reply and send again.",
    measure=measure,
    add_options=_add_options,
)

if __name__ == "__main__":
    command.run({"peer": BENCHMARK})
