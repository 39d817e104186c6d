"""A picture file that was opened, but whose pixels were not decoded yet.

Each format has a module with ``open_picture``. It reads the file's structure, refuses what is too
large before anything is allocated, and hands Pillow only those parts that pixels are made of. So
no text, thumbnail or camera data can fail a picture, and nothing is left that Pillow would warn
about: warnings go through filters of the whole process, which several threads cannot share.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image

from fieldguide.errors import PictureError
from fieldguide.types import Outcome

# What Pillow's readers and codecs raise on hostile bytes. They convert only some of it themselves,
# so that the list is what a fuzzer finds: wrong offsets end in Index-, Key- or EOFError, wrong
# types of a tag in Type-, Value- or AttributeError, wrong sizes in Overflow-, ZeroDivision- or
# MemoryError, and internal checks in AssertionError.
_PILLOW_FAILURES = (
    AssertionError,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    MemoryError,
    NotImplementedError,
    OSError,
    OverflowError,
    SyntaxError,
    TypeError,
    ValueError,
    ZeroDivisionError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Container:
    """An opened picture file.

    Attributes:
        image: Pillow's image, not loaded; its size is that of the stored picture.
        exif: The EXIF block, or a whole TIFF file, or None.
        icc: The colour profile's bytes, or None.
        depth: Bits of a sample; tells 12-bit greyscale from 16-bit.
        inverted: Whether 0 means white and Pillow leaves it so.
    """

    image: Image.Image
    exif: bytes | None = None
    icc: bytes | None = None
    depth: int = 16
    inverted: bool = False


def check_size(width: int, height: int, max_pixels: int) -> None:
    """Refuse a picture by the size in its header, before anything is allocated for it.

    Raises:
        PictureError: If it has no pixels (``BROKEN``) or more than ``max_pixels`` (``TOO_LARGE``).
    """
    if width <= 0 or height <= 0:
        raise broken(f"The picture's size is {width} x {height} pixels.")
    if width * height > max_pixels:
        raise PictureError(
            Outcome.TOO_LARGE,
            f"The picture has {width} x {height} pixels; at most {max_pixels:,} are decoded.",
        )


def broken(reason: str) -> PictureError:
    """The error for a file that begins like a picture and is none that can be used."""
    return PictureError(Outcome.BROKEN, reason)


@contextmanager
def pillow_failures_as_broken() -> Iterator[None]:
    """Turn what Pillow raises on damaged bytes into a ``PictureError``.

    Only calls into Pillow belong inside, so that mistakes of this package stay visible.

    Raises:
        PictureError: ``BROKEN``, or ``TOO_LARGE`` if Pillow itself finds the picture too large.
    """
    try:
        yield
    except Image.DecompressionBombError as error:
        raise PictureError(Outcome.TOO_LARGE, f"The picture is too large: {error}.") from error
    except _PILLOW_FAILURES as error:
        words = str(error).strip().rstrip(".") or type(error).__name__
        raise broken(f"The picture cannot be decoded: {words[:200]}.") from error
