"""How many votes a second several people can give: group commit against naive writers.

Both write the same rows into the same tables with the same durability (WAL, every commit on disk).
A naive writer opens a transaction of its own for every vote, waits as long as the driver waits by
default, and tries again when the database is still busy.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import sqlalchemy as sa

from benchmarks import command
from benchmarks.measuring import Spread, print_table
from fieldguide.records import datasets, images, members, votes
from fieldguide.records.database import Records
from fieldguide.records.images import ImageRow
from fieldguide.records.members import NewMember

THREADS = (1, 8, 32)
CHOICES = ("cat", "dog", "fox")
NAIVE_WAITS = {"own transactions, waiting up to 5 s": 5.0, "own transactions, not waiting": 0.0}


@dataclass(frozen=True, slots=True)
class Round:
    """What one round gave.

    Attributes:
        votes_per_second: Of all threads together.
        slowest_thread: Votes of the slowest thread, divided by those of the fastest.
        busy: How often the database was busy.
        waits_ms: How long each vote took.
    """

    votes_per_second: float
    slowest_thread: float
    busy: int
    waits_ms: list[float]


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Let threads vote for some seconds, each way in turn."""
    seconds, rounds = (1.0, 1) if options.quick else (3.0, 3)
    rows, figures = [], {}
    for threads in THREADS:
        results: dict[str, list[Round]] = {}
        for _ in range(rounds):
            for way, runner in _ways().items():
                with tempfile.TemporaryDirectory() as folder:
                    results.setdefault(way, []).append(
                        runner(f"sqlite:///{folder}/records.db", threads, seconds)
                    )
        for way, found in results.items():
            waits = sorted(wait for result in found for wait in result.waits_ms)
            rate = Spread(tuple(result.votes_per_second for result in found))
            busy = Spread(tuple(float(result.busy) for result in found))
            fair = Spread(tuple(result.slowest_thread for result in found))
            late = waits[int(0.99 * (len(waits) - 1))]
            rows.append([way, threads, rate, f"{late:,.0f}", f"{waits[-1]:,.0f}", busy, fair])
            figures[f"{way}, {threads} threads"] = {
                "votes_per_second": rate.to_dict(),
                "busy_errors": busy.to_dict(),
                "slowest_over_fastest_thread": fair.to_dict(),
                "wait_ms_99_percent": late,
                "wait_ms_most": waits[-1],
            }
    print_table(
        ["way", "threads", "votes/s", "99 % within ms", "longest ms", "busy errors",
         "slowest / fastest thread"],
        rows,
    )  # fmt: skip
    return figures


def _ways() -> dict[str, Callable[[str, int, float], Round]]:
    naive = {way: partial(_naive, wait=wait) for way, wait in NAIVE_WAITS.items()}
    return {"group commit": _group_commit, **naive}


def _group_commit(url: str, threads: int, seconds: float) -> Round:
    with Records(url) as records:
        question, ids = _prepare(records)

        def give(vote: dict[str, Any]) -> int:
            records.write(lambda connection: votes.add(connection, **vote))
            return 0

        return _vote(give, question, ids, threads, seconds)


def _naive(url: str, threads: int, seconds: float, *, wait: float) -> Round:
    with Records(url) as records:
        question, ids = _prepare(records)
    engine = sa.create_engine(
        url, connect_args={"timeout": wait}, pool_size=threads, max_overflow=threads
    )

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _: Any) -> None:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    def give(vote: dict[str, Any]) -> int:
        for busy in count():
            try:
                with engine.begin() as connection:
                    votes.add(connection, **vote)
            except sa.exc.OperationalError:
                continue
            return busy
        return 0

    try:
        return _vote(give, question, ids, threads, seconds)
    finally:
        engine.dispose()


def _prepare(records: Records) -> tuple[int, list[int]]:
    def fill(connection: sa.Connection) -> tuple[int, list[int]]:
        dataset = datasets.ensure(connection, "pictures", "made")
        hashes = [f"{number:064x}" for number in range(1000)]
        images.add(connection, [ImageRow(sha, 1, "JPEG", "RGB", 64, 64, 1) for sha in hashes])
        ids = members.add(connection, dataset.id, [NewMember(sha, sha) for sha in hashes])
        return datasets.class_question(connection, dataset.id), list(ids.values())

    return records.write(fill)


def _vote(
    give: Callable[[dict[str, Any]], int],
    question: int,
    ids: list[int],
    threads: int,
    seconds: float,
) -> Round:
    waits: list[list[float]] = [[] for _ in range(threads)]
    busy = [0] * threads
    begin = threading.Barrier(threads + 1)
    stop = threading.Event()

    def work(person: int) -> None:
        begin.wait()
        for number in count():
            if stop.is_set():
                return
            start = time.perf_counter()
            busy[person] += give(
                {
                    "member_id": ids[(number * threads + person) % len(ids)],
                    "question_id": question,
                    "choice": CHOICES[number % len(CHOICES)],
                    "annotator": f"person {person}",
                    "annotator_kind": "person",
                    "client_key": f"{person}:{number}",
                }
            )
            waits[person].append((time.perf_counter() - start) * 1000)

    people = [threading.Thread(target=work, args=(person,)) for person in range(threads)]
    for thread in people:
        thread.start()
    begin.wait()
    clock = time.perf_counter()
    time.sleep(seconds)
    stop.set()
    for thread in people:
        thread.join()
    elapsed = time.perf_counter() - clock
    counts = [len(mine) for mine in waits]
    return Round(
        votes_per_second=sum(counts) / elapsed,
        slowest_thread=min(counts) / max(1, *counts),
        busy=sum(busy),
        waits_ms=[wait for mine in waits for wait in mine],
    )


BENCHMARK = command.Benchmark(
    title="Votes",
    claim="Many people vote at once: one writer with group commit, against a transaction per vote "
    "on connections of their own. Same tables, same durability.",
    measure=measure,
)

if __name__ == "__main__":
    command.run({"records": BENCHMARK})
