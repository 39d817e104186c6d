"""How right the labels are that come from votes: Dawid and Skene against the majority vote.

Both see the same votes and are compared with the true labels. A tie of k classes counts 1/k where
one of them is true. The difference is paired: its interval draws pictures.

The simulated crowd errs independently, as the model takes it to; real crowds do not. With
``--crowd`` two of those are measured, too: LabelMe (59 people, known by number) and CIFAR-10N
(three answers a picture; by whom is not known, so that each column stands for one annotator).
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import command
from benchmarks.measuring import Spread, cost_of, print_table
from fieldguide.label import agreement, dawid_skene, majority
from fieldguide.metrics import bootstrap, cohen_kappa, fleiss_kappa, krippendorff_alpha
from fieldguide.metrics.expected_calibration_error import expected_calibration_error
from fieldguide.metrics.interval import Interval
from fieldguide.metrics.percent_agreement import percent_agreement
from fieldguide.metrics.ratings import Ratings, from_matrix
from fieldguide.types import FloatArray, IntArray

REPEATS = 10_000
STRENGTHS = (0.01, 2.0, dawid_skene.STRENGTH, 32.0)
KNOWN = (100, 400)
EDGES = (0.0, 0.5, 0.7, 0.9, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Votes, and the true labels of all pictures."""

    name: str
    votes: Ratings
    truth: IntArray


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Compare on every crowd, then time the work on many votes."""
    figures: dict[str, Any] = {}
    crowds = list(_crowds(options.crowd))
    fits = {crowd.name: dawid_skene.fit(crowd.votes) for crowd in crowds}
    repeats = 1_000 if options.quick else REPEATS
    rows = []
    for crowd in crowds:
        figures[crowd.name] = result = _compare(crowd, fits[crowd.name], repeats)
        rows.append(_row(crowd, result))
    print_table(
        ["crowd", "pictures", "votes", "majority", "Dawid-Skene", "difference (95 %)"], rows
    )
    print("Right labels in %, difference in points.\n")
    _print_strengths(crowds, figures)
    _print_certainty(crowds, fits, figures)
    _print_known(crowds, figures, rounds=3 if options.quick else 20)
    _print_agreement(crowds, figures, repeats)
    figures["seconds"] = _time(20_000 if options.quick else 100_000, 2 if options.quick else 5)
    return figures


def _crowds(folder: Path | None) -> Iterator[Crowd]:
    yield _simulated()
    if folder is None:
        return
    answers = folder / "labelme_labels_no_images" / "answers.txt"
    if answers.exists():
        truth = np.loadtxt(answers.parent / "LabelMe_Z_train.txt", dtype=np.int64)
        yield Crowd(
            "LabelMe", from_matrix(np.loadtxt(answers, dtype=np.int64), class_count=8), truth
        )
    else:
        print(f"LabelMe is left out: {answers} is not there.")
    table = folder / "cifar10n_labels.csv"
    if table.exists():
        yield _cifar(table)
    else:
        print(f"CIFAR-10N is left out: {table} is not there.")


def _cifar(table: Path) -> Crowd:
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    place = {name: index for index, name in enumerate(sorted({r["clean_label"] for r in rows}))}
    answers = [[place[row[f"annotator{n}"]] for n in (1, 2, 3)] for row in rows]
    truth = np.array([place[row["clean_label"]] for row in rows])
    return Crowd("CIFAR-10N", from_matrix(answers, class_count=len(place)), truth)


def _simulated() -> Crowd:
    """Let 50 people answer: skills differ, and half of the mistakes take a class for the next."""
    random = np.random.default_rng(0)
    pictures, people, classes = 2_000, 50, 8
    truth = random.integers(0, classes, pictures)
    skills = random.beta(6.0, 2.0, people)
    shown, who = np.nonzero(random.random((pictures, people)) < 2.5 / people)
    astray = np.where(random.random(who.size) < 0.5, 1, random.integers(1, classes, who.size))
    right = random.random(who.size) < skills[who]
    said = np.where(right, truth[shown], (truth[shown] + astray) % classes)
    kept, shown = np.unique(shown, return_inverse=True)
    votes = majority.check_votes(shown, who, said, annotator_count=people, class_count=classes)
    return Crowd("simulated", votes, truth[kept])


def _compare(crowd: Crowd, model: dawid_skene.DawidSkene, repeats: int) -> dict[str, Any]:
    theirs = majority.credit(majority.shares(crowd.votes), crowd.truth)
    ours = majority.credit(model.posteriors, crowd.truth)
    gain = ours - theirs
    return {
        "pictures": crowd.votes.picture_count,
        "votes": crowd.votes.answers.size,
        "iterations": model.iterations,
        "majority": float(theirs.mean()),
        "dawid_skene": float(ours.mean()),
        "difference": float(gain.mean()),
        "difference_interval": bootstrap.interval(
            lambda weights: float(np.average(gain, weights=weights)), gain.size, repeats=repeats
        ),
    }


def _row(crowd: Crowd, result: dict[str, Any]) -> list[str]:
    low, high = result["difference_interval"]
    return [
        crowd.name,
        f"{result['pictures']:,}",
        f"{result['votes']:,}",
        f"{result['majority'] * 100:.1f}",
        f"{result['dawid_skene'] * 100:.1f}",
        f"{result['difference'] * 100:+.1f} ({low * 100:+.1f} to {high * 100:+.1f})",
    ]


def _print_strengths(crowds: list[Crowd], figures: dict[str, Any]) -> None:
    rows = []
    for crowd in crowds:
        models = [dawid_skene.fit(crowd.votes, strength=strength) for strength in STRENGTHS]
        right = [float(majority.credit(m.posteriors, crowd.truth).mean()) for m in models]
        figures[crowd.name]["by_strength"] = dict(zip(map(str, STRENGTHS), right, strict=True))
        rows.append([crowd.name, *(f"{value * 100:.1f}" for value in right)])
    print_table(["crowd", *(f"strength {value:g}" for value in STRENGTHS)], rows)
    print("Right labels of Dawid-Skene in %, by the weight of what is known of everybody.\n")


def _print_certainty(
    crowds: list[Crowd], fits: dict[str, dawid_skene.DawidSkene], figures: dict[str, Any]
) -> None:
    rows = []
    for crowd in crowds:
        for name, scores in (
            ("majority", majority.shares(crowd.votes)),
            ("dawid_skene", fits[crowd.name].posteriors),
        ):
            found = _certainty(scores, crowd.truth)
            figures[crowd.name][f"certainty_of_{name}"] = found
            rows.append(
                [
                    f"{crowd.name}, {name.replace('_', '-')}",
                    f"{found['certainty'] * 100:.1f}",
                    f"{found['right'] * 100:.1f}",
                    f"{found['calibration_error']:.3f}",
                    *(
                        f"{part['right'] * 100:.0f} ({part['pictures']})"
                        if part["pictures"]
                        else ""
                        for part in found["parts"]
                    ),
                ]
            )
    spans = [f"{a:g} to {b:g}" for a, b in pairwise(EDGES)]
    print_table(["crowd", "certainty", "right", "calibration error", *spans], rows)
    print("Mean certainty and right labels in %; then right labels by certainty (and pictures).\n")


def _certainty(scores: FloatArray, truth: IntArray) -> dict[str, Any]:
    certainty, right = scores.max(axis=1), majority.credit(scores, truth)
    parts = []
    for low, high in pairwise(EDGES):
        within = (certainty >= low) & ((certainty < high) | (high == 1.0))
        mean = float(right[within].mean()) if within.any() else None
        parts.append({"low": low, "high": high, "pictures": int(within.sum()), "right": mean})
    return {
        "certainty": float(certainty.mean()),
        "right": float(right.mean()),
        "calibration_error": expected_calibration_error(truth, scores),
        "parts": parts,
    }


def _print_known(crowds: list[Crowd], figures: dict[str, Any], *, rounds: int) -> None:
    rows = []
    for crowd in crowds:
        for count in KNOWN:
            found = [_with_known(crowd, count, seed) for seed in range(rounds)]
            before, after = (float(np.mean(part)) for part in zip(*found, strict=True))
            figures[crowd.name][f"with_{count}_known"] = {"without": before, "with": after}
            rows.append([crowd.name, count, f"{before * 100:.1f}", f"{after * 100:.1f}"])
    print_table(["crowd", "known truths", "without them", "with them"], rows)
    print(f"Right labels of the other pictures in %, mean of {rounds} draws of the known ones.\n")


def _with_known(crowd: Crowd, count: int, seed: int) -> tuple[float, float]:
    drawn = np.random.default_rng(seed).permutation(crowd.truth.size)[:count]
    known = np.full(crowd.truth.size, -1)
    known[drawn] = crowd.truth[drawn]
    right = [
        majority.credit(dawid_skene.fit(crowd.votes, known=given).posteriors, crowd.truth)
        for given in (None, known)
    ]
    return float(right[0][known < 0].mean()), float(right[1][known < 0].mean())


def _print_agreement(crowds: list[Crowd], figures: dict[str, Any], repeats: int) -> None:
    rows = []
    for crowd in crowds:
        found = agreement.summarise(crowd.votes, repeats=repeats)
        parts = {"percent": found.percent, "fleiss": found.fleiss, "alpha": found.alpha}
        figures[crowd.name]["agreement"] = {
            name: {"value": part.value, "low": part.low, "high": part.high}
            for name, part in parts.items()
        }
        rows.append([crowd.name, f"{found.paired:,}", *(_shown(part) for part in parts.values())])
    print_table(["crowd", "pictures", "percent", "Fleiss' kappa", "Krippendorff's alpha"], rows)


def _shown(interval: Interval) -> str:
    return f"{interval.value:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def _time(size: int, rounds: int) -> dict[str, Any]:
    """Time the work on three votes a picture by 50 people, and on as many pictures as ``size``."""
    random = np.random.default_rng(0)
    shown = np.repeat(np.arange(size), 3)
    first = random.integers(0, 50, size)
    who = ((first[:, None] + np.array([0, 7, 19])) % 50).ravel()
    truth = random.integers(0, 10, size)
    right = random.random(shown.size) < 0.75
    said = np.where(right, truth[shown], random.integers(0, 10, shown.size))
    votes = majority.check_votes(shown, who, said)
    model = dawid_skene.fit(votes)
    work = {
        "check votes": lambda: majority.check_votes(shown, who, said),
        "majority": lambda: majority.majority(votes),
        "Dawid-Skene": lambda: dawid_skene.fit(votes),
        "most useful": lambda: dawid_skene.most_useful(model.posteriors, model.average),
        "percent agreement": lambda: percent_agreement(votes),
        "Fleiss' kappa": lambda: fleiss_kappa.fleiss_kappa(votes),
        "Krippendorff's alpha": lambda: krippendorff_alpha.krippendorff_alpha(votes),
        "Cohen's kappa of all pairs": lambda: cohen_kappa.all_pairs(votes),
        "summary, 1,000 drawings": lambda: agreement.summarise(votes),
    }
    spent = {
        name: Spread(tuple(cost_of(act)[0].seconds for _ in range(rounds)))
        for name, act in work.items()
    }
    print_table(
        [f"{votes.answers.size:,} votes on {size:,} pictures", "seconds"],
        [[name, spread] for name, spread in spent.items()],
    )
    return {name: spread.to_dict() for name, spread in spent.items()}


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--crowd",
        type=Path,
        metavar="FOLDER",
        help="compare on real crowds, too: labelme_labels_no_images/ and cifar10n_labels.csv",
    )


BENCHMARK = command.Benchmark(
    title="Labels from votes",
    claim="Dawid and Skene's labels against the majority vote's, on the same votes; how sure they "
    "are, how far the people agree, and what it costs.",
    measure=measure,
    add_options=_add_options,
)

if __name__ == "__main__":
    command.run({"label_from_votes": BENCHMARK})
