from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from fieldguide.errors import PictureError
from fieldguide.pictures.container import check_size, pillow_failures_as_broken
from fieldguide.pictures.decode import decode
from fieldguide.pictures.signature import FORMATS
from fieldguide.types import Outcome, Pixels

REFUSALS = {Outcome.BROKEN, Outcome.NOT_AN_IMAGE, Outcome.TOO_LARGE}


@pytest.fixture(scope="module")
def files(scene: Pixels, save: Callable[..., bytes], other_profile: bytes) -> dict[str, bytes]:
    """One small file of each kind, with whatever may stand in it beside the pixels."""
    image = Image.fromarray(scene)
    turned = image.rotate(90)
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Canon", 6
    exif.get_ifd(0x8769)[0x9003] = "2024:05:01 10:11:12"
    exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 22.0, 30.0), 3: "E", 4: (8.0, 32.0, 0.0)})
    described = {"exif": exif, "icc_profile": other_profile}
    two = {"save_all": True, "append_images": [turned]}
    return {
        "jpeg": save(image, "JPEG", **described),
        "progressive": save(image, "JPEG", progressive=True),
        "cmyk": save(image.convert("CMYK"), "JPEG"),
        "mpo": save(image, "MPO", **two),
        "png": save(image, "PNG", **described),
        "png palette": save(image.quantize(64), "PNG", transparency=3),
        "png 16": save(Image.fromarray(scene[:, :, 0].astype(np.uint16) * 257), "PNG"),
        "apng": save(image, "PNG", **two),
        "webp": save(image, "WEBP", **described),
        "webp lossless": save(image.convert("RGBA"), "WEBP", lossless=True),
        "webp animated": save(image, "WEBP", **two),
        "gif": save(image, "GIF", **two),
        "bmp": save(image, "BMP"),
        "bmp palette": save(image.quantize(64), "BMP"),
        "tiff": save(image, "TIFF", **described),
        "tiff big": save(image, "TIFF", big_tiff=True),
        "tiff float": save(image.convert("F"), "TIFF"),
        "tiff palette": save(image.quantize(64), "TIFF"),
        "tiff lzw": save(image, "TIFF", compression="tiff_lzw"),
        "tiff jpeg": save(image, "TIFF", compression="jpeg"),
    }


def pixels_or_outcome(data: bytes) -> Pixels | Outcome:
    """Decodes hostile bytes; any exception but PictureError, and any warning, fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            decoded = decode(data, shorter_side=20, max_pixels=1_000_000)
        except PictureError as error:
            refusal = error
        else:
            assert decoded.pixels.dtype == np.uint8
            assert decoded.pixels.shape[2] == 3
            return decoded.pixels
    assert refusal.outcome in REFUSALS
    assert refusal.reason.endswith(".")
    assert len(refusal.reason) < 400
    return refusal.outcome


def test_files_that_are_cut_anywhere_never_give_other_pixels(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        whole = pixels_or_outcome(data)
        assert isinstance(whole, np.ndarray), name
        for length in [*range(0, len(data), 37), *range(len(data) - 40, len(data))]:
            found = pixels_or_outcome(data[:length])
            if isinstance(found, np.ndarray):
                # Whatever comes after the last pixel may be missing: further pictures, camera data.
                np.testing.assert_array_equal(found, whole, err_msg=f"{name} cut at {length}")


@pytest.mark.parametrize(
    "name", ["jpeg", "progressive", "cmyk", "png", "webp", "bmp", "tiff", "png 16"]
)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_truncated_files_are_broken(files: dict[str, bytes], name: str, share: float) -> None:
    data = files[name]
    assert pixels_or_outcome(data[: int(len(data) * share)]) is Outcome.BROKEN


@pytest.mark.parametrize("name", ["jpeg", "progressive", "cmyk", "png", "apng"])
def test_files_filled_up_with_zero_bytes_are_broken(files: dict[str, bytes], name: str) -> None:
    data = files[name]
    half = len(data) * 2 // 3
    assert pixels_or_outcome(data[:half].ljust(len(data), b"\0")) is Outcome.BROKEN


def test_bytes_after_the_picture_do_no_harm(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        np.testing.assert_array_equal(
            pixels_or_outcome(data + b"\0" * 999), pixels_or_outcome(data), err_msg=name
        )


@pytest.mark.slow
def test_random_damage_ends_in_pixels_or_a_named_outcome(files: dict[str, bytes]) -> None:
    rng = np.random.default_rng(7)
    for name, data in files.items():
        for _ in range(150):
            damaged = bytearray(data)
            reach = len(data) if rng.random() < 0.5 else min(len(data), 300)
            for at in rng.integers(0, reach, rng.choice([1, 1, 2, 8])):
                damaged[at] = rng.choice([0, 1, 127, 128, 254, 255, rng.integers(256)])
            if name.startswith("tiff"):
                damaged[-rng.integers(1, 200)] = rng.integers(256)
            pixels_or_outcome(bytes(damaged))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_edit_ends_in_pixels_or_a_named_outcome(
    files: dict[str, bytes], data: st.DataObject
) -> None:
    original = files[data.draw(st.sampled_from(sorted(files)))]
    start = data.draw(st.integers(0, len(original)))
    end = data.draw(st.integers(start, min(start + 64, len(original))))
    pixels_or_outcome(original[:start] + data.draw(st.binary(max_size=64)) + original[end:])


@settings(max_examples=200, deadline=None)
@given(start=st.sampled_from([b"\xff\xd8\xff", b"GIF89a", b"II*\0", b"MM\0+"]), rest=st.binary())
def test_a_signature_alone_makes_no_picture(start: bytes, rest: bytes) -> None:
    pixels_or_outcome(start + rest)


def test_nothing_is_printed_for_damaged_files(
    files: dict[str, bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    for name, data in files.items():
        if not name.startswith(("tiff lzw", "tiff jpeg")):
            pixels_or_outcome(data[: len(data) * 2 // 3])
            pixels_or_outcome(data[:200] + b"\xff\xff" + data[202:])
    assert capfd.readouterr() == ("", "")


def test_sizes_are_refused_before_pillow_sees_them() -> None:
    check_size(10, 10, 100)
    with pytest.raises(PictureError, match="101 x 1") as caught:
        check_size(101, 1, 100)
    assert caught.value.outcome is Outcome.TOO_LARGE
    with pytest.raises(PictureError, match="0 x 7") as caught:
        check_size(0, 7, 100)
    assert caught.value.outcome is Outcome.BROKEN


def test_only_the_listed_failures_become_outcomes() -> None:
    with pytest.raises(PictureError, match="IndexError"), pillow_failures_as_broken():
        raise IndexError
    with pytest.raises(RecursionError), pillow_failures_as_broken():
        raise RecursionError


def test_every_format_has_a_sample(files: dict[str, bytes]) -> None:
    assert {decode(data).format for data in files.values()} == set(FORMATS)
