from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldguide.errors import SourceError
from fieldguide.formats.parquet_file import ParquetFile, quote, text_of

duckdb = pytest.importorskip("duckdb")


@pytest.fixture
def file(tmp_path: Path) -> Iterator[ParquetFile]:
    """A hundred rows with an id, a leaf, a word, and a number too large for a float."""
    path = tmp_path / "t.parquet"
    columns = (
        'i AS row_id, i // 2 AS leaf_id, 1 AS "si""te_id", \'w\' || i % 3 AS word, '
        "9007199254740993 + i AS long"
    )
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE t AS FROM range(100) t(i) SELECT {columns}")
        database.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    with ParquetFile(path) as opened:
        yield opened


def test_rows_come_in_the_files_order(file: ParquetFile) -> None:
    assert [row[0] for row in file.rows("row_id", text_of("word"))] == list(range(100))
    assert next(file.rows(text_of("row_id"))) == ("0",)


def test_two_passes_do_not_disturb_each_other(file: ParquetFile) -> None:
    for one, other in zip(file.rows("row_id"), file.rows("leaf_id"), strict=True):
        assert one[0] // 2 == other[0]


def test_counts_and_types(file: ParquetFile) -> None:
    assert file.count() == 100
    assert list(file.types()) == ["row_id", "leaf_id", 'si"te_id', "word", "long"]
    assert file.types()["word"] == "VARCHAR"


def test_first_rows(file: ParquetFile) -> None:
    assert file.first_rows("word") == {"w0": "row 1", "w1": "row 2", "w2": "row 3"}


def test_numbers_that_a_float_holds(file: ParquetFile) -> None:
    types = file.types()
    assert set(file.numeric(types, types)) == {"row_id", "leaf_id", 'si"te_id'}


def test_repeated_values(file: ParquetFile) -> None:
    assert file.repeated(["row_id", "leaf_id", 'si"te_id', "word"]) == ["leaf_id", "word"]


def test_faults_name_the_file(file: ParquetFile) -> None:
    with pytest.raises(SourceError, match=r"t\.parquet cannot be read as Parquet"):
        next(file.rows(quote("nowhere")))
