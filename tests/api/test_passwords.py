from __future__ import annotations

import asyncio

import argon2
import pytest

from fieldguide.api import passwords
from fieldguide.api.passwords import Hasher, check_password, hash_password, verify_password
from fieldguide.errors import InputError


def test_argon2id_with_the_library_s_cost() -> None:
    hashed = hash_password("four words in a row")
    assert hashed.startswith("$argon2id$")
    found = argon2.extract_parameters(hashed)
    assert found == argon2.extract_parameters(argon2.PasswordHasher().hash("x"))
    assert hash_password("four words in a row") != hashed
    assert not passwords.needs_rehash(hashed)


def test_only_the_right_password_is_right() -> None:
    hashed = hash_password("four words in a row")
    assert verify_password(hashed, "four words in a row")
    for wrong in ("", "four words in a rov", "four words in a row "):
        assert not verify_password(hashed, wrong)


def test_without_a_hash_the_answer_is_no_and_the_work_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[str] = []
    real = passwords._ARGON2

    class Counting:
        def verify(self, hashed: str, password: str) -> bool:
            compared.append(hashed)
            return real.verify(hashed, password)

        hash = staticmethod(real.hash)

    monkeypatch.setattr(passwords, "_ARGON2", Counting())
    assert not verify_password(None, "no password has this hash")
    assert not verify_password(None, "")
    assert len(compared) == 2
    assert argon2.extract_parameters(compared[0]) == argon2.extract_parameters(real.hash("x"))


@pytest.mark.parametrize("hashed", ["", "x", "$argon2id$v=19$m=65536,t=3,p=4$x$y"])
def test_what_is_no_hash_lets_nobody_in(hashed: str) -> None:
    assert not verify_password(hashed, "four words in a row")


def test_one_password_typed_on_two_systems() -> None:
    assert verify_password(hash_password("u\u0308ber alle Berge"), "\u00fcber alle Berge")


@pytest.mark.parametrize(
    "password", ["aB3 " * 3, "four words in a row", "ünïcödé wörds", "x1y2z3x1y2", "1029384756a"]
)
def test_length_is_all_that_is_asked(password: str) -> None:
    check_password(password, name="anna")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "at least 10"),
        ("nine char", "at least 10"),
        ("x" * 1025, "at most 1024"),
        ("password123", "among the first"),
        ("PASSWORD123", "among the first"),
        ("1234567890", "among the first"),
        ("aaaaaaaaaaaa", "among the first"),
        ("abababababab", "among the first"),
        ("Anna.Berger", "among the first"),
        ("anna.bergeranna.berger", "among the first"),
    ],
)
def test_what_is_refused(password: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as refused:
        check_password(password, name="anna.berger")
    if password:
        assert password not in str(refused.value)


def test_two_are_hashed_at_a_time() -> None:
    running = 0
    most = 0

    async def go() -> None:
        nonlocal running, most
        hasher = Hasher()

        def work() -> None:
            nonlocal running, most
            running += 1
            most = max(most, running)
            hash_password("four words in a row")
            running -= 1

        await asyncio.gather(*(hasher._run(work) for _ in range(6)))

    asyncio.run(go())
    assert 1 <= most <= 2
