from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from fieldguide.errors import SourceError
from fieldguide.formats.labels import json_lines
from fieldguide.formats.labels.available import open_labels
from fieldguide.formats.labels.record import LabelledPicture, Manifest

Put = Callable[[str, "str | bytes"], Path]
Opened = Callable[..., SimpleNamespace]


@pytest.fixture
def lines(tmp_path: Path, manifest: Manifest, small: list[LabelledPicture]) -> list[str]:
    """Give the lines of an export."""
    json_lines.write(tmp_path / "export.jsonl", manifest, small)
    return (tmp_path / "export.jsonl").read_text("utf-8").splitlines()


def read_all(path: Path) -> list[LabelledPicture]:
    return list(open_labels(path).pictures())


def test_a_file_is_the_manifest_the_pictures_and_their_count(
    lines: list[str], small: list[LabelledPicture]
) -> None:
    first, *middle, last = [json.loads(line) for line in lines]
    assert first["fieldguide"]["dataset"] == "trees"
    assert [picture["name"] for picture in middle] == [picture.name for picture in small]
    assert last == {"end": {"pictures": 5, "votes": 9}}
    assert middle[4] == {"name": "nothing.jpg"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_list_in_any_unicode_encoding_is_read(
    encoding: str, lines: list[str], put: Put, small: list[LabelledPicture]
) -> None:
    listed = put("list.json", f"[{','.join(lines[:-1])}]".encode(encoding))
    assert read_all(listed) == small
    lined = put("lines.jsonl", "\n".join(lines).encode(encoding))
    assert read_all(lined) == small


def test_blank_lines_and_windows_line_ends_do_no_harm(
    lines: list[str], put: Put, small: list[LabelledPicture]
) -> None:
    assert read_all(put("x.jsonl", "\r\n\r\n".join(lines) + "\r\n\r\n")) == small


def test_it_is_known_by_its_beginning_under_any_name(lines: list[str], put: Put) -> None:
    assert open_labels(put("x.json", "\n".join(lines))).format == "jsonl"


@pytest.mark.parametrize("kept", [1, 3, 6])
def test_a_file_that_was_cut_between_lines_is_refused_at_once(
    kept: int, lines: list[str], put: Put
) -> None:
    with pytest.raises(SourceError, match=r"x\.jsonl was cut off.*Export or download it again"):
        open_labels(put("x.jsonl", "\n".join(lines[:kept]) + "\n"))


def test_a_file_that_was_cut_within_a_line_is_refused_at_once(lines: list[str], put: Put) -> None:
    text = "\n".join(lines)
    with pytest.raises(SourceError, match=r"x\.jsonl was cut off"):
        open_labels(put("x.jsonl", text[:-10]))


def test_lines_may_be_removed_on_purpose(lines: list[str], put: Put) -> None:
    left = [lines[0], lines[2], '{"end": {}}']
    assert [p.name for p in read_all(put("x.jsonl", "\n".join(left)))] == ["b/1.jpg"]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], r"line 4: .*'b/1\.jpg' stands.*twice"),
        (
            lambda lines: [*lines[:2], *lines[3:]],
            r"line 6: it speaks of 5 pictures, and the file has 4",
        ),
        (lambda lines: [lines[0], "{not json}", *lines[1:]], r"line 2: it is not JSON: Expecting"),
        (lambda lines: [lines[0], "[1]", *lines[1:]], r"line 2: the picture is \[1\], not an obj"),
        (lambda lines: [lines[0], "{}", *lines[1:]], r"line 2: the field 'name' is missing"),
        (lambda lines: [lines[0], '{"name": NaN}', lines[-1]], r"line 2: NaN is no JSON number"),
        (
            lambda lines: [lines[0], '{"name": "../x"}', lines[-1]],
            r"line 2: the picture '\.\./x' is refused: its name has '\.\.'",
        ),
        (
            lambda lines: [
                line.replace('"choices":["oak"]', '"choices":["oack"]') for line in lines
            ],
            r"line 2: .*'a/1\.jpg' does not fit: .*unknown class 'oack' \(did you mean 'oak'\?\)",
        ),
        (
            lambda lines: [line.replace('"verdict":"skip"', '"verdict":"later"') for line in lines],
            r"line 5: 'verdict' is 'later'; allowed are answer, unsure, cannot_tell, skip",
        ),
        (
            lambda lines: [line.replace('"at":"2025-06-30T10:01', '"at":"noon') for line in lines],
            r"line 2: 'at' is 'noon:00\+00:00', not a time such as",
        ),
        (
            lambda lines: [line.replace('"number":12.5', '"number":"old"') for line in lines],
            r"line 2: 'number' is 'old', not a finite number",
        ),
        (
            lambda lines: [line.replace('"decides":true', '"decides":1') for line in lines],
            r"line 3: 'decides' is 1, not true or false",
        ),
    ],
)
def test_damage_is_named_with_its_line(
    change: Callable[[list[str]], list[str]], match: str, lines: list[str], put: Put
) -> None:
    path = put("x.jsonl", "\n".join(change(lines)))
    with pytest.raises(SourceError, match=rf"x\.jsonl cannot be read at {match}"):
        read_all(path)


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ('"format_version":1', '"format_version":2', "it has version 2 .*update Fieldguide"),
        ('"kind":"many"', '"kind":"several"', "'kind' is 'several'; allowed are single, many"),
        ('"merged_into":"elm"', '"merged_into":"ash"', "points to the unknown class 'ash'"),
        ('"name":"marks"', '"name":"tree"', "two questions have the same name"),
        ('"name":"rust"', '"name":""', "a question or a class has no name"),
        ('"name":"oak"', '"name":"elm"', "has 'elm' more than once"),
        ('"named":true,', "", "the field 'named' is missing"),
    ],
)
def test_a_damaged_manifest_is_refused(
    old: str, new: str, match: str, lines: list[str], put: Put
) -> None:
    assert old in lines[0]
    path = put("x.jsonl", "\n".join([lines[0].replace(old, new), *lines[1:]]))
    with pytest.raises(SourceError, match=rf"cannot be read at line 1: .*{match}"):
        open_labels(path)


@pytest.mark.parametrize("text", ['{"image": "a.jpg"}\n', '{"name": "a.jpg"}', "[]", "[1]"])
def test_other_files_are_refused(text: str, put: Put) -> None:
    with pytest.raises(SourceError, match=r"not a file of labels that Fieldguide has written"):
        open_labels(put("x.jsonl", text), format="jsonl")


def test_text_that_is_not_utf_8_is_refused(lines: list[str], put: Put) -> None:
    path = put("x.jsonl", "\n".join(lines).encode("latin-1"))
    with pytest.raises(SourceError, match=r"x\.jsonl is not text in UTF-8.*Save it as UTF-8"):
        read_all(path)


def test_what_no_database_stores_becomes_visible(lines: list[str], put: Put) -> None:
    changed = [line.replace('"annotator":"bo"', r'"annotator":"\ud800\u0000"') for line in lines]
    found = read_all(put("x.jsonl", "\n".join(changed)))
    assert found[0].votes[1].annotator == r"\ud800\x00"


def test_braces_without_end_are_refused(put: Put) -> None:
    with pytest.raises(SourceError, match=r"nested too deeply"):
        open_labels(put("x.jsonl", "[" * 100_000), format="jsonl")
