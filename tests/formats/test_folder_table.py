"""A table at the top of a folder of pictures: columns, groups, and tables that are no help."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from fieldguide.errors import SourceError, UnknownNameError
from fieldguide.formats.class_folder import ClassFolder
from fieldguide.formats.folder_table import names_groups
from fieldguide.types import Entry, Source, SourceOptions

PICTURES = {f"{label}/{n}.jpg": b"x" for label in ("rust", "miner") for n in range(4)}


def _table(*rows: str, header: str = "file,label,leaf_id,split,height") -> bytes:
    return "\n".join((header, *rows)).encode()


FULL = _table(
    *(f"rust/{n}.jpg,Rust,{n // 2},train,{n}.5" for n in range(4)),
    *(f"miner/{n}.jpg,Miner,{2 + n // 2},test," for n in range(4)),
)


@pytest.fixture
def opened(tmp_path: Path, write: SimpleNamespace) -> Callable[..., Source]:
    def make(tables: dict[str, bytes], **options: str) -> Source:
        write.folder(tmp_path / "set", {**PICTURES, **tables})
        return ClassFolder().open(tmp_path / "set", SourceOptions(**options))

    return make


def _entries(source: Source) -> dict[str, Entry]:
    return {entry.name: entry for entry in source.entries()}


def test_columns_and_groups_come_from_the_table_and_classes_from_the_folders(
    opened: Callable[..., Source],
) -> None:
    source = opened({"manifest.csv": FULL})
    entry = _entries(source)["rust/3.jpg"]
    assert (entry.label, entry.group, entry.part) == ("rust", "1", None)
    assert entry.columns == {"height": 3.5}
    assert _entries(source)["miner/0.jpg"].group == "2"
    assert _entries(source)["manifest.csv"].group is None
    told = " ".join(source.guesses)
    assert "'manifest.csv' beside the pictures gives 8 of them the columns 'height'" in told
    assert "the same 'leaf_id' are taken for photographed together" in told
    assert "not read" not in told


def test_a_person_names_another_group(opened: Callable[..., Source]) -> None:
    source = opened({"manifest.csv": FULL}, group="split")
    entry = _entries(source)["rust/3.jpg"]
    assert entry.group == "train"
    assert entry.columns == {"height": 3.5, "leaf_id": 1.0}


def test_an_unknown_group_column_is_refused(opened: Callable[..., Source]) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'leaf_id'"):
        opened({"manifest.csv": FULL}, group="leaf_ids")


@pytest.mark.parametrize(
    "tables", [{}, {"a.csv": _table("other.jpg,,,,")}, {"a.csv": b"\xff\xfe\x00"}]
)
def test_a_group_without_a_table_is_refused(
    opened: Callable[..., Source], tables: dict[str, bytes]
) -> None:
    with pytest.raises(SourceError, match="'leaf_id' was named, but no one table"):
        opened(tables, group="leaf_id")


def test_other_columns_are_still_refused(opened: Callable[..., Source]) -> None:
    with pytest.raises(SourceError, match="'label'"):
        opened({"manifest.csv": FULL}, label="label")


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"other.csv": _table("elsewhere/1.jpg,,3,,", "2.jpg,,3,,")}, "no row of it names one"),
        ({"pairs.csv": b"file_a,file_b\nrust/1.jpg,rust/2.jpg\n"}, "known to hold the pictures"),
        ({"twice.csv": b"file,a,a\nrust/1.jpg,1,2\n"}, "have the same name: 'a'"),
        ({"empty.csv": b""}, "'empty.csv' beside the pictures is not read"),
        ({"quote.csv": b'file,leaf_id\n"rust/1.jpg,3\n'}, "'quote.csv' beside the pictures is not"),
        ({"bytes.csv": bytes(range(256)) * 9}, "'bytes.csv' beside the pictures is not read"),
        ({"a.csv": FULL, "b.tsv": FULL.replace(b",", b"\t")}, "'a.csv', 'b.tsv'"),
    ],
)
def test_tables_of_no_use_are_named_and_the_folder_is_read_without(
    opened: Callable[..., Source], tables: dict[str, bytes], told: str
) -> None:
    source = opened(tables)
    assert told in " ".join(source.guesses)
    entries = _entries(source)
    assert set(PICTURES) < set(entries)
    assert all(entry.group is None and not entry.columns for entry in entries.values())
    assert entries["rust/1.jpg"].label == "rust"


def test_a_useless_table_does_not_hide_a_good_one(opened: Callable[..., Source]) -> None:
    source = opened({"manifest.csv": FULL, "notes.csv": b"remark\nnice\n"})
    assert _entries(source)["rust/3.jpg"].group == "1"
    assert "'notes.csv' beside the pictures is not read" in " ".join(source.guesses)


def test_broken_rows_and_second_rows_do_no_harm(opened: Callable[..., Source]) -> None:
    rows = ("rust/0.jpg,a", "rust/0.jpg,b", "rust/1.jpg", "../etc/passwd,a", ",a", "rust/2.jpg,a")
    entries = _entries(opened({"m.csv": _table(*rows, header="file,group")}))
    assert {name: entry.group for name, entry in entries.items() if entry.group} == {
        "rust/0.jpg": "a",
        "rust/2.jpg": "a",
    }


def test_a_deeper_table_is_not_looked_at(opened: Callable[..., Source]) -> None:
    entries = _entries(opened({"rust/manifest.csv": FULL}))
    assert all(entry.group is None for entry in entries.values())


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("image_id", [0, 0, 1, 1, 2, 2, 3, 3]),
        ("leaf_id", range(8)),
        ("plant_id", [0, 0, 0, 0, 1, 1, 1, 1]),
        ("site_id", [0, 0, 1, 1, 2, 2, 3, 3]),
    ],
)
def test_columns_that_hold_no_groups_are_not_taken_for_them(
    opened: Callable[..., Source], column: str, values: list[int]
) -> None:
    rows = [f"{name},{value}" for name, value in zip(sorted(PICTURES), values, strict=True)]
    source = opened({"m.csv": _table(*rows, header=f"file,{column}")})
    assert all(entry.group is None for entry in source.entries())
    assert _entries(source)["rust/3.jpg"].columns == {column: float(list(values)[7])}


def test_two_columns_of_groups_are_left_to_a_person(opened: Callable[..., Source]) -> None:
    rows = [f"{name},{n // 2},{n % 4}" for n, name in enumerate(sorted(PICTURES))]
    source = opened({"m.csv": _table(*rows, header="file,leaf_id,patient")})
    assert "'leaf_id', 'patient' could each say" in " ".join(source.guesses)
    assert all(entry.group is None for entry in source.entries())


@pytest.mark.parametrize(
    ("column", "plain"),
    [
        ("leaf_id", True),
        ("Patient ID", True),
        ("sender", True),
        ("subject-nr", True),
        ("id", False),
        ("image_id", False),
        ("class_id", False),
        ("patients", False),
    ],
)
def test_names_that_say_group_plainly(column: str, plain: bool) -> None:
    assert names_groups(column) is plain
