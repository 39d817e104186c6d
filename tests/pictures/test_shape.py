from __future__ import annotations

import numpy as np
import pytest

from fieldguide.pictures.shape import check_pixels


def test_pictures_pass() -> None:
    check_pixels(np.zeros((1, 2, 3), np.uint8))


@pytest.mark.parametrize(
    ("shape", "kind"),
    [((2, 2), "uint8"), ((2, 2, 4), "uint8"), ((0, 2, 3), "uint8"), ((2, 2, 3), "float32")],
)
def test_other_arrays_are_named(shape: tuple[int, ...], kind: str) -> None:
    with pytest.raises(ValueError, match=rf"{kind} of shape \({shape[0]}, {shape[1]}"):
        check_pixels(np.zeros(shape, kind))
