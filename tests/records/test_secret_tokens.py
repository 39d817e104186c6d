from __future__ import annotations

import hashlib

from fieldguide.records.secret_tokens import new_token, token_hash


def test_tokens_never_repeat() -> None:
    assert len({new_token() for _ in range(1000)}) == 1000


def test_a_token_carries_256_bits_in_characters_that_addresses_carry() -> None:
    token = new_token("fg_")
    assert len(token) == 3 + 43
    assert token.isascii()
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def test_the_hash_is_sha256() -> None:
    assert token_hash("abc") == hashlib.sha256(b"abc").hexdigest()


def test_any_text_has_a_hash() -> None:
    assert len(token_hash("\udcff")) == 64
    assert len(token_hash("")) == 64
