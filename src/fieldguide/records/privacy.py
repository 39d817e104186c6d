"""What may leave the workspace of a dataset's pictures and columns, and how exactly."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import sqlalchemy as sa

from fieldguide.errors import InputError
from fieldguide.records.schema import datasets
from fieldguide.types import ColumnValue

Coordinates = Literal["exact", "coarse", "removed"]
"""Whether coordinates leave as they are, rounded, or not at all."""

Faces = Literal["as_they_are", "blurred"]

MOST_DECIMALS = 3

_DEGREES = re.compile(r"(exif|gps|decimal|dwc|geo|verbatim)*(latitude|longitude|lat|lon|lng|long)")
_OTHER_PLACES = re.compile(
    r"(exif|geo)*(gps(position|coordinates?|location)?|coordinates?|coords?|latlong?|latlng|lonlat"
    r"|geo(m|metry|json|hash|location|point)|footprintwkt|wkt|easting|northing|utm|mgrs|pluscode"
    r"|what3words)"
)
_GREATEST = 360


@dataclass(frozen=True, slots=True)
class Privacy:
    """A dataset's privacy settings. Pictures leave without metadata whatever they say.

    Attributes:
        coordinates: What becomes of columns with coordinates in exports, and on pages for all but
            maintainers.
        decimals: Digits behind the point to which coarse degrees are rounded, from 0 to 3: about
            111 km, 11 km, 1 km and 100 m from cell to cell in the direction of north. The default
            of 1 is the coarser of the two steps that are recommended for what is sensitive but may
            be published at all: nobody has said yet who lives where the pictures were taken, and
            what was published once cannot be taken back.
        faces: Whether faces are blurred wherever pictures are shown or leave.
        columns_kept_back: Names of columns that stay here, such as the names of those who sent
            pictures.

    Source:
        Chapman, A. D. (2020), "Current Best Practices for Generalizing Sensitive Species Occurrence
        Data", GBIF, https://doi.org/10.15468/doc-5jp4-5g10 (0.1 degrees for high, 0.01 degrees for
        medium sensitivity; round, say how much, and do not add noise).

    Example:
        >>> Privacy().leaving({"latitude": 47.5534, "camera": "X100"})
        {'latitude': 47.6, 'camera': 'X100'}
    """

    coordinates: Coordinates = "coarse"
    decimals: int = 1
    faces: Faces = "as_they_are"
    columns_kept_back: tuple[str, ...] = ()

    def check(self) -> None:
        """Refuse values that make no sense.

        Raises:
            InputError: Naming the setting, what was given and what is allowed.
        """
        if self.coordinates not in get_args(Coordinates):
            allowed = ", ".join(get_args(Coordinates))
            raise InputError(f"coordinates must be one of {allowed}, not {self.coordinates!r}.")
        if self.faces not in get_args(Faces):
            raise InputError(
                f"faces must be one of {', '.join(get_args(Faces))}, not {self.faces!r}."
            )
        if not 0 <= self.decimals <= MOST_DECIMALS:
            raise InputError(
                f"decimals must be from 0 to {MOST_DECIMALS}, not {self.decimals}; for more, let "
                "coordinates be exact."
            )

    def changes(self, column: str) -> bool:
        """Whether a column leaves otherwise than it is, or not at all."""
        if column in self.columns_kept_back:
            return True
        return self.coordinates != "exact" and is_place(column)

    def leaving(self, values: Mapping[str, ColumnValue]) -> dict[str, ColumnValue]:
        """Return the columns of a picture as they may leave."""
        found: dict[str, ColumnValue] = {}
        for name, value in values.items():
            if not self.changes(name):
                found[name] = value
            elif self.coordinates == "coarse" and name not in self.columns_kept_back:
                rounded = _rounded(value, self.decimals) if _is_degrees(name) else None
                if rounded is not None:
                    found[name] = rounded
        return found


def is_place(column: str) -> bool:
    """Whether a column of that name holds coordinates.

    Example:
        >>> is_place("decimalLatitude"), is_place("GPS position"), is_place("latency")
        (True, True, False)
    """
    return _is_degrees(column) or _OTHER_PLACES.fullmatch(_plain(column)) is not None


def of_dataset(connection: sa.Connection, dataset_id: int) -> Privacy:
    """Return a dataset's privacy settings; what was never set has its default."""
    query = sa.select(datasets.c.privacy).where(datasets.c.id == dataset_id)
    held: dict[str, Any] = dict(connection.execute(query).scalar() or {})
    known = {field.name for field in dataclasses.fields(Privacy)}
    given = {name: value for name, value in held.items() if name in known}
    if "columns_kept_back" in given:
        given["columns_kept_back"] = tuple(given["columns_kept_back"])
    return Privacy(**given)


def change(connection: sa.Connection, dataset_id: int, privacy: Privacy) -> None:
    """Give a dataset other privacy settings.

    Raises:
        InputError: If they make no sense.
    """
    privacy.check()
    values = dataclasses.asdict(privacy)
    values["columns_kept_back"] = sorted(set(privacy.columns_kept_back))
    connection.execute(datasets.update().where(datasets.c.id == dataset_id).values(privacy=values))


def _plain(column: str) -> str:
    return "".join(c for c in column.casefold() if c.isalnum())


def _is_degrees(column: str) -> bool:
    return _DEGREES.fullmatch(_plain(column)) is not None


def _rounded(value: ColumnValue, decimals: int) -> ColumnValue:
    """Round degrees; None for what is not a number of degrees and so cannot be rounded."""
    try:
        number = float(value) if value is not None else math.nan
    except ValueError:
        return None
    if not abs(number) <= _GREATEST:
        return None
    # Without the sign that is left of a small negative number, which says more than its digits.
    rounded = round(number, decimals) + 0.0
    return str(rounded) if isinstance(value, str) else rounded
