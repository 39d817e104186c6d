"""The pictures of a dataset as quality checks see them: facts at once, arrays when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from fieldguide.curate.clusters import cluster_items
from fieldguide.curate.items import Item
from fieldguide.curate.near_duplicates import NearPair
from fieldguide.pictures.file_facts import FileFacts
from fieldguide.pictures.measures import MEASURES
from fieldguide.types import ColumnValue, FloatArray, IntArray

Need = Literal[
    "pictures",
    "labels",
    "classes",
    "groups",
    "parts",
    "columns",
    "vectors",
    "colours",
    "measures",
    "facts",
    "faces",
    "probabilities",
    "other datasets",
]
"""What a check may need of a pool, beside the list of pictures."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One present picture of a dataset.

    Attributes:
        member_id: The picture in the dataset.
        name: Its name.
        sha256: Hash of its bytes.
        label: Its class as things stand, or None.
        group: What it was photographed together with, or None.
        part: The part it is in: of the latest version, else the one that its source gave; or None.
        source: Where it was imported from, or None.
        width: Pixels across, upright.
        height: Pixels down, upright.
        bytes: Size of its file.
        format: Its true format.
        mode: Pixel mode of the file, as Pillow names it.
        columns: Its values by column name.
    """

    member_id: int
    name: str
    sha256: str
    label: str | None = None
    group: str | None = None
    part: str | None = None
    source: str | None = None
    width: int = 0
    height: int = 0
    bytes: int = 0
    format: str = ""
    mode: str = ""
    columns: Mapping[str, ColumnValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The same or nearly the same picture in another dataset.

    Attributes:
        sha256: Hash of the picture here.
        dataset: Name of the other dataset.
        name: What the picture is called there.
        label: Its class there, or None.
        near: How near the two are; None when the bytes are the same.
    """

    sha256: str
    dataset: str
    name: str
    label: str | None
    near: NearPair | None = None


@dataclass(frozen=True, slots=True)
class Probabilities:
    """What models say of labelled pictures that they were not trained on.

    Attributes:
        classes: Names of the classes, in the order of the columns.
        rows: ``(m,)`` positions in ``Pool.pictures`` of the pictures that were judged.
        labels: ``(m,)`` class index of each one's given label.
        values: ``(m, len(classes))`` calibrated probabilities, by models of other folds; pictures
            that show one scene or belong to one group are never on both sides.
    """

    classes: tuple[str, ...]
    rows: IntArray
    labels: IntArray
    values: FloatArray


class Pool:
    """What the checks look at. Arrays have a row per picture, in the order of ``pictures``.

    Args:
        dataset: Name of the dataset.
        pictures: Its present pictures, sorted by name.
        near: Pairs of images that show one scene.
        elsewhere: Copies and near copies in other datasets; None where there is no other.
        vectors: Gives the backbone's vectors, float32 ``(n, dimensions)``, rows of length 1.
        colours: Gives colour histograms, float32 ``(n, bins)``.
        measures: Gives ``(n, len(MEASURES))`` measures of the pixels; see ``pictures/measures.py``.
        facts: Gives what each file's metadata has.
        faces: Gives the scores of the faces in each picture, the surest first; leave it out where
            nothing can find faces.
        probabilities: Gives out-of-sample probabilities, or None where none can be had: too few
            labels, or classes with one group each.
    """

    def __init__(
        self,
        dataset: str,
        pictures: Sequence[Picture],
        *,
        near: Sequence[NearPair] = (),
        elsewhere: Sequence[Elsewhere] | None = None,
        vectors: Callable[[], npt.NDArray[np.float32]] | None = None,
        colours: Callable[[], npt.NDArray[np.float32]] | None = None,
        measures: Callable[[], npt.NDArray[np.float32]] | None = None,
        facts: Callable[[], Sequence[FileFacts]] | None = None,
        faces: Callable[[], Sequence[tuple[float, ...]]] | None = None,
        probabilities: Callable[[], Probabilities | None] | None = None,
    ) -> None:
        self.dataset = dataset
        self.pictures = tuple(pictures)
        self.near = tuple(near)
        self.elsewhere = tuple(elsewhere or ())
        self._looked_elsewhere = elsewhere is not None
        self._vectors = vectors
        self._colours = colours
        self._measures = measures
        self._facts = facts
        self._faces = faces
        self._probabilities = probabilities

    def lacks(self, need: Need) -> str | None:
        """Say what is missing for a need, in a few words; None when it is there."""
        return None if self._has(need) else _MISSING[need]

    def _has(self, need: Need) -> bool:
        pictures = self.pictures
        of_records: dict[Need, Callable[[], bool]] = {
            "pictures": lambda: bool(pictures),
            "labels": lambda: any(picture.label is not None for picture in pictures),
            "classes": lambda: len({picture.label for picture in pictures} - {None}) > 1,
            "groups": lambda: any(picture.group is not None for picture in pictures),
            "parts": lambda: len({picture.part for picture in pictures} - {None}) > 1,
            "columns": lambda: any(picture.columns for picture in pictures),
            "other datasets": lambda: self._looked_elsewhere,
            "measures": lambda: self._all_measures is not None,
        }
        if need in of_records:
            return of_records[need]()
        return getattr(self, need) is not None

    @cached_property
    def vectors(self) -> npt.NDArray[np.float32] | None:
        """The backbone's vectors, float32 ``(n, dimensions)``, rows of length 1; or None."""
        return None if self._vectors is None else self._vectors()

    @cached_property
    def colours(self) -> npt.NDArray[np.float32] | None:
        """Colour histograms, float32 ``(n, bins)``; or None."""
        return None if self._colours is None else self._colours()

    @cached_property
    def facts(self) -> Sequence[FileFacts] | None:
        """What each file's metadata has; or None."""
        return None if self._facts is None else self._facts()

    @cached_property
    def faces(self) -> Sequence[tuple[float, ...]] | None:
        """The scores of the faces in each picture, the surest first; or None."""
        return None if self._faces is None else self._faces()

    @cached_property
    def probabilities(self) -> Probabilities | None:
        """Out-of-sample probabilities; or None."""
        return None if self._probabilities is None else self._probabilities()

    def measure(self, name: str) -> npt.NDArray[np.float32] | None:
        """Return one measure of the pixels, ``(n,)``, NaN where it is unknown; or None."""
        return None if self._all_measures is None else self._all_measures[:, MEASURES.index(name)]

    @cached_property
    def _all_measures(self) -> npt.NDArray[np.float32] | None:
        return None if self._measures is None else self._measures()

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The pictures as splitting and the search for leaks see them."""
        return tuple(
            Item(
                member_id=picture.member_id,
                name=picture.name,
                sha256=picture.sha256,
                label=picture.label,
                certainty=None if picture.label is None else 1.0,
                group=picture.group,
                given_part=picture.part,
            )
            for picture in self.pictures
        )

    @cached_property
    def scenes(self) -> tuple[str, ...]:
        """Name of each picture's scene: the same for copies and near copies, in a chain."""
        alone = [replace(item, group=None) for item in self.items]
        return tuple(cluster_items(alone, [(pair.a, pair.b) for pair in self.near]))

    @cached_property
    def row_of(self) -> dict[int, int]:
        """Position of each picture by its member id."""
        return {picture.member_id: row for row, picture in enumerate(self.pictures)}

    @cached_property
    def by_hash(self) -> dict[str, list[Picture]]:
        """Pictures by the hash of their bytes."""
        found: dict[str, list[Picture]] = {}
        for picture in self.pictures:
            found.setdefault(picture.sha256, []).append(picture)
        return found


_MISSING: Mapping[Need, str] = {
    "pictures": "the dataset has no pictures",
    "labels": "no picture has a label",
    "classes": "the labels are not of two classes",
    "groups": "no picture belongs to a group",
    "parts": "the pictures are not divided into parts",
    "columns": "the pictures have no columns",
    "vectors": "the pictures have no vectors",
    "colours": "the pictures have no colour histograms",
    "measures": "the pictures are not measured",
    "facts": "the files' metadata was not read",
    "faces": "the extra 'faces' is not installed (pip install 'fieldguide[faces]')",
    "probabilities": "cross-validation needs two classes with at least two independent pictures",
    "other datasets": "the workspace has no other dataset",
}
