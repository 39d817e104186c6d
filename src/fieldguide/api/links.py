"""The addresses of links that are handed to people."""

from __future__ import annotations

from fieldguide.records.invitations import Purpose


def link_path(purpose: Purpose, token: str) -> str:
    """Return a link's path; the token stands behind the ``#``, which browsers send nowhere.

    Example:
        >>> link_path("join", "abc")
        '/join#abc'
    """
    return f"/{purpose}#{token}"
