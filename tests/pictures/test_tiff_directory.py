from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldguide.pictures.tiff_directory import TagFile


def block(*entries: tuple[int, int, int, bytes], order: str = "<", tail: bytes = b"") -> bytes:
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    body = struct.pack(order + "H", len(entries))
    for tag, kind, count, value in entries:
        body += struct.pack(order + "HHI", tag, kind, count) + value.ljust(4, b"\0")
    return head + body + b"\0\0\0\0" + tail


@pytest.mark.parametrize("order", ["<", ">"])
def test_values_of_each_kind(order: str) -> None:
    def pack(layout: str, *values: float) -> bytes:
        return struct.pack(order + layout, *values)

    at = 8 + 2 + 5 * 12 + 4
    tags = TagFile(
        block(
            (1, 3, 1, pack("H", 6)),
            (2, 2, 3, b"ab\0"),
            (3, 5, 2, pack("I", at)),
            (4, 9, 1, pack("i", -5)),
            (5, 11, 1, pack("f", float("nan"))),
            order=order,
            tail=pack("IIII", 1, 2, 3, 0),
        )
    ).first()
    assert tags.complete
    assert tags[1].numbers() == (6,)
    assert tags[2].text() == "ab"
    assert tags[2].numbers() == ()
    assert tags[1].text() == ""
    assert tags[3].numbers() == (0.5,)
    assert tags[3].value() == pack("IIII", 1, 2, 3, 0)
    assert tags[4].numbers() == (-5,)
    assert tags[5].numbers() == ()


def test_malformed_entries_are_left_out_and_named() -> None:
    tags = TagFile(
        block((1, 99, 1, b""), (2, 2, 2**31, b"\x08"), (3, 4, 1, b"\1"), (3, 4, 1, b"\2"))
    ).first()
    assert tags.damaged == {1, 2}
    assert tags[3].numbers() == (1,)


def test_text_in_utf8_or_latin1() -> None:
    data = block((1, 2, 4, "zü\0".encode()), (2, 2, 3, b"z\xfc\0"))
    tags = TagFile(data).first()
    assert tags[1].text() == tags[2].text() == "zü"


def test_what_is_no_tag_file() -> None:
    with pytest.raises(ValueError, match="begin with"):
        TagFile(b"PNG")


def test_directories_beyond_the_end_are_empty() -> None:
    data = block((1, 3, 1, b"\1"))
    for offset in (0, 7, len(data), 10**12):
        assert not TagFile(data).directory(offset)
    assert not TagFile(data[:15]).first().complete


@given(st.sampled_from([b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"]), st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(start: bytes, rest: bytes) -> None:
    for entry in TagFile(start + rest).first().values():
        assert len(entry.value()) == entry.length
        assert len(entry.numbers()) <= 64
        assert len(entry.text()) <= 200
