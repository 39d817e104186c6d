"""How fast a map of very many pictures is made and sent, how true it is, how smoothly it moves."""

from __future__ import annotations

import argparse
import functools
import resource
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import command
from benchmarks.labelling.server import Server, Site, fill
from benchmarks.measuring import Cost, config_in, cost_of, print_table
from fieldguide.api.site import FOLDER
from fieldguide.curate.layouts import pca
from fieldguide.records import map_facts
from fieldguide.storage.maps import StoredMap
from fieldguide.types import SilentProgress
from fieldguide.workflows import map_points
from fieldguide.workflows.map_colours import Asker, colour
from fieldguide.workflows.map_dataset import lay_out_dataset
from fieldguide.workflows.map_points import Maps
from fieldguide.workspace import Workspace

GROUPS = 24
_BATCH = 5_000
_JUDGED = 3_000
_FRAMES = 90


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Make a map of synthetic pictures, ask for it, and move it in a browser."""
    count = 5_000 if options.quick else 200_000
    with tempfile.TemporaryDirectory() as folder:
        site = fill(Path(folder), pictures=count, annotators=1, needed=1)
        with Workspace(config_in(Path(folder))) as workspace:
            embed(workspace, site.dataset_id)
            figures = on_server(workspace, site.dataset_id, site.question_id)
        figures["browser"] = in_browser(Path(folder), site, options.map_picture)
    rows = [[name, *_cells(value)] for name, value in figures.items() if isinstance(value, Cost)]
    print_table([f"{count:,} pictures", "seconds", "CPU seconds"], rows)
    for name, value in figures.items():
        if not isinstance(value, Cost):
            print(f"{name}: {value}")
    return {
        name: {"seconds": value.seconds, "cpu_seconds": value.cpu_seconds}
        if isinstance(value, Cost)
        else value
        for name, value in figures.items()
    }


def embed(workspace: Workspace, dataset: int) -> None:
    """Give each picture a vector: bent clouds of several dimensions, as networks give."""
    cache = map_points.open_vectors(workspace)
    with workspace.records.read() as connection:
        held = map_facts.pictures(connection, dataset)
    random = np.random.default_rng(0)
    shape = (GROUPS, cache.dimensions)
    centres = random.normal(0, 0.9, shape)
    axes = random.normal(0, 0.35, (GROUPS, 3, cache.dimensions))
    for start in range(0, len(held), _BATCH):
        block = held[start : start + _BATCH]
        group = random.integers(GROUPS, size=len(block))
        along = random.normal(0, 1, (len(block), 3)) * [3, 1, 1]
        along[:, 1] += 0.2 * along[:, 0] ** 2
        vectors = centres[group] + np.einsum("ik,ikd->id", along, axes[group])
        vectors += random.normal(0, 0.35, vectors.shape)
        pairs = zip((sha for _, sha in block), vectors.astype(np.float16), strict=True)
        cache.add(list(pairs))


def on_server(workspace: Workspace, dataset: int, question: int) -> dict[str, Any]:
    """Time what the server does, and judge both layouts."""
    with workspace.records.read() as connection:
        held = map_facts.pictures(connection, dataset)
        about = workspace.questions.get(connection, question)
    hashes = sorted({sha256 for _, sha256 in held})
    maps, ids = Maps(workspace), [number for number, _ in held]
    figures: dict[str, Any] = {}
    figures["main directions, first time"], _ = cost_of(lambda: maps.points(dataset, "pca"))
    figures["main directions, again"], _ = cost_of(lambda: maps.points(dataset, "pca"))
    figures["both layouts"], _ = cost_of(
        lambda: lay_out_dataset(workspace, dataset, hashes, SilentProgress())
    )
    figures["neighbours, first time"], _ = cost_of(lambda: maps.points(dataset, "neighbours"))
    asker = Asker(dataset, "maintainer", "benchmark")
    for by in ("label", "part", "certainty"):
        with workspace.records.read() as connection:
            look = functools.partial(colour, workspace, connection, asker, ids, by, about)
            figures[f"colours by {by}"], _ = cost_of(look)
    figures["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for layout in map_points.LAYOUTS:
        stored = map_points.map_cache(workspace, dataset).load(layout)
        if stored is not None:
            figures[f"trustworthiness, {layout}"] = trust(workspace, stored)
    return figures


def trust(workspace: Workspace, stored: StoredMap) -> float:
    """Return how far neighbours on the map are neighbours among the vectors, on a sample.

    Source: Venna and Kaski, Neighborhood preservation in nonlinear projection methods, 2001, as
    scikit-learn computes it, for ten neighbours.
    """
    from sklearn.manifold import trustworthiness

    rows = np.random.default_rng(1).permutation(len(stored.hashes))[:_JUDGED]
    hashes = [stored.hashes[row].tobytes().hex() for row in rows]
    vectors: npt.NDArray[np.float32] = (
        map_points.open_vectors(workspace).get(hashes).astype(np.float32)
    )
    points = pca.places(pca.learn(vectors), len(vectors), lambda a, b: vectors[a:b])
    return round(float(trustworthiness(points, stored.places[rows], n_neighbors=10)), 4)


def in_browser(folder: Path, site: Site, picture: Path | None) -> dict[str, Any] | str:
    """Open the map in Chromium, move it, and return what that took, in milliseconds.

    Args:
        folder: Of the workspace.
        site: What is in it.
        picture: Where to save what the browser shows at first; None saves nothing.
    """
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None or not (FOLDER / "index.html").exists():
        return "not measured: there is no Chromium, or the browser app is not built"
    from playwright.sync_api import sync_playwright

    with Server(folder) as server, sync_playwright() as playwright:
        options = ["--no-sandbox", "--enable-unsafe-swiftshader"]
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(300_000)
        page.set_extra_http_headers({"Authorization": f"Bearer {site.admin_token}"})
        address = f"http://127.0.0.1:{server.port}/datasets/{site.dataset_id}/map"
        page.goto(f"{address}?layout=neighbours&by=part")
        page.get_by_label("Legend").get_by_role("listitem").first.wait_for()
        loaded = page.evaluate("performance.now()")
        if picture is not None:
            page.wait_for_timeout(1_000)
            page.screenshot(path=picture)
        moved = frames(page, zoom=False)
        zoomed = frames(page, zoom=True)
        browser.close()
    return {"loaded": round(loaded), "moving": moved, "zooming": zoomed}


def frames(page: Any, *, zoom: bool) -> dict[str, float]:
    """Move or zoom for a while and return the times between frames: median and 95th per cent."""
    box = page.get_by_role("application").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate(_WATCH)
    page.mouse.move(x, y)
    if not zoom:
        page.mouse.down()
    for step in range(_FRAMES):
        if zoom:
            page.mouse.wheel(0, -40 if step < _FRAMES / 2 else 40)
        else:
            page.mouse.move(x + 3 * (step % 30), y + 2 * (step % 20))
    if not zoom:
        page.mouse.up()
    times = sorted(page.evaluate("window.frameTimes.splice(0)")[2:])
    return {
        "median": round(statistics.median(times), 1),
        "95 %": round(times[int(0.95 * (len(times) - 1))], 1),
        "frames": len(times),
    }


_WATCH = """() => {
  if (window.frameTimes) { window.frameTimes.length = 0; return; }
  window.frameTimes = [];
  let last = performance.now();
  const note = (now) => {
    window.frameTimes.push(now - last);
    last = now;
    requestAnimationFrame(note);
  };
  requestAnimationFrame(note);
}"""


def _cells(cost: Cost) -> list[str]:
    return [f"{cost.seconds:.2f}", f"{cost.cpu_seconds:.2f}"]


BENCHMARK = command.Benchmark(
    title="Maps",
    claim="A map of 200,000 pictures is shown along its main directions within seconds, and moves.",
    measure=measure,
    add_options=lambda parser: parser.add_argument(
        "--map-picture", type=Path, metavar="FILE", help="save what the browser shows, as PNG"
    ),
)

if __name__ == "__main__":
    command.run({"maps": BENCHMARK})
