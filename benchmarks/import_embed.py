"""How fast pictures come in and are embedded, against a bare loop that only embeds.

The bare loop decodes with Pillow, resizes and runs the same network, on the same number of threads.
It does not hash, copy, record, compare or survive a kill: what Fieldguide adds is what the ratio
shows.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import command, pictures
from benchmarks.measuring import (
    Cost,
    Spread,
    config_in,
    cost_of,
    in_fresh_process,
    print_table,
)
from fieldguide.types import SourceOptions
from fieldguide.workflows.demo import DEMO_OPTIONS, demo_source
from fieldguide.workspace import Workspace

BACKBONE = "efficientnet-lite0"
TRAININGS = {"first": False, "same pictures, trained anew": True, "same pictures": False}
"""Three commands in a row, and whether each has the option ``--again``."""

_SIDE = 224
_DRAFT = (2 * _SIDE, 2 * _SIDE)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Measure both in turns, then what a second training on known pictures costs."""
    figures = _rates(options)
    figures["again"] = _again(options)
    return figures


def _rates(options: argparse.Namespace) -> dict[str, Any]:
    count, rounds = (400, 2) if options.quick else (2_400, 5)
    ways: dict[str, Callable[[Path, Path, Path], Cost]] = {
        "bare loop": _bare_loop,
        "Fieldguide": _fieldguide,
    }
    found: dict[str, list[Cost]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        count = len(pictures.gather(root / "pictures", count, own=options.pictures))
        graph = root / "network.onnx"
        graph.write_bytes(_network())
        for turn in range(rounds):
            for way, work in ways.items():
                place = root / f"{way}-{turn}"
                cost = in_fresh_process(work, root / "pictures", graph, place)
                found[way].append(cost)
    rates = {way: [count / cost.seconds for cost in costs] for way, costs in found.items()}
    cpu = {
        way: Spread(tuple(cost.cpu_seconds / count * 1000 for cost in costs))
        for way, costs in found.items()
    }
    pairs = zip(rates["Fieldguide"], rates["bare loop"], strict=True)
    ratios = Spread(tuple(mine / bare for mine, bare in pairs))
    workers = config_in(Path()).workers
    print(f"{count:,} pictures, {rounds} rounds in turns, {workers} threads each.")
    print_table(
        ["way", "pictures/s", "CPU ms per picture"],
        [[way, Spread(tuple(rates[way])), cpu[way]] for way in ways],
    )
    print(f"Rate of Fieldguide over that of the bare loop, pair by pair: {ratios}\n")
    return {
        "pictures": count,
        "workers": workers,
        "rate_over_bare_loop": ratios.to_dict(),
        **{
            way: {
                "pictures_per_second": Spread(tuple(rates[way])).to_dict(),
                "cpu_ms_per_picture": cpu[way].to_dict(),
            }
            for way in ways
        },
    }


def _network() -> bytes:
    """Build the network as a file; at its own side its resize only passes pixels on."""
    from fieldguide.models.backbones.available import BACKBONES
    from fieldguide.models.onnx_graph import Graph

    backbone = BACKBONES.get(BACKBONE)
    graph = Graph("network")
    image = graph.input("image", "uint8", ["n", "height", "width", 3])
    vector = backbone.add_to(graph, image)
    graph.output(vector, "float32", ["n", backbone.dimensions], name="vector")
    return graph.to_bytes()


def _bare_loop(folder: Path, network: Path, place: Path) -> Cost:
    import onnxruntime
    from PIL import Image

    def work() -> None:
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = 1
        settings.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            str(network), settings, providers=["CPUExecutionProvider"]
        )

        def embed(path: Path) -> Any:
            with Image.open(path) as image:
                image.draft("RGB", _DRAFT)
                small = image.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
            return session.run(["vector"], {"image": np.asarray(small)[None]})[0][0]

        with ThreadPoolExecutor(config_in(place).workers) as pool:
            vectors = list(pool.map(embed, sorted(folder.iterdir())))
        np.save(place, np.stack(vectors).astype(np.float16))

    return cost_of(work)[0]


def _fieldguide(folder: Path, network: Path, place: Path) -> Cost:
    from fieldguide.workflows.import_pictures import import_pictures

    del network

    def work() -> None:
        with Workspace(config_in(place)) as workspace:
            import_pictures(workspace, folder, dataset="pictures", backbone=BACKBONE)

    return cost_of(work)[0]


def _again(options: argparse.Namespace) -> dict[str, Any]:
    source, reading = options.pictures, SourceOptions()
    if source is None:
        source, reading = demo_source(), DEMO_OPTIONS
    rows, figures = [], {}
    with tempfile.TemporaryDirectory() as name:
        for title, again in TRAININGS.items():
            seconds, embedded = in_fresh_process(
                _train, source, reading, Path(name) / "workspace", again=again
            )
            rows.append([title, f"{seconds:.1f}", embedded])
            figures[title] = {"seconds": seconds, "embedded": embedded}
    print(f"`fieldguide train {Path(source).name}`, three times into one workspace:")
    print_table(["time", "seconds", "pictures embedded"], rows)
    return figures


def _train(
    source: Path, reading: SourceOptions, place: Path, *, again: bool
) -> tuple[float, int | None]:
    from fieldguide.workflows.train_folder import train_folder

    def work() -> int:
        with Workspace(config_in(place)) as workspace:
            result = train_folder(
                workspace, source, dataset="pictures", options=reading, again=again
            )
        imported = 0 if result.imported is None else result.imported.extracted
        return imported if result.run.repeated else result.run.record["cost"]["pictures_embedded"]

    cost, embedded = cost_of(work)
    return cost.seconds, embedded


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pictures",
        type=Path,
        metavar="FOLDER",
        help="import and embed these; class folders are needed to train [default: the demo's]",
    )


BENCHMARK = command.Benchmark(
    title="Import and embed",
    claim="Importing with embedding in one pass, into a fresh workspace, against a bare loop of "
    "Pillow and onnxruntime over the same files. What was embedded once is never embedded again.",
    measure=measure,
    add_options=_add_options,
)

if __name__ == "__main__":
    command.run({"import_embed": BENCHMARK})
