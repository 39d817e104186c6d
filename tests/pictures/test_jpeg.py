from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from fieldguide.errors import PictureError
from fieldguide.pictures.decode import decode
from fieldguide.types import Outcome, Pixels

Save = Callable[..., bytes]


def with_segment(data: bytes, marker: int, body: bytes) -> bytes:
    length = (len(body) + 2).to_bytes(2, "big")
    return data[:2] + bytes([0xFF, marker]) + length + body + data[2:]


@pytest.mark.parametrize(
    ("marker", "body"),
    [
        (0xE0, b"JFIF\0"),
        (0xE0, b"JFXX\0\x10"),
        (0xE1, b"Exif\0\0"),
        (0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff"),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0<broken"),
        (0xE2, b"MPF\0broken"),
        (0xE2, b"ICC_PROFILE\0\x02\x03broken"),
        (0xED, b"Photoshop 3.0\08BIM\x04\x04"),
        (0xEE, b"Adobe"),
        (0xFE, b"a comment"),
        (0xFE, b""),
    ],
)
def test_broken_descriptions_do_not_fail_the_picture(
    scene: Pixels, save: Save, marker: int, body: bytes
) -> None:
    data = save(scene, "JPEG")
    np.testing.assert_array_equal(
        decode(with_segment(data, marker, body)).pixels, decode(data).pixels
    )


def test_fill_bytes_and_junk_between_segments(scene: Pixels, save: Save) -> None:
    data = save(scene, "JPEG")
    for junk in (b"\xff\xff\xff", b"\0\0\0"):
        np.testing.assert_array_equal(
            decode(data[:20] + junk + data[20:]).pixels, decode(data).pixels
        )


def test_an_end_inside_the_thumbnail_is_not_the_end_of_the_picture(
    scene: Pixels, save: Save
) -> None:
    data = with_segment(save(scene, "JPEG"), 0xE1, b"Exif\0\0II*\0" + b"\xff\xd9" * 20)
    assert decode(data).width == 64
    with pytest.raises(PictureError, match="end-of-image"):
        decode(data[:-100])


def test_enormous_and_empty_headers(save: Save) -> None:
    data = bytearray(save(Image.new("RGB", (8, 8)), "JPEG"))
    at = data.find(b"\xff\xc0") + 5
    data[at : at + 4] = b"\xff\xff\xff\xff"
    with pytest.raises(PictureError, match="65535 x 65535") as caught:
        decode(bytes(data))
    assert caught.value.outcome is Outcome.TOO_LARGE
    data[at : at + 4] = b"\0\0\0\x08"
    with pytest.raises(PictureError, match="8 x 0") as caught:
        decode(bytes(data))
    assert caught.value.outcome is Outcome.BROKEN


def test_a_file_without_a_scan(save: Save) -> None:
    data = save(Image.new("RGB", (8, 8)), "JPEG")
    with pytest.raises(PictureError, match="no picture data"):
        decode(data[: data.find(b"\xff\xda")] + b"\xff\xd9")
    with pytest.raises(PictureError, match="before its picture begins"):
        decode(b"\xff\xd8\xff\xe0\x40\x40")


def test_thousands_of_scans_are_refused(save: Save) -> None:
    data = save(Image.new("L", (8, 8)), "JPEG", progressive=True)
    scan = data[data.rfind(b"\xff\xda") : -2]
    with pytest.raises(PictureError, match="more than 200 scans"):
        decode(data[:-2] + scan * 1000 + data[-2:])


def test_a_large_exif_thumbnail_costs_no_colour_profile(
    scene: Pixels, save: Save, other_profile: bytes
) -> None:
    plain = save(scene, "JPEG", icc_profile=other_profile)
    data = with_segment(plain, 0xE1, b"Exif\0\0" + b"\0" * 60000)
    np.testing.assert_array_equal(decode(data).pixels, decode(plain).pixels)
