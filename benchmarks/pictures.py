"""The pictures that benchmarks work on: photographs of the demo, made ones, or a person's own."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from fieldguide.workflows.demo import demo_source

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif"})


def gather(folder: Path, count: int, *, own: Path | None) -> list[Path]:
    """Put pictures into an empty folder.

    Args:
        folder: Where to.
        count: How many at most; of a person's own there may be fewer.
        own: A folder of pictures; None takes the demo's photographs.

    Returns:
        Their paths, sorted.
    """
    folder.mkdir()
    if own is None:
        for number, data in enumerate(islice(_photographs(), count)):
            (folder / f"{number:06}.jpg").write_bytes(data)
    else:
        files = (file for file in sorted(own.rglob("*")) if file.suffix.lower() in SUFFIXES)
        for number, file in enumerate(islice(files, count)):
            (folder / f"{number:06}{file.suffix}").write_bytes(file.read_bytes())
    return sorted(folder.iterdir())


def make_small(folder: Path, count: int) -> None:
    """Fill an empty folder with distinct small JPEG files."""
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(count):
        coarse = random.integers(0, 256, (6, 6, 3), np.uint8)
        side = int(random.integers(64, 97))
        picture = Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
        picture.save(folder / f"{number:06}.jpg", quality=85)


def _photographs() -> Iterator[bytes]:
    """Give the demo's photographs over and over, each time as other bytes of the same pixels."""
    import duckdb

    query = "SELECT DISTINCT image_data FROM read_parquet(?) ORDER BY md5(image_data)"
    with duckdb.connect() as database:
        rows = database.execute(query, [str(demo_source())]).fetchall()
    turn = 0
    while True:
        for (data,) in rows:
            yield data if turn == 0 else _with_comment(data, f"turn {turn}")
        turn += 1


def _with_comment(jpeg: bytes, text: str) -> bytes:
    body = text.encode("ascii")
    return jpeg[:2] + b"\xff\xfe" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]
