"""Annotators who answer at once, whose connections break, and who then send again."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from benchmarks.labelling.client import Answer, Connection
from benchmarks.labelling.server import Site

_RETRY_SECONDS = 0.05


@dataclass(slots=True)
class Outcome:
    """What the crowd saw.

    Attributes:
        acknowledged: Key of each answer that the server said it has stored, with its picture.
        handed: By picture, the annotators who ever saw it handed out to them.
        retries: Requests that were sent again.
        next_seconds: How long each hand-out took.
        answer_seconds: How long each answer took, without those that were sent again.
        seconds: How long all took.
        failures: Answers of status 400 and above, by status.
    """

    acknowledged: dict[str, int] = field(default_factory=dict)
    handed: dict[int, set[int]] = field(default_factory=dict)
    retries: int = 0
    next_seconds: list[float] = field(default_factory=list)
    answer_seconds: list[float] = field(default_factory=list)
    seconds: float = 0.0
    failures: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Trouble:
    """How often things go wrong, as shares of the requests.

    Attributes:
        dropped: The connection is closed after the request, before its answer.
        doubled: The request is sent again although it was answered.
    """

    dropped: float = 0.0
    doubled: float = 0.0


class Crowd:
    """Simulated annotators, who answer until they have given as many answers as wanted.

    Args:
        site: What they answer.
        port: Where the server is.
        annotators: How many there are.
        answers: How many answers in all.
        batch: How many pictures one asks for at a time.
        pause: Seconds that each takes between two answers.
        trouble: What goes wrong.
        seed: Of everything random.
    """

    def __init__(
        self,
        site: Site,
        port: int,
        *,
        annotators: int,
        answers: int,
        batch: int = 1,
        pause: float = 0.0,
        trouble: Trouble = Trouble(),
        seed: int = 0,
    ) -> None:
        self._site = site
        self._port = port
        self._annotators = annotators
        self._left = answers
        self._batch = batch
        self._pause = pause
        self._trouble = trouble
        self._seed = seed
        self.outcome = Outcome()

    async def run(self) -> Outcome:
        """Let all annotators work until all is answered."""
        began = time.perf_counter()
        await asyncio.gather(*(self._annotate(number) for number in range(self._annotators)))
        self.outcome.seconds = time.perf_counter() - began
        return self.outcome

    async def _annotate(self, number: int) -> None:
        chance = random.Random(f"{self._seed}:{number}")  # noqa: S311 - no secret
        connection = Connection(self._port, self._site.tokens[number])
        question = f"/api/questions/{self._site.question_id}"
        counter = 0
        if self._pause:
            # People do not all begin in the same instant.
            await asyncio.sleep(self._pause * self._batch * chance.random())
        while self._left > 0:
            began = time.perf_counter()
            reply = await self._ask(
                connection, chance, f"{question}/next", {"count": self._batch, "held": []}
            )
            self.outcome.next_seconds.append(time.perf_counter() - began)
            pictures = reply.json()["items"]
            for picture in pictures:
                self.outcome.handed.setdefault(picture["id"], set()).add(number)
            if not pictures:
                break
            for picture in pictures:
                if self._pause:
                    await asyncio.sleep(self._pause * (0.5 + chance.random()))
                counter += 1
                self._left -= 1
                await self._give(
                    connection,
                    chance,
                    question,
                    picture["id"],
                    f"{self._seed}-{number}-{counter:06d}",
                )
        connection.close()

    async def _give(
        self,
        connection: Connection,
        chance: random.Random,
        question: str,
        picture: int,
        key: str,
    ) -> None:
        choice = self._site.choice_ids[picture % len(self._site.choice_ids)]
        answer = {"picture_id": picture, "choice_ids": [choice], "milliseconds": 900, "key": key}
        began = time.perf_counter()
        before = self.outcome.retries
        reply = await self._ask(connection, chance, f"{question}/answers", {"answers": [answer]})
        if self.outcome.retries == before:
            self.outcome.answer_seconds.append(time.perf_counter() - began)
        stored = reply.json()["items"][0]
        if stored["status"] == "refused":
            raise AssertionError(f"an answer was refused: {stored}")
        self.outcome.acknowledged[key] = picture

    async def _ask(
        self, connection: Connection, chance: random.Random, path: str, body: Any
    ) -> Answer:
        while True:
            drop = chance.random() < self._trouble.dropped
            reply = await connection.send("POST", path, body, drop=drop)
            if reply is None:
                self.outcome.retries += 1
                await asyncio.sleep(_RETRY_SECONDS * chance.random())
                continue
            if reply.status >= 400:
                self.outcome.failures[reply.status] += 1
                if reply.status < 500:
                    raise AssertionError(f"{path}: {reply.status} {reply.body[:300]!r}")
                continue
            if path.endswith("answers") and chance.random() < self._trouble.doubled:
                await connection.send("POST", path, body)
            return reply
