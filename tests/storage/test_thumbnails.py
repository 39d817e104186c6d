from __future__ import annotations

from pathlib import Path

from fieldguide.storage.thumbnails import ThumbnailCache


def test_a_thumbnail_is_made_once(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path)
    made = []

    def make() -> bytes:
        made.append(1)
        return b"jpeg"

    assert cache.get("ab" * 32, make) == b"jpeg"
    assert cache.get("ab" * 32, make) == b"jpeg"
    assert len(made) == 1
