"""Pictures into whose metadata secrets are planted, in every place that a format has for them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from fieldguide.types import Pixels

Tag = tuple[int, int, bytes]
"""A tag's number, the number of its type, and its packed value."""

TEXTS: tuple[bytes, ...] = (
    b"Willow Cottage, Ham Lane",
    b"Ottilie Nightingale",
    b"SN-77120934",
    b"LENS-5561",
    b"Zwetschgenhausen",
    b"the-iptc-city",
    b"the-iptc-writer",
    b"a remark that nobody should read",
    b"the-segment-of-a-maker",
    b"the-words-behind-the-end",
    b"the-extended-packet",
    b"the-thumbnail-bytes",
    b"2021:07:04 11:22:33",
    b"the-profile-names-a-screen",
)
"""Texts, each of which stands somewhere in a planted file."""

PLACE = struct.pack("<6I", 47, 1, 33, 1, 1_234_567, 100_000)
"""The latitude 47 degrees 33 minutes 12.34567 seconds as EXIF packs it."""

EAST = struct.pack("<6I", 8, 1, 44, 1, 7_654_321, 1_000_000)

SECRETS: tuple[bytes, ...] = (
    *TEXTS,
    *(text.decode().encode("utf-16-le") for text in TEXTS),
    PLACE,
    EAST,
    PLACE[16:],
    b"47.553429",
    b"47,33.2057",
)
"""All bytes that must not leave."""


def directory(tags: Sequence[Tag], at: int, following: int = 0) -> bytes:
    """Pack a directory of tags that begins at an offset, its longer values behind it."""
    head, body = b"", b""
    values_at = at + 2 + 12 * len(tags) + 4
    lengths = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}
    for number, kind, value in sorted(tags):
        head += struct.pack("<HHI", number, kind, len(value) // lengths[kind])
        if len(value) <= 4:
            head += value.ljust(4, b"\0")
        else:
            head += struct.pack("<I", values_at + len(body))
            body += value + b"\0" * (len(value) % 2)
    return struct.pack("<H", len(tags)) + head + struct.pack("<I", following) + body


def exif(orientation: int = 1) -> bytes:
    """An EXIF block that says nearly everything: its directories lie at fixed places."""
    second, places, small = 1000, 2000, 3000
    main: list[Tag] = [
        (0x010E, 2, TEXTS[7] + b"\0"),
        (0x010F, 2, b"Canon\0"),
        (0x0112, 3, struct.pack("<H", orientation)),
        (0x013B, 2, TEXTS[1] + b"\0"),
        (0x8769, 4, struct.pack("<I", second)),
        (0x8825, 4, struct.pack("<I", places)),
        (0x9C9C, 1, TEXTS[7].decode().encode("utf-16-le")),
    ]
    note = directory([(0x0009, 2, TEXTS[1] + b"\0"), (0x000C, 2, TEXTS[2] + b"\0")], second + 600)
    camera: list[Tag] = [
        (0x9003, 2, TEXTS[12] + b"\0"),
        (0x927C, 7, note),
        (0x9286, 7, b"ASCII\0\0\0" + TEXTS[7]),
        (0xA430, 2, TEXTS[1] + b"\0"),
        (0xA431, 2, TEXTS[2] + b"\0"),
        (0xA435, 2, TEXTS[3] + b"\0"),
    ]
    where: list[Tag] = [
        (1, 2, b"N\0"),
        (2, 5, PLACE),
        (3, 2, b"E\0"),
        (4, 5, EAST),
        (0x1C, 7, b"ASCII\0\0\0" + TEXTS[0]),
    ]
    thumbnail: list[Tag] = [
        (0x0201, 4, struct.pack("<I", small + 100)),
        (0x0202, 4, struct.pack("<I", len(TEXTS[11]))),
    ]
    block = bytearray(struct.pack("<2sHI", b"II", 42, 8) + directory(main, 8, small))
    for at, tags in ((second, camera), (places, where), (small, thumbnail)):
        block = block.ljust(at, b"\0") + directory(tags, at)
    return bytes(block.ljust(small + 100, b"\0")) + TEXTS[11]


def xmp() -> bytes:
    """An XMP packet with a place, a person, a serial number and a description."""
    return (
        b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'exif:GPSLatitude="47,33.2057N" aux:SerialNumber="' + TEXTS[2] + b'" '
        b'photoshop:City="' + TEXTS[4] + b'">'
        b"<Iptc4xmpCore:Location>" + TEXTS[0] + b"</Iptc4xmpCore:Location>"
        b"<dc:creator><rdf:Seq><rdf:li>" + TEXTS[1] + b"</rdf:li></rdf:Seq></dc:creator>"
        b'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">' + TEXTS[7] + b"</rdf:li>"
        b"</rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"
        b'<?xpacket end="w"?>'
    )


def photoshop() -> bytes:
    """Photoshop's resources with IPTC datasets and a thumbnail."""
    datasets = b"".join(
        struct.pack(">BBBH", 0x1C, 2, number, len(value)) + value
        for number, value in ((90, TEXTS[5]), (122, TEXTS[6]))
    )
    found = b""
    for number, body in ((0x0404, datasets), (0x040C, TEXTS[11])):
        found += b"8BIM" + struct.pack(">HBBI", number, 0, 0, len(body))
        found += body + b"\0" * (len(body) % 2)
    return found


def profile() -> bytes:
    """An sRGB profile whose description names a screen."""
    from PIL import ImageCms

    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    count = struct.unpack_from(">I", made, 128)[0]
    entries = [struct.unpack_from(">4sII", made, 132 + 12 * n) for n in range(count)]
    words = b"desc" + struct.pack(">II", 0, len(TEXTS[13]) + 1) + TEXTS[13] + b"\0"
    words += b"\0" * (-len(words) % 4 + 80)
    entries = [
        (name, len(made), len(words)) if name == b"desc" else (name, at, size)
        for name, at, size in entries
    ]
    table = b"".join(struct.pack(">4sII", *entry) for entry in entries)
    changed = made[:132] + table + made[132 + len(table) :] + words
    return struct.pack(">I", len(changed)) + changed[4:]


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _saved(pixels: Pixels, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form, **options)
    return file.getvalue()


def jpeg(pixels: Pixels, *, orientation: int = 1, progressive: bool = False) -> bytes:
    """A JPEG file with everything."""
    plain = _saved(pixels, "JPEG", quality=90, progressive=progressive)
    extension = b"http://ns.adobe.com/xmp/extension/\0" + b"A" * 32 + struct.pack(">II", 99, 0)
    segments = [
        # A thumbnail of one pixel, and the same in the form that came after it.
        _segment(0xE0, b"JFIF\0\x01\x01\0\0\x48\0\x48\x01\x01" + TEXTS[11]),
        _segment(0xE0, b"JFXX\0\x10" + TEXTS[11]),
        _segment(0xE1, b"Exif\0\0" + exif(orientation)),
        _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp()),
        _segment(0xE1, extension + b"<exif:GPSLatitude>" + TEXTS[10] + b"</exif:GPSLatitude>"),
        _segment(0xE2, b"ICC_PROFILE\0\x01\x01" + profile()),
        _segment(0xE2, b"MPF\0" + b"II\x2a\0\x08\0\0\0"),
        _segment(0xED, b"Photoshop 3.0\0" + photoshop()),
        _segment(0xE7, TEXTS[8]),
        _segment(0xFE, TEXTS[7]),
    ]
    second = plain[:2] + _segment(0xFE, TEXTS[7]) + plain[2:]
    # The segment of JFIF that Pillow writes is the first; ours takes its place.
    return b"".join((plain[:2], *segments, plain[20:], second, TEXTS[9]))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(pixels: Pixels, *, orientation: int = 1) -> bytes:
    """A PNG file with everything."""
    plain = _saved(pixels, "PNG")
    raw = b"\nexif\n" + str(len(exif())).encode() + b"\n" + exif().hex().encode()
    chunks = [
        _chunk(b"iCCP", TEXTS[13] + b"\0\0" + zlib.compress(profile())),
        _chunk(b"eXIf", exif(orientation)),
        _chunk(b"tEXt", b"Author\0" + TEXTS[1]),
        _chunk(b"tEXt", b"Raw profile type exif\0" + raw),
        _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(TEXTS[7], 0)),
        _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp()),
        _chunk(b"tIME", struct.pack(">HBBBBB", 2021, 7, 4, 11, 22, 33)),
        _chunk(b"prVt", TEXTS[8]),
    ]
    return b"".join((plain[:33], *chunks, plain[33:], TEXTS[9]))


def webp(pixels: Pixels, *, orientation: int = 1, lossless: bool = True) -> bytes:
    """A WebP file with everything."""
    made = _saved(
        pixels,
        "WEBP",
        lossless=lossless,
        exif=exif(orientation),
        xmp=xmp(),
        icc_profile=profile(),
    )
    made += b"PRVT" + struct.pack("<I", len(TEXTS[8])) + TEXTS[8] + b"\0" * (len(TEXTS[8]) % 2)
    return made[:4] + struct.pack("<I", len(made) - 8) + made[8:] + TEXTS[9]


def tiff(pixels: Pixels, *, orientation: int = 1, compression: str | None = None) -> bytes:
    """A TIFF file with everything: the picture's tags, those of EXIF, and a second picture."""
    tags = {
        270: TEXTS[7].decode(),
        315: TEXTS[1].decode(),
        274: orientation,
        700: xmp(),
        34377: photoshop(),
        0xC62F: TEXTS[2].decode(),
    }
    small = Image.fromarray(pixels[:8, :8])
    return (
        _saved(
            pixels,
            "TIFF",
            tiffinfo=tags,
            icc_profile=profile(),
            compression=compression,
            save_all=True,
            append_images=[small],
        )
        + TEXTS[9]
    )


def gif(pixels: Pixels) -> bytes:
    """A GIF file with everything: comments, XMP, a second picture, words behind the end."""
    still = Image.fromarray(pixels).quantize(32)
    file = io.BytesIO()
    still.save(file, "GIF", save_all=True, append_images=[still.rotate(180)], comment=TEXTS[7])
    made = file.getvalue()
    head = 13 + 3 * 2 ** ((made[10] & 7) + 1)
    packet = b"\x21\xff\x0bXMP DataXMP" + xmp() + b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    private = b"\x21\xff\x0bPRIVATE1.00" + bytes((len(TEXTS[8]),)) + TEXTS[8] + b"\0"
    return made[:head] + packet + private + made[head:] + TEXTS[9]


def bmp(pixels: Pixels) -> bytes:
    """A BMP file with words between its header and its pixels, and behind them."""
    made = _saved(pixels, "BMP")
    at = struct.unpack_from("<I", made, 10)[0]
    words = TEXTS[8] + TEXTS[0]
    head = made[:10] + struct.pack("<I", at + len(words)) + made[14:at]
    return head + words + made[at:] + TEXTS[9]


def scene(seed: int = 3) -> Pixels:
    """A picture with structure and colours: uint8 ``(48, 64, 3)``."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    return np.array(Image.fromarray(coarse).resize((64, 48), Image.Resampling.BICUBIC))


def all_files(pixels: Pixels) -> dict[str, bytes]:
    """One planted file of each kind, by its name."""
    return {
        "plain.jpg": jpeg(pixels),
        "turned.jpg": jpeg(pixels, orientation=6),
        "progressive.jpg": jpeg(pixels, progressive=True),
        "plain.png": png(pixels),
        "turned.png": png(pixels, orientation=8),
        "lossless.webp": webp(pixels),
        "lossy.webp": webp(pixels, orientation=3, lossless=False),
        "raw.tif": tiff(pixels),
        "turned.tif": tiff(pixels, orientation=6, compression="tiff_lzw"),
        "packed.tif": tiff(pixels, compression="jpeg"),
        "two.gif": gif(pixels),
        "plain.bmp": bmp(pixels),
    }
