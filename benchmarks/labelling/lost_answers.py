"""Count what is lost, stored twice or handed out too often when many people label at once.

Annotators answer over real connections that break on purpose, and send again what was not
acknowledged; the server is killed with ``kill -9`` in the middle. Afterwards every acknowledged
answer must be in the records, once.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks import command
from benchmarks.labelling.crowd import Crowd, Outcome, Trouble
from benchmarks.labelling.server import Server, Site, fill
from benchmarks.measuring import config_in, print_table
from fieldguide.records.schema import labels, leases, votes
from fieldguide.workspace import Workspace

TROUBLE = Trouble(dropped=0.03, doubled=0.03)


@dataclass(frozen=True, slots=True)
class Count:
    """What was found afterwards.

    Attributes:
        acknowledged: Answers that the server said it has stored.
        stored: Answers in the records.
        lost: Acknowledged answers that are not there.
        twice: Answers that are there more than once.
        beyond: Pictures that more people were handed, or answered, than were asked for.
        closed: Pictures with all their answers.
        retries: Requests that were sent again.
        kills: How often the server was killed.
        per_second: Answers per second, kills and retries included.
    """

    acknowledged: int
    stored: int
    lost: int
    twice: int
    beyond: int
    closed: int
    retries: int
    kills: int
    per_second: float


def count(*, annotators: int, answers: int, needed: int, kills: int, seed: int = 0) -> Count:
    """Let annotators label and count afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "workspace"
        pictures = answers // needed
        site = fill(folder, pictures=pictures, annotators=annotators, needed=needed)
        with Server(folder) as server:
            outcome = asyncio.run(
                _label(site, server, annotators=annotators, answers=answers, kills=kills, seed=seed)
            )
        return _look(folder, site, outcome, needed=needed, kills=kills)


async def _label(
    site: Site, server: Server, *, annotators: int, answers: int, kills: int, seed: int
) -> Outcome:
    crowd = Crowd(
        site,
        server.port,
        annotators=annotators,
        answers=answers * 2,  # they stop when nothing is left
        batch=3,
        trouble=TROUBLE,
        seed=seed,
    )
    work = asyncio.create_task(crowd.run())
    for number in range(kills):
        threshold = answers * (number + 1) // (kills + 1)
        while len(crowd.outcome.acknowledged) < threshold and not work.done():
            await asyncio.sleep(0.02)
        await asyncio.to_thread(server.kill)
    return await work


def _look(folder: Path, site: Site, outcome: Outcome, *, needed: int, kills: int) -> Count:
    with Workspace(config_in(folder)) as workspace, workspace.records.read() as connection:
        rows = connection.execute(
            sa.select(votes.c.client_key, votes.c.member_id, votes.c.annotator).where(
                votes.c.question_id == site.question_id
            )
        ).all()
        closed = connection.execute(
            sa.select(sa.func.count())
            .select_from(labels)
            .where(labels.c.question_id == site.question_id, labels.c.state == "closed")
        ).scalar_one()
        out = connection.execute(sa.select(sa.func.count()).select_from(leases)).scalar_one()
    if out:
        raise AssertionError(f"{out} leases are left although all is answered")
    stored = {row.client_key.split(":", 1)[1]: row.member_id for row in rows}
    by_picture = Counter(row.member_id for row in rows)
    pairs = Counter((row.member_id, row.annotator) for row in rows)
    lost = sum(stored.get(key) != picture for key, picture in outcome.acknowledged.items())
    twice = len(rows) - len(pairs)
    seen = {picture for picture, people in outcome.handed.items() if len(people) > needed}
    seen |= {picture for picture, number in by_picture.items() if number > needed}
    return Count(
        acknowledged=len(outcome.acknowledged),
        stored=len(rows),
        lost=lost,
        twice=twice,
        beyond=len(seen),
        closed=closed,
        retries=outcome.retries,
        kills=kills,
        per_second=len(rows) / outcome.seconds,
    )


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Count at the whole size, or at a twentieth with ``--quick``."""
    answers = 5_000 if options.quick else 100_000
    found = count(annotators=64, answers=answers, needed=2, kills=2)
    print_table(list(asdict(found)), [[f"{value:,.0f}" for value in asdict(found).values()]])
    return asdict(found)


BENCHMARK = command.Benchmark(
    title="Answers that are lost, stored twice or handed out too often",
    claim="64 annotators give 100,000 answers, two for each picture, over connections that break "
    "while the server is killed twice: none is lost, none is stored twice, and no picture is "
    "handed to a third person.",
    measure=measure,
)

if __name__ == "__main__":
    command.run({"lost_answers": BENCHMARK})
