from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldguide.errors import MissingExtraError, SourceError, UnknownNameError
from fieldguide.types import Entry, Outcome

duckdb = pytest.importorskip("duckdb")
Entries = Callable[..., dict[str, Entry]]


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Write what a query gives."""

    def table(query: str, name: str = "My Table.parquet") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as database:
            database.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
        return path

    return table


def test_bytes_in_the_table(table: Any, open_at: Any, entries_of: Entries) -> None:
    path = table(
        "SELECT * FROM (VALUES "
        "(unhex('FFD8FF00'), 'cat', 1.5::DOUBLE, 'a'), "
        "(unhex('89504E47'), NULL, NULL, ' '), "
        "(unhex('00'), ' dog ', 'nan', NULL), "
        "(NULL, 'x', 2, 'b'), "
        "('', 'x', 2, 'b')) t(image_data, label, size, note)"
    )
    entries = entries_of(path)
    names = ["row-000001.jpg", "row-000002.png", "row-000003", "row-000004", "row-000005"]
    assert list(entries) == names
    one, two, three, four, five = entries.values()
    assert one.read(1) == b"\xff\xd8"
    assert one.read(9) == b"\xff\xd8\xff\x00"
    assert (one.label, one.columns) == ("cat", {"size": 1.5, "note": "a"})
    assert (two.label, two.columns) == (None, {"size": None, "note": None})
    assert (three.label, three.columns) == ("dog", {"size": None, "note": None})
    for entry, row in ((four, "row 4"), (five, "row 5")):
        assert entry.refusal is not None
        assert entry.refusal.outcome is Outcome.MISSING
        assert row in entry.refusal.reason
    source = open_at(path)
    assert (source.format, source.suggested_name, source.count) == ("parquet", "my-table", 5)


def test_pairs_of_bytes_and_path(table: Any, tmp_path: Path, entries_of: Entries) -> None:
    (tmp_path / "file.jpg").write_bytes(b"file")
    path = table(
        "SELECT * FROM (VALUES ({'bytes': 'a'::BLOB, 'path': 'cat/1.jpg'}), "
        "({'bytes': 'b'::BLOB, 'path': '../../cat/1.jpg'}), "
        "({'bytes': 'c'::BLOB, 'path': NULL}), ({'bytes': NULL, 'path': 'file.jpg'}), "
        "({'bytes': NULL, 'path': '/etc/passwd'}), (NULL)) t(image)"
    )
    entries = entries_of(path)
    assert {name: e.read(9) for name, e in entries.items() if e.refusal is None} == {
        "cat/1.jpg": b"a",
        "cat/1.jpg#2": b"b",
        "row-000003": b"c",
        "file.jpg": b"file",
    }
    assert {name: e.refusal.outcome for name, e in entries.items() if e.refusal} == {
        "/etc/passwd": Outcome.REFUSED,
        "row-000006": Outcome.MISSING,
    }


def test_paths_in_the_table(table: Any, tmp_path: Path, entries_of: Entries) -> None:
    (tmp_path / "1.jpg").write_bytes(b"1")
    path = table("SELECT * FROM (VALUES ('1.jpg', 3), ('2.jpg', 4), (NULL, 5)) t(path, label)")
    one, two, three = entries_of(path).values()
    assert (one.read(9), one.label) == (b"1", "3")
    assert two.refusal is not None
    assert two.refusal.outcome is Outcome.MISSING
    assert three.refusal is not None
    assert three.refusal.reason == "row 3 names no picture"


def test_columns_are_typed(table: Any, entries_of: Entries) -> None:
    path = table(
        "SELECT 'x'::BLOB AS img, 7::TINYINT AS small, 8::BIGINT AS fits, 9007199254740993::BIGINT "
        "AS long, 1.25::DECIMAL(9, 2) AS fixed, true AS flag, DATE '2024-02-29' AS day, "
        "[1, 2] AS list, 'y'::BLOB AS mask, 5 AS __index_level_0__, 'a\"b' AS \"od\"\"d'\""
    )
    assert entries_of(path)["row-000001"].columns == {
        "small": 7.0,
        "fits": 8.0,
        "long": "9007199254740993",
        "fixed": 1.25,
        "flag": "true",
        "day": "2024-02-29",
        "list": "[1, 2]",
        "od\"d'": 'a"b',
    }


def test_guesses_are_announced(table: Any, open_at: Any) -> None:
    path = table(
        "SELECT 'x'::BLOB AS thumbnail, i // 2 AS leaf_id, i AS row_id, 1 AS site_id, "
        "5 AS __index_level_0__, ['dev', 'TEST', ''][i % 3 + 1] AS split FROM range(6) t(i)"
    )
    source = open_at(path)
    said = " ".join(source.guesses)
    assert "pictures are taken from the column 'thumbnail'" in said
    assert "say --group leaf_id" in said
    assert "row_id were" not in said
    assert "site_id were" not in said
    assert "Left out, as they hold bytes or the numbers of rows" in said
    assert [entry.part for entry in source.entries()] == ["val", "test", None] * 2


def test_split_values_are_checked(table: Any, open_at: Any, entries_of: Entries) -> None:
    path = table("SELECT * FROM (VALUES ('1', 'train'), ('2', 'x')) t(image, split)")
    with pytest.raises(SourceError, match="says 'x' in row 2"):
        open_at(path)
    plants = table(
        "SELECT * FROM (VALUES ('1', 'leaf'), ('2', 'stem')) t(image, part)", "p.parquet"
    )
    assert entries_of(plants)["1"].columns == {"part": "leaf"}


def test_many_rows_keep_their_order(table: Any, open_at: Any) -> None:
    path = table("SELECT i::VARCHAR::BLOB AS image, i AS label FROM range(10000) t(i)")
    for number, entry in enumerate(open_at(path).entries()):
        assert entry.label == str(number)
        assert entry.read(9) == str(number).encode()


@pytest.mark.parametrize("name", ["a[1]*?.parquet", "it's.parquet", "year=2024/写.parquet"])
def test_odd_file_names(table: Any, tmp_path: Path, entries_of: Entries, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    table("SELECT 'x'::BLOB AS image").rename(path)
    (tmp_path / "a1.parquet").write_bytes(b"nonsense")
    assert entries_of(path)["row-000001"].columns == {}


def test_a_pass_that_is_given_up_closes_the_file(table: Any, open_at: Any) -> None:
    entries = open_at(table("SELECT 'x'::BLOB AS image FROM range(5000)")).entries()
    first = next(entries)
    entries.close()
    assert first.read(9) == b"x"


def test_what_is_no_parquet_is_an_error(tmp_path: Path, open_at: Any) -> None:
    for data in (b"", b"nonsense", b"PAR1" + b"x" * 100 + b"PAR1"):
        (tmp_path / "a.parquet").write_bytes(data)
        with pytest.raises(SourceError, match="cannot be read as Parquet"):
            open_at(tmp_path / "a.parquet")


def test_a_name_that_is_not_text_is_an_error(table: Any, open_at: Any, tmp_path: Path) -> None:
    path = table("SELECT 'x'::BLOB AS image").rename(tmp_path / "\udce9.parquet")
    with pytest.raises(SourceError, match="cannot be read as Parquet"):
        open_at(path)


def test_tables_without_rows_or_pictures(table: Any, open_at: Any) -> None:
    with pytest.raises(SourceError, match="has no rows"):
        open_at(table("SELECT 'x'::BLOB AS image LIMIT 0"))
    with pytest.raises(SourceError, match="--image COLUMN"):
        open_at(table("SELECT 1 AS a, 'x'::BLOB AS b, 'y'::BLOB AS c"))
    with pytest.raises(SourceError, match=r"'image'.*cannot hold pictures: its type is INTEGER"):
        open_at(table("SELECT 1 AS image"))
    with pytest.raises(UnknownNameError, match="no column named 'labl'"):
        open_at(table("SELECT 'x'::BLOB AS image, 1 AS label"), label="labl")


def test_without_duckdb_the_extra_is_named(
    table: Any, open_at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = table("SELECT 'x'::BLOB AS image")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtraError, match=r"fieldguide\[parquet\]"):
        open_at(path)
