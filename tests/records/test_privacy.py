from __future__ import annotations

import math

import pytest
import sqlalchemy as sa

from fieldguide.errors import InputError
from fieldguide.records import datasets, privacy
from fieldguide.records.privacy import Privacy, is_place
from fieldguide.types import ColumnValue
from fieldguide.workspace import Workspace


def test_settings_are_kept_and_have_defaults(workspace: Workspace) -> None:
    rules = Privacy("removed", 2, "blurred", ("town", "sender"))

    def work(connection: sa.Connection) -> tuple[Privacy, Privacy, Privacy]:
        one = datasets.ensure(connection, "one", "").id
        other = datasets.ensure(connection, "other", "").id
        before = privacy.of_dataset(connection, one)
        privacy.change(connection, one, rules)
        return before, privacy.of_dataset(connection, one), privacy.of_dataset(connection, other)

    before, after, other = workspace.records.write(work)
    assert before == other == Privacy()
    assert after == Privacy("removed", 2, "blurred", ("sender", "town"))


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (Privacy(coordinates="vague"), "coordinates must be one of"),  # type: ignore[arg-type]
        (Privacy(faces="gone"), "faces must be one of"),  # type: ignore[arg-type]
        (Privacy(decimals=4), "from 0 to 3, not 4"),
        (Privacy(decimals=-1), "from 0 to 3"),
    ],
)
def test_what_makes_no_sense_is_refused(workspace: Workspace, rules: Privacy, words: str) -> None:
    with pytest.raises(InputError, match=words):
        workspace.records.write(
            lambda c: privacy.change(c, datasets.ensure(c, "one", "").id, rules)
        )


@pytest.mark.parametrize(
    "name",
    [
        "latitude",
        "Longitude",
        "lat",
        "lon",
        "lng",
        "long",
        "decimalLatitude",
        "gps_lat",
        "GPSLongitude",
        "exif_gps_latitude",
        "lat_lon",
        "coordinates",
        "gps",
        "geometry",
        "UTM",
    ],
)
def test_columns_of_places_are_known(name: str) -> None:
    assert is_place(name)


@pytest.mark.parametrize("name", ["camera", "latency", "length", "site", "plate", "longest", "g"])
def test_other_columns_are_left_alone(name: str) -> None:
    assert not is_place(name)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (47.553429, 47.6),
        (-0.04, 0.0),
        ("8.7354", "8.7"),
        ("47°33' N", None),
        (475534290.0, None),
        (math.nan, None),
        (None, None),
    ],
)
def test_degrees_are_rounded_or_left_out(value: ColumnValue, expected: ColumnValue) -> None:
    found = Privacy().leaving({"latitude": value})
    assert found == ({} if expected is None else {"latitude": expected})
    assert math.copysign(1, float(found.get("latitude") or 0)) == 1


def test_metres_cannot_be_rounded_like_degrees() -> None:
    assert Privacy().leaving({"easting": 691_600.0, "camera": "X"}) == {"camera": "X"}
    assert Privacy("exact").leaving({"easting": 691_600.0}) == {"easting": 691_600.0}


def test_a_column_that_is_kept_back_stays() -> None:
    rules = Privacy("exact", columns_kept_back=("sender", "latitude"))
    assert rules.leaving({"sender": "310", "latitude": 1.0, "site": "a"}) == {"site": "a"}
