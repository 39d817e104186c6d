"""The names by which the server may be called.

A web site can make its own name point to this machine and then read answers as its own (DNS
rebinding); it cannot make the browser send another name than its own in the Host header.
"""

from __future__ import annotations

import ipaddress
import re
import socket

from fieldguide.errors import InputError

LOOPBACK = ("127.0.0.1", "localhost", "::1")

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")


class AllowedHosts:
    """Decides whether a Host header names this server.

    Args:
        host: The address that the server listens on.
        port: Its port.
        further: Names that are allowed as well; with ``:port`` at that port only.

    Raises:
        InputError: If one of the names cannot be a host.
    """

    def __init__(self, host: str, port: int, further: tuple[str, ...] = ()) -> None:
        self._allowed: set[tuple[str, int | None]] = {(name, port) for name in LOOPBACK}
        self._allowed.add((host.lower(), port))
        self._any_number = is_everywhere(host)
        self._port = port
        if self._any_number:
            self._allowed.add((socket.gethostname().lower(), port))
        for text in further:
            parsed = _parse(text)
            if parsed is None:
                raise InputError(
                    f"{text!r} cannot be the name of a host. Give a name such as lab.example.org, "
                    "with :PORT behind it if only that port is meant."
                )
            self._allowed.add(parsed)
        self._known: dict[str, bool] = {}

    def allow(self, header: str) -> bool:
        """Say whether a Host header names this server."""
        known = self._known.get(header)
        if known is None:
            known = self._decide(header)
            if len(self._known) < 1000:
                self._known[header] = known
        return known

    def _decide(self, header: str) -> bool:
        parsed = _parse(header)
        if parsed is None:
            return False
        name, port = parsed
        if (name, None) in self._allowed or (name, 80 if port is None else port) in self._allowed:
            return True
        # An address in numbers is nobody's to point elsewhere.
        return self._any_number and _is_number(name) and port == self._port


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach a server that listens there."""
    return host.lower() == "localhost" or (_is_number(host) and _number(host).is_loopback)


def is_everywhere(host: str) -> bool:
    """Say whether a server that listens there is reached by all of the machine's addresses."""
    return _is_number(host) and _number(host).is_unspecified


def _parse(text: str) -> tuple[str, int | None] | None:
    found = _HOST.fullmatch(text)
    if found is None:
        return None
    port = None if found["port"] is None else int(found["port"])
    return found["name"].strip("[]").lower().rstrip("."), port


def _is_number(name: str) -> bool:
    try:
        _number(name)
    except ValueError:
        return False
    return True


def _number(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(name)
