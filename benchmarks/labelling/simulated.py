"""How many keys and clicks it takes to label a folder of pictures with the help of suggestions.

A simulated annotator follows the pages of the site through the real API. She knows each picture's
class from the folder that it lies in, and everything she does with a key or the mouse is counted:

- confirming a page of one class: 1, however many pictures it has;
- the key of its own class for a wrong picture on it, at which she points: 1;
- taking a wrong picture out of a heap of pictures that look alike: 1; it comes back elsewhere and
  costs what it costs there;
- answering a picture by itself, as those of the hold-out: 1;
- choosing another order: 1.

She begins with some pictures by themselves in the order of use, which without any label brings the
most typical ones of all sorts, and goes on with pages of one class. Nothing wrong is ever
confirmed. She stops when 95 % of all pictures are labelled rightly.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import sqlalchemy as sa

from benchmarks import command
from benchmarks.labelling.client import Connection
from benchmarks.labelling.server import Server
from benchmarks.measuring import Spread, config_in, print_table
from benchmarks.pictures import SUFFIXES
from fieldguide.embed.extracting import backbone_cache
from fieldguide.label import setting_up
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.heads.logistic import LogisticRegressionHead
from fieldguide.records import datasets, grants, members, questions, tokens, users
from fieldguide.records.questions import QuestionSettings
from fieldguide.types import FloatArray, IntArray
from fieldguide.workflows.freeze_dataset import embed_dataset
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workspace import Workspace

TARGET_ACTIONS = 0.15
TARGET_LABELS = 0.6
ENOUGH = 0.95
"""Share of the pictures that is labelled rightly at the end, and of the full accuracy reached."""

PAGES = (20, 50, 100)
FIRST = 10
SEEDS = 3
_STEP = 10
_TEST = 0.3
_WORTH = 0.5
"""A page is worked off as a page while at least this share of its pictures is of one class."""


@dataclass(frozen=True)
class Asked:
    """A question of a dataset, and what is true.

    Attributes:
        question_id: The question.
        truth: Class by picture.
        choices: Id by class.
        token: Of the annotator.
        port: Of the server.
    """

    question_id: int
    truth: Mapping[int, str]
    choices: Mapping[str, int]
    token: str
    port: int


@dataclass
class Annotator:
    """Somebody who answers rightly and counts what she does.

    Attributes:
        asked: What she answers.
        page: How many pictures she has on a page.
        first: How many pictures she answers by themselves at first, in the order of use.
        actions: Keys and clicks, by what they were for.
        labelled: Pictures that she has answered, in that order.
        pages: How many pages she had, by kind.
    """

    asked: Asked
    page: int
    first: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    labelled: dict[int, None] = field(default_factory=dict)
    pages: Counter[str] = field(default_factory=Counter)
    _keys: Iterator[int] = field(default_factory=lambda: iter(range(10**9)))

    async def label(self, share: float) -> None:
        """Label until a share of the pictures has its class."""
        connection = Connection(self.asked.port, self.asked.token)
        await self._wait(connection)
        if self.first:
            self.actions["order chosen"] += 2
        while len(self.labelled) < self.first:
            given = await self._next(connection, "useful", min(_STEP, self.first))
            await self._one_by_one(connection, given["items"])
        order = "class"
        while len(self.labelled) < share * len(self.asked.truth):
            given = await self._next(connection, order, self.page)
            if not given["items"]:
                raise AssertionError(f"no picture is left after {len(self.labelled)}")
            self.pages[given["page"]["by"]] += 1
            if given["page"]["by"] in {"class", "cluster"}:
                await self._work_off(connection, given)
            else:
                await self._one_by_one(connection, given["items"])
        connection.close()

    async def answer(self, order: str, count: int) -> int:
        """Answer some pictures by themselves, in an order; return how many there were."""
        connection = Connection(self.asked.port, self.asked.token)
        given = await self._next(connection, order, count)
        await self._one_by_one(connection, given["items"])
        connection.close()
        return len(given["items"])

    async def _wait(self, connection: Connection) -> None:
        # The page says that suggestions come in a moment; a person waits for them.
        path = f"/api/questions/{self.asked.question_id}/suggestions"
        for _ in range(600):
            reply = await connection.send("GET", path)
            if reply is None or reply.status != 200:
                raise AssertionError(f"{path}: {reply}")
            if reply.json()["clusters"]:
                return
            await asyncio.sleep(0.2)
        raise AssertionError("no suggestions came within two minutes")

    async def _work_off(self, connection: Connection, given: Mapping[str, Any]) -> None:
        items, page = given["items"], given["page"]
        shown = Counter(self.asked.truth[item["id"]] for item in items)
        likeliest = shown.most_common(1)[0][0]
        right = [item for item in items if self.asked.truth[item["id"]] == likeliest]
        wrong = [item for item in items if self.asked.truth[item["id"]] != likeliest]
        if page["choice_id"] is not None:
            self.actions["confirmed"] += 1
            self.actions["of their own"] += len(wrong)
            await self._give(connection, items)
            return
        if len(right) < _WORTH * len(items):
            # So many would have to be taken out that a key for each is less work.
            await self._one_by_one(connection, items)
            return
        self.actions["confirmed"] += 1
        self.actions["taken out"] += len(wrong)
        await self._give(connection, right)
        if wrong:
            rejected = [item["id"] for item in wrong]
            body = {"picture_ids": rejected, "choice_id": self.asked.choices[likeliest]}
            await self._post(connection, "rejections", body)

    async def _one_by_one(self, connection: Connection, items: Sequence[Mapping[str, Any]]) -> None:
        for item in items:
            self.actions["one by one"] += 1
            await self._give(connection, [item])

    async def _give(self, connection: Connection, items: Sequence[Mapping[str, Any]]) -> None:
        answers = []
        for item in items:
            name = self.asked.truth[item["id"]]
            # Copies that come along take the same answer, where it is right for them.
            along = [one["id"] for one in item["same"] if self.asked.truth[one["id"]] == name]
            for picture in (item["id"], *along):
                answers.append(self._answer(picture, name, item["suggestion"]))
                self.labelled[picture] = None
        reply = await self._post(connection, "answers", {"answers": answers})
        refused = [one for one in reply["items"] if one["status"] == "refused"]
        if refused:
            raise AssertionError(f"an answer was refused: {refused[0]}")

    def _answer(self, picture: int, name: str, seen: Mapping[str, Any] | None) -> dict[str, Any]:
        return {
            "picture_id": picture,
            "choice_ids": [self.asked.choices[name]],
            "key": f"simulated-{next(self._keys):08d}",
            "aided": seen is not None,
            "suggestion": seen,
        }

    async def _next(self, connection: Connection, order: str, count: int) -> dict[str, Any]:
        # Copies that were not answered along would come again; giving all back frees them.
        await self._post(connection, "release", {})
        found: dict[str, Any] = await self._post(
            connection, "next", {"count": count, "order": {"by": order}}
        )
        return found

    async def _post(self, connection: Connection, path: str, body: Any) -> Any:
        path = f"/api/questions/{self.asked.question_id}/{path}"
        reply = await connection.send("POST", path, body)
        if reply is None or reply.status != 200:
            raise AssertionError(f"{path}: {reply}")
        return reply.json()


class Bench:
    """A workspace with datasets whose pictures have vectors, and a server on it.

    Args:
        folder: Where to make it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0

    def bring_in(self, pictures: Path, name: str) -> None:
        """Import a folder of class folders without its labels, and embed it."""
        with Workspace(config_in(self.folder)) as workspace:
            import_pictures(workspace, pictures, dataset=name, take_labels=False, link=True)
            embed_dataset(workspace, name, workspace.config.backbone)

    def ask(
        self, dataset: str, *, seed: int, annotator: str, holdout: float | None = None
    ) -> Asked:
        """Ask for the class of each picture of a dataset; None holds the usual share out."""
        settings = QuestionSettings(seed=seed)
        if holdout is not None:
            settings = replace(settings, holdout_share=holdout)
        with Workspace(config_in(self.folder)) as workspace:
            return workspace.records.write(lambda c: self._ask(c, dataset, settings, annotator))

    def vectors(self, dataset: str) -> tuple[FloatArray, IntArray, list[str]]:
        """Return vectors, picture ids and names of a dataset's pictures."""
        with Workspace(config_in(self.folder)) as workspace:
            with workspace.records.read() as connection:
                rows = members.of_dataset(connection, datasets.get(connection, dataset).id)
            cache = backbone_cache(workspace, BACKBONES.get(workspace.config.backbone))
            vectors = cache.get([row.sha256 for row in rows]).astype(np.float32)
        return vectors, np.array([row.id for row in rows]), [row.name for row in rows]

    def _ask(
        self, connection: sa.Connection, dataset: str, settings: QuestionSettings, annotator: str
    ) -> Asked:
        found = datasets.get(connection, dataset)
        truth = {row.id: class_of(row.name) for row in members.of_dataset(connection, found.id)}
        # A workspace that was kept knows the annotators of the last time.
        user = users.add(connection, f"{annotator}-{uuid4().hex[:8]}")
        grants.give(connection, user.id, found.id, "annotator")
        _, token = tokens.create(
            connection, user.id, name="benchmark", scopes=("read", "label"), days=1
        )
        question = setting_up.add_question(
            connection,
            dataset_id=found.id,
            name=f"class, {user.name}",
            kind="single",
            choices=sorted(set(truth.values())),
            settings=settings,
            author="benchmark",
        )
        choices = {c.name: c.id for c in questions.get(connection, question).choices}
        return Asked(question, truth, choices, token, self.port)


def class_of(name: str) -> str:
    """Return the class of a picture by its name: the folder that it lies in."""
    return Path(name).parent.name


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Let the annotator label each folder, and compare the orders."""
    folders = [Path(name).resolve() for name in options.label_folders or []]
    if not folders:
        print("No folder of class folders was named; see --label-folders.\n")
        return {}
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(options.label_workspace or Path(name) / "workspace")
        for folder in folders:
            bench.bring_in(_only_pictures(folder, Path(name)), folder.name)
        parts = (
            [] if options.no_orders else _divided(folders, Path(name), options.label_seeds, bench)
        )
        with Server(bench.folder) as server:
            bench.port = server.port
            found = {"actions": _actions(bench, [f.name for f in folders], options)}
            if parts:
                found["labels"] = _labels(bench, parts)
    return found


def _actions(bench: Bench, names: Sequence[str], options: argparse.Namespace) -> dict[str, Any]:
    rows, found = [], {}
    for dataset in names:
        for page in options.label_pages:
            runs = [
                _run(bench, dataset, page, seed, options) for seed in range(options.label_seeds)
            ]
            pictures = len(runs[0].asked.truth)
            cost = Spread(tuple(run.actions.total() / pictures for run in runs))
            kinds = ("one by one", "confirmed", "of their own", "taken out")
            spent = [sum(r.actions[k] for r in runs) / len(runs) / pictures for k in kinds]
            rows.append([dataset, page, cost, *(f"{value:.3f}" for value in spent)])
            found[f"{dataset}, pages of {page}"] = {
                "actions_per_picture": cost.to_dict(),
                **dict(zip(kinds, spent, strict=True)),
            }
            print(f"{dataset}, pages of {page}: {cost} actions a picture", flush=True)
    headings = ["pictures", "page", "actions a picture", *kinds]
    print_table(headings, rows)
    print(f"Target: under {TARGET_ACTIONS}; one at a time takes {ENOUGH}.\n")
    return found


def _run(
    bench: Bench, dataset: str, page: int, seed: int, options: argparse.Namespace
) -> Annotator:
    asked = bench.ask(
        dataset, seed=seed, annotator=f"{dataset}-{page}-{seed}", holdout=options.label_holdout
    )
    annotator = Annotator(asked, page, options.label_first)
    asyncio.run(annotator.label(ENOUGH))
    return annotator


def _labels(bench: Bench, parts: Sequence[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, dict[str, list[int]]] = {}
    for place, (learn, test) in enumerate(parts):
        name = learn.rsplit("-", 2)[0]
        needed = found.setdefault(name, {"useful": [], "queue": []})
        for order in needed:
            needed[order].append(_needed(bench, learn, test, order, seed=place))
        print(f"{learn}: {needed['useful'][-1]} useful, {needed['queue'][-1]} random", flush=True)
    rows = []
    for name, needed in found.items():
        ratio = sum(needed["useful"]) / sum(needed["queue"])
        each = [Spread(tuple(map(float, needed[order]))) for order in ("useful", "queue")]
        rows.append([name, *each, f"{ratio:.0%}"])
    print_table(["pictures", "labels, useful", "labels, random", "ratio"], rows)
    print(
        f"Labels until a head has {ENOUGH:.0%} of the accuracy that all labels give, on "
        f"{_TEST:.0%} of the pictures, which are not labelled. Target: at most "
        f"{TARGET_LABELS:.0%} of random.\n"
    )
    return found


def _needed(bench: Bench, learn: str, test: str, order: str, *, seed: int) -> int:
    """Return how many labels it takes in an order to come near the accuracy of all."""
    asked = bench.ask(learn, seed=seed, annotator=f"{learn}-{order}")
    vectors, ids, _ = bench.vectors(learn)
    left, _, names = bench.vectors(test)
    classes = sorted(asked.choices)
    truth = np.array([classes.index(asked.truth[number]) for number in ids.tolist()])
    expected = np.array([classes.index(class_of(name)) for name in names])
    place = {number: at for at, number in enumerate(ids.tolist())}

    def accuracy(rows: IntArray) -> float:
        if len(np.unique(truth[rows])) < 2:
            return 0.0
        head = LogisticRegressionHead().fit(vectors[rows], truth[rows], count=len(classes))
        return float((head.log_scores(left).argmax(axis=1) == expected).mean())

    goal = ENOUGH * accuracy(np.arange(len(ids)))
    annotator, reached = Annotator(asked, _STEP), 0
    while len(annotator.labelled) < len(ids):
        if not asyncio.run(annotator.answer(order, _STEP)):
            break
        rows = np.array([place[number] for number in annotator.labelled])
        # Twice in a row, for one time alone may be luck.
        reached = reached + 1 if accuracy(rows) >= goal else 0
        if reached == 2:
            return len(rows) - _STEP
    return len(ids)


def _divided(
    folders: Sequence[Path], into: Path, seeds: int, bench: Bench
) -> list[tuple[str, str]]:
    """Divide each folder by lot into pictures to label and others to measure on."""
    parts = []
    for folder in folders:
        files = np.array(sorted(f for f in folder.rglob("*") if f.suffix.lower() in SUFFIXES))
        for seed in range(seeds):
            drawn = np.random.default_rng(seed).permutation(len(files)) < _TEST * len(files)
            names = (f"{folder.name}-{seed}-learn", f"{folder.name}-{seed}-test")
            for name, chosen in zip(names, (~drawn, drawn), strict=True):
                bench.bring_in(_copy(files[chosen], folder, into / name), name)
            parts.append(names)
    return parts


def _only_pictures(folder: Path, into: Path) -> Path:
    files = sorted(f for f in folder.rglob("*") if f.suffix.lower() in SUFFIXES)
    return _copy(files, folder, into / f"{folder.name}-all")


def _copy(files: Sequence[Path], base: Path, into: Path) -> Path:
    for file in files:
        target = into / file.relative_to(base)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, target)
        except OSError:
            # Links do not go from one disk to another.
            shutil.copyfile(file, target)
    return into


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--label-folders", nargs="+", metavar="PICTURES", help="folders of class folders to label"
    )
    parser.add_argument(
        "--label-workspace", type=Path, metavar="FOLDER", help="keep vectors here for another time"
    )
    parser.add_argument("--label-seeds", type=int, default=SEEDS, help="how often each is measured")
    parser.add_argument(
        "--label-pages", type=int, nargs="+", default=PAGES, help="how many pictures a page has"
    )
    parser.add_argument(
        "--label-first",
        type=int,
        default=FIRST,
        help="pictures that are answered by themselves at first",
    )
    parser.add_argument(
        "--label-holdout", type=float, help="share of the hold-out [default: as usual]"
    )
    parser.add_argument(
        "--no-orders", action="store_true", help="count actions only, do not compare the orders"
    )


BENCHMARK = command.Benchmark(
    title="Labelling with suggestions",
    claim=f"Keys and clicks a picture until {ENOUGH:.0%} are labelled rightly, by pages of "
    f"pictures that look like one class: under {TARGET_ACTIONS}. Labels until a head is "
    f"nearly as good as with all: in the order of use at most {TARGET_LABELS:.0%} of those in "
    "random order.",
    measure=measure,
    add_options=_add_options,
)

if __name__ == "__main__":
    # ``simulated PICTURES ...`` is short for ``simulated --label-folders PICTURES ...``.
    if sys.argv[1:] and not sys.argv[1].startswith("-"):
        sys.argv.insert(1, "--label-folders")
    command.run({"simulated": BENCHMARK})
