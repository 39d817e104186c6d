from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fieldguide.errors import PictureError
from fieldguide.pictures.decode import Decoded, decode
from fieldguide.types import Outcome, Pixels

Save = Callable[..., bytes]
SHARED = Path(__file__).parents[3] / "shared" / "data" / "scenes"

# What each orientation does to an upright picture when it is stored, independently of Pillow.
STORED: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: np.rot90(a.transpose(1, 0, 2), 2),
    8: lambda a: np.rot90(a, -1),
}


def orientation_block(number: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = number
    return exif.tobytes()


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP", "JPEG"])
def test_all_orientations_come_out_upright(
    scene: Pixels, save: Save, form: str, number: int
) -> None:
    stored = np.ascontiguousarray(STORED[number](scene))
    options = {"WEBP": {"lossless": True}, "JPEG": {"quality": 95}}.get(form, {})
    decoded = decode(save(stored, form, exif=orientation_block(number), **options))
    expected = scene
    if form == "JPEG":
        plain = decode(save(stored, form, **options)).pixels
        inverse = {6: 8, 8: 6}.get(number, number)
        expected = STORED[inverse](plain)
    np.testing.assert_array_equal(decoded.pixels, expected)
    assert (decoded.width, decoded.height) == (64, 48)
    assert decoded.metadata.orientation == number
    assert decoded.pixels.flags["C_CONTIGUOUS"]
    assert decoded.pixels.flags["WRITEABLE"]


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
@pytest.mark.parametrize("big", [False, True])
def test_tiff_is_turned_once_however_it_is_compressed(
    scene: Pixels, save: Save, compression: str, big: bool
) -> None:
    stored = np.ascontiguousarray(STORED[6](scene))
    data = save(stored, "TIFF", compression=compression, big_tiff=big, exif=orientation_block(6))
    np.testing.assert_array_equal(decode(data).pixels, scene)


@pytest.mark.parametrize("form", ["PNG", "TIFF", "BMP"])
def test_lossless_formats_give_the_same_pixels(scene: Pixels, save: Save, form: str) -> None:
    decoded = decode(save(scene, form))
    np.testing.assert_array_equal(decoded.pixels, scene)
    assert (decoded.format, decoded.mode) == (form, "RGB")


def test_gif_and_animations_give_the_first_picture(save: Save) -> None:
    frames = [Image.new("RGB", (8, 6), colour) for colour in ("red", "blue", "lime")]
    for form, options in {"GIF": {}, "PNG": {}, "WEBP": {"lossless": True}, "TIFF": {}}.items():
        data = save(frames[0], form, save_all=True, append_images=frames[1:], **options)
        decoded = decode(data)
        assert decoded.pixels.shape == (6, 8, 3)
        assert (decoded.pixels == [255, 0, 0]).all(), form
        assert decoded.format == form


def test_multi_picture_files_of_phones_are_jpeg(scene: Pixels, save: Save) -> None:
    second = Image.new("RGB", (64, 48), "blue")
    data = save(scene, "MPO", save_all=True, append_images=[second], quality=95)
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.format == "MPO"
    decoded = decode(data)
    assert decoded.format == "JPEG"
    np.testing.assert_array_equal(decoded.pixels, decode(save(scene, "JPEG", quality=95)).pixels)


@pytest.mark.parametrize("size", [(1200, 900), (901, 1203), (64, 2000), (1, 3000)])
@pytest.mark.parametrize("side", [1, 32, 128, 224, 5000])
def test_a_reduced_jpeg_keeps_the_shorter_side(
    save: Save, size: tuple[int, int], side: int
) -> None:
    decoded = decode(
        save(Image.new("RGB", size, "teal"), "JPEG", exif=orientation_block(6)), shorter_side=side
    )
    height, width = decoded.pixels.shape[:2]
    assert (decoded.width, decoded.height) == (size[1], size[0])
    assert min(width, height) >= min(side, *size)
    assert abs(width / height - size[1] / size[0]) <= 0.05 * size[1] / size[0] or min(size) == 1


def test_a_large_jpeg_is_in_fact_reduced(save: Save) -> None:
    data = save(Image.new("RGB", (1600, 1200)), "JPEG")
    assert decode(data, shorter_side=150).pixels.shape == (150, 200, 3)
    assert decode(data).pixels.shape == (1200, 1600, 3)
    assert decode(save(Image.new("RGB", (400, 300)), "PNG"), shorter_side=50).width == 400


def test_the_content_decides_and_not_the_ending(scene: Pixels, save: Save) -> None:
    assert [decode(save(scene, form)).format for form in ("PNG", "WEBP", "GIF")] == [
        "PNG",
        "WEBP",
        "GIF",
    ]


def test_thin_pictures(save: Save) -> None:
    for size in [(1, 1), (1, 5000), (5000, 1)]:
        for form in ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP"):
            decoded = decode(save(Image.new("RGB", size, "white"), form))
            assert decoded.pixels.shape == (size[1], size[0], 3)


def test_too_large_for_the_given_limit(scene: Pixels, save: Save) -> None:
    for form in ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP"):
        data = save(scene, form)
        assert decode(data, max_pixels=64 * 48).width == 64
        with pytest.raises(PictureError, match="at most 3,071") as caught:
            decode(data, max_pixels=64 * 48 - 1)
        assert caught.value.outcome is Outcome.TOO_LARGE


def test_other_kinds_of_bytes_are_taken(scene: Pixels, save: Save) -> None:
    data = save(scene, "PNG")
    np.testing.assert_array_equal(decode(memoryview(data)).pixels, scene)  # type: ignore[arg-type]


def test_threads_give_what_one_thread_gives(
    scene: Pixels, save: Save, other_profile: bytes
) -> None:
    big = Image.fromarray(scene).resize((640, 480))
    files = [
        save(big, form, **options)
        for form, options in [
            ("JPEG", {"icc_profile": other_profile}),
            ("JPEG", {"exif": orientation_block(6), "progressive": True}),
            ("PNG", {"icc_profile": other_profile}),
            ("TIFF", {"compression": "tiff_lzw"}),
            ("WEBP", {}),
            ("GIF", {}),
        ]
    ]
    files = files * 12
    alone = [decode(data, shorter_side=100) for data in files]

    def decode_small(data: bytes) -> Decoded:
        return decode(data, shorter_side=100)

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(decode_small, files))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.pixels, other.pixels)


@pytest.mark.shared
def test_real_photographs_are_decoded_as_pillow_does() -> None:
    files = sorted(SHARED.glob("test/*/*.jpg"))[::20]
    if not files:
        pytest.skip("the scenes are not beside this checkout")
    for path in files:
        with Image.open(path) as image:
            expected = np.array(image.convert("RGB"))
        np.testing.assert_array_equal(decode(path.read_bytes()).pixels, expected)
