from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from fieldguide.errors import PictureError
from fieldguide.pictures.showing import browser_type, for_browser, small


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_what_browsers_show_goes_out_as_it_is(format_name: str) -> None:
    assert browser_type(format_name) == f"image/{format_name.lower()}"


@pytest.mark.parametrize("format_name", ["TIFF", "SVG", "", "png"])
def test_anything_else_is_made_a_jpeg(format_name: str) -> None:
    assert browser_type(format_name) is None


def test_a_picture_stays_the_same_to_the_eye(picture: Callable[..., bytes]) -> None:
    data = picture(1, format_="TIFF")
    shown = Image.open(io.BytesIO(for_browser(data)))
    before = np.asarray(Image.open(io.BytesIO(data)), np.int16)
    assert (shown.format, shown.size) == ("JPEG", (96, 96))
    assert np.abs(np.asarray(shown, np.int16) - before).mean() < 6
    assert not shown.getexif()


def test_a_small_copy_fits_the_side_and_has_no_metadata() -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    Image.new("RGB", (900, 300), "green").save(file, "JPEG", exif=exif)
    for side, size in ((256, (256, 85)), (64, (64, 21))):
        copy = Image.open(io.BytesIO(small(file.getvalue(), side)))
        assert (copy.format, copy.size) == ("JPEG", size)
        assert not copy.getexif()
    assert b"where I live" not in for_browser(file.getvalue())


def test_what_is_no_picture_is_told() -> None:
    for make in (for_browser, small):
        for data in (b"", b"nothing", b"II*\0 nothing"):
            with pytest.raises(PictureError):
                make(data)
