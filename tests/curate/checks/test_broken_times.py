from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.curate.checks import plain
from tests.curate.checks.pools import make_pool, pair, run

from fieldguide.curate.checks.broken_times import CHECK
from fieldguide.pictures.file_facts import FileFacts
from fieldguide.records import clock


def taken(times: list[str | None], camera: str | None = None) -> list[dict[str, Any]]:
    rows = plain.rows(len(times))
    for row, time in zip(rows, times, strict=True):
        row["columns"] = {"taken_at": time, "camera": camera}
    return rows


def usual(n: int) -> list[str | None]:
    return [
        f"2023-06-{1 + k % 28:02d}T{8 + k % 10:02d}:{k % 60:02d}:{k % 59:02d}" for k in range(n)
    ]


@pytest.mark.parametrize(
    ("time", "certainty", "words"),
    [
        ("yesterday", 1.0, "no time"),
        ("0000:00:00 00:00:00", 1.0, "no time"),
        ("2023:02:30 10:00:00", 1.0, "no time"),
        ("1712:05:04 10:00:00", 1.0, "no photographs then"),
        ("1970:01:01 00:12:00", 0.8, "reset"),
        ("1980:01:01 00:00:00", 0.8, "reset"),
        ("2000-01-01T03:00:00", 0.8, "reset"),
        ("2014:01:01 00:03:12", 0.6, "reset clocks"),
    ],
)
def test_times_that_cannot_be_true(time: str, certainty: float, words: str) -> None:
    times = usual(30)
    times[4] = time
    (finding,) = run(CHECK, make_pool(taken(times)))
    assert finding.member_ids == [4]
    assert finding.cases[0].certainty == certainty
    assert words in finding.cases[0].why


def test_a_time_that_has_not_come() -> None:
    times = usual(30)
    times[4] = (clock.now() + timedelta(days=3)).strftime("%Y:%m:%d %H:%M:%S")
    (finding,) = run(CHECK, make_pool(taken(times)))
    assert finding.member_ids == [4]
    assert finding.cases[0].certainty == 1.0
    assert "not come yet" in finding.cases[0].why


def test_the_file_says_more_than_the_column() -> None:
    told = [FileFacts(time="9999:99:99 99:99:99" if row == 2 else None) for row in range(20)]
    (finding,) = run(CHECK, make_pool(taken(usual(20)), facts=lambda: told))
    assert finding.member_ids == [2]


def test_many_scenes_in_one_second() -> None:
    times = usual(30)
    times[10:16] = ["2023-07-01T12:00:01"] * 6
    (finding,) = run(CHECK, make_pool(taken(times, "Canon EOS 5D")))
    assert finding.member_ids == list(range(10, 16))
    assert "6 different scenes" in finding.cases[0].why
    assert "Canon EOS 5D" in finding.cases[0].why


def test_a_burst_in_one_second_is_none() -> None:
    times = usual(30)
    times[10:16] = ["2023-07-01T12:00:01"] * 6
    near = [pair(f"image {row}", f"image {row + 1}") for row in range(10, 15)]
    assert run(CHECK, make_pool(taken(times), near=near)) == []


@pytest.mark.parametrize(
    "times",
    [
        usual(200),
        [None] * 20,
        ["    :  :     :  :  ", "", *usual(18)],
        ["2023-06-01"] * 50,
        ["2023-06-01T00:00:00"] * 50,
        ["1998:07:04 11:00:00", "1936:05:01 09:00:00", *usual(20)],
        ["2023:06:30 23:59:60"],
        [],
    ],
    ids=["usual", "none", "blank", "days", "midnights", "old", "leap second", "empty"],
)
def test_sound_times_are_quiet(times: list[str | None]) -> None:
    assert run(CHECK, make_pool(taken(times))) == []
