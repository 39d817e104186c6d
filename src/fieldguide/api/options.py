"""How the server was started."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How the server was started.

    Attributes:
        host: The address that it listens on.
        port: The port that it listens on.
        allowed_hosts: Further names by which it may be called, with or without ``:port``.
        proxies: Addresses of the proxies whose ``X-Forwarded-*`` headers are believed.
        sign_in_token: What the local owner's link holds; None where there is no such link.
        owner: Login name of the local owner.
        max_body_bytes: The largest body that a route takes, unless it says otherwise.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    allowed_hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    sign_in_token: str | None = None
    owner: str | None = None
    max_body_bytes: int = 4_000_000
