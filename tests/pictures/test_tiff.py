from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from fieldguide.errors import PictureError
from fieldguide.pictures.decode import decode
from fieldguide.types import Outcome, Pixels

Write = Callable[..., bytes]
Save = Callable[..., bytes]


def refused(data: bytes, words: str | None = None) -> Outcome:
    with pytest.raises(PictureError, match=words) as caught:
        decode(data)
    return caught.value.outcome


def test_a_plain_file(tiff_of: Write) -> None:
    for order in "<>":
        assert decode(tiff_of(b"\1\2\3\4", 2, 2, 8, order=order)).pixels[:, :, 0].tolist() == [
            [1, 2],
            [3, 4],
        ]


def test_a_directory_that_refers_to_itself(tiff_of: Write) -> None:
    data = tiff_of(b"\7", 1, 1, 8)
    at = struct.unpack_from("<I", data, 4)[0]
    looped = data[:-4] + struct.pack("<I", at)
    assert (decode(looped).pixels == 7).all()
    nested = tiff_of(b"\7", 1, 1, 8, more={330: (4, 1, at), 34665: (4, 1, at)})
    assert (decode(nested).pixels == 7).all()


def test_headers_without_a_directory() -> None:
    for rest in (
        b"",
        b"\0\0\0\0",
        b"\4\0\0\0",
        b"\xff\xff\xff\xff",
        b"\x08\0\0\0",
        b"\x08\0\0\0\0\0",
    ):
        assert refused(b"II*\0" + rest) is Outcome.BROKEN
    assert refused(b"II+\0\x08\0\0\0" + b"\xff" * 16) is Outcome.BROKEN


def test_enormous_sizes(tiff_of: Write) -> None:
    assert refused(tiff_of(b"\0", 65535, 65535, 8), "65535 x 65535") is Outcome.TOO_LARGE
    assert refused(tiff_of(b"\0", 2**32 - 1, 2**32 - 1, 8)) is Outcome.TOO_LARGE
    assert refused(tiff_of(b"\0", 0, 1, 8)) is Outcome.BROKEN
    tiled = {322: (4, 1, 1 << 20), 323: (4, 1, 1 << 20), 324: (4, 1, 8)}
    data = tiff_of(b"\0", 4, 4, 8, more=tiled, without=(273, 278, 279))
    assert refused(data) is Outcome.TOO_LARGE


def test_missing_strips_are_not_filled_with_black(tiff_of: Write) -> None:
    data = tiff_of(b"\1" * 4, 4, 4, 8, more={278: (4, 1, 1)})
    assert refused(data, "1 of the 4 parts") is Outcome.BROKEN
    assert refused(tiff_of(b"\1" * 4, 2, 2, 8, more={279: (4, 1, 400)})) is Outcome.BROKEN
    assert refused(tiff_of(b"", 2, 2, 8, without=(273,))) is Outcome.BROKEN


@pytest.mark.parametrize("tag", [256, 257, 258, 259, 262, 277])
def test_a_tag_of_an_unknown_type_is_not_guessed(tiff_of: Write, tag: int) -> None:
    assert refused(tiff_of(b"\1", 1, 1, 8, more={tag: (99, 1, 1)})) is Outcome.BROKEN


def test_a_tag_that_says_more_than_it_should_is_read_without_a_word(tiff_of: Write) -> None:
    for extra in ({266: (3, 2, 1 | 1 << 16)}, {305: (2, 1000, 5)}, {50838: (4, 9, 10**9)}):
        assert (decode(tiff_of(b"\7", 1, 1, 8, more=extra)).pixels == 7).all()


@pytest.mark.parametrize("more", [{254: (4, 1, 1)}, {262: (3, 1, 32803)}])
def test_raw_data_and_previews_do_not_pass_for_the_photograph(
    tiff_of: Write, more: dict[int, tuple[int, int, int]]
) -> None:
    assert refused(tiff_of(b"\7", 1, 1, 8, more=more), "raw data") is Outcome.NOT_AN_IMAGE


def test_too_many_samples_and_odd_planes(tiff_of: Write) -> None:
    for samples in (0, 7, 60000):
        assert refused(tiff_of(b"\7", 1, 1, 8, more={277: (3, 1, samples)})) is Outcome.BROKEN
    assert refused(tiff_of(b"\7", 1, 1, 8, more={284: (3, 1, 9)})) is Outcome.BROKEN


@pytest.mark.parametrize("compression", ["group4", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressed_one_bit_pictures(save: Save, compression: str) -> None:
    image = Image.new("1", (40, 30), 1)
    image.paste(0, (0, 0, 20, 30))
    pixels = decode(save(image, "TIFF", compression=compression)).pixels
    assert (pixels[:, :20] == 0).all()
    assert (pixels[:, 20:] == 255).all()


def test_tiles_strips_and_predictors(scene: Pixels, save: Save) -> None:
    for options in (
        {"tiffinfo": {278: 5}, "compression": "tiff_lzw"},
        {"tiffinfo": {317: 2}, "compression": "tiff_lzw"},
        {"tiffinfo": {317: 2}, "compression": "tiff_adobe_deflate"},
    ):
        np.testing.assert_array_equal(decode(save(scene, "TIFF", **options)).pixels, scene)


def test_jpeg_inside_tiff(scene: Pixels, save: Save) -> None:
    pixels = decode(save(scene, "TIFF", compression="jpeg", quality=95)).pixels
    assert np.abs(pixels.astype(int) - scene).mean() < 6


def test_planes_of_their_own(tiff_of: Write) -> None:
    # 256 pixels of red 10, then as many of green 20 and of blue 30, in three strips.
    planes = b"".join(bytes([value]) * 256 for value in (10, 20, 30))
    at = 8 + len(planes)
    lists = struct.pack("<IIIIIIHHH", 8, 264, 520, 256, 256, 256, 8, 8, 8)
    more = {
        258: (3, 3, at + 24),
        262: (3, 1, 2),
        273: (4, 3, at),
        277: (3, 1, 3),
        279: (4, 3, at + 12),
        284: (3, 1, 2),
    }
    pixels = decode(tiff_of(planes + lists, 16, 16, 8, more=more)).pixels
    assert (pixels == [10, 20, 30]).all()
