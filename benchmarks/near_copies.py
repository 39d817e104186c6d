"""Which copies of real pictures are found as near duplicates, beside imagededup, at what cost."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks import command
from benchmarks.copies_made import INFORMATION, changes
from benchmarks.measuring import config_in, print_table
from fieldguide.collect.inspecting import HASHING_SIDE
from fieldguide.curate.near_duplicates import find_near_duplicates
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.runtime import Embedder
from fieldguide.parallel import map_in_order
from fieldguide.pictures import aligning
from fieldguide.pictures.decode import decode
from fieldguide.pictures.perceptual_hash import perceptual_hash
from fieldguide.storage.vectors import VectorCache
from fieldguide.types import Pixels

_PEER = Path(__file__).with_name("near_copies_peer.py")
_PIXELS = 10**9
_SHOWN = 40
_SIDE = 150

Pairs = set[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of pictures: names by path, hashes by name, vectors and sketches."""

    names: dict[str, str]
    hashes: dict[str, int]
    vectors: VectorCache
    sketches: VectorCache

    def pairs(self, paths: Sequence[str], workers: int = 1) -> Pairs:
        """Find the near duplicates among files; equal bytes are pairs, too."""
        by_name: dict[str, list[str]] = {}
        for path in paths:
            by_name.setdefault(self.names[path], []).append(path)
        found: Pairs = {
            (first, other) for first, *others in map(sorted, by_name.values()) for other in others
        }
        hashes = {name: self.hashes[name] for name in by_name}
        near = find_near_duplicates(hashes, self.vectors, sketches=self.sketches, workers=workers)
        return found | {(by_name[pair.a][0], by_name[pair.b][0]) for pair in near}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Make copies of the pictures in every folder, find them, and look for false pairs."""
    if not options.pictures_in:
        print("Left out: name folders of pictures by --pictures-in.\n")
        return {}
    return {folder.name: _in_folder(folder, options) for folder in options.pictures_in}


def _in_folder(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png"})
    count = 15 if options.quick else options.copies_of
    chosen = random.Random(0).sample(files, min(count, len(files)))  # noqa: S311
    if options.quick:
        files = files[:200]
    print(f"### {folder.name}\n")
    with tempfile.TemporaryDirectory() as name:
        made = _copies(chosen, Path(name) / "copies")
        known = _known([*map(str, files), *_all(made)], Path(name) / "ours")
        groups = {kind: [path for pair in pairs for path in pair] for kind, pairs in made.items()}
        groups["all pictures"] = [str(file) for file in files]
        ours = {kind: known.pairs(paths) for kind, paths in groups.items()}
        found = {"Fieldguide": ours}
        seconds = {"Fieldguide": _own_cost(known, groups["all pictures"])}
        if options.imagededup is not None:
            theirs, costs = _peer(options.imagededup, groups, Path(name))
            found |= theirs
            seconds |= costs
    recalls = _print_recall(made, found)
    pairs = {who: sorted(kinds["all pictures"]) for who, kinds in found.items()}
    _print_pairs(pairs, seconds, len(files))
    if options.sheets is not None:
        for who, named in pairs.items():
            _sheet(named, options.sheets / f"{folder.name}-{who.replace(' ', '-')}.jpg")
    return {"recall": recalls, "pairs": pairs, "cpu_ms_per_picture": seconds}


def _copies(chosen: Sequence[Path], folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Write the copies and return pairs of original and copy by kind and strength."""
    made: dict[str, list[tuple[str, str]]] = {}
    folder.mkdir()
    for number, path in enumerate(chosen):
        with Image.open(path) as opened:
            image = opened.convert("RGB")
        same = folder / f"same-{number}.jpg"
        same.write_bytes(path.read_bytes())
        made.setdefault("same bytes", []).append((str(path), str(same)))
        for place, (kind, strength, change) in enumerate(changes()):
            ending = {"PNG": "png", "WebP": "webp"}.get(kind, "jpg")
            copy = folder / f"{place}-{number}.{ending}"
            copy.write_bytes(change(image))
            made.setdefault(f"{kind} {strength}".strip(), []).append((str(path), str(copy)))
    return made


def _all(made: dict[str, list[tuple[str, str]]]) -> Iterator[str]:
    return (path for pairs in made.values() for pair in pairs for path in pair)


def _known(paths: Sequence[str], folder: Path) -> Known:
    network = BACKBONES.get(config_in(folder).backbone)
    embedder = Embedder(network)
    known = Known(
        {},
        {},
        VectorCache(folder / "vectors", network.dimensions),
        VectorCache(folder / "sketches", aligning.DIMENSIONS),
    )
    unlike: dict[str, bytes] = {}
    for path in dict.fromkeys(paths):
        data = Path(path).read_bytes()
        known.names[path] = hashlib.sha256(data).hexdigest()
        unlike[known.names[path]] = data
    workers = config_in(folder).workers
    read = partial(_read, embedder)
    for name, (number, vector, drawn) in zip(
        unlike, map_in_order(read, unlike.values(), workers=workers), strict=True
    ):
        known.hashes[name] = number
        known.vectors.add([(name, vector.astype(np.float16))])
        known.sketches.add([(name, drawn.astype(np.float16))])
    return known


def _read(embedder: Embedder, data: bytes) -> tuple[int, Any, Any]:
    pixels = _decoded(data)
    return perceptual_hash(pixels), embedder(pixels), aligning.sketch(pixels)


def _decoded(data: bytes) -> Pixels:
    return decode(data, shorter_side=HASHING_SIDE, max_pixels=_PIXELS).pixels


def _own_cost(known: Known, paths: Sequence[str]) -> dict[str, float]:
    """Return CPU milliseconds a picture, medians of three; the vectors are there already."""
    reading, comparing = [], []
    for _ in range(3):
        began = time.process_time()
        for path in paths:
            pixels = _decoded(Path(path).read_bytes())
            perceptual_hash(pixels)
            aligning.sketch(pixels)
        reading.append(time.process_time() - began)
        began = time.process_time()
        known.pairs(paths)
        comparing.append(time.process_time() - began)
    scale = 1e3 / max(1, len(paths))
    return {
        "read": statistics.median(reading) * scale,
        "compare": statistics.median(comparing) * scale,
    }


def _peer(
    python: Path, groups: dict[str, list[str]], folder: Path
) -> tuple[dict[str, dict[str, Pairs]], dict[str, dict[str, float]]]:
    given, answer = folder / "given.json", folder / "answer.json"
    given.write_text(json.dumps(groups), encoding="utf-8")
    # One thread, as its cost is told per core.
    single = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    subprocess.run([str(python), str(_PEER), str(given), str(answer)], check=True, env=single)
    told = json.loads(answer.read_text(encoding="utf-8"))
    for line in told["left_out"]:
        print(f"imagededup: {line}\n")
    found = {
        who: {kind: {(a, b) for a, b in pairs} for kind, pairs in kinds.items()}
        for who, kinds in told["found"].items()
    }
    return found, told["cpu_ms_per_picture"]


def _print_recall(
    made: dict[str, list[tuple[str, str]]], found: dict[str, dict[str, Pairs]]
) -> dict[str, dict[str, float]]:
    recalls: dict[str, dict[str, float]] = {}
    for kind, wanted in made.items():
        for who, kinds in found.items():
            hits = sum(_reached(pair, kinds[kind]) for pair in wanted)
            recalls.setdefault(kind, {})[who] = hits / len(wanted)
    rows = [
        [
            kind + (" (information)" if kind in INFORMATION else ""),
            *(f"{v:.3f}" for v in r.values()),
        ]
        for kind, r in recalls.items()
    ]
    print_table(["share of copies found", *found], rows)
    return recalls


def _reached(pair: tuple[str, str], pairs: Pairs) -> bool:
    """Whether pairs lead from one picture to the other."""
    seen, waiting = {pair[0]}, [pair[0]]
    while waiting:
        here = waiting.pop()
        fresh = {b if a == here else a for a, b in pairs if here in (a, b)} - seen
        seen |= fresh
        waiting += fresh
    return pair[1] in seen


def _print_pairs(
    pairs: dict[str, list[tuple[str, str]]], seconds: dict[str, dict[str, float]], count: int
) -> None:
    rows = [
        [who, len(named), *(f"{seconds[who][what]:.2f}" for what in ("read", "compare"))]
        for who, named in pairs.items()
    ]
    headings = [f"{count:,} pictures as they are", "pairs named"]
    print_table([*headings, "read, CPU ms/picture", "compare, CPU ms/picture"], rows)


def _sheet(pairs: Sequence[tuple[str, str]], path: Path) -> None:
    """Draw the pairs side by side, four in a row, for somebody to judge them."""
    shown = pairs[:_SHOWN]
    height = (len(shown) + 3) // 4 * (_SIDE + 4)
    sheet = Image.new("RGB", (4 * (2 * _SIDE + 12), max(1, height)), "white")
    for number, pair in enumerate(shown):
        x, y = number % 4 * (2 * _SIDE + 12), number // 4 * (_SIDE + 4)
        for place, name in enumerate(pair):
            with Image.open(name) as image:
                sheet.paste(image.convert("RGB").resize((_SIDE, _SIDE)), (x + place * _SIDE, y))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pictures-in", type=Path, action="append", metavar="FOLDER", help="make copies of these"
    )
    parser.add_argument("--copies-of", type=int, default=60, metavar="N", help="pictures a folder")
    parser.add_argument("--imagededup", type=Path, metavar="PYTHON", help="a Python that has it")
    parser.add_argument("--sheets", type=Path, metavar="FOLDER", help="draw the pairs named there")


BENCHMARK = command.Benchmark(
    title="Copies of real pictures",
    claim=(
        "Copies are found after each kind of change on its own, among the pictures that were "
        "copied; the pairs among pictures as they are have to be judged by eye. Cost is CPU time "
        "of one core; Fieldguide's vectors are there from embedding and not counted."
    ),
    measure=measure,
    add_options=_add_options,
)

if __name__ == "__main__":
    command.run({"near_copies": BENCHMARK})
