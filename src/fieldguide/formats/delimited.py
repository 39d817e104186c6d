"""Text tables: encoding, delimiter, and the rows with their line numbers."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from fieldguide.errors import SourceError

LONGEST_CELL = 16 << 20
_SAMPLE = 1 << 16
_SAMPLE_ROWS = 21
_CHUNK = 1 << 20
_END = "\x00end of the table\x00"
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


@dataclass(frozen=True, slots=True)
class Delimited:
    """A text table whose encoding and delimiter are known.

    Attributes:
        path: The file.
        encoding: Its encoding, for ``open``.
        delimiter: What separates its cells.
        guesses: What was taken for granted, in full sentences.
    """

    path: Path
    encoding: str
    delimiter: str
    guesses: tuple[str, ...]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Go through all rows that are not blank, the header first.

        Yields:
            The number of the line on which the row begins, and its cells.

        Raises:
            SourceError: If a cell is too long or a quotation mark is not closed.
        """
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
        line = 1
        with self.path.open(encoding=self.encoding, newline="") as stream:
            # A mark after the last line shows whether a quotation swallows the rest of the file.
            reader = csv.reader(chain(stream, [_END]), delimiter=self.delimiter)
            try:
                for cells in reader:
                    if cells == [_END]:
                        return
                    if cells and cells[-1].endswith(_END):
                        break
                    if cells:
                        yield line, cells
                    line = reader.line_num + 1
            except (csv.Error, UnicodeError) as error:
                raise self._fault(line, str(error)) from error
        raise self._fault(line, "a quotation mark is opened there and never closed")

    def _fault(self, line: int, reason: str) -> SourceError:
        return SourceError(
            f"The table {self.path} cannot be read from line {line} on: {reason}. Correct that "
            "line, and start again."
        )


def look_at(path: Path) -> Delimited:
    """Find out a text table's encoding and delimiter.

    Raises:
        SourceError: If the file is empty.
    """
    encoding, guesses = _find_encoding(path)
    with path.open(encoding=encoding, newline="") as stream:
        sample = stream.read(_SAMPLE)
    if not sample.strip():
        raise SourceError(
            f"The table {path} is empty. Its first line must name the columns, for example: "
            "image,label"
        )
    delimiter = _find_delimiter(sample, path)
    usual = "\t" if path.suffix.lower() == ".tsv" else ","
    if delimiter != usual:
        guesses.append(f"The cells are separated by {_DELIMITERS[delimiter]}.")
    return Delimited(path, encoding, delimiter, tuple(guesses))


def _find_encoding(path: Path) -> tuple[str, list[str]]:
    with path.open("rb") as stream:
        start = stream.read(2)
    if start in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return "utf-16", ["The table is read as UTF-16, as its first bytes say."]
    for encoding in ("utf-8-sig", "cp1252"):
        if _is_encoded(path, encoding):
            break
    else:
        encoding = "latin-1"
    if encoding == "utf-8-sig":
        return encoding, []
    return encoding, [f"The table is not UTF-8 and is read as {encoding}; check its accents."]


def _is_encoded(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _find_delimiter(sample: str, path: Path) -> str:
    """Take the delimiter by which most rows have as many cells as the header, and the most."""
    order = "\t,;|" if path.suffix.lower() == ".tsv" else ",;\t|"
    return max(order, key=lambda delimiter: _rate(sample, delimiter))


def _rate(sample: str, delimiter: str) -> tuple[float, int]:
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    rows = [row for row in islice(reader, _SAMPLE_ROWS) if row]
    width = len(rows[0]) if rows else 0
    if width < 2:
        return 0.0, width
    # The sample may end in the middle of a row.
    whole = rows[1:-1] or rows
    return sum(len(row) == width for row in whole) / len(whole), width
