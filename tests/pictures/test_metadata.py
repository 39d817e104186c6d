from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fieldguide.pictures.decode import decode
from fieldguide.pictures.metadata import Metadata, read_metadata
from fieldguide.types import Pixels

NORTH_EAST = {1: "N", 2: (47.0, 22.0, 30.0), 3: "E", 4: (8.0, 32.0, 24.0)}


def block(
    main: dict[int, Any] | None = None,
    exif: dict[int, Any] | None = None,
    place: dict[int, Any] | None = None,
) -> bytes:
    made = Image.Exif()
    made.update(main or {})
    if exif:
        made.get_ifd(0x8769).update(exif)
    if place:
        made.get_ifd(0x8825).update(place)
    return made.tobytes()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_facts_are_read_from_each_format(
    scene: Pixels, save: Callable[..., bytes], form: str
) -> None:
    exif = block(
        {0x010F: "Canon", 0x0110: "Canon EOS 80D", 0x0112: 3},
        {0x9003: "2024:05:01 10:11:12", 0x9011: "+02:00"},
        NORTH_EAST,
    )
    assert decode(save(scene, form, exif=exif)).metadata == Metadata(
        taken_at="2024-05-01T10:11:12+02:00",
        camera="Canon EOS 80D",
        latitude=47.375,
        longitude=8.54,
        orientation=3,
    )


def test_no_block_and_no_picture_data(scene: Pixels, save: Callable[..., bytes]) -> None:
    assert read_metadata(None) == read_metadata(b"") == read_metadata(b"nonsense") == Metadata()
    for form in ("GIF", "BMP", "PNG"):
        assert decode(save(scene, form)).metadata == Metadata()


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("2024:05:01 10:11:12", None, "2024-05-01T10:11:12"),
        ("2024-05-01T10:11:12", "-03:30", "2024-05-01T10:11:12-03:30"),
        ("2024:05:01 10:11:12", "+99:00", "2024-05-01T10:11:12"),
        ("2024:05:01 10:11:12", "   :  ", "2024-05-01T10:11:12"),
        ("0000:00:00 00:00:00", None, None),
        ("0001:01:01 00:00:00", None, None),
        ("    :  :     :  :  ", None, None),
        ("2023:02:29 10:00:00", None, None),
        ("2024:05:01 24:00:00", None, None),
        ("2024:05:01", None, None),
        ("yesterday", None, None),
        ("", None, None),
    ],
)
def test_times(text: str, offset: str | None, expected: str | None) -> None:
    exif = {0x9003: text} | ({0x9011: offset} if offset else {})
    assert read_metadata(block(exif=exif)).taken_at == expected


@pytest.mark.parametrize(
    ("make", "model", "expected"),
    [
        ("NIKON CORPORATION", "NIKON D750", "NIKON D750"),
        ("Apple", "iPhone 14", "Apple iPhone 14"),
        ("  SONY \x01  ", " ILCE-7M3\n", "SONY ILCE-7M3"),
        ("", "X100", "X100"),
        ("Leica", "", "Leica"),
        ("", "", None),
        ("   ", "\x01", None),
    ],
)
def test_cameras(make: str, model: str, expected: str | None) -> None:
    assert read_metadata(block({0x010F: make, 0x0110: model})).camera == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({1: "S", 3: "W"}, (-47.375, -8.54)),
        ({1: "s", 3: "w"}, (-47.375, -8.54)),
        ({2: (90.0, 0.0, 0.0), 4: (180.0, 0.0, 0.0)}, (90.0, 180.0)),
        ({2: (90.0, 0.0, 1.0)}, (None, None)),
        ({4: (180.0, 1.0, 0.0)}, (None, None)),
        ({2: (47.0, 61.0, 0.0)}, (None, None)),
        ({1: "X"}, (None, None)),
        ({3: ""}, (None, None)),
        ({2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)}, (None, None)),
        ({2: (0.0, 0.0, 0.0)}, (0.0, 8.54)),
    ],
)
def test_places(change: dict[int, Any], expected: tuple[float | None, float | None]) -> None:
    found = read_metadata(block(place=NORTH_EAST | change))
    assert (found.latitude, found.longitude) == expected


def test_a_place_without_its_hemisphere_or_half_is_none() -> None:
    for tag in NORTH_EAST:
        place = {key: value for key, value in NORTH_EAST.items() if key != tag}
        assert read_metadata(block(place=place)).latitude is None


@pytest.mark.parametrize("value", [0, 9, 255, 65535])
def test_orientations_that_do_not_exist_mean_upright(value: int) -> None:
    assert read_metadata(block({0x0112: value})).orientation == 1


@given(st.data())
def test_broken_blocks_never_raise(data: st.DataObject) -> None:
    whole = block(
        {0x010F: "Canon", 0x0110: "EOS", 0x0112: 6},
        {0x9003: "2024:05:01 10:11:12", 0x9011: "+02:00"},
        NORTH_EAST,
    )
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for _ in range(data.draw(st.integers(0, 6))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    found = read_metadata(bytes(damaged))
    assert found.orientation in range(1, 9)
    assert (found.latitude is None) == (found.longitude is None)
    assert found.latitude is None or -90 <= found.latitude <= 90
    assert found.longitude is None or -180 <= found.longitude <= 180


def test_a_broken_block_does_not_fail_the_picture(
    scene: Pixels, save: Callable[..., bytes]
) -> None:
    for form in ("JPEG", "PNG", "WEBP"):
        for exif in (b"Exif\0\0", b"Exif\0\0MM\0*\xff\xff\xff\xff", block({0x0112: 6})[:20]):
            decoded = decode(save(scene, form, exif=exif))
            assert decoded.metadata == Metadata()
            assert decoded.pixels.shape == scene.shape
