"""Predictions: a cache of what models say of pictures that they were not trained on."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fieldguide.storage import arrays


@dataclass(frozen=True, slots=True)
class Predictions:
    """The predicted answers to one question.

    Attributes:
        ids: ``(n,)`` int64, the pictures.
        choices: ``(n,)`` int64, the class that each most probably has, by its id.
        probabilities: ``(n,)`` float32, how probable it is, calibrated.
        labelled: ``(n,)`` whether the picture had a label then, and was judged by cross-validation.
    """

    ids: npt.NDArray[np.int64]
    choices: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float32]
    labelled: npt.NDArray[np.bool_]


class PredictionCache:
    """The predictions for one dataset by one backbone.

    Args:
        folder: Where the files lie; made when the first one comes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def stamp(self, question_id: int) -> str | None:
        """Return a text that changes whenever predictions are made anew; None without any."""
        return arrays.stamp(self._path(question_id))

    def load(self, question_id: int) -> Predictions | None:
        """Return a question's predictions; None where there are none, or they are damaged."""
        found = arrays.load(self._path(question_id), [field.name for field in fields(Predictions)])
        return None if found is None else Predictions(**found)

    def save(self, question_id: int, made: Predictions) -> None:
        """Keep predictions in place of those before."""
        kept = {field.name: getattr(made, field.name) for field in fields(made)}
        arrays.save(self._path(question_id), kept)

    def questions(self) -> list[int]:
        """Return the questions that have predictions, ascending."""
        files = self.folder.glob("predictions-*.npz")
        return sorted(int(path.stem.removeprefix("predictions-")) for path in files)

    def remove(self, question_id: int) -> None:
        """Forget a question's predictions, if there are any."""
        self._path(question_id).unlink(missing_ok=True)

    def _path(self, question_id: int) -> Path:
        return self.folder / f"predictions-{question_id}.npz"
