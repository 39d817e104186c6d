"""Pictures made for the tests, and files made from them."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from fieldguide.types import Pixels


@pytest.fixture(scope="session")
def scene() -> Pixels:
    """A picture with structure, colours and no symmetry: uint8 (48, 64, 3)."""
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (6, 8, 3), np.uint8)
    return np.array(Image.fromarray(coarse).resize((64, 48), Image.Resampling.BICUBIC))


@pytest.fixture(scope="session")
def save() -> Callable[..., bytes]:
    """Saves an image or pixels as a file: ``save(image, "PNG", **options)``."""

    def save_image(image: Image.Image | Pixels, form: str, **options: Any) -> bytes:
        file = io.BytesIO()
        made = image if isinstance(image, Image.Image) else Image.fromarray(image)
        made.save(file, form, **options)
        return file.getvalue()

    return save_image


@pytest.fixture(scope="session")
def other_profile() -> bytes:
    """A colour profile that differs from sRGB: its red and green are exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.find(b"rXYZ"), profile.find(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "mine".encode("utf-16-be"))


@pytest.fixture(scope="session")
def tiff_of() -> Callable[..., bytes]:
    """Writes a TIFF of one strip tag by tag: ``tiff_of(strip, width, height, bits)``."""
    return write_tiff


def write_tiff(
    strip: bytes,
    width: int,
    height: int,
    bits: int,
    *,
    order: str = "<",
    photometric: int = 1,
    more: dict[int, tuple[int, int, int]] | None = None,
    without: tuple[int, ...] = (),
) -> bytes:
    tags = {
        256: (4, 1, width),
        257: (4, 1, height),
        258: (3, 1, bits),
        259: (3, 1, 1),
        262: (3, 1, photometric),
        273: (4, 1, 8),
        277: (3, 1, 1),
        278: (4, 1, height),
        279: (4, 1, len(strip)),
    }
    tags |= more or {}
    for tag in without:
        del tags[tag]
    at = 8 + len(strip) + len(strip) % 2
    head = (b"II\x2a\0" if order == "<" else b"MM\0\x2a") + struct.pack(order + "I", at)
    body = head + strip.ljust(at - 8, b"\0") + struct.pack(order + "H", len(tags))
    for tag, (kind, count, value) in sorted(tags.items()):
        packed = struct.pack(order + ("H" if kind == 3 and count == 1 else "I"), value)
        body += struct.pack(order + "HHI", tag, kind, count) + packed.ljust(4, b"\0")
    return body + b"\0\0\0\0"
