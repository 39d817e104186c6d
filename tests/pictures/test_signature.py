from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image

from fieldguide.errors import PictureError
from fieldguide.pictures.decode import decode
from fieldguide.pictures.signature import FORMATS, identify
from fieldguide.types import Outcome


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_is_known_by_its_bytes(save: Callable[..., bytes], form: str) -> None:
    assert identify(save(Image.new("RGB", (5, 4)), form)) == form


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<!DOCTYPE html><html><body>404 Not Found</body></html>", "a web page"),
        (b"\n  <!-- moved -->\n<HTML>", "a web page"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "a PostScript document"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC picture"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "an AVIF picture"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "a film"),
        (b"PK\x03\x04\x14\0", "an archive"),
        (b"8BPS\0\x01\0\0", "a Photoshop document"),
        (b"name,label\na.jpg,cat\n", "text"),
        ("Blätter und Blüten, grün".encode(), "text"),
        (b"BMW is a make of cars, and this is a text about it", "text"),
        (b"\xd7\xcd\xc6\x9a\0\0\0\0", "unknown kind"),
        (b"\x01", "unknown kind"),
        (b"\xff\xd8", "unknown kind"),
    ],
)
def test_other_files_are_named(data: bytes, words: str) -> None:
    with pytest.raises(PictureError, match=words) as caught:
        decode(data)
    assert caught.value.outcome is Outcome.NOT_AN_IMAGE


@pytest.mark.parametrize("data", [b"", b"\0", b"\0" * 5000])
def test_no_bytes_and_zero_bytes_are_broken(data: bytes) -> None:
    with pytest.raises(PictureError, match=r"empty|zero bytes") as caught:
        decode(data)
    assert caught.value.outcome is Outcome.BROKEN


def test_text_is_recognised_though_the_excerpt_cuts_a_character() -> None:
    with pytest.raises(PictureError, match="text"):
        identify(b"x" + "ü".encode() * 400)
