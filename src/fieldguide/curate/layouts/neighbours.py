"""A layout that keeps neighbours together: pictures that look alike lie beside each other.

Distances between far groups mean little in it; who lies beside whom means much. Up to ``WHOLE``
pictures are laid out together; of more, a sample is, and each other picture is put between the
pictures of the sample that it resembles most.

Source: van der Maaten and Hinton, Visualizing data using t-SNE, 2008, by FIt-SNE (Linderman et al.,
2019) as openTSNE computes it; begun from the principal components and with a learning rate of
``n / 12``, as Kobak and Berens, The art of using t-SNE for single-cell transcriptomics, 2019,
advise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from fieldguide.types import FloatArray

Floats = npt.NDArray[np.float32]

WHOLE = 50_000
"""So many pictures are laid out together; of more, a sample of this size."""

LEAST = 8
"""Fewer pictures have no neighbourhood worth keeping."""

ITERATIONS = (250, 500)
"""Steps with neighbours drawn closer than they are, which finds the groups, and steps after it."""

_PERPLEXITY = 30.0
_EXAGGERATION = 12.0
_CLOSEST = 5
_TOGETHER = 3
_FEW = 5000
_BLOCK = 20_000
_ROUND = 25


def lay_out(
    points: npt.NDArray[np.floating],
    *,
    workers: int = 1,
    seed: int = 0,
    advance: Callable[[int], None] = lambda _: None,
) -> Floats:
    """Place pictures so that neighbours stay neighbours.

    Args:
        points: ``(n, k)`` places along the principal components, most important first, k at
            least 2.
        workers: Threads; the layout depends on them no more than by rounding.
        seed: Draws the search for neighbours among very many.
        advance: Told how many of the ``sum(ITERATIONS)`` steps have been done since it was last
            told; what it raises ends the work.

    Returns:
        Float32 ``(n, 2)``, centred on the origin, in units of its own.

    Raises:
        ValueError: If there are fewer than ``LEAST`` pictures or fewer than 2 components.
    """
    if points.ndim != 2 or len(points) < LEAST or points.shape[1] < 2:
        raise ValueError(
            f"A layout needs points of shape (n, k), n at least {LEAST} and k at least 2, not "
            f"{points.shape}."
        )
    import openTSNE

    few = len(points) <= _FEW
    # Threads would wait for each other longer than so little takes.
    workers = 1 if few else workers
    embedding = openTSNE.TSNEEmbedding(
        _begin(points),
        _affinities(points, workers, seed),
        negative_gradient_method="bh" if few else "fft",
        n_jobs=workers,
        random_state=seed,
    )
    rate = max(200.0, len(points) / _EXAGGERATION)
    for steps, exaggeration, momentum in zip(
        ITERATIONS, (_EXAGGERATION, 1.0), (0.5, 0.8), strict=True
    ):
        embedding.optimize(
            n_iter=steps,
            exaggeration=exaggeration,
            momentum=momentum,
            learning_rate=rate,
            inplace=True,
            callbacks=lambda *_: advance(_ROUND),
            callbacks_every_iters=_ROUND,
        )
    found = np.asarray(embedding, np.float32)
    centred: Floats = found - found.mean(axis=0)
    return centred


def place(
    known: npt.NDArray[np.floating],
    places: Floats,
    points: npt.NDArray[np.floating],
    *,
    advance: Callable[[int], None] = lambda _: None,
) -> Floats:
    """Put further pictures between those on a map that they resemble most.

    Of its closest pictures those count that lie together: the one with the least way to the others,
    and the two beside it. The closer they resemble, the nearer it is put to them.

    Args:
        known: ``(n, k)`` components of the pictures on the map, n at least 1.
        places: ``(n, 2)`` where they lie.
        points: ``(m, k)`` components of the others.
        advance: Told how many more pictures have been placed; what it raises ends the work.

    Returns:
        Float32 ``(m, 2)``.
    """
    from sklearn.neighbors import NearestNeighbors

    found = np.empty((len(points), 2), np.float32)
    if not len(points):
        return found
    search = NearestNeighbors(n_neighbors=min(_CLOSEST, len(known)), algorithm="brute")
    search.fit(np.asarray(known, np.float32))
    for start in range(0, len(points), _BLOCK):
        block = np.asarray(points[start : start + _BLOCK], np.float32)
        distances, closest = search.kneighbors(block)
        found[start : start + len(block)] = _among(places[closest], distances)
        advance(len(block))
    return found


def _among(places: Floats, distances: npt.NDArray[np.floating]) -> Floats:
    """Return a place for each row of closest pictures, ``(m, k, 2)`` with distances ``(m, k)``."""
    apart = np.linalg.norm(places[:, :, None] - places[:, None], axis=3)
    rows = np.arange(len(places))
    centre = apart.sum(axis=2).argmin(axis=1)
    together = apart[rows, centre].argsort(axis=1, kind="stable")[:, :_TOGETHER]
    weights = 1 / (np.take_along_axis(distances, together, axis=1) + 1e-6)
    chosen = np.take_along_axis(places, together[:, :, None], axis=1)
    found: Floats = (chosen * weights[:, :, None]).sum(axis=1) / weights.sum(axis=1)[:, None]
    return found.astype(np.float32)


def _begin(points: npt.NDArray[np.floating]) -> FloatArray:
    """Return the first two components, shrunk so far that nothing pushes anything apart yet."""
    first = np.asarray(points[:, :2], np.float64)
    spread = first[:, 0].std()
    # Pictures that are all alike would else lie on one point for ever.
    nudged = np.random.default_rng(0).normal(0, 1e-6, first.shape)
    begun: FloatArray = (first / spread * 1e-4 if spread > 0 else 0.0) + nudged
    return begun


def _affinities(points: npt.NDArray[np.floating], workers: int, seed: int) -> Any:
    from openTSNE.affinity import PerplexityBasedNN

    return PerplexityBasedNN(
        np.ascontiguousarray(points, np.float32),
        perplexity=min(_PERPLEXITY, (len(points) - 1) / 3),
        n_jobs=workers,
        random_state=seed,
    )
