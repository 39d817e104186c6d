"""Cursors: where a page of a list begins, as a text that callers pass back unread."""

from __future__ import annotations

import base64
import json
import math

from fieldguide.api.errors import ApiError
from fieldguide.records.pictures import Cursor, Sort


def encode(place: Cursor) -> str:
    """Return a place as a text of letters, digits, ``-`` and ``_``."""
    text = json.dumps(list(place), separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(text: str | None, sort: Sort) -> Cursor | None:
    """Read a place back.

    Raises:
        ApiError: 422 if the text is not one of ours, or comes from a list in another order.
    """
    if text is None:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        key, picture = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, RecursionError):
        raise _refused() from None
    fits = {"name": _is_text, "added": _is_id}.get(sort, _is_number)
    if not fits(key) or not _is_id(picture):
        raise _refused()
    return key, picture


def _is_text(key: object) -> bool:
    # JSON can hold half of a character, and a NUL, which no database keeps.
    return (
        isinstance(key, str) and "\0" not in key and not any("\ud800" <= c <= "\udfff" for c in key)
    )


def _is_id(key: object) -> bool:
    return isinstance(key, int) and not isinstance(key, bool) and 0 <= key < 2**63


def _is_number(key: object) -> bool:
    return isinstance(key, float) and math.isfinite(key)


def _refused() -> ApiError:
    return ApiError(
        422,
        "invalid_cursor",
        "This is not a place in a list of that order; begin at the front, without a cursor.",
    )
