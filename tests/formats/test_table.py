from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldguide.errors import SourceError, UnknownNameError
from fieldguide.types import Entry, Outcome

Entries = Callable[..., dict[str, Entry]]


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Write a table beside five pictures, 1.jpg to 5.jpg."""
    for number in range(1, 6):
        (tmp_path / f"{number}.jpg").write_bytes(b"%d" % number)

    def table(text: str, name: str = "My Table.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return table


def test_rows_come_in_order_with_all_they_say(
    table: Any, open_at: Any, entries_of: Entries
) -> None:
    path = table(
        "image,label,group,split,size,note\n"
        "2.jpg, cat ,leaf 1,Training,1.5,x\n"
        "1.jpg,dog,leaf 1,VALID,,\n"
        "3.jpg,,,,2,007\n"
    )
    entries = entries_of(path)
    assert list(entries) == ["2.jpg", "1.jpg", "3.jpg"]
    assert [(e.label, e.group, e.part, dict(e.columns)) for e in entries.values()] == [
        ("cat", "leaf 1", "train", {"size": 1.5, "note": "x"}),
        ("dog", "leaf 1", "val", {"size": None, "note": None}),
        (None, None, None, {"size": 2.0, "note": "007"}),
    ]
    assert [e.read(9) for e in entries.values()] == [b"2", b"1", b"3"]
    source = open_at(path)
    assert (source.format, source.suggested_name, source.count) == ("table", "my-table", 3)


def test_columns_are_typed_as_a_whole(table: Any, entries_of: Entries) -> None:
    path = table("image,a,b,c,label\n1.jpg,1,1,NaN,3\n2.jpg,2,x,2,4\n3.jpg,,,,03\n")
    one, two, three = entries_of(path).values()
    assert one.columns == {"a": 1.0, "b": "1", "c": None}
    assert two.columns == {"a": 2.0, "b": "x", "c": 2.0}
    assert three.columns == {"a": None, "b": None, "c": None}
    assert [e.label for e in (one, two, three)] == ["3", "4", "03"]


def test_guesses_are_announced(table: Any, open_at: Any) -> None:
    rows = "1.jpg;cat;7;k1;train\n2.jpg;cat;7;k2;train\n3.jpg;dog;8;k3;test\n"
    said = " ".join(open_at(table("file;species;leaf_id;unique_id;split\n" + rows)).guesses)
    for sentence in (
        "The cells are separated by semicolons.",
        "The pictures are taken from the column 'file'.",
        "The labels are taken from the column 'species'.",
        "The column 'split' puts the pictures into train, val and test.",
        "No group is used",
        "If pictures with the same leaf_id were photographed together, say --group leaf_id.",
    ):
        assert sentence in said
    assert "unique_id" not in said


def test_a_constant_id_is_no_group(table: Any, open_at: Any) -> None:
    said = " ".join(open_at(table("file,site_id\n1.jpg,1\n2.jpg,1\n")).guesses)
    assert "site_id were" not in said


def test_named_columns_are_used(table: Any, entries_of: Entries) -> None:
    path = table("a,b,c,d\n1.jpg,x,g,test\n")
    entry = entries_of(path, image="a", label="b", group="c", split="d")["1.jpg"]
    assert (entry.label, entry.group, entry.part, entry.columns) == ("x", "g", "test", {})


def test_a_column_whose_first_value_is_a_picture_is_found(table: Any, open_at: Any) -> None:
    assert "column 'where'" in open_at(table("what,where\ncat,1.jpg\n")).guesses[0]


def test_rows_of_one_picture_are_all_handed_out(table: Any, entries_of: Entries) -> None:
    entries = entries_of(table("image,label\n1.jpg,cat\n1.jpg,dog\n./1.jpg,cat\n"))
    assert {n: e.label for n, e in entries.items()} == {
        "1.jpg": "cat",
        "1.jpg#2": "dog",
        "1.jpg#3": "cat",
    }
    assert entries["1.jpg#2"].read(9) == b"1"


def test_every_bad_row_ends_in_an_outcome(table: Any, entries_of: Entries) -> None:
    os.mkfifo(table("").parent / "pipe")
    path = table(
        "image,label,note\n"
        "1.jpg,cat,\n"
        ",cat,\n"
        "2.jpg,cat\n"
        "3.jpg,cat,x,y\n"
        "4.jpg,cat,x,,\n"
        "6.jpg,cat,\n"
        "../secret.jpg,cat,\n"
        "/etc/passwd,cat,\n"
        "pipe,cat,\n"
        "https://example.org/1.jpg,cat,\n"
    )
    entries = entries_of(path)
    outcomes = {name: e.refusal.outcome if e.refusal else None for name, e in entries.items()}
    assert outcomes == {
        "1.jpg": None,
        "row-000002": Outcome.MISSING,
        "row-000003": Outcome.UNREADABLE,
        "row-000004": Outcome.UNREADABLE,
        "4.jpg": None,
        "6.jpg": Outcome.MISSING,
        "../secret.jpg": Outcome.REFUSED,
        "/etc/passwd": Outcome.REFUSED,
        "pipe": Outcome.REFUSED,
        "https://example.org/1.jpg": Outcome.REFUSED,
    }
    ragged = entries["row-000003"].refusal
    assert ragged is not None
    assert ragged.reason == "line 4 has 2 cells, the header has 3"


def test_nul_bytes_reach_no_name_or_value(table: Any, entries_of: Entries) -> None:
    entry = entries_of(table("image,label,note\n1\0.jpg,c\0t,n\0\n"))[r"1\x00.jpg"]
    assert entry.refusal is not None
    assert entry.refusal.outcome is Outcome.MISSING
    assert (entry.label, entry.columns) == (r"c\x00t", {"note": r"n\x00"})


def test_split_values_are_checked_before_anything_is_read(table: Any, open_at: Any) -> None:
    with pytest.raises(SourceError, match=r"says 'holdout' in line 3, which is not a part"):
        open_at(table("image,split\n1.jpg,train\n2.jpg,holdout\n"))


def test_a_column_of_plant_parts_is_not_a_split(
    table: Any, open_at: Any, entries_of: Entries
) -> None:
    path = table("image,part\n1.jpg,leaf\n2.jpg,stem\n")
    assert entries_of(path)["1.jpg"].columns == {"part": "leaf"}
    assert "ordinary column after all" in " ".join(open_at(path).guesses)
    folds = table("image,fold_name\n1.jpg,1\n2.jpg,2\n")
    assert entries_of(folds)["2.jpg"].columns == {"fold_name": 2.0}


def test_a_nameless_column_is_called_by_its_number(table: Any, entries_of: Entries) -> None:
    assert entries_of(table(",image\n5,1.jpg\n"))["1.jpg"].columns == {"column 1": 5.0}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1.jpg,cat\n2.jpg,dog\n", r"looks like data \('1.jpg'\).*image,label"),
        ("1,2\n3,4\n", "looks like data"),
        ("image,label,label\n1.jpg,a,b\n", r"same name: 'label'\. Rename"),
        ("image,label\n", "a header and no rows"),
        ("", "is empty"),
        ("a,b\nx,y\n", r"No column .* --image COLUMN"),
        ('image,label\n1.jpg,"cat\n', "line 2 on: a quotation mark"),
    ],
)
def test_tables_that_cannot_be_read(table: Any, open_at: Any, text: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        open_at(table(text))


def test_half_a_character_is_an_error(tmp_path: Path, open_at: Any) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("image,label\n1.jpg,cat\n".encode("utf-16")[:-1])
    with pytest.raises(SourceError, match="save it as UTF-8"):
        open_at(path)


def test_unknown_columns(table: Any, open_at: Any) -> None:
    with pytest.raises(UnknownNameError, match="no column named 'leaf'"):
        open_at(table("image,leaf_id\n1.jpg,1\n"), group="leaf")


def test_pictures_lie_beside_the_table_as_it_was_named(
    table: Any, tmp_path: Path, entries_of: Entries
) -> None:
    (tmp_path / "store").mkdir()
    table("image\n1.jpg\n", "store/real.csv")
    (tmp_path / "link.csv").symlink_to("store/real.csv")
    assert entries_of(tmp_path / "link.csv")["1.jpg"].refusal is None


@pytest.mark.slow
def test_a_long_table_is_not_kept_in_memory(tmp_path: Path, open_at: Any) -> None:
    import tracemalloc

    path = tmp_path / "long.csv"
    with path.open("w") as stream:
        stream.write("image,label,note\n")
        stream.writelines(f"{i}.jpg,cat,{'x' * 200}\n" for i in range(50_000))
    tracemalloc.start()
    source = open_at(path)
    assert source.count == 50_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000
