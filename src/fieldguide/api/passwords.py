"""Passwords: what is accepted as one, and how they are kept and compared.

Source: NIST SP 800-63B, section 5.1.1 (length counts, composition rules do not), and RFC 9106,
Argon2id.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from typing import TypeVar

from anyio.to_thread import run_sync
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fieldguide.errors import InputError

T = TypeVar("T")

LEAST_LENGTH = 10
GREATEST_LENGTH = 1024

_SILLY = frozenset(
    {
        "0123456789", "1234567890", "12345678910", "0987654321", "9876543210", "1q2w3e4r5t",
        "1qaz2wsx3edc", "abcdefghij", "abcdefghijk", "administrator", "changemeplease",
        "fieldguide", "fieldguide1", "iloveyou123", "letmein123", "password10", "password12",
        "password123", "password1234", "passwordpassword", "q1w2e3r4t5", "qwerty1234",
        "qwerty12345", "qwertyuiop", "qwertzuiop", "welcome123", "welcome1234",
    }
)  # fmt: skip
_AT_ONCE = 2
_ARGON2 = PasswordHasher()


def check_password(password: str, *, name: str) -> None:
    """Refuse what is no password.

    Args:
        password: The password in question.
        name: Whose it would be.

    Raises:
        InputError: If it is too short, too long, the login name or among the first that are tried.
    """
    plain = _normal(password)
    if len(plain) < LEAST_LENGTH:
        raise InputError(
            f"A password has at least {LEAST_LENGTH} characters; four words in a row are easy to "
            "remember."
        )
    if len(plain) > GREATEST_LENGTH:
        raise InputError(f"A password has at most {GREATEST_LENGTH} characters.")
    lowered = plain.lower()
    if lowered in _SILLY or len(set(lowered)) < 3 or lowered in {name.lower(), name.lower() * 2}:
        raise InputError("This password is among the first that anybody would try. Take another.")


def hash_password(password: str) -> str:
    """Return what is kept of a password: its Argon2id hash with salt and cost.

    Takes some 50 ms of one core and 64 MB, which is the point.
    """
    return _ARGON2.hash(_normal(password))


def verify_password(hashed: str | None, password: str) -> bool:
    """Say whether a password is the one that was hashed.

    Without a hash the answer is no and takes just as long, so that the time does not tell which
    names exist.
    """
    decoy = _decoy()
    try:
        return _ARGON2.verify(hashed or decoy, _normal(password)) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(hashed: str) -> bool:
    """Say whether a hash was made at a lower cost than today's."""
    return _ARGON2.check_needs_rehash(hashed)


class Hasher:
    """Hashes and compares passwords in other threads, two at a time.

    The limit keeps a flood of sign-ins from taking all memory and all cores.
    """

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        return await self._run(lambda: hash_password(password))

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Say whether a password is the one that was hashed."""
        return await self._run(lambda: verify_password(hashed, password))

    async def _run(self, work: Callable[[], T]) -> T:
        async with self._places:
            return await run_sync(work)


def _normal(password: str) -> str:
    # One and the same password is typed in different code points on different systems.
    return unicodedata.normalize("NFKC", password)


_decoys: list[str] = []


def _decoy() -> str:
    # Made with today's cost on the first need; a constant would keep yesterday's.
    if not _decoys:
        _decoys.append(_ARGON2.hash("no password has this hash"))
    return _decoys[0]
