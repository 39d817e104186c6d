"""Times of taking that cannot be true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Case, Finding, Suspect, case_key
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.times import Moment, read_time, written_times
from fieldguide.curate.checks.units import scenes_of
from fieldguide.curate.checks.wording import counted
from fieldguide.records import clock

RESET_DATES = frozenset(
    {date(1904, 1, 1), date(1970, 1, 1), date(1980, 1, 1), date(1980, 1, 6), date(2000, 1, 1)}
)
"""Days from which clocks count: Macintosh, Unix, DOS, GPS, and many a camera without battery."""

SAME_SECOND = 5
"""How many different scenes one camera must have taken within a second to be disbelieved."""

_FIRST_PHOTOGRAPH = 1826
_FIRST_DIGITAL_CAMERA = 1975

Kind = Literal["unreadable", "future", "early", "reset", "new year"]

_CERTAINTY: dict[Kind, float] = {
    "unreadable": 1.0,
    "future": 1.0,
    "early": 1.0,
    "reset": 0.8,
    "new year": 0.6,
}

_WHY = (
    "The time of taking is read from the file, or from the column taken_at. Named are times that "
    "are no time, that lie in the future or before the first photograph, the days from which reset "
    "clocks count (first hours of 1970, 1980, 2000 and the like, or the first minutes of any "
    f"year), and at least {SAME_SECOND} different scenes by one camera within one second. Times "
    "hold bursts together in a split and order a season; broken ones put both wrong. Certainty is "
    "1 where the time cannot be, 0.8 for the days of reset clocks, 0.7 for shared seconds (a "
    "program may have rewritten the files), 0.6 for the first minutes of a year."
)


def find(pool: Pool) -> Iterator[Finding]:
    """Find pictures with times that cannot be true."""
    written = written_times(pool)
    now = clock.now().astimezone(UTC).replace(tzinfo=None)
    moments: dict[int, Moment] = {}
    cases: list[Case] = []
    for row, text in written.items():
        moment = read_time(text)
        if moment is None:
            cases.append(_case(pool, row, "unreadable", f"Its time is no time: {text[:40]!r}."))
            continue
        wrong = _wrong(moment, now)
        if wrong is None:
            moments[row] = moment
        else:
            cases.append(_case(pool, row, wrong[0], f"Its time is {text[:40]!r}: {wrong[1]}."))
    cases.extend(_shared_seconds(pool, moments))
    if cases:
        ordered = tuple(sorted(_merged(cases), key=lambda case: -case.certainty))
        number = len({s.member_id for case in ordered for s in case.suspects})
        yield Finding(
            check="broken-times",
            title=f"{counted(number, 'picture', 'pictures')} with a broken time",
            why=_WHY,
            severity="warning",
            cases=ordered,
            actions=("review",),
            figures={"pictures": number, "of": len(pool.pictures), "with_time": len(written)},
        )


def _wrong(moment: Moment, now: datetime) -> tuple[Kind, str] | None:
    at = moment.at
    # Somewhere on earth it is up to 14 hours later than in UTC.
    if at > now + timedelta(hours=14):
        return "future", "it has not come yet"
    if at.date() in RESET_DATES and at.hour < 6 and not moment.is_day_only:
        return "reset", "a clock that was reset counts from there"
    if at.year < _FIRST_PHOTOGRAPH:
        return "early", "there were no photographs then"
    digital = at.year >= _FIRST_DIGITAL_CAMERA
    first_minutes = (at.month, at.day, at.hour) == (1, 1, 0) and at.minute < 10
    if digital and first_minutes and not moment.is_day_only and at.time() != datetime.min.time():
        return "new year", "reset clocks begin with the first minutes of a year"
    return None


def _shared_seconds(pool: Pool, moments: dict[int, Moment]) -> Iterator[Case]:
    timed = {row: moment for row, moment in moments.items() if not moment.is_day_only}
    midnights = sum(moment.at.time() == datetime.min.time() for moment in timed.values())
    scenes = scenes_of(pool)
    rows: dict[tuple[str, datetime], list[int]] = defaultdict(list)
    for row, moment in timed.items():
        # Where midnight is common, only days were noted.
        if midnights > 1 and moment.at.time() == datetime.min.time():
            continue
        rows[str(pool.pictures[row].columns.get("camera") or ""), moment.at].append(row)
    for (camera, at), same in rows.items():
        count = len({int(scenes[row]) for row in same})
        if count >= SAME_SECOND:
            by = f" by {camera}" if camera else ""
            yield Case(
                key=case_key("broken-times", "second", at.isoformat(), camera),
                why=f"{len(same):,} pictures of {count:,} different scenes were taken{by} at "
                f"{at.isoformat(' ')}, all within this second.",
                certainty=0.7,
                suspects=tuple(Suspect(pool.pictures[row].member_id) for row in same),
            )


def _case(pool: Pool, row: int, kind: Kind, why: str) -> Case:
    picture = pool.pictures[row]
    return Case(
        key=case_key("broken-times", kind, picture.sha256),
        why=why,
        certainty=_CERTAINTY[kind],
        suspects=(Suspect(picture.member_id),),
    )


def _merged(cases: list[Case]) -> list[Case]:
    """Join the cases of copies: the same bytes have the same time."""
    found: dict[str, Case] = {}
    for case in cases:
        known = found.get(case.key)
        suspects = case.suspects if known is None else known.suspects + case.suspects
        found[case.key] = Case(case.key, case.why, case.certainty, suspects)
    return list(found.values())


CHECK = Check("broken-times", "Broken times", find, needs=("pictures",))
