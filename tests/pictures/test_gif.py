from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from PIL import Image

from fieldguide.errors import PictureError
from fieldguide.pictures.decode import decode
from fieldguide.types import Outcome

Save = Callable[..., bytes]


def refused(data: bytes) -> Outcome:
    with pytest.raises(PictureError) as caught:
        decode(data)
    return caught.value.outcome


def test_a_gif_without_a_picture_is_broken() -> None:
    screen = struct.pack("<HHBBB", 4, 4, 0, 0, 0)
    comment = b"\x21\xfe\x03abc\0"
    for rest in (b"", b";", comment, comment + b";", b"\x21\xf9", b"\x21\xf9\xff"):
        assert refused(b"GIF89a" + screen + rest) is Outcome.BROKEN
    assert refused(b"GIF89a") is Outcome.BROKEN


def test_enormous_screens_and_pictures_are_too_large(save: Save) -> None:
    data = bytearray(save(Image.new("RGB", (4, 4)), "GIF"))
    data[6:10] = b"\xff\xff\xff\xff"
    assert refused(bytes(data)) is Outcome.TOO_LARGE
    data = bytearray(save(Image.new("RGB", (4, 4)), "GIF"))
    at = data.find(b",\0\0\0\0\4\0\4\0")
    data[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    assert refused(bytes(data)) is Outcome.TOO_LARGE
    data[at + 5 : at + 9] = b"\4\0\0\0"
    assert refused(bytes(data)) is Outcome.BROKEN


def test_a_first_picture_beyond_its_screen_enlarges_it(save: Save) -> None:
    data = bytearray(save(Image.new("RGB", (4, 4), "red"), "GIF"))
    data[6:10] = b"\2\0\2\0"
    decoded = decode(bytes(data))
    assert (decoded.width, decoded.height) == (4, 4)
    assert (decoded.pixels == [255, 0, 0]).all()


def test_extensions_before_the_picture_are_skipped(save: Save) -> None:
    data = save(Image.new("RGB", (4, 4), "red"), "GIF", comment=b"," * 600)
    assert (decode(data).pixels == [255, 0, 0]).all()
