"""Zip and tar archives of a folder of pictures, read without unpacking anything to disk."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fieldguide.errors import SourceError
from fieldguide.formats import layout, litter
from fieldguide.formats.files import read_nothing
from fieldguide.formats.members import DAMAGE, Contents, Member, normal_path, refuse_name
from fieldguide.formats.names import UniqueNames, clean, slug, stem_of
from fieldguide.formats.tar_archive import open_tar
from fieldguide.formats.zip_archive import open_zip
from fieldguide.types import Entry, Source, SourceOptions

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")


@dataclass(frozen=True, slots=True)
class _Survey:
    """What the first pass through the members found out."""

    count: int
    prefix: str
    places: layout.Layout
    guesses: tuple[str, ...]


class Archive:
    """Reads an archive of a folder of pictures.

    The rules for folders hold inside it; one folder around everything is left away. Entries of a
    zip come sorted by name, those of a tar in the tar's order. An entry of a packed tar is best
    read before the next one is taken; see ``open_tar``.
    """

    def matches(self, path: Path) -> bool:
        """Whether the path is a file with the suffix of an archive."""
        return path.is_file() and path.name.lower().endswith(SUFFIXES)

    def open(self, path: Path, options: SourceOptions) -> Source:
        """Pass through all members once, reading names only, and find out what they mean.

        Raises:
            SourceError: If the archive is damaged or holds no file, or if columns are named.
        """
        layout.refuse_columns(path, options)
        location = path.resolve()
        try:
            contents = _opener(location)(location)
            survey = _survey(contents)
        except DAMAGE as error:
            raise SourceError(
                f"The archive {location} is damaged or is none: {error or type(error).__name__}. "
                "Get it again, or unpack it and give the folder."
            ) from error
        if survey.count == 0:
            raise SourceError(
                f"The archive {location} holds no files. Pack a folder of pictures, sorted into "
                "one subfolder per class if they have labels."
            )
        return Source(
            format="archive",
            location=location,
            suggested_name=slug(stem_of(location.name)),
            count=survey.count,
            guesses=(*contents.guesses, *survey.guesses),
            entries=partial(_entries, location, contents, survey),
        )


def _opener(path: Path) -> Callable[[Path], Contents]:
    """Choose by the first bytes, for browsers and mailers change suffixes."""
    with path.open("rb") as start:
        is_zip = start.read(2) == b"PK"
    return open_zip if is_zip or zipfile.is_zipfile(path) else open_tar


def _survey(contents: Contents) -> _Survey:
    paths: list[str] = []
    count = passed_over = 0
    for member in contents.members():
        path = normal_path(member.name)
        if litter.is_in_litter(path):
            passed_over += 1
            continue
        count += 1
        if refuse_name(member.name) is None:
            paths.append(path)
    prefix = _common_folder(paths)
    places = layout.recognise(path[len(prefix) :] for path in paths)
    around = (f"The folder '{prefix[:-1]}' around everything is left away.",) if prefix else ()
    return _Survey(count, prefix, places, (*around, *places.guesses, *litter.announce(passed_over)))


def _common_folder(paths: list[str]) -> str:
    """Give the one topmost folder of all paths with its slash, or nothing."""
    tops = {path.partition("/")[0] for path in paths}
    if len(tops) != 1 or not all("/" in path for path in paths):
        return ""
    top = tops.pop()
    return "" if layout.part_named(top) else f"{top}/"


def _entries(location: Path, contents: Contents, survey: _Survey) -> Iterator[Entry]:
    names = UniqueNames()
    try:
        for member in contents.members():
            path = normal_path(member.name)
            if not litter.is_in_litter(path):
                yield _entry(member, path, survey, names)
    except DAMAGE as error:
        raise SourceError(
            f"The archive {location} could be read when it was opened and no longer: {error}. Make "
            "sure that nothing writes to it, and start again."
        ) from error


def _entry(member: Member, path: str, survey: _Survey, names: UniqueNames) -> Entry:
    unsafe = refuse_name(member.name)
    if unsafe:
        name = names.claim(clean(member.name) or "(no name)")
        return Entry(name=name, read=read_nothing, refusal=unsafe)
    path = path.removeprefix(survey.prefix)
    part, label = survey.places.place(path)
    return Entry(
        name=names.claim(path),
        read=member.read,
        label=label,
        part=part,
        refusal=member.refusal,
    )
