"""Look at one file: read, hash, decode, and note what its bytes say."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fieldguide.errors import PictureError
from fieldguide.pictures.decode import decode
from fieldguide.pictures.perceptual_hash import perceptual_hash
from fieldguide.records.images import ImageRow
from fieldguide.types import ColumnValue, Entry, Outcome, Pixels

HASHING_SIDE = 448
"""Shorter side to which JPEG may be reduced when nothing else needs more; the same as the
default backbone's, so that importing with and without embedding sees the same pixels."""


class Extractor(Protocol):
    """Takes something from the pixels while they are decoded, so that one decoding serves all."""

    @property
    def shorter_side(self) -> int:
        """Least shorter side to which a JPEG may be reduced while it is decoded."""

    def wants(self, sha256: str) -> bool:
        """Whether the image's result is still missing; called from several threads."""

    def extract(self, pixels: Pixels) -> Any:
        """Compute the result; called from several threads."""

    def keep(self, results: Sequence[tuple[str, Any]]) -> None:
        """Store results by image hash; called from one thread."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found out about one file.

    Attributes:
        entry: The file.
        refused: Set with a reason when the file cannot enter a dataset.
        reason: Why it was refused, in words.
        sha256: Hash of its bytes, when they could be read.
        image: Facts for the records; None when the image is known already.
        columns: Values found in its metadata.
        extracted: Results by position of the extractor that gave them.
    """

    entry: Entry
    refused: Outcome | None = None
    reason: str = ""
    sha256: str | None = None
    image: ImageRow | None = None
    columns: dict[str, ColumnValue] = field(default_factory=dict)
    extracted: dict[int, Any] = field(default_factory=dict)


def read_entry(entry: Entry, max_bytes: int) -> bytes | Inspection:
    """Read a file's bytes, or say why not."""
    if entry.refusal is not None:
        return Inspection(entry, refused=entry.refusal.outcome, reason=entry.refusal.reason)
    try:
        data = entry.read(max_bytes)
    except FileNotFoundError:
        return Inspection(entry, refused=Outcome.MISSING, reason="the file does not exist")
    except OSError as error:
        return Inspection(entry, refused=Outcome.UNREADABLE, reason=error.strerror or str(error))
    if len(data) > max_bytes:
        reason = f"the file has more than {max_bytes / 1e6:.0f} MB"
        return Inspection(entry, refused=Outcome.TOO_LARGE, reason=reason)
    return data


def inspect(
    entry: Entry,
    data: bytes,
    *,
    known: bool,
    sha256: str,
    max_pixels: int,
    extractors: Sequence[Extractor] = (),
) -> Inspection:
    """Decode one file once, for the records and for all extractors.

    Args:
        entry: The file.
        data: Its bytes.
        known: Whether the dataset has these bytes under this name; then they are only decoded when
            an extractor wants them.
        sha256: Hash of the bytes.
        max_pixels: Larger pictures are refused.
        extractors: What else to take from the pixels.
    """
    wanted = {n: e for n, e in enumerate(extractors) if e.wants(sha256)}
    if known and not wanted:
        return Inspection(entry, sha256=sha256)
    side = max([HASHING_SIDE, *(e.shorter_side for e in wanted.values())])
    try:
        picture = decode(data, shorter_side=side, max_pixels=max_pixels)
    except PictureError as error:
        return Inspection(entry, refused=error.outcome, reason=error.reason, sha256=sha256)
    image = ImageRow(
        sha256=sha256,
        bytes=len(data),
        format=picture.format,
        mode=picture.mode,
        width=picture.width,
        height=picture.height,
        perceptual_hash=perceptual_hash(picture.pixels),
    )
    facts = picture.metadata
    columns: dict[str, ColumnValue] = {
        "taken_at": facts.taken_at,
        "camera": facts.camera,
        "latitude": facts.latitude,
        "longitude": facts.longitude,
    }
    return Inspection(
        entry,
        sha256=sha256,
        image=image,
        columns={name: value for name, value in columns.items() if value is not None},
        extracted={n: e.extract(picture.pixels) for n, e in wanted.items()},
    )


def hash_of(data: bytes) -> str:
    """Return the SHA-256 of bytes, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
