"""Every error that Fieldguide raises on purpose.

::

    FieldguideError
    ├── InputError              what was given cannot be used
    │   ├── UnknownNameError    no dataset, head, column ... has that name
    │   ├── SourceError         a folder, archive or table cannot be read as a dataset
    │   ├── PictureError        one picture cannot be decoded
    │   ├── DataError           a dataset lacks what a step needs
    │   └── ModelError          a weights file or bundle cannot be used
    ├── MissingExtraError       an optional part is not installed
    ├── WorkspaceError          the records or the storage cannot be used
    └── InterruptedRunError     a step was stopped before its end and can be run again

The words of an error say what is wrong, what was given, what is allowed and what to do next. Any
other exception is a bug and propagates.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # At run time this would load numpy for `fieldguide --help`.
    from fieldguide.types import Outcome


class FieldguideError(Exception):
    """Base of all errors that a person can act upon."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Constructors take other things than the text; between processes goes what they made of it.
        return _restored, (type(self), self.args, vars(self))


class InputError(FieldguideError):
    """What was given cannot be used."""


class UnknownNameError(InputError):
    """No object of that kind has that name; the nearest known names are suggested.

    Args:
        kind: What was looked for, for example ``"dataset"``.
        name: The name that was given.
        known: The names that exist.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = list(known)
        numbers = all(name.isdecimal() for name in names)
        names.sort(key=int if numbers else None)
        nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
        text = f"There is no {kind} named {name!r}."
        if nearest:
            text += f" Did you mean {nearest[0]!r}?"
        shown = ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
        text += f" Known: {shown}." if names else f" There is no {kind} yet."
        super().__init__(text)
        self.kind = kind
        self.name = name


class SourceError(InputError):
    """A folder, archive or table cannot be read as a dataset."""


class PictureError(InputError):
    """One picture cannot be decoded.

    Args:
        outcome: The named outcome that the file ends in.
        reason: What is wrong with it, in words.
    """

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


class DataError(InputError):
    """A dataset lacks what a step needs, for example a second class."""


class ModelError(InputError):
    """A weights file or a bundle cannot be used."""


class MissingExtraError(FieldguideError):
    """An optional part is not installed.

    Args:
        what: What was asked for, for example ``"Reading Parquet files"``.
        extra: The name of the extra that brings it.
    """

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs the extra {extra!r}, which is not installed. "
            f"Install it with: pip install 'fieldguide[{extra}]'"
        )
        self.extra = extra


class WorkspaceError(FieldguideError):
    """The records or the storage of a workspace cannot be used."""


class InterruptedRunError(FieldguideError):
    """A step was stopped before its end; the same command goes on from there."""


def _restored(
    kind: type[FieldguideError], args: tuple[Any, ...], attributes: dict[str, Any]
) -> FieldguideError:
    error = kind.__new__(kind, *args)
    vars(error).update(attributes)
    return error
