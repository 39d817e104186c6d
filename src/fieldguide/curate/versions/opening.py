"""Open a state by what a person calls it: a version's number, ``now``, or a date."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from fieldguide.curate.versions import as_of, content, state
from fieldguide.curate.versions.state import State
from fieldguide.errors import InputError
from fieldguide.records import versions
from fieldguide.records.clock import now as present

NOW = "now"

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def open_state(connection: sa.Connection, dataset_id: int, called: str) -> State:
    """Return a state of a dataset.

    Args:
        connection: Reads, also later on, for as long as the state's pictures are taken.
        dataset_id: The dataset.
        called: ``3``, ``now``, ``2026-05-01`` (the end of that day, UTC) or a moment such as
            ``2026-05-01T12:00`` (UTC, where it names no zone).

    Raises:
        InputError: If it is none of these, or lies ahead.
        UnknownNameError: If there is no version of that number.
    """
    wanted = called.strip()
    if wanted == NOW:
        return state.now(connection, dataset_id, content.card(connection, dataset_id, [], {}))
    if wanted.isascii() and wanted.isdecimal() and len(wanted) <= 9:
        version = versions.by_number(connection, dataset_id, int(wanted))
        return state.of_version(connection, dataset_id, version)
    return as_of.at(connection, dataset_id, moment_of(wanted), title=wanted)


def moment_of(called: str) -> datetime:
    """Return the moment that a date or a time stands for, in UTC.

    Example:
        >>> moment_of("2026-05-01T12:00").isoformat()
        '2026-05-01T12:00:00+00:00'

    Raises:
        InputError: If it is neither, or lies ahead.
    """
    try:
        moment = datetime.fromisoformat(called)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        begins = moment
        if _DATE.fullmatch(called):
            moment += timedelta(days=1) - timedelta(microseconds=1)
    except (ValueError, OverflowError):
        raise InputError(
            f"{called!r} is no state of a dataset. Give the number of a version, 'now', or a date "
            "such as 2026-05-01 or 2026-05-01T12:00."
        ) from None
    if begins > present():
        raise InputError(f"{called} lies ahead. Give a date that has come, or 'now'.")
    return moment
