"""The pictures of a dataset as the quality checks see them: read from records, caches and files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from fieldguide.curate.checks.pool import Elsewhere, Picture, Pool, Probabilities
from fieldguide.curate.checks.wording import counted
from fieldguide.curate.clusters import cluster_items
from fieldguide.curate.near_elsewhere import find_near_elsewhere
from fieldguide.embed.extracting import backbone_cache, histogram_cache, measures_cache
from fieldguide.errors import WorkspaceError
from fieldguide.models import faces
from fieldguide.models.backbones.backbone import Backbone
from fieldguide.models.heads.logistic import LogisticRegressionHead
from fieldguide.parallel import map_in_order
from fieldguide.pictures.file_facts import FileFacts, read_facts
from fieldguide.records import datasets, images, labels, members, questions, splits, versions
from fieldguide.records.datasets import DatasetRow
from fieldguide.storage.vectors import VectorCache
from fieldguide.train.out_of_sample import FITS, out_of_sample
from fieldguide.types import ColumnValue, Progress
from fieldguide.workflows.face_scores import face_scores
from fieldguide.workflows.freeze_dataset import near_duplicates
from fieldguide.workspace import Workspace

PENALTY = 0.001
"""Inverse strength of the penalty of the heads that judge labels, well on the strong side: one that
fits noise learns wrong labels by heart and then finds nothing wrong with them."""


class CheckedPictures:
    """Gathers what the checks look at; vectors, measures and histograms must be there already.

    Args:
        workspace: Where the dataset is.
        dataset: The dataset.
        question_id: Whose labels are looked at.
        network: Whose vectors are used.
        watcher: Where to report.

    Attributes:
        notes: What could not be looked at, in full sentences; grows while checks run.
    """

    def __init__(
        self,
        workspace: Workspace,
        dataset: DatasetRow,
        question_id: int,
        network: Backbone,
        watcher: Progress,
    ) -> None:
        self.workspace = workspace
        self.dataset = dataset
        self.network = network
        self.watcher = watcher
        self.notes: list[str] = []
        self._without_vectors = 0
        with workspace.records.read() as connection:
            self.pictures = _pictures(connection, dataset.id, question_id)
            self.others = [n for n in datasets.names(connection) if n != dataset.name]

    def pool(self) -> Pool:
        """Find near duplicates here and copies elsewhere; all else is read when it is asked for."""
        hashes = {picture.sha256 for picture in self.pictures}
        near = near_duplicates(self.workspace, hashes, self.network.name, progress=self.watcher)
        pool = Pool(
            self.dataset.name,
            self.pictures,
            near=near,
            elsewhere=self._elsewhere(),
            vectors=self._unit_vectors,
            colours=lambda: self._rows(histogram_cache(self.workspace)),
            measures=self._measures,
            facts=self._facts,
            faces=self._faces if faces.is_installed() else None,
            probabilities=lambda: self._probabilities(pool),
        )
        return pool

    def _rows(self, cache: VectorCache) -> npt.NDArray[np.float32]:
        return cache.get([picture.sha256 for picture in self.pictures]).astype(np.float32)

    def _vectors(self) -> npt.NDArray[np.float32]:
        return self._rows(backbone_cache(self.workspace, self.network))

    def _unit_vectors(self) -> npt.NDArray[np.float32]:
        vectors = self._vectors()
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.maximum(lengths, 1e-12)
        return vectors

    def _measures(self) -> npt.NDArray[np.float32]:
        values = self._rows(measures_cache(self.workspace))
        values[values < 0] = np.nan
        return values

    def _facts(self) -> list[FileFacts]:
        hashes = list(dict.fromkeys(picture.sha256 for picture in self.pictures))
        found: dict[str, FileFacts] = {}
        missing = 0
        with self.watcher.step("read metadata", len(hashes), "pictures") as tracker:
            read = map_in_order(self._read, hashes, workers=self.workspace.config.workers)
            for sha256, facts in zip(hashes, read, strict=True):
                missing += facts is None
                found[sha256] = facts or FileFacts()
                tracker.advance()
        if missing:
            self.notes.append(
                f"The metadata of {counted(missing, 'picture', 'pictures')} could not be read, "
                "because the bytes are gone or have changed. Import their source again."
            )
        return [found[picture.sha256] for picture in self.pictures]

    def _faces(self) -> list[tuple[float, ...]]:
        hashes = [picture.sha256 for picture in self.pictures]
        found = face_scores(self.workspace, hashes, progress=self.watcher)
        return [found.get(sha256, ()) for sha256 in hashes]

    def _read(self, sha256: str) -> FileFacts | None:
        try:
            return read_facts(self.workspace.read_image(sha256))
        except WorkspaceError:
            return None

    def _probabilities(self, pool: Pool) -> Probabilities | None:
        labelled = [row for row, picture in enumerate(self.pictures) if picture.label is not None]
        given = [str(self.pictures[row].label) for row in labelled]
        classes = sorted(set(given))
        if len(classes) < 2:
            return None
        rows = np.array(labelled, np.int64)
        index = {name: number for number, name in enumerate(classes)}
        numbers = np.array([index[label] for label in given], np.int64)
        names = cluster_items(pool.items, [(pair.a, pair.b) for pair in pool.near])
        _, clusters = np.unique([names[row] for row in labelled], return_inverse=True)
        with self.watcher.step("cross-validate", FITS, "fits") as tracker:
            judged = out_of_sample(
                partial(LogisticRegressionHead, c=PENALTY),
                self._vectors()[rows],
                numbers,
                clusters.astype(np.int64),
                count=len(classes),
                workers=self.workspace.config.workers,
                taught=_teachable([self.pictures[row] for row in labelled]),
                advance=tracker.advance,
            )
        if judged is None:
            return None
        if len(judged.rows) < len(rows):
            left = len(rows) - len(judged.rows)
            self.notes.append(
                f"{counted(left, 'labelled picture', 'labelled pictures')} could not be judged by "
                "models, because their class has no second group of pictures to learn it from."
            )
        return Probabilities(
            tuple(classes), rows[judged.rows], numbers[judged.rows], judged.probabilities
        )

    def _elsewhere(self) -> list[Elsewhere] | None:
        ours = {picture.sha256 for picture in self.pictures}
        if not self.others or not ours:
            return None
        found: list[Elsewhere] = []
        cache = backbone_cache(self.workspace, self.network)
        with self.watcher.step("compare with other datasets", len(self.others), "datasets") as t:
            for name in self.others:
                found += self._in_dataset(name, ours, cache)
                t.advance()
        if self._without_vectors:
            # Without their names: whoever reads this need not know of them.
            self.notes.append(
                f"{counted(self._without_vectors, 'picture', 'pictures')} of other datasets could "
                "be compared by their bytes only, because they have no vectors yet. Check those "
                "datasets, too."
            )
        return found

    def _in_dataset(self, name: str, ours: set[str], cache: VectorCache) -> list[Elsewhere]:
        with self.workspace.records.read() as connection:
            there = _named(connection, name)
            embedded = [sha for sha in there if sha in cache]
            hashes = {
                sha: row.perceptual_hash
                for sha, row in images.by_hash(connection, sorted({*ours, *embedded})).items()
            }
        self._without_vectors += len(there) - len(embedded)
        near = find_near_elsewhere(
            {sha: hashes[sha] for sha in ours if sha in hashes},
            {sha: hashes[sha] for sha in embedded if sha in hashes},
            cache,
            workers=self.workspace.config.workers,
        )
        found = [
            Elsewhere(sha, name, *called)
            for sha in sorted(ours & there.keys())
            for called in there[sha]
        ]
        for sha, pair in sorted(near.items()):
            other = pair.b if pair.a == sha else pair.a
            found += [Elsewhere(sha, name, *called, near=pair) for called in there[other]]
        return found


def _pictures(connection: sa.Connection, dataset_id: int, question_id: int) -> list[Picture]:
    rows = members.of_dataset(connection, dataset_id)
    known = images.by_hash(connection, sorted({row.sha256 for row in rows}))
    answers = labels.of_question(connection, question_id)
    version = versions.latest_divided(connection, dataset_id)
    split = None if version is None else version.split_id
    parts = {} if split is None else splits.parts(connection, split)
    columns: dict[int, dict[str, ColumnValue]] = defaultdict(dict)
    for name in members.column_names(connection, dataset_id):
        for member_id, value in members.column(connection, dataset_id, name).items():
            columns[member_id][name] = value
    return [
        Picture(
            member_id=row.id,
            name=row.name,
            sha256=row.sha256,
            label=answers[row.id].choice if row.id in answers else None,
            group=row.group,
            part=row.part if split is None else parts.get(row.id),
            source=row.source,
            width=known[row.sha256].width,
            height=known[row.sha256].height,
            bytes=known[row.sha256].bytes,
            format=known[row.sha256].format,
            mode=known[row.sha256].mode,
            columns=columns.get(row.id, {}),
        )
        for row in rows
    ]


def _named(connection: sa.Connection, dataset: str) -> dict[str, list[tuple[str, str | None]]]:
    """Return names and classes of a dataset's pictures by hash."""
    row = datasets.get(connection, dataset)
    asked = [q.id for q in questions.of_dataset(connection, row.id) if q.kind == "single"]
    # With several questions there is no telling whose classes are meant.
    answers = labels.of_question(connection, asked[0]) if len(asked) == 1 else {}
    found: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    for member in members.of_dataset(connection, row.id):
        label = answers.get(member.id)
        found[member.sha256].append((member.name, None if label is None else label.choice))
    return found


def _teachable(pictures: Sequence[Picture]) -> npt.NDArray[np.bool_]:
    """Mark what heads are fitted on: each image once, and none that bears several classes."""
    classes: dict[str, set[str]] = defaultdict(set)
    for picture in pictures:
        classes[picture.sha256].add(str(picture.label))
    seen: set[str] = set()
    marks = []
    for picture in pictures:
        marks.append(len(classes[picture.sha256]) == 1 and picture.sha256 not in seen)
        seen.add(picture.sha256)
    return np.array(marks, np.bool_)
