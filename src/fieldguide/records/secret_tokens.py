"""Tokens that let in whoever holds them; the records keep only what they hash to."""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32


def new_token(prefix: str = "") -> str:
    """Return a new token of 256 random bits, in characters that addresses and headers carry.

    Example:
        >>> new_token("fg_").startswith("fg_"), len(new_token())
        (True, 43)
    """
    return prefix + secrets.token_urlsafe(_BYTES)


def token_hash(token: str) -> str:
    """Return what the records keep of a token: its SHA-256, 64 hexadecimal digits.

    A plain hash is enough, unlike for a password: nobody can try 2**256 tokens.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
