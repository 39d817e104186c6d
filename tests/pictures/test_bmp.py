from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from PIL import Image

from fieldguide.errors import PictureError
from fieldguide.pictures.decode import decode
from fieldguide.types import Outcome


@pytest.mark.parametrize(
    ("size", "outcome"),
    [
        ((2**31 - 1, 2**31 - 1), Outcome.TOO_LARGE),
        ((60000, 60000), Outcome.TOO_LARGE),
        ((0, 5), Outcome.BROKEN),
        ((5, 500), Outcome.BROKEN),
    ],
)
def test_sizes_that_are_not_so(
    save: Callable[..., bytes], size: tuple[int, int], outcome: Outcome
) -> None:
    data = bytearray(save(Image.new("RGB", (5, 4)), "BMP"))
    struct.pack_into("<II", data, 18, *size)
    with pytest.raises(PictureError) as caught:
        decode(bytes(data))
    assert caught.value.outcome is outcome


def test_rows_from_top_to_bottom(save: Callable[..., bytes]) -> None:
    image = Image.new("RGB", (1, 2), "red")
    image.putpixel((0, 1), (0, 0, 255))
    data = bytearray(save(image, "BMP"))
    assert decode(bytes(data)).pixels[:, 0].tolist() == [[255, 0, 0], [0, 0, 255]]
    struct.pack_into("<i", data, 22, -2)
    assert decode(bytes(data)).pixels[:, 0].tolist() == [[0, 0, 255], [255, 0, 0]]
