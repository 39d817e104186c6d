from __future__ import annotations

import struct
import tracemalloc
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from fieldguide.errors import PictureError
from fieldguide.pictures.decode import decode
from fieldguide.types import Outcome, Pixels

Save = Callable[..., bytes]
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(width: int, height: int, depth: int = 8, colours: int = 2) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0))


def png(*chunks: bytes) -> bytes:
    return SIGNATURE + b"".join(chunks) + chunk(b"IEND", b"")


def outcome(data: bytes) -> Outcome:
    with pytest.raises(PictureError) as caught:
        decode(data)
    return caught.value.outcome


@pytest.mark.parametrize("size", [(65535, 65535), (2**31 - 1, 1), (2**31 - 1, 2**31 - 1)])
def test_enormous_headers_are_refused_without_memory(size: tuple[int, int]) -> None:
    tracemalloc.start()
    found = outcome(png(header(*size), chunk(b"IDAT", zlib.compress(b"\0" * 999))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found is Outcome.TOO_LARGE
    assert peak < 10_000_000


def test_empty_sizes_and_missing_parts() -> None:
    data = chunk(b"IDAT", zlib.compress(b"\0" * 4))
    assert outcome(png(header(0, 1), data)) is Outcome.BROKEN
    assert outcome(png(header(1, 1))) is Outcome.BROKEN
    assert outcome(png(data)) is Outcome.BROKEN
    assert outcome(png(header(1, 1), chunk(b"IDAT", b""))) is Outcome.BROKEN
    assert outcome(SIGNATURE) is Outcome.BROKEN
    assert (decode(png(header(1, 1), data)).pixels == 0).all()


def test_a_palette_picture_without_a_palette_is_broken() -> None:
    data = chunk(b"IDAT", zlib.compress(b"\0\0"))
    assert outcome(png(header(1, 1, 8, 3), data)) is Outcome.BROKEN
    found = decode(png(header(1, 1, 8, 3), chunk(b"PLTE", b"\x01\x02\x03"), data)).pixels
    assert found.tolist() == [[[1, 2, 3]]]


def test_damaged_data_are_noticed_by_the_check_sum_or_by_zlib() -> None:
    packed = zlib.compress(b"\0\1\2\3")
    whole = png(header(1, 1), chunk(b"IDAT", packed))
    at = whole.find(packed) + 3
    flipped = whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :]
    with pytest.raises(PictureError, match="check sum of its IDAT"):
        decode(flipped)
    damaged = packed[:2] + b"\xff\xff" + packed[4:]
    assert outcome(png(header(1, 1), chunk(b"IDAT", damaged))) is Outcome.BROKEN
    assert outcome(png(header(1, 1), b"\0\0\0\x01I\x01AT\0\0\0\0\0")) is Outcome.BROKEN


def test_packed_text_that_unpacks_to_gigabytes_is_never_unpacked(scene: Pixels, save: Save) -> None:
    bomb = zlib.compress(b"\0" * 200_000_000, 9)
    data = save(scene, "PNG")
    for body in (
        chunk(b"zTXt", b"Comment\0\0" + bomb),
        chunk(b"iTXt", b"Comment\0\1\0\0\0" + bomb),
        chunk(b"iCCP", b"icc\0\0" + bomb),
        chunk(b"iCCP", b"icc\0\0broken"),
        chunk(b"iCCP", b"no end"),
        chunk(b"acTL", b"\0\0\0\0\0\0\0\0"),
        chunk(b"acTL", b"short"),
        chunk(b"eXIf", b"MM\0*broken"),
        chunk(b"tEXt", b"\xff" * 50) * 500,
        chunk(b"gAMA", b""),
    ):
        tracemalloc.start()
        found = decode(data[:33] + body + data[33:]).pixels
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        np.testing.assert_array_equal(found, scene)
        assert peak < 30_000_000


def test_all_depths_of_grey(save: Save) -> None:
    for depth, top in ((1, 1), (2, 3), (4, 15)):
        row = b"\0" + bytes([top << (8 - depth)])
        data = png(header(1, 1, depth, 0), chunk(b"IDAT", zlib.compress(row)))
        assert decode(data).pixels.tolist() == [[[255, 255, 255]]], depth
    data = save(Image.new("I;16", (2, 2), 32896), "PNG")
    assert (decode(data).pixels == 128).all()


def test_sixteen_bit_colours() -> None:
    row = b"\0" + struct.pack(">HHH", 0, 32896, 65535)
    data = png(header(1, 1, 16, 2), chunk(b"IDAT", zlib.compress(row)))
    assert decode(data).pixels.tolist() == [[[0, 128, 255]]]
