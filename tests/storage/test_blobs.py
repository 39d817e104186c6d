from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fieldguide.storage.blobs import Blobs


def test_bytes_come_back_by_their_hash(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"picture")
    assert digest == hashlib.sha256(b"picture").hexdigest()
    assert blobs.read(digest) == b"picture"
    assert list(blobs.hashes()) == [digest]


def test_a_missing_blob(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    assert not blobs.exists("ab" * 32)
    with pytest.raises(FileNotFoundError):
        blobs.read("ab" * 32)


def test_a_blob_cut_short_is_written_again(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"whole")
    blobs.path(digest).write_bytes(b"wh")
    blobs.put(b"whole")
    assert blobs.read(digest) == b"whole"


def test_many_threads_put_the_same_bytes(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(blobs.put, [b"same" * 10_000] * 200))
    assert len(digests) == 1
    assert not list((tmp_path / "incoming").iterdir())


def test_leftovers_of_dead_processes_are_removed(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    blobs.put(b"x")
    dead = tmp_path / "incoming" / "99999999-1-abc"
    dead.write_bytes(b"half")
    blobs.clear_incoming()
    assert not dead.exists()
