"""JPEG files, the multi-picture files of phones (MPO) included: their first picture."""

from __future__ import annotations

import io
import struct

from PIL import JpegImagePlugin

from fieldguide.pictures.container import (
    Container,
    broken,
    check_size,
    pillow_failures_as_broken,
)

_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_APP0, _APP1, _APP2, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_WITHOUT_LENGTH = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_MAX_SCANS = 200


def open_picture(data: bytes, max_pixels: int) -> Container:
    """Open a JPEG file.

    Args:
        data: The whole file.
        max_pixels: The largest picture that is accepted.

    Raises:
        PictureError: If it is broken or too large.

    Source:
        ITU-T T.81, annex B; JFIF 1.02; CIPA DC-007 for files with several pictures.
    """
    view = memoryview(data)
    kept: list[bytes | memoryview] = [b"\xff\xd8"]
    segments, progressive, at = _Segments(), False, 2
    while True:
        marker, start, end = next_segment(data, at)
        if marker == _START_OF_SCAN:
            break
        body = data[start + 4 : end]
        if marker in _FRAMES and len(body) >= 5:
            height, width = struct.unpack_from(">HH", body, 1)
            check_size(width, height, max_pixels)
            progressive = marker in _PROGRESSIVE
        if segments.keeps(marker, body):
            kept.append(view[start:end])
        at = end
    # Zero bytes at the end, which a full memory card leaves, decode as grey without any complaint.
    if data.rfind(b"\xff\xd9", start) < 0:
        raise broken("The file ends before its picture is complete (no end-of-image marker).")
    # Each scan of a progressive file is a pass over all pixels, and an empty one takes ten bytes.
    if progressive and data.count(b"\xff\xda", start) > _MAX_SCANS:
        raise broken(f"The picture consists of more than {_MAX_SCANS} scans.")
    kept.append(view[start:])
    with pillow_failures_as_broken():
        image = JpegImagePlugin.JpegImageFile(io.BytesIO(b"".join(kept)))
    return Container(image, exif=segments.exif, icc=segments.profile())


def next_segment(data: bytes, at: int) -> tuple[int, int, int]:
    """Find the next marker that has a length: its number, where it starts, and where it ends.

    Raises:
        PictureError: If the file ends before there is one.
    """
    while True:
        start = data.find(b"\xff", at)
        marker = data[start + 1] if 0 <= start < len(data) - 1 else None
        if marker == _END_OF_IMAGE:
            raise broken("The file holds no picture data.")
        if marker is None or start + 4 > len(data):
            raise broken("The file ends before its picture begins.")
        if marker != 0xFF and marker not in _WITHOUT_LENGTH:
            break
        at = start + (1 if marker == 0xFF else 2)
    end = start + 2 + struct.unpack_from(">H", data, start + 2)[0]
    if end > len(data) or end < start + 4:
        raise broken("The file ends before its picture begins.")
    return marker, start, end


class _Segments:
    """Sorts segments into those that pixels depend upon and those that only describe them."""

    def __init__(self) -> None:
        self.exif: bytes | None = None
        self._profile_parts: dict[int, bytes] = {}
        self._profile_count = 0

    def keeps(self, marker: int, body: bytes) -> bool:
        if marker == _APP0:
            return body.startswith(b"JFIF\0") and len(body) >= 14
        if marker == _APP14:
            # Tells how the colours are stored, without which CMYK comes out wrong.
            return body.startswith(b"Adobe") and len(body) >= 12
        if marker == _APP1 and body.startswith(b"Exif\0") and self.exif is None:
            self.exif = body[6:]
        elif marker == _APP2 and body.startswith(b"ICC_PROFILE\0") and len(body) > 14:
            self._profile_count = body[13]
            self._profile_parts.setdefault(body[12], body[14:])
        return marker != _COMMENT and not _APP0 < marker <= _APP15

    def profile(self) -> bytes | None:
        numbers = range(1, self._profile_count + 1)
        if not numbers or any(number not in self._profile_parts for number in numbers):
            return None
        return b"".join(self._profile_parts[number] for number in numbers)
