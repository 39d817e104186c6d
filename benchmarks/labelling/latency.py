"""How long hand-outs, answers and grid pages take at 100,000 pictures, and what they cost."""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import command
from benchmarks.labelling.client import Connection
from benchmarks.labelling.crowd import Crowd, Outcome
from benchmarks.labelling.server import Server, Site, fill
from benchmarks.measuring import print_table

TARGET_MS = 50.0
TARGET_CPU_MS = 3.0
CLIENTS = 16
BATCH = 10
"""Pictures that a client asks for at a time; the site's pages ask for no fewer."""

PAUSE = 0.25
"""Seconds between two requests of one client; people are slower."""


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Let 16 clients label and then leaf through the grid."""
    pictures, answers, pages = (10_000, 800, 400) if options.quick else (100_000, 4_800, 3_200)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "workspace"
        site = fill(folder, pictures=pictures, annotators=CLIENTS, needed=2)
        with Server(folder) as server:
            asyncio.run(_label(site, server, answers // 10))
            paced = asyncio.run(_label(site, server, answers // 2, batch=BATCH, pause=PAUSE))
            calm = asyncio.run(_leaf(site, server, pages // 4, pause=PAUSE))
            before = server.cpu_seconds()
            outcome = asyncio.run(_label(site, server, answers, batch=BATCH))
            cpu = (server.cpu_seconds() - before) / len(outcome.acknowledged) * 1e3
            grid = asyncio.run(_leaf(site, server, pages))
    found = {
        f"{PAUSE:g} s apart: next": _summary(paced.next_seconds),
        f"{PAUSE:g} s apart: answer": _summary(paced.answer_seconds),
        **{f"{PAUSE:g} s apart: grid, {k}": _summary(seconds) for k, seconds in calm.items()},
        "without a pause: next": _summary(outcome.next_seconds),
        "without a pause: answer": _summary(outcome.answer_seconds),
        **{f"without a pause: grid, {k}": _summary(seconds) for k, seconds in grid.items()},
    }
    print_table(
        ["request", "median ms", "p95 ms", "most ms"],
        [[kind, *(f"{value:.1f}" for value in row.values())] for kind, row in found.items()],
    )
    rate = len(outcome.acknowledged) / outcome.seconds
    print(
        f"Without a pause {rate:.0f} answers per second; {cpu:.2f} ms of the server's processor "
        f"time for each (target: {TARGET_CPU_MS}). Target for p95: {TARGET_MS:.0f} ms.\n"
    )
    return {"requests": found, "per_second": rate, "cpu_ms_per_answer": cpu}


async def _label(
    site: Site, server: Server, answers: int, *, batch: int = 1, pause: float = 0.0
) -> Outcome:
    crowd = Crowd(
        site,
        server.port,
        annotators=CLIENTS,
        answers=answers,
        batch=batch,
        pause=pause,
        seed=answers,
    )
    return await crowd.run()


async def _leaf(
    site: Site, server: Server, pages: int, *, pause: float = 0.0
) -> dict[str, list[float]]:
    base = f"/api/datasets/{site.dataset_id}/pictures?question={site.question_id}"
    first = Connection(server.port, site.admin_token)
    kinds = {
        "by name": f"{base}&sort=name",
        "one class": f"{base}&sort=name&choice={site.choice_ids[0]}",
        "closed": f"{base}&sort=name&state=closed",
        "by certainty": f"{base}&sort=certainty&descending=true",
        "text": f"{base}&sort=name&text=plot-13%2F",
    }
    found: dict[str, list[float]] = {kind: [] for kind in kinds}
    cursors: dict[str, list[str | None]] = {}
    for kind, path in kinds.items():
        reply = await first.send("GET", path.replace("/pictures?", "/pictures/marks?"))
        if reply is None:
            raise AssertionError(f"{path}: the connection broke")
        cursors[kind] = [None, *reply.json()["cursors"]]

    async def client(number: int) -> None:
        chance = random.Random(number)  # noqa: S311 - no secret
        connection = Connection(server.port, site.admin_token)
        for _ in range(pages // CLIENTS):
            kind = chance.choice(list(kinds))
            cursor = chance.choice(cursors[kind])
            if pause:
                await asyncio.sleep(pause * (0.5 + chance.random()))
            path = kinds[kind] + ("" if cursor is None else f"&after={cursor}")
            began = time.perf_counter()
            reply = await connection.send("GET", path)
            found[kind].append(time.perf_counter() - began)
            if reply is None or reply.status != 200:
                raise AssertionError(f"{path}: {reply}")
        connection.close()

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    first.close()
    return found


def _summary(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        "median_ms": statistics.median(ordered) * 1e3,
        "p95_ms": ordered[int(len(ordered) * 0.95)] * 1e3,
        "most_ms": ordered[-1] * 1e3,
    }


BENCHMARK = command.Benchmark(
    title="Hand-outs, answers and grid pages",
    claim=f"At 100,000 pictures with {CLIENTS} clients at once, who ask every {PAUSE:g} s, 95 % of "
    f"hand-outs, answers and grid pages take less than {TARGET_MS:.0f} ms, and an answer costs "
    f"less than {TARGET_CPU_MS:.0f} ms of the server's processor time.",
    measure=measure,
)

if __name__ == "__main__":
    command.run({"latency": BENCHMARK})
