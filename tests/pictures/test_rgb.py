from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageCms

from fieldguide.pictures.decode import decode

Save = Callable[..., bytes]


def one_colour(save: Save, image: Image.Image, form: str, **options: object) -> list[int]:
    pixels = decode(save(image, form, **options)).pixels
    assert pixels.dtype == np.uint8
    assert (pixels == pixels[0, 0]).all()
    return pixels[0, 0].tolist()


@pytest.mark.parametrize("form", ["PNG", "TIFF", "BMP", "GIF", "JPEG"])
def test_one_bit_and_grey(save: Save, form: str) -> None:
    assert one_colour(save, Image.new("L", (9, 5), 90), form) == [90] * 3
    if form != "JPEG":
        assert one_colour(save, Image.new("1", (9, 5), 1), form) == [255] * 3
        assert one_colour(save, Image.new("1", (9, 5), 0), form) == [0] * 3


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bit_grey_uses_the_full_range_of_its_type(save: Save, form: str) -> None:
    values = np.array([[0, 257, 128 * 257, 65535]], np.uint16)
    pixels = decode(save(Image.fromarray(values), form)).pixels
    assert pixels[0, :, 0].tolist() == [0, 1, 128, 255]
    assert (pixels == pixels[:, :, :1]).all()


def test_sixteen_bit_grey_of_big_endian_and_white_is_zero_tiff(
    tiff_of: Callable[..., bytes],
) -> None:
    values = np.array([[0, 128 * 257, 65535]], ">u2")
    pixels = decode(tiff_of(values.tobytes(), 3, 1, 16, order=">")).pixels
    assert pixels[0, :, 0].tolist() == [0, 128, 255]
    inverted = tiff_of(values.astype("<u2").tobytes(), 3, 1, 16, photometric=0)
    assert decode(inverted).pixels[0, :, 0].tolist() == [255, 127, 0]


def test_twelve_bit_grey_uses_twelve_bits(tiff_of: Callable[..., bytes]) -> None:
    packed = bytes([0xFF, 0xF0, 0x00])  # 4095 and 0
    pixels = decode(tiff_of(packed, 2, 1, 12)).pixels
    assert pixels[0, :, 0].tolist() == [255, 0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 100, 255], [0, 100, 255]),
        ([0, 128 * 257, 65535], [0, 128, 255]),
        ([-100, 0, 100], [0, 128, 255]),
        ([0, 1 << 30, 1 << 31 - 1], [0, 255, 255]),
        ([7, 7, 7], [7, 7, 7]),
        ([-7, -7, -7], [0, 0, 0]),
    ],
)
def test_integers_of_32_bits_follow_the_ladder_of_ranges(
    save: Save, values: list[int], expected: list[int]
) -> None:
    image = Image.fromarray(np.array([values], np.int32))
    assert decode(save(image, "TIFF")).pixels[0, :, 0].tolist() == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 0.5, 1.0], [0, 128, 255]),
        ([0.0, 128.0, 255.0], [0, 128, 255]),
        ([0.0, 32896.0, 65535.0], [0, 128, 255]),
        ([-1.0, 0.0, 1.0], [0, 128, 255]),
        ([0.0, np.nan, 1.0], [0, 0, 255]),
        ([-np.inf, 0.0, np.inf], [0, 0, 255]),
        ([np.nan, np.nan, np.nan], [0, 0, 0]),
        ([-3.4e38, 0.0, 3.4e38], [0, 128, 255]),
    ],
)
def test_floats_follow_the_ladder_of_ranges(
    save: Save, values: list[float], expected: list[int]
) -> None:
    image = Image.fromarray(np.array([values], np.float32))
    assert decode(save(image, "TIFF")).pixels[0, :, 0].tolist() == expected


def test_cmyk_jpeg_and_tiff_have_the_right_sign(save: Save) -> None:
    red = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    assert np.abs(np.subtract(one_colour(save, red, "TIFF"), [255, 0, 0])).max() == 0
    data = save(red, "JPEG", quality=100)
    assert np.abs(decode(data).pixels.astype(int) - [255, 0, 0]).max() <= 3
    assert decode(data).mode == "CMYK"
    assert b"Adobe" in data


def test_adobe_jpeg_of_four_components_with_luminance(save: Save) -> None:
    # With the transform 2 the same data mean YCCK; it must not be read as CMYK.
    data = bytearray(save(Image.new("CMYK", (16, 16), (128, 128, 128, 0)), "JPEG", quality=100))
    at = data.find(b"Adobe")
    data[at + 11] = 2
    pixels = decode(bytes(data)).pixels
    assert np.abs(pixels.astype(int) - pixels.mean()).max() <= 4


def test_palettes(save: Save) -> None:
    image = Image.new("P", (4, 4), 2)
    image.putpalette([0, 0, 0, 255, 255, 255, 10, 200, 30])
    for form in ("PNG", "TIFF", "BMP", "GIF"):
        assert one_colour(save, image, form) == [10, 200, 30]
    assert one_colour(save, image, "PNG", transparency=2) == [255, 255, 255]
    assert one_colour(save, image, "GIF", transparency=2) == [255, 255, 255]
    assert one_colour(save, image, "PNG", transparency=b"\xff\xff\x00") == [255, 255, 255]
    half = one_colour(save, image, "PNG", transparency=b"\xff\xff\x80")
    assert np.abs(np.subtract(half, [132, 227, 142])).max() <= 1


def test_transparency_is_laid_on_white(save: Save) -> None:
    image = Image.new("RGBA", (4, 4), (200, 0, 0, 0))
    assert one_colour(save, image, "PNG") == [255, 255, 255]
    assert one_colour(save, image, "TIFF") == [255, 255, 255]
    assert one_colour(save, image, "WEBP", lossless=True, exact=True) == [255, 255, 255]
    half = Image.new("RGBA", (4, 4), (200, 0, 0, 128))
    assert np.abs(np.subtract(one_colour(save, half, "PNG"), [227, 127, 127])).max() <= 1
    grey = Image.new("LA", (4, 4), (60, 0))
    assert one_colour(save, grey, "PNG") == [255, 255, 255]
    assert one_colour(save, Image.new("LA", (4, 4), (60, 255)), "TIFF") == [60, 60, 60]


def test_one_transparent_colour(save: Save) -> None:
    image = Image.new("RGB", (2, 1), (1, 2, 3))
    image.putpixel((1, 0), (9, 9, 9))
    pixels = decode(save(image, "PNG", transparency=(1, 2, 3))).pixels
    assert pixels[0].tolist() == [[255] * 3, [9] * 3]
    grey = Image.fromarray(np.array([[500, 65535, 0]], np.uint16))
    pixels = decode(save(grey, "PNG", transparency=500)).pixels
    assert pixels[0, :, 0].tolist() == [255, 255, 0]


def test_lab_and_ycbcr_tiff(save: Save) -> None:
    colour = Image.new("RGB", (8, 8), (200, 120, 40))
    for mode in ("LAB", "YCbCr"):
        found = one_colour(save, colour.convert(mode), "TIFF")
        assert np.abs(np.subtract(found, [200, 120, 40])).max() <= 3, mode


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_colour_profile_is_applied(save: Save, other_profile: bytes, form: str) -> None:
    image = Image.new("RGB", (16, 16), (200, 100, 50))
    options = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}
    data = save(image, form, icc_profile=other_profile, **options.get(form, {}))
    found = decode(data).pixels[0, 0].astype(int)
    assert np.abs(found - [100, 200, 50]).max() <= 3
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = save(image, form, icc_profile=srgb, **options.get(form, {}))
    assert np.abs(decode(data).pixels[0, 0].astype(int) - [200, 100, 50]).max() <= 2


@pytest.mark.parametrize("cut", [0, 4, 100, 140, 300, -3])
@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_broken_profile_does_not_fail_the_picture(
    save: Save, other_profile: bytes, form: str, cut: int
) -> None:
    image = Image.new("RGB", (16, 16), (200, 100, 50))
    options = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}
    for profile in (other_profile[:cut] or b"\0", other_profile[:40] + b"\xff" * 400):
        data = save(image, form, icc_profile=profile, **options.get(form, {}))
        assert decode(data).pixels.shape == (16, 16, 3)


def test_a_profile_for_other_colours_is_left_aside(save: Save, other_profile: bytes) -> None:
    data = save(Image.new("L", (4, 4), 80), "PNG", icc_profile=other_profile)
    assert (decode(data).pixels == 80).all()
