"""Images: bytes known by their SHA-256, with what was seen when they were first decoded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_new
from fieldguide.records.schema import images

_SIGN = 1 << 63


@dataclass(frozen=True, slots=True)
class ImageRow:
    """One image.

    Attributes:
        sha256: Hash of its bytes, 64 hexadecimal digits.
        bytes: Size of its file.
        format: True format, whatever the name's ending says.
        mode: Pixel mode before conversion, as Pillow names it.
        width: Pixels across, upright.
        height: Pixels down, upright.
        perceptual_hash: 64-bit hash, unsigned.
    """

    sha256: str
    bytes: int
    format: str
    mode: str
    width: int
    height: int
    perceptual_hash: int


def add(connection: sa.Connection, rows: Iterable[ImageRow]) -> None:
    """Record images; those that are known stay as they are."""
    moment = now()
    insert_new(
        connection,
        images,
        [
            {
                "sha256": row.sha256,
                "bytes": row.bytes,
                "format": row.format,
                "mode": row.mode,
                "width": row.width,
                "height": row.height,
                "perceptual_hash": _to_signed(row.perceptual_hash),
                "added_at": moment,
            }
            for row in rows
        ],
    )


def find(connection: sa.Connection, sha256: str) -> ImageRow | None:
    """Return one image, or None."""
    found = by_hash(connection, [sha256])
    return found.get(sha256)


def by_hash(connection: sa.Connection, hashes: Sequence[str]) -> dict[str, ImageRow]:
    """Return the images among ``hashes`` that are known, by hash."""
    found: dict[str, ImageRow] = {}
    for start in range(0, len(hashes), 500):
        query = sa.select(
            images.c.sha256,
            images.c.bytes,
            images.c.format,
            images.c.mode,
            images.c.width,
            images.c.height,
            images.c.perceptual_hash,
        ).where(images.c.sha256.in_(hashes[start : start + 500]))
        for row in connection.execute(query):
            found[row.sha256] = ImageRow(*row[:6], perceptual_hash=_to_unsigned(row[6]))
    return found


def _to_signed(value: int) -> int:
    # Databases know only signed 64-bit integers.
    return value - (1 << 64) if value >= _SIGN else value


def _to_unsigned(value: int) -> int:
    return value + (1 << 64) if value < 0 else value
