"""Fieldguide's own format, which loses nothing: the manifest, then one picture per line.

A file of JSON Lines begins with ``{"fieldguide": {manifest}}``, has one picture per line, and ends
with ``{"end": {"pictures": n, "votes": n}}``, by which a file that was cut off is known. Lines are
read one at a time. A JSON list of the manifest and the pictures is read too, as a whole, and needs
no last element.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from fieldguide.errors import SourceError
from fieldguide.formats.labels.as_json import (
    FORMAT,
    as_object,
    dump,
    manifest_as_json,
    manifest_from_json,
    picture_as_json,
    picture_from_json,
)
from fieldguide.formats.labels.checking import Checker
from fieldguide.formats.labels.reading import (
    LabelOptions,
    beginning_of,
    encoding_of,
    load_json,
    opening,
    parse_json,
    placing,
)
from fieldguide.formats.labels.record import LabelFile, LabelledPicture, Manifest
from fieldguide.formats.labels.writing import Fetch, Tally, WriteReport, chosen, new_files

NAME = "jsonl"
SUFFIXES = (".jsonl", ".ndjson")

_BEGINNING = re.compile(rf'\s*\[?\s*\{{\s*"fieldguide"\s*:\s*\{{\s*"format"\s*:\s*"{FORMAT}"')
_TAIL = 1 << 16

_Place = tuple[str, Any]


def matches(path: Path) -> bool:
    """Whether the path is a file with the suffix of JSON Lines, or begins like one of ours."""
    if not path.is_file():
        return False
    if path.suffix.lower() in SUFFIXES:
        return True
    return _BEGINNING.match(beginning_of(path)) is not None


def write(
    target: Path,
    manifest: Manifest,
    pictures: Iterable[LabelledPicture],
    *,
    fetch: Fetch | None = None,
    labels_only: bool = False,
) -> WriteReport:
    """Write everything that is known of the pictures, in constant memory.

    Args:
        target: The file; one that exists is replaced when all is written.
        manifest: What the export says of itself.
        pictures: The pictures, in the order of the dataset.
        fetch: Not used: the bytes stay where they are.
        labels_only: Whether to leave the votes out.

    Raises:
        InputError: If a picture does not fit the questions, or the file cannot be written.
    """
    del fetch
    tally = Tally()
    votes = 0
    with (
        new_files(target) as (unfinished,),
        unfinished.open("w", encoding="utf-8", newline="\n") as stream,
    ):
        stream.write(dump({"fieldguide": manifest_as_json(manifest)}) + "\n")
        for picture in chosen(pictures, manifest, labels_only=labels_only):
            stream.write(dump(picture_as_json(picture)) + "\n")
            tally.pictures += 1
            tally.rows += 1
            votes += len(picture.votes)
        stream.write(dump({"end": {"pictures": tally.pictures, "votes": votes}}) + "\n")
    return tally.report(target)


def read(path: Path, options: LabelOptions | None = None) -> LabelFile:
    """Open a file; pictures are read and checked while they are gone through.

    Args:
        path: The file.
        options: Not used: the file says everything itself.

    Raises:
        SourceError: If it is not ours, or was cut off.
    """
    del options
    elements = _elements_of_list if _is_list(path) else _lines
    place, first = next(elements(path), ("line 1", None))
    if not isinstance(first, dict) or "fieldguide" not in first:
        raise SourceError(
            f"{path} is not a file of labels that Fieldguide has written: {place} must be "
            f'{{"fieldguide": {{"format": "{FORMAT}", ...}}}}. For other files use CSV, COCO or '
            "Label Studio's JSON."
        )
    with placing(path, place):
        manifest = manifest_from_json(first["fieldguide"])
    if elements is _lines:
        _check_end(path)
    return LabelFile(
        format=NAME,
        questions=manifest.questions,
        manifest=manifest,
        notes=(),
        pictures=partial(_pictures, path, manifest, elements),
    )


def _pictures(
    path: Path, manifest: Manifest, elements: Callable[[Path], Iterator[_Place]]
) -> Iterator[LabelledPicture]:
    checker = Checker(manifest.questions)
    seen: set[str] = set()
    votes = 0
    found = elements(path)
    next(found)
    for place, element in found:
        with placing(path, place):
            if isinstance(element, dict) and "end" in element:
                _check_counts(as_object(element["end"], "'end'"), len(seen), votes)
                continue
            picture = picture_from_json(element)
            if picture.name in seen:
                raise SourceError(f"the picture '{picture.name}' stands in the file twice")
            fault = checker.fault_of(picture)
            if fault:
                raise SourceError(f"the picture '{picture.name}' does not fit: {fault}")
        seen.add(picture.name)
        votes += len(picture.votes)
        yield picture


def _lines(path: Path) -> Iterator[_Place]:
    encoding = encoding_of(path)
    number = 0
    with opening(path), path.open(encoding=encoding, newline="\n") as stream:
        for line in stream:
            number += 1
            if not line.strip():
                continue
            place = f"line {number}"
            with placing(path, place):
                try:
                    element = parse_json(line)
                except json.JSONDecodeError as error:
                    raise SourceError(f"it is not JSON: {error.msg}") from error
            yield place, element


def _elements_of_list(path: Path) -> Iterator[_Place]:
    for number, element in enumerate(load_json(path), start=1):
        yield f"element {number}", element


def _is_list(path: Path) -> bool:
    return beginning_of(path).lstrip().startswith("[")


def _check_end(path: Path) -> None:
    with opening(path), path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL))
        tail = stream.read()
    # In UTF-16 the zeros fall away with the spaces.
    last = tail.replace(b"\0", b"").rstrip().rpartition(b"\n")[2]
    if not re.match(rb'\s*\{\s*"end"\s*:\s*\{.*\}\s*\}', last):
        raise SourceError(
            f"{path} was cut off: its last line must begin with "
            '{"end": and say how many pictures there are. Export or download it again; if you '
            'removed lines on purpose, end the file with the line {"end": {}}.'
        )


def _check_counts(end: dict[str, Any], pictures: int, votes: int) -> None:
    for what, found in (("pictures", pictures), ("votes", votes)):
        said = end.get(what, found)
        if said != found:
            raise SourceError(
                f"it speaks of {said} {what}, and the file has {found}; if you removed lines on "
                'purpose, write {"end": {}} there'
            )
