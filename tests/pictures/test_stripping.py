from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.pictures import planted

from fieldguide.errors import PictureError
from fieldguide.pictures import signature
from fieldguide.pictures.decode import decode
from fieldguide.pictures.file_facts import FileFacts, read_facts
from fieldguide.pictures.stripping import strip

FILES = planted.all_files(planted.scene())


def _secrets_in(data: bytes) -> list[bytes]:
    return [secret for secret in planted.SECRETS if secret in data]


def test_every_secret_stands_in_some_planted_file() -> None:
    everything = b"".join(FILES.values())
    missing = {text for text in planted.TEXTS if text not in everything}
    assert not missing
    assert planted.PLACE in FILES["plain.jpg"]


@pytest.mark.parametrize("name", FILES)
def test_no_secret_is_left(name: str) -> None:
    assert _secrets_in(FILES[name])
    assert not _secrets_in(strip(FILES[name]))


@pytest.mark.parametrize("name", FILES)
def test_the_pixels_are_the_same(name: str) -> None:
    before, after = decode(FILES[name]), decode(strip(FILES[name]))
    assert np.array_equal(before.pixels, after.pixels)
    assert (before.width, before.height) == (after.width, after.height)


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_found_in_what_is_left(name: str) -> None:
    assert read_facts(FILES[name]) != FileFacts()
    assert read_facts(strip(FILES[name])) == FileFacts()


@pytest.mark.parametrize("name", FILES)
def test_what_is_stripped_is_not_changed_again(name: str) -> None:
    once = strip(FILES[name])
    assert strip(once) == once


@pytest.mark.parametrize("name", [name for name in FILES if name != "packed.tif"])
def test_the_format_stays(name: str) -> None:
    assert signature.identify(strip(FILES[name])) == signature.identify(FILES[name])


def test_coded_pixels_of_a_jpeg_stay_byte_by_byte() -> None:
    data = FILES["plain.jpg"]
    start = data.rindex(b"\xff\xda", 0, data.index(b"\xff\xd9", 8000))
    scan = data[start : data.index(b"\xff\xd9", start) + 2]
    assert strip(data).endswith(scan)


def test_a_profile_stays_without_its_words() -> None:
    kept = Image.open(io.BytesIO(strip(FILES["plain.jpg"]))).info["icc_profile"]
    assert b"rTRC" in kept
    assert b"desc" not in kept


def test_colours_that_depend_upon_a_profile_stay(other_profile: bytes) -> None:
    file = io.BytesIO()
    Image.fromarray(planted.scene()).save(file, "JPEG", icc_profile=other_profile)
    data = file.getvalue()
    assert np.array_equal(decode(strip(data)).pixels, decode(data).pixels)
    file = io.BytesIO()
    Image.fromarray(planted.scene()).save(file, "JPEG")
    assert not np.array_equal(decode(file.getvalue()).pixels, decode(data).pixels)


@pytest.mark.parametrize(
    ("mode", "form"),
    [
        ("L", "JPEG"),
        ("CMYK", "JPEG"),
        ("RGBA", "PNG"),
        ("P", "PNG"),
        ("1", "PNG"),
        ("I;16", "PNG"),
        ("RGBA", "WEBP"),
        ("L", "TIFF"),
        ("CMYK", "TIFF"),
        ("1", "TIFF"),
        ("P", "BMP"),
        ("L", "BMP"),
        ("RGBA", "BMP"),
        ("1", "BMP"),
        ("P", "GIF"),
    ],
)
def test_every_mode_keeps_its_pixels(mode: str, form: str) -> None:
    image = Image.fromarray(planted.scene())
    if mode == "RGBA":
        image.putalpha(Image.fromarray(planted.scene(4)[..., 0]))
    elif mode == "I;16":
        image = Image.fromarray(planted.scene()[..., 0].astype(np.uint16) * 200)
    else:
        image = image.convert(mode)
    file = io.BytesIO()
    image.save(file, form)
    data = file.getvalue()
    stripped = strip(data)
    assert np.array_equal(decode(data).pixels, decode(stripped).pixels)
    assert signature.identify(stripped) == form


def test_a_clean_file_comes_back_as_it_was() -> None:
    for form in ("JPEG", "PNG", "WEBP", "BMP"):
        file = io.BytesIO()
        Image.fromarray(planted.scene()).save(file, form)
        assert strip(file.getvalue()) == file.getvalue()


def test_a_jpeg_with_strange_markers_among_its_pixels_is_written_anew() -> None:
    file = io.BytesIO()
    Image.fromarray(planted.scene()).save(file, "JPEG")
    data = file.getvalue()
    # A marker that decoders pass over, where only the next scan may stand.
    strange = data[:-2] + b"\xff\x01" + b"a secret" + data[-2:]
    stripped = strip(strange)
    assert b"a secret" not in stripped
    assert signature.identify(stripped) == "PNG"
    assert np.array_equal(decode(stripped).pixels, decode(strange).pixels)


@pytest.mark.parametrize("data", [b"", b"<svg>no picture</svg>", b"\xff\xd8\xff", b"GIF89a"])
def test_what_is_no_picture_does_not_pass(data: bytes) -> None:
    with pytest.raises(PictureError):
        strip(data)


@pytest.mark.parametrize("name", FILES)
def test_cut_files_fail_in_words_or_come_out_clean(name: str) -> None:
    data = FILES[name]
    for end in range(0, len(data), max(1, len(data) // 120)):
        read_facts(data[:end])
        try:
            stripped = strip(data[:end])
        except PictureError:
            continue
        assert not _secrets_in(stripped)


@settings(deadline=None, max_examples=150)
@given(
    name=st.sampled_from(sorted(FILES)),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_damaged_files_fail_in_words_or_come_out_clean(
    name: str, changes: list[tuple[float, int]]
) -> None:
    data = bytearray(FILES[name])
    for place, value in changes:
        # Most of the structure stands at the beginning.
        data[int(place**3 * (len(data) - 1))] = value
    read_facts(bytes(data))
    try:
        stripped = strip(bytes(data))
    except PictureError:
        return
    # One changed byte may cut a text short, but whole ones must not come through.
    assert not [text for text in planted.TEXTS if text in stripped]


@settings(deadline=None, max_examples=200)
@given(head=st.sampled_from([data[:60] for data in FILES.values()]), rest=st.binary(max_size=400))
def test_any_bytes_are_borne(head: bytes, rest: bytes) -> None:
    read_facts(head + rest)
    try:
        strip(head + rest)
    except PictureError:
        return
