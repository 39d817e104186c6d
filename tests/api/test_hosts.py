# ruff: noqa: S104 - addresses and passwords here are made up and reach nothing

from __future__ import annotations

import socket

import pytest

from fieldguide.api.hosts import AllowedHosts, is_everywhere, is_loopback
from fieldguide.errors import InputError


@pytest.mark.parametrize(
    ("header", "allowed"),
    [
        ("127.0.0.1:8000", True),
        ("localhost:8000", True),
        ("LOCALHOST:8000", True),
        ("localhost.:8000", True),
        ("[::1]:8000", True),
        ("127.0.0.1", False),
        ("127.0.0.1:8001", False),
        ("127.0.0.2:8000", False),
        ("evil.example:8000", False),
        ("localhost.evil.example:8000", False),
        ("127.0.0.1.evil.example:8000", False),
        ("user@localhost:8000", False),
        ("localhost:8000:8000", False),
        ("localhost:8000/", False),
        ("localhost:8000,evil.example", False),
        (" localhost:8000", False),
        ("localhost:99999", False),
        ("", False),
    ],
)
def test_on_this_machine_only(header: str, allowed: bool) -> None:
    hosts = AllowedHosts("127.0.0.1", 8000)
    assert hosts.allow(header) is allowed
    assert hosts.allow(header) is allowed


def test_port_80_need_not_be_named() -> None:
    hosts = AllowedHosts("127.0.0.1", 80)
    assert hosts.allow("localhost")
    assert hosts.allow("localhost:80")


def test_a_name_with_and_without_a_port() -> None:
    hosts = AllowedHosts("127.0.0.1", 8000, ("Lab.example.org", "other.example:9000"))
    assert hosts.allow("lab.example.org")
    assert hosts.allow("lab.example.org:443")
    assert hosts.allow("other.example:9000")
    assert not hosts.allow("other.example")
    assert not hosts.allow("sub.lab.example.org")


def test_the_address_that_was_asked_for() -> None:
    hosts = AllowedHosts("192.0.2.7", 8000)
    assert hosts.allow("192.0.2.7:8000")
    assert hosts.allow("127.0.0.1:8000")
    assert not hosts.allow("192.0.2.8:8000")


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_everywhere_takes_numbers_and_the_machine_s_name(host: str) -> None:
    hosts = AllowedHosts(host, 8000)
    assert hosts.allow("192.0.2.7:8000")
    assert hosts.allow("[2001:db8::7]:8000")
    assert hosts.allow(f"{socket.gethostname()}:8000")
    assert not hosts.allow("192.0.2.7:8001")
    assert not hosts.allow("evil.example:8000")


@pytest.mark.parametrize("name", ["", "a b", "http://x", "x/y", "*.example.org", "x:y"])
def test_what_cannot_be_a_host(name: str) -> None:
    with pytest.raises(InputError, match="cannot be the name of a host"):
        AllowedHosts("127.0.0.1", 8000, (name,))


def test_memory_stays_bounded() -> None:
    hosts = AllowedHosts("127.0.0.1", 8000)
    for number in range(2000):
        assert not hosts.allow(f"x{number}.example")
    assert len(hosts._known) == 1000
    assert hosts.allow("localhost:8000")


def test_who_can_reach_an_address() -> None:
    assert [
        is_loopback(h) for h in ("127.0.0.1", "127.0.0.9", "::1", "localhost", "LocalHost")
    ] == [True] * 5
    assert [is_loopback(h) for h in ("0.0.0.0", "::", "192.0.2.1", "example.org", "")] == [
        False
    ] * 5
    assert [is_everywhere(h) for h in ("0.0.0.0", "::", "127.0.0.1", "x")] == [
        True,
        True,
        False,
        False,
    ]
