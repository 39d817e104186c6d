from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image

from fieldguide.errors import PictureError
from fieldguide.pictures.decode import decode
from fieldguide.types import Outcome

SIZE = (300, 17)


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("RGB", {}),
        ("RGB", {"lossless": True}),
        ("RGBA", {"lossless": True}),
        ("RGB", {"exif": b"Exif\0\0II*\0\x08\0\0\0"}),
    ],
)
def test_the_size_is_read_from_each_kind_of_header(
    save: Callable[..., bytes], mode: str, options: dict[str, object]
) -> None:
    data = save(Image.new(mode, SIZE), "WEBP", **options)
    assert (decode(data).width, decode(data).height) == SIZE
    with pytest.raises(PictureError, match="300 x 17") as caught:
        decode(data, max_pixels=5099)
    assert caught.value.outcome is Outcome.TOO_LARGE


def test_enormous_and_unknown_headers(save: Callable[..., bytes]) -> None:
    data = bytearray(save(Image.new("RGB", SIZE), "WEBP", exif=b"II*\0\x08\0\0\0"))
    data[24:30] = b"\xff" * 6
    with pytest.raises(PictureError, match="16777216 x 16777216") as caught:
        decode(bytes(data))
    assert caught.value.outcome is Outcome.TOO_LARGE
    data[12:16] = b"ABCD"
    with pytest.raises(PictureError, match="header"):
        decode(bytes(data))
    with pytest.raises(PictureError, match="header"):
        decode(bytes(data[:20]))


def test_the_largest_webp_is_too_large_by_pillows_own_limit() -> None:
    head = b"RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0"
    size = (16383).to_bytes(3, "little") + (16383).to_bytes(3, "little")
    with pytest.raises(PictureError, match="too large") as caught:
        decode(head + size + b"\0" * 40, max_pixels=10**9)
    assert caught.value.outcome is Outcome.TOO_LARGE
