"""A Parquet file as a stream of rows, read through duckdb."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from fieldguide.errors import MissingExtraError, SourceError

_FROM = "FROM read_parquet(?, hive_partitioning = false)"
_BATCH = 32
_WHOLE_IN_FLOAT = 2**53
_SMALL_NUMBERS = frozenset(
    {
        *("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER"),
        *("FLOAT", "DOUBLE", "DECIMAL"),
    }
)
_LARGE_NUMBERS = frozenset({"BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT"})


class ParquetFile(AbstractContextManager["ParquetFile"]):
    """An open Parquet file; what the database says against it becomes a SourceError."""

    def __init__(self, location: Path) -> None:
        try:
            import duckdb
        except ImportError as error:
            raise MissingExtraError("Reading Parquet files", "parquet") from error
        self._location = location
        self._fault: type[Exception] = duckdb.Error
        # Nothing is fetched from the net, and one thread keeps one row group in memory, not many.
        self._database: Any = duckdb.connect(
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "threads": "1",
            }
        )

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def rows(self, *expressions: str) -> Iterator[tuple[Any, ...]]:
        """Go through all rows in the file's order, a batch at a time."""
        query = " ".join(["SELECT", ", ".join(expressions), _FROM])
        yield from self._run(query)

    def types(self) -> dict[str, str]:
        """Give each column's name and type in SQL."""
        return {row[0]: row[1] for row in self._run(f"DESCRIBE SELECT * {_FROM}")}

    def count(self) -> int:
        """Count the rows."""
        return int(next(self.rows("count(*)"))[0])

    def first_rows(self, column: str) -> dict[str, str]:
        """Give each value of a column, and the row in which it stands first."""
        places: dict[str, str] = {}
        for number, (cell,) in enumerate(self.rows(text_of(column)), start=1):
            if cell and cell.strip():
                places.setdefault(cell.strip(), f"row {number}")
        return places

    def numeric(self, columns: Iterable[str], types: dict[str, str]) -> list[str]:
        """Give the columns of numbers that a float holds exactly enough."""
        kinds = {name: types[name].partition("(")[0] for name in columns}
        numeric = [name for name, kind in kinds.items() if kind in _SMALL_NUMBERS]
        for name in (name for name, kind in kinds.items() if kind in _LARGE_NUMBERS):
            largest = next(self.rows(f"max(abs(CAST({quote(name)} AS DOUBLE)))"))[0]
            if largest is None or largest < _WHOLE_IN_FLOAT:
                numeric.append(name)
        return numeric

    def repeated(self, columns: Iterable[str]) -> list[str]:
        """Give the columns that hold some value, but not always the same, more than once."""
        found = []
        for name in columns:
            column = quote(name)
            filled, different = next(self.rows(f"count({column})", f"count(DISTINCT {column})"))
            if 1 < different < filled:
                found.append(name)
        return found

    def _run(self, query: str) -> Iterator[tuple[Any, ...]]:
        # The library would take these for patterns of many files.
        plain = re.sub(r"([*?\[])", r"[\1]", str(self._location))
        try:
            cursor = self._database.cursor()
            cursor.execute(query, [plain])
            while batch := cursor.fetchmany(_BATCH):
                yield from batch
        except (self._fault, UnicodeError) as error:
            raise SourceError(
                f"The table {self._location} cannot be read as Parquet: {error}. Write it again."
            ) from error


def quote(column: str) -> str:
    """Write the name of a column in SQL.

    Example:
        >>> quote("leaf id")
        '"leaf id"'
    """
    return '"' + column.replace('"', '""') + '"'


def text_of(column: str) -> str:
    """Write a column's values as text, in SQL."""
    return f"CAST({quote(column)} AS VARCHAR)"
