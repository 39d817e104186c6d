from __future__ import annotations

from pathlib import Path

import pytest

from fieldguide.errors import SourceError
from fieldguide.formats.delimited import look_at


def put(folder: Path, data: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found(tmp_path: Path, delimiter: str, end: str) -> None:
    lines = ["image,label,note", 'a,b,"x,y"', "c,d,", ""]
    text = look_at(put(tmp_path, end.join(lines).replace(",", delimiter)))
    assert text.delimiter == delimiter
    assert list(text.rows()) == [
        (1, ["image", "label", "note"]),
        (2, ["a", "b", f"x{delimiter}y"]),
        (3, ["c", "d", ""]),
    ]
    assert bool(text.guesses) == (delimiter != ",")


def test_rarer_delimiters_in_the_text_do_not_confuse(tmp_path: Path) -> None:
    text = look_at(put(tmp_path, "image,a;b,c;d\n1,x;y,z\n2,x,z;y\n"))
    assert text.delimiter == ","
    assert look_at(put(tmp_path, "a;b\n1,5;2\n3,5;4\n")).delimiter == ";"


def test_tsv_and_a_single_column(tmp_path: Path) -> None:
    assert look_at(put(tmp_path, "a\tb\n1\t2\n", "t.tsv")).guesses == ()
    assert list(look_at(put(tmp_path, "image\na.jpg")).rows()) == [(1, ["image"]), (2, ["a.jpg"])]


@pytest.mark.parametrize(
    ("encoding", "used"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("cp1252", "cp1252"),
        ("latin-1", "cp1252"),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, used: str) -> None:
    text = look_at(put(tmp_path, "image,label\nä.jpg,größe\n".encode(encoding)))
    assert text.encoding == used
    assert list(text.rows())[1] == (2, ["ä.jpg", "größe"])
    assert bool(text.guesses) == (used != "utf-8-sig")


def test_what_cp1252_does_not_know_is_latin_1(tmp_path: Path) -> None:
    text = look_at(put(tmp_path, b"image,label\n\xe4.jpg,\x81\n"))
    assert text.encoding == "latin-1"
    assert "latin-1" in text.guesses[0]


def test_a_late_wrong_byte_is_seen(tmp_path: Path) -> None:
    data = b"image,label\n" + b"1,2\n" * 400_000 + b"\xe4,2\n"
    assert look_at(put(tmp_path, data)).encoding == "cp1252"


def test_lines_are_counted_over_blank_lines_and_quotations(tmp_path: Path) -> None:
    text = look_at(put(tmp_path, 'a,b\n\n1,"x\ny"\n\n2,z\n'))
    assert list(text.rows()) == [(1, ["a", "b"]), (3, ["1", "x\ny"]), (6, ["2", "z"])]


def test_nul_bytes_do_no_harm(tmp_path: Path) -> None:
    assert list(look_at(put(tmp_path, "a,b\n1\0,2\n")).rows())[1] == (2, ["1\0", "2"])


def test_long_cells_are_read(tmp_path: Path) -> None:
    text = look_at(put(tmp_path, f"a,b\n1,{'x' * 1_000_000}\n"))
    assert len(list(text.rows())[1][1][1]) == 1_000_000


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_quotation_that_never_ends_is_an_error(tmp_path: Path, end: str) -> None:
    path = put(tmp_path, f'a,b\n1,2\n3,"4\n5,6\n7,8{end}')
    with pytest.raises(SourceError, match=r"from line 3 on: a quotation mark is opened"):
        list(look_at(path).rows())


def test_a_cell_that_is_too_long_is_an_error(tmp_path: Path) -> None:
    path = put(tmp_path, f"a,b\n1,{'x' * (17 << 20)}\n")
    with pytest.raises(SourceError, match=r"from line 2 on: field larger than field limit"):
        list(look_at(path).rows())


@pytest.mark.parametrize("data", ["", "\n\n", "  \n", "\ufeff"])
def test_an_empty_table_is_an_error(tmp_path: Path, data: str) -> None:
    with pytest.raises(SourceError, match=r"is empty.*image,label"):
        look_at(put(tmp_path, data))
