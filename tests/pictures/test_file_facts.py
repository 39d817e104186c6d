from __future__ import annotations

import io
import struct

import pytest
from PIL import Image
from tests.pictures import planted

from fieldguide.pictures.file_facts import FileFacts, read_facts

FILES = planted.all_files(planted.scene())


def _jpeg(*segments: tuple[int, bytes], behind: bytes = b"") -> bytes:
    file = io.BytesIO()
    Image.fromarray(planted.scene()).save(file, "JPEG")
    data = file.getvalue()
    packed = [struct.pack(">BBH", 0xFF, m, len(body) + 2) + body for m, body in segments]
    return b"".join((data[:20], *packed, data[20:], behind))


def _exif(*tags: planted.Tag, linked: int = 0x8769) -> bytes:
    main = planted.directory([(linked, 4, struct.pack("<I", 100))], 8)
    block = struct.pack("<2sHI", b"II", 42, 8) + main
    return b"Exif\0\0" + block.ljust(100, b"\0") + planted.directory(tags, 100)


@pytest.mark.parametrize("name", ["plain.jpg", "progressive.jpg"])
def test_a_planted_jpeg_tells_everything(name: str) -> None:
    facts = read_facts(FILES[name])
    assert facts == FileFacts(
        place=True,
        serial_number=True,
        owner=True,
        remark=True,
        thumbnail=True,
        time="2021:07:04 11:22:33",
        second_picture=True,
        leftover=True,
    )


@pytest.mark.parametrize("name", ["plain.png", "lossless.webp", "raw.tif", "two.gif"])
def test_places_people_and_remarks_are_found_in_every_format(name: str) -> None:
    facts = read_facts(FILES[name])
    assert facts.place
    assert facts.owner
    assert facts.remark
    assert facts.serial_number


def test_words_behind_a_bmp_are_found() -> None:
    assert read_facts(FILES["plain.bmp"]).leftover


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"])
def test_a_plain_file_tells_nothing(form: str) -> None:
    file = io.BytesIO()
    Image.fromarray(planted.scene()).save(file, form)
    assert read_facts(file.getvalue()) == FileFacts()


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ((0xA431, 2, b"123\0"), "serial_number"),
        ((0xA435, 2, b"123456\0"), "serial_number"),
        ((0xA430, 2, b"Ottilie\0"), "owner"),
        ((0x9286, 7, b"ASCII\0\0\0hello"), "remark"),
    ],
)
def test_single_tags(tag: planted.Tag, name: str) -> None:
    assert read_facts(_jpeg((0xE1, _exif(tag)))) == FileFacts(**{name: True})


def test_blanks_that_cameras_leave_are_nothing() -> None:
    tags = [(0xA431, 2, b"      \0"), (0xA430, 2, b"\0\0\0\0\0\0"), (0x9286, 7, b"ASCII\0\0\0   ")]
    assert read_facts(_jpeg((0xE1, _exif(*tags)))) == FileFacts()


def test_a_receiver_without_a_fix_tells_no_place() -> None:
    tags = [(1, 2, b"N\0"), (2, 5, bytes(24)), (29, 2, b"2021:07:04\0")]
    assert read_facts(_jpeg((0xE1, _exif(*tags, linked=0x8825)))) == FileFacts()
    tags = [(1, 2, b"N\0"), (2, 5, planted.PLACE)]
    assert read_facts(_jpeg((0xE1, _exif(*tags, linked=0x8825)))) == FileFacts(place=True)


def test_a_broken_time_is_given_as_it_stands() -> None:
    found = read_facts(_jpeg((0xE1, _exif((0x9003, 2, b"0000:00:00 99:00:00\0")))))
    assert found.time == "0000:00:00 99:00:00"


def test_the_wrapper_of_all_properties_is_no_remark() -> None:
    packet = b'<rdf:RDF><rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="3"/>'
    assert read_facts(_jpeg((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet))) == FileFacts()


def test_empty_properties_are_nothing() -> None:
    packet = (
        b"<dc:title><rdf:Alt><rdf:li/></rdf:Alt></dc:title><dc:creator/>"
        b'<photoshop:City></photoshop:City> exif:GPSLatitude="" '
    )
    assert read_facts(_jpeg((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet))) == FileFacts()


def test_a_packet_in_utf_16_is_read() -> None:
    packet = planted.xmp().decode().encode("utf-16-be")
    assert read_facts(_jpeg((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet))).place


def test_zeros_behind_the_end_are_nothing_and_words_are() -> None:
    assert read_facts(_jpeg(behind=bytes(500))) == FileFacts()
    assert read_facts(_jpeg(behind=b"words")) == FileFacts(leftover=True)


def test_the_serial_number_in_a_note_of_nikon_is_found() -> None:
    inner = struct.pack("<2sHI", b"II", 42, 8) + planted.directory([(0x1D, 2, b"300123\0\0")], 8)
    note = b"Nikon\0\x02\x10\0\0" + inner
    assert read_facts(_jpeg((0xE1, _exif((0x927C, 7, note))))).serial_number


def test_what_is_no_picture_tells_nothing() -> None:
    assert read_facts(b"") == read_facts(b"%PDF-1.7") == FileFacts()


def test_a_text_that_unpacks_to_very_much_is_bounded() -> None:
    import tracemalloc
    import zlib

    file = io.BytesIO()
    Image.fromarray(planted.scene()).save(file, "PNG")
    body = b"Comment\0\0" + zlib.compress(bytes(200_000_000), 9)
    chunk = struct.pack(">I4s", len(body), b"zTXt") + body + bytes(4)
    data = file.getvalue()
    tracemalloc.start()
    read_facts(data[:33] + chunk + data[33:])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000
