"""The job that makes a dataset's map: vectors, layouts, and predictions to colour it by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from fieldguide.config import read_config
from fieldguide.curate.layouts import neighbours, pca
from fieldguide.embed.embedding import embed
from fieldguide.embed.extracting import backbone_extractor, histogram_extractor
from fieldguide.jobs.context import JobContext
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.records import map_facts, questions
from fieldguide.types import Progress
from fieldguide.workflows import map_points
from fieldguide.workflows.map_predictions import predict_question
from fieldguide.workspace import Workspace


def run(context: JobContext, *, dataset_id: int, question_id: int | None = None) -> dict[str, Any]:
    """Make a dataset's map anew, and predict a question's answers where one is named."""
    with Workspace(read_config(workspace=context.folder)) as workspace:
        return map_dataset(context, workspace, dataset_id, question_id)


def map_dataset(
    context: JobContext, workspace: Workspace, dataset_id: int, question_id: int | None = None
) -> dict[str, Any]:
    """Make a dataset's map: embed what is not embedded, then lay out, then predict."""
    network = BACKBONES.get(workspace.config.backbone)
    with workspace.records.read() as connection:
        pictures = map_facts.pictures(connection, dataset_id)
        single = question_id is not None and questions.get(connection, question_id).kind == "single"
    hashes = sorted({sha256 for _, sha256 in pictures})
    extractors = [backbone_extractor(workspace, network), histogram_extractor(workspace, network)]
    progress = context.progress
    context.step("Embed pictures", embed, workspace, hashes, extractors, progress=progress)
    laid = context.step("Lay out", lay_out_dataset, workspace, dataset_id, hashes, progress)
    predicted = 0
    if single:
        predicted = context.step(
            "Predict", predict_question, workspace, dataset_id, question_id, progress
        )
    return {"pictures": len(pictures), "laid_out": laid, "predicted": predicted}


def lay_out_dataset(
    workspace: Workspace, dataset_id: int, hashes: Sequence[str], progress: Progress
) -> int:
    """Compute both layouts of some images and keep them; return how many images lie on them."""
    if not hashes:
        return 0
    vectors = map_points.open_vectors(workspace)
    cache = map_points.map_cache(workspace, dataset_id)
    with progress.step("Find the main directions", None, ""):
        components = map_points.learn_components(vectors, hashes, map_points.COMPONENTS)
        points = pca.places(components, len(hashes), lambda a, b: vectors.get(hashes[a:b]))
        cache.save(
            "pca", map_points.stored_map(hashes, map_points.flat(points), points, components)
        )
    workers = workspace.config.workers
    places = _neighbour_places(points, workers, progress)
    cache.save("neighbours", map_points.stored_map(hashes, places, points, components))
    return len(hashes)


def _neighbour_places(
    points: npt.NDArray[np.float32], workers: int, progress: Progress
) -> npt.NDArray[np.float32]:
    if len(points) < neighbours.LEAST or points.shape[1] < 2:
        return map_points.flat(points)
    # The order is that of the hashes, which mean nothing, so the first ones are a fair sample.
    inside = points[: neighbours.WHOLE]
    with progress.step("Lay out neighbours", sum(neighbours.ITERATIONS), "steps") as tracker:
        drawn = neighbours.lay_out(inside, workers=workers, advance=tracker.advance)
    rest = points[neighbours.WHOLE :]
    if not len(rest):
        return drawn
    with (
        progress.step("Place the others", len(rest), "pictures") as tracker,
        threadpool_limits(workers),
    ):
        placed = neighbours.place(inside, drawn, rest, advance=tracker.advance)
    return np.concatenate([drawn, placed])
