r"""The list of classes in a ``data.yaml``, which is all of it that labels need.

This is no YAML parser, and none is among the requirements: it reads the key ``names`` at the left
margin, as a list or as a mapping from numbers, in brackets or line by line.

Example:
    >>> parse_names("nc: 2\nnames: [oak, 'elm']\n")
    {0: 'oak', 1: 'elm'}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from fieldguide.errors import SourceError
from fieldguide.formats.labels.as_json import storable

_KEY = re.compile(r"""names\s*:(?:\s+(.*))?$""")
_PIECE = re.compile(r"""\s*((?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,"'])*?)\s*(,|$)""", re.DOTALL)
_PAIR = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^:]+?)\s*:(?:\s+(.*))?$""", re.DOTALL)
# What YAML allows nowhere unescaped, or takes for the end of a line.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def parse_names(text: str) -> dict[int, str]:
    """Read the classes by their ids.

    Raises:
        SourceError: If there is no list of names, or it cannot be understood.
    """
    lines = text.splitlines()
    for number, line in enumerate(lines):
        match = _KEY.match(line)
        if match is None:
            continue
        rest = _without_comment(match.group(1) or "").strip()
        if rest:
            return _parse_inline(rest, lines[number + 1 :], number + 1)
        return _parse_block(lines[number + 1 :], number + 2)
    raise SourceError("it has no 'names', the list of the classes")


def write_names(names: Sequence[str]) -> str:
    """Write classes as a mapping from their ids, which YAML parsers read."""
    lines = [f"  {number}: {_quote(name)}" for number, name in enumerate(names)]
    return "\n".join(["names:", *lines]) + "\n" if lines else "names: {}\n"


def _parse_inline(rest: str, following: Sequence[str], number: int) -> dict[int, str]:
    closing = {"[": "]", "{": "}"}.get(rest[0])
    if closing is None:
        raise SourceError(f"line {number} says 'names: {rest}', which is no list of classes")
    pieces = [rest]
    for line in following:
        if pieces[-1].endswith(closing):
            break
        pieces.append(_without_comment(line).strip())
    whole = " ".join(pieces).strip()
    if not whole.endswith(closing):
        raise SourceError(f"the list of names in line {number} is never closed")
    items = list(_split(whole[1:-1], number))
    if closing == "]":
        return {place: _scalar(item, number) for place, item in enumerate(items)}
    return _numbered((_pair(item, number) for item in items), number)


def _parse_block(lines: Sequence[str], first: int) -> dict[int, str]:
    pairs: list[tuple[str, str]] = []
    for number, line in enumerate(lines, start=first):
        content = _without_comment(line).strip()
        if not content:
            continue
        if content == "-" or content.startswith("- "):
            pairs.append((str(len(pairs)), _scalar(content[1:].strip(), number)))
        elif line[:1].isspace():
            pairs.append(_pair(content, number))
        else:
            break
    return _numbered(iter(pairs), first)


def _split(text: str, number: int) -> Iterator[str]:
    """Split at the commas that are not inside quotation marks."""
    position = 0
    while position < len(text):
        match = _PIECE.match(text, position)
        if match is None:
            raise SourceError(f"the quotation marks in line {number} do not match")
        # A comma after the last name is allowed.
        if match.group(1) or match.end() < len(text):
            yield match.group(1)
        position = match.end()


def _pair(text: str, number: int) -> tuple[str, str]:
    match = _PAIR.match(text)
    if match is None:
        raise SourceError(f"line {number} says '{text}', and should say, for example, 0: oak")
    return _scalar(match.group(1), number), _scalar(match.group(2) or "", number)


def _numbered(pairs: Iterator[tuple[str, str]], number: int) -> dict[int, str]:
    names: dict[int, str] = {}
    for key, name in pairs:
        if not key.isdecimal():
            raise SourceError(f"the names from line {number} on have '{key}' in place of an id")
        if int(key) in names:
            raise SourceError(f"the names from line {number} on have the id {key} twice")
        names[int(key)] = name
    return names


def _scalar(text: str, number: int) -> str:
    value = text.strip()
    if value[:1] == "'":
        value = value[1:-1].replace("''", "'")
    elif value[:1] == '"':
        escaped = re.sub(r"\\x([0-9a-fA-F]{2})", r"\\u00\1", value)
        try:
            value = json.loads(escaped, strict=False)
        except ValueError as error:
            raise SourceError(f"line {number} has {value}, which is not text") from error
    if not value:
        raise SourceError(f"line {number} has a class without a name")
    return storable(value)


def _without_comment(line: str) -> str:
    match = re.match(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?<!\s)\#|[^"'#]|["'])*""", line)
    return line if match is None else match.group()


def _quote(name: str) -> str:
    text = json.dumps(name, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
