"""How right the default head is, against scikit-learn's logistic regression as people use it.

Both see the same vectors of the same training pictures and are asked about the same test pictures:
those that Fieldguide counts, so no copies and none that resembles a training picture. The peer
standardises the vectors and fits with C = 1; Fieldguide chooses the strength by cross-validation.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks import command
from benchmarks.measuring import Cost, config_in, cost_of, print_table
from fieldguide.curate.freezing import SplitChoice
from fieldguide.embed.extracting import backbone_cache
from fieldguide.metrics import bootstrap
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.heads.available import HEADS
from fieldguide.records import versions
from fieldguide.train.examples import Examples, class_names, select
from fieldguide.train.recipe import Recipe
from fieldguide.train.training import train_head
from fieldguide.types import FloatArray, SourceOptions
from fieldguide.workflows.demo import DEMO_OPTIONS, demo_source
from fieldguide.workflows.freeze_dataset import freeze_dataset
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workspace import Workspace

REPEATS = 10_000


@dataclass(frozen=True, slots=True)
class PictureSet:
    """Labelled pictures and how to read and divide them."""

    name: str
    source: Path
    reading: SourceOptions
    resplit: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """What one of the two said about the test pictures."""

    probabilities: FloatArray
    cost: Cost


# Senders and leaves stand on both sides of the splits that come with these two, so that few groups
# of test pictures are left that may be counted; they are divided anew.
KNOWN = (
    PictureSet("scenes", Path("scenes"), SourceOptions()),
    PictureSet(
        "clothing",
        Path("clothing/manifest.csv"),
        SourceOptions(label="label", group="sender_id", split="split"),
        resplit=True,
    ),
    PictureSet(
        "coffee",
        Path("coffee/manifest.csv"),
        SourceOptions(label="label", group="leaf_id"),
        resplit=True,
    ),
)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Compare on every set."""
    seeds = 1 if options.quick else options.seeds
    rows, figures = [], {}
    for pictures in _sets(options):
        for seed in range(seeds if pictures.resplit else 1):
            result = _compare(pictures, seed)
            rows.append(_row(pictures, seed, result))
            figures[f"{pictures.name}, seed {seed}"] = result
    print_table(
        ["set", "train / test", "groups", "Fieldguide", "scikit-learn", "difference (95 %)",
         "log loss", "seconds"],
        rows,
    )  # fmt: skip
    print("Accuracy in %, difference in points; log loss and seconds of Fieldguide / scikit-learn.")
    print("The interval is of the paired difference, drawing whole groups of test pictures.\n")
    return figures


def _sets(options: argparse.Namespace) -> Iterator[PictureSet]:
    if options.source is not None:
        reading = SourceOptions(label=options.label, group=options.group, split=options.split)
        yield PictureSet(options.source.stem, options.source, reading, resplit=options.resplit)
        return
    yield PictureSet("groceries (demo)", demo_source(), DEMO_OPTIONS)
    if options.sets is None:
        return
    for known in KNOWN:
        source = options.sets / known.source
        if source.exists():
            yield replace(known, source=source)
        else:
            print(f"{known.name} is left out: {source} is not there.")


def _compare(pictures: PictureSet, seed: int) -> dict[str, Any]:
    recipe = Recipe(seed=seed)
    with (
        tempfile.TemporaryDirectory() as folder,
        Workspace(config_in(Path(folder))) as workspace,
    ):
        import_pictures(
            workspace,
            pictures.source,
            dataset="pictures",
            options=pictures.reading,
            link=True,
            backbone=recipe.backbone,
        )
        version = freeze_dataset(
            workspace, "pictures", choice=SplitChoice(resplit=pictures.resplit, seed=seed)
        )
        with workspace.records.read() as connection:
            items = versions.items(connection, version.id)
        classes = class_names(items)
        train = select(items, classes, "train")
        test = select(items, classes, "test", without=set(version.summary["untrusted"]))
        cache = backbone_cache(workspace, BACKBONES.get(recipe.backbone))
        inputs = train.vectors(cache), test.vectors(cache)
        workers = workspace.config.workers
    mine = _fieldguide(train, *inputs, count=len(classes), recipe=recipe, workers=workers)
    theirs = _scikit_learn(train, *inputs, count=len(classes))
    return _figures(train, test, mine, theirs)


def _fieldguide(
    train: Examples, x: Any, x_test: Any, *, count: int, recipe: Recipe, workers: int
) -> Answers:
    def work() -> FloatArray:
        trained = train_head(
            HEADS.get(recipe.head),
            x,
            train.classes,
            train.clusters,
            count=count,
            seed=recipe.seed,
            workers=workers,
        )
        return trained.probabilities(x_test)

    cost, probabilities = cost_of(work)
    return Answers(probabilities, cost)


def _scikit_learn(train: Examples, x: Any, x_test: Any, *, count: int) -> Answers:
    def work() -> FloatArray:
        peer = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000, C=1))
        peer.fit(x, train.classes)
        probabilities = np.zeros((len(x_test), count))
        probabilities[:, peer.classes_] = peer.predict_proba(x_test)
        return probabilities

    cost, probabilities = cost_of(work)
    return Answers(probabilities, cost)


def _figures(train: Examples, test: Examples, mine: Answers, theirs: Answers) -> dict[str, Any]:
    hits = {
        name: answers.probabilities.argmax(axis=1) == test.classes
        for name, answers in (("fieldguide", mine), ("scikit_learn", theirs))
    }
    gain = hits["fieldguide"].astype(float) - hits["scikit_learn"]
    interval = bootstrap.interval(
        lambda weights: float(np.average(gain, weights=weights)),
        len(test),
        groups=test.clusters,
        repeats=REPEATS,
    )
    rows = np.arange(len(test))
    return {
        "train": len(train),
        "test": len(test),
        "test_groups": test.cluster_count,
        "difference": float(gain.mean()),
        "difference_interval": interval,
        **{
            name: {
                "accuracy": float(hits[name].mean()),
                "log_loss": float(
                    -np.log(np.clip(answers.probabilities[rows, test.classes], 1e-12, 1)).mean()
                ),
                "seconds": answers.cost.seconds,
            }
            for name, answers in (("fieldguide", mine), ("scikit_learn", theirs))
        },
    }


def _row(pictures: PictureSet, seed: int, result: dict[str, Any]) -> list[str]:
    mine, theirs = result["fieldguide"], result["scikit_learn"]
    interval = result["difference_interval"]
    bounds = "" if interval is None else f" ({interval[0] * 100:+.1f} to {interval[1] * 100:+.1f})"
    return [
        f"{pictures.name}, new split {seed}" if pictures.resplit else pictures.name,
        f"{result['train']:,} / {result['test']:,}",
        f"{result['test_groups']:,}",
        f"{mine['accuracy'] * 100:.1f}",
        f"{theirs['accuracy'] * 100:.1f}",
        f"{result['difference'] * 100:+.1f}{bounds}",
        f"{mine['log_loss']:.3f} / {theirs['log_loss']:.3f}",
        f"{mine['seconds']:.1f} / {theirs['seconds']:.1f}",
    ]


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--source", type=Path, metavar="PATH", help="compare on these pictures only"
    )
    parser.add_argument("--label", metavar="COLUMN", help="of --source: the class")
    parser.add_argument("--group", metavar="COLUMN", help="of --source: what belongs together")
    parser.add_argument("--split", metavar="COLUMN", help="of --source: train, val or test")
    parser.add_argument("--resplit", action="store_true", help="of --source: divide it anew")
    parser.add_argument(
        "--sets",
        type=Path,
        metavar="FOLDER",
        help=f"compare on these folders in it, too: {', '.join(known.name for known in KNOWN)}",
    )
    parser.add_argument(
        "--seeds", type=int, default=3, metavar="N", help="so many new splits [default: 3]"
    )


BENCHMARK = command.Benchmark(
    title="Accuracy",
    claim="Fieldguide's default head against scikit-learn's logistic regression (standardised "
    "vectors, C = 1, at most 1,000 steps), on the same vectors of the same pictures.",
    measure=measure,
    add_options=_add_options,
)

if __name__ == "__main__":
    command.run({"accuracy": BENCHMARK})
