"""A model in use: pictures in, classes with probabilities out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

import numpy as np
import numpy.typing as npt

from fieldguide.config import read_config
from fieldguide.errors import InputError, PictureError
from fieldguide.models.bundle import Bundle
from fieldguide.parallel import map_in_order
from fieldguide.pictures.container import pillow_failures_as_broken
from fieldguide.pictures.decode import decode
from fieldguide.types import Outcome, Pixels

if TYPE_CHECKING:
    from PIL import Image

Picture = Union[str, Path, bytes, npt.NDArray[np.uint8], "Image.Image"]
"""A picture to classify: a file's path, a file's bytes, pixels, or an opened Pillow image."""

_SAVED_AS = {
    **dict.fromkeys(("HSV", "RGBX", "YCbCr"), "RGB"),
    **dict.fromkeys(("PA", "RGBa"), "RGBA"),
    **dict.fromkeys(("I;16L", "I;16N"), "I"),
    "La": "LA",
}
"""Pillow's modes that no lossless file holds, and what they are turned into before."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says about one picture.

    Attributes:
        source: The file, or the picture's position among those given.
        label: The most probable class; None when the picture could not be read.
        probability: Its probability, from 0 to 1.
        probabilities: Probability by class, most probable first.
        error: Why the picture could not be read, or None.
    """

    source: str
    label: str | None
    probability: float
    probabilities: dict[str, float] = field(repr=False)
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "source": self.source,
            "label": self.label,
            "probability": self.probability,
            "probabilities": self.probabilities,
            "error": self.error,
        }


class Model:
    """An opened bundle that takes pictures in any form.

    Args:
        path: The bundle's file.
    """

    def __init__(self, path: str | Path) -> None:
        self._bundle = Bundle(Path(path))
        self._config = read_config()

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in the order of the outputs."""
        return self._bundle.classes

    @property
    def card(self) -> dict[str, Any]:
        """Where the model comes from and how good it is."""
        return self._bundle.card

    def predict(self, images: Picture | Iterable[Picture]) -> list[Prediction]:
        """Classify pictures.

        Args:
            images: One picture or several; see ``Picture``. Arrays are uint8 RGB
                ``(height, width, 3)`` or grey ``(height, width)``, upright.

        Returns:
            One prediction per picture, in order.

        Raises:
            InputError: If a picture cannot be read; the message names it.
        """
        found = []
        for prediction in self.predict_each(images):
            if prediction.error is not None:
                raise InputError(f"{prediction.source}: {prediction.error}")
            found.append(prediction)
        return found

    def predict_each(self, images: Picture | Iterable[Picture]) -> Iterator[Prediction]:
        """Classify pictures as they come; one that cannot be read gives a prediction with an error.

        Args:
            images: Pictures; see ``predict``.
        """
        numbered = enumerate(_listed(images))
        return map_in_order(
            lambda pair: self._classify(*pair), numbered, workers=self._config.workers
        )

    def __repr__(self) -> str:
        accuracy = self.card.get("test", {}).get("accuracy", {}).get("value")
        measured = "" if accuracy is None else f", {accuracy:.1%} right on its test part"
        return (
            f"Model({self.card.get('dataset')!r} run {self.card.get('run')}: "
            f"{len(self.classes)} classes{measured})"
        )

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code><br>{escape(', '.join(self.classes))}"

    def _classify(self, number: int, image: Picture) -> Prediction:
        source = str(image) if isinstance(image, str | Path) else f"picture {number + 1}"
        try:
            probabilities = self._bundle.probabilities(self._pixels(image))
        except PictureError as error:
            return Prediction(source, None, 0.0, {}, error=f"{error.outcome}: {error.reason}")
        except InputError as error:
            return Prediction(source, None, 0.0, {}, error=str(error))
        order = np.argsort(-probabilities, kind="stable")
        ranked = {self.classes[i]: float(probabilities[i]) for i in order}
        best = self.classes[order[0]]
        return Prediction(source, best, ranked[best], ranked)

    def _pixels(self, image: Picture) -> Pixels:
        if isinstance(image, np.ndarray):
            return _check_pixels(image)
        if isinstance(image, str | Path):
            image = _read_file(Path(image), self._config.max_file_bytes)
        if isinstance(image, bytes):
            limit = self._config.max_pixels
            return decode(image, shorter_side=self._bundle.shorter_side, max_pixels=limit).pixels
        if hasattr(image, "getexif"):
            return _from_pillow(image)
        raise InputError(
            "A picture is a path, a file's bytes, a uint8 array or an opened Pillow image; got "
            f"{type(image).__name__}."
        )


def _listed(images: Picture | Iterable[Picture]) -> Iterable[Picture]:
    single = isinstance(images, str | Path | bytes) or hasattr(images, "convert")
    if isinstance(images, np.ndarray):
        single = images.ndim < 4
    return [images] if single else images  # type: ignore[list-item,return-value]


def _read_file(path: Path, max_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError:
        raise PictureError(Outcome.MISSING, "the file does not exist") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise PictureError(Outcome.UNREADABLE, reason or str(error)) from error
    if len(data) > max_bytes:
        raise PictureError(Outcome.TOO_LARGE, f"the file has more than {max_bytes / 1e6:.0f} MB")
    return data


def _check_pixels(pixels: npt.NDArray[Any]) -> Pixels:
    grey = pixels.ndim == 2
    if pixels.dtype != np.uint8 or not (grey or (pixels.ndim == 3 and pixels.shape[2] == 3)):
        raise InputError(
            "Pixels must be uint8 of shape (height, width, 3) or (height, width); got "
            f"{pixels.dtype} of shape {pixels.shape}."
        )
    if 0 in pixels.shape:
        raise InputError(f"Pixels must not be empty; got shape {pixels.shape}.")
    return np.repeat(pixels[:, :, None], 3, axis=2) if grey else np.ascontiguousarray(pixels)


def _from_pillow(image: Image.Image) -> Pixels:
    from io import BytesIO

    # Through a lossless file, so that orientation and modes are treated as everywhere else.
    buffer = BytesIO()
    with pillow_failures_as_broken():
        exif = image.getexif()
        if image.mode in _SAVED_AS:
            image = image.convert(_SAVED_AS[image.mode])
        image.save(buffer, "TIFF" if image.mode in {"CMYK", "F", "I", "LAB"} else "PNG", exif=exif)
    return decode(buffer.getvalue()).pixels
