from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fieldguide.errors import SourceError, UnknownNameError
from fieldguide.formats.labels.available import FORMATS, get, names, open_labels

Put = Callable[[str, "str | bytes"], Path]


def test_formats_are_found_by_name() -> None:
    assert [get(name) for name in names()] == list(FORMATS)
    assert len(set(names())) == len(FORMATS)


def test_an_unknown_format_suggests_the_nearest(put: Put) -> None:
    with pytest.raises(UnknownNameError, match=r"format of labels named 'cocoa'. .*mean 'coco'"):
        open_labels(put("x.json", "{}"), format="cocoa")


def test_nothing_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no file or folder .*x\.csv\. Allowed are"):
        open_labels(tmp_path / "x.csv")


@pytest.mark.parametrize(
    ("name", "advice"),
    [("x.xlsx", "Save the sheet as CSV"), ("x.zip", "Unpack it first"), ("x.dat", "name its form")],
)
def test_other_files_get_advice(name: str, advice: str, put: Put) -> None:
    with pytest.raises(SourceError, match=rf"is not a file of labels\. Allowed .* {advice}"):
        open_labels(put(name, b"\xff\x00"))


def test_a_named_format_is_taken_at_its_word(put: Put) -> None:
    path = put("labels.txt", "image,label\n1.jpg,oak\n")
    assert open_labels(path, format="csv").format == "csv"
