"""Sixty hostile files: sixty outcomes, no crash, nothing outside the workspace."""

from __future__ import annotations

import csv
import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from fieldguide.collect.importing import import_source
from fieldguide.formats.available import open_source
from fieldguide.types import Outcome, SourceOptions
from fieldguide.workspace import Workspace


def _encode(image: Image.Image, format_: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, data: bytes = b"", extra: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = _chunk(b"IDAT", zlib.compress(data)) if data else b""
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + extra + body + _chunk(b"IEND", b"")


def _flipped(data: bytes, every: int) -> bytes:
    changed = bytearray(data)
    for position in range(30, len(changed), every):
        changed[position] ^= 0xFF
    return bytes(changed)


def _hostile(good: bytes) -> dict[str, tuple[bytes, set[Outcome]]]:
    """Sixty files by name, each with the outcomes that are right for it."""
    image = Image.effect_noise((64, 48), 80).convert("RGB")
    png, gif, bmp = (_encode(image, f) for f in ("PNG", "GIF", "BMP"))
    tiff, webp = _encode(image, "TIFF"), _encode(image, "WEBP")
    broken, foreign, large = {Outcome.BROKEN}, {Outcome.NOT_AN_IMAGE}, {Outcome.TOO_LARGE}
    either = {Outcome.BROKEN, Outcome.NOT_AN_IMAGE}
    added = {Outcome.ADDED}
    any_of = added | either | large
    bomb_text = _chunk(b"zTXt", b"c\0\0" + zlib.compress(b"\0" * 50_000_000))
    files: dict[str, tuple[bytes, set[Outcome]]] = {
        "empty.jpg": (b"", either),
        "one byte.jpg": (b"\xff", either),
        "soi only.jpg": (b"\xff\xd8", either),
        "soi eoi.jpg": (b"\xff\xd8\xff\xd9", broken),
        "zeros.jpg": (bytes(5000), either),
        "html.jpg": (b"<!doctype html><script>alert(1)</script>", foreign),
        "svg.jpg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", foreign),
        "svg with header.png": (b"<?xml version='1.0'?><svg/>", foreign),
        "pdf.jpg": (b"%PDF-1.7\n%%EOF", foreign),
        "postscript.jpg": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", foreign),
        "elf.png": (b"\x7fELF" + bytes(200), foreign),
        "zip.jpg": (b"PK\x03\x04" + bytes(200), foreign),
        "pickle.jpg": (b"\x80\x04\x95cos\nsystem\n(S'true'\ntR.", foreign),
        "ico.jpg": (b"\x00\x00\x01\x00\x01\x00" + bytes(100), foreign),
        "psd.jpg": (b"8BPS" + bytes(100), foreign),
        "heic.jpg": (b"\0\0\0\x18ftypheic" + bytes(100), foreign),
        "mp4.jpg": (b"\0\0\0\x18ftypmp42" + bytes(100), foreign),
        "ppm.jpg": (b"P6 2 2 255\n" + bytes(12), foreign),
        "bom.txt": ("\ufefftext".encode("utf-16"), foreign),
        "notes.csv": (b"=cmd|'/c calc'!A1,2\n", foreign),
        "huge header.png": (_png(65_535, 65_535), large | broken),
        "more than the limit.png": (_png(20_000, 20_000), large),
        "absurd header.png": (_png(2**31 - 1, 2**31 - 1), large | broken),
        "no width.png": (_png(0, 10, b"x"), broken),
        "no data.png": (_png(10, 10), broken),
        "wrong data.png": (_png(10, 10, b"not pixels"), broken),
        "text bomb.png": (_png(4, 4, b"\0" * 52, bomb_text), added | broken),
        "signature only.png": (b"\x89PNG\r\n\x1a\n", broken),
        "bad checksum.png": (_flipped(png, 40), broken),
        "half.png": (png[: len(png) // 2], broken),
        "half.gif": (gif[: len(gif) // 2], broken),
        "half.bmp": (bmp[: len(bmp) // 2], broken),
        "half.tif": (tiff[: len(tiff) // 2], broken),
        "half.webp": (webp[: len(webp) // 2], broken),
        "half.jpg": (good[: len(good) // 2], broken),
        "nearly whole.jpg": (good[:-40], broken),
        "header only.jpg": (good[:60], broken),
        "header only.gif": (b"GIF89a", broken),
        "no frames.gif": (gif[:13] + b"\x3b", broken),
        "header only.bmp": (bmp[:20], broken),
        "header only.tif": (b"II*\0", broken),
        "loop.tif": (b"II*\0\x08\0\0\0\0\0\x08\0\0\0", broken),
        "header only.webp": (b"RIFF\x10\0\0\0WEBP", broken),
        "flipped.jpg": (_flipped(good, 97), any_of),
        "flipped.gif": (_flipped(gif, 31), any_of),
        "flipped.webp": (_flipped(webp, 31), any_of),
        "flipped.tif": (_flipped(tiff, 31), any_of),
        "flipped.bmp": (_flipped(bmp, 31), any_of),
        "really a png.jpg": (png, added),
        "really a jpeg.txt": (good + b"trailing" * 100, added | broken),
        "no ending": (_encode(image, "PNG", compress_level=1), added),
        "one pixel.png": (_encode(Image.new("RGB", (1, 1)), "PNG"), added),
        "thin.png": (_encode(Image.new("RGB", (1, 5000)), "PNG"), added),
        "two\nlines.jpg": (good + b"\n", added | broken),
        "\u200f\u05e9\u05dc\u05d5\u05dd \U0001f33f \u845c.jpg": (_encode(image, "JPEG"), added),
        "<script>alert(1)</script>.jpg": (_encode(image, "JPEG", quality=80), added),
        "'; DROP TABLE images; --.jpg": (_encode(image, "JPEG", quality=70), added),
        "=HYPERLINK(x).jpg": (_encode(image, "JPEG", quality=60), added),
        "%s%n${x}.jpg": (_encode(image, "JPEG", quality=50), added),
        "n" * 240 + ".jpg": (_encode(image, "JPEG", quality=40), added),
    }
    # A file's name cannot hold a slash.
    return {name.replace("/", "\u2215"): value for name, value in files.items()}


def test_sixty_files_have_sixty_outcomes(
    workspace: Workspace, tmp_path: Path, picture: Callable[..., bytes]
) -> None:
    hostile = _hostile(picture(1))
    assert len(hostile) == 60
    root = tmp_path / "hostile"
    root.mkdir()
    for name, (data, _) in hostile.items():
        (root / name).write_bytes(data)
    outside = {p for p in tmp_path.rglob("*") if workspace.root not in p.parents}
    report = import_source(workspace, open_source(root, SourceOptions()), "d")
    with report.list_path.open(newline="", encoding="utf-8") as file:
        found = {row["name"].removeprefix("'"): row for row in csv.DictReader(file)}
    wrong = {
        name: (row["outcome"], row["reason"])
        for name, (_, expected) in hostile.items()
        if Outcome((row := found.pop(name.removeprefix("'")))["outcome"]) not in expected
    }
    assert wrong == {}
    assert found == {}
    assert sum(report.outcomes.values()) == 60
    assert {p for p in tmp_path.rglob("*") if workspace.root not in p.parents} == outside


def test_links_pipes_and_names_that_are_no_text(
    workspace: Workspace, tmp_path: Path, picture: Callable[..., bytes]
) -> None:
    root = tmp_path / "pictures"
    (root / "a").mkdir(parents=True)
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(picture(1))
    (root / "a" / "inside.jpg").write_bytes(picture(2))
    (root / "a" / "link out.jpg").symlink_to(secret)
    (root / "a" / "dangling.jpg").symlink_to(tmp_path / "nowhere.jpg")
    (root / "a" / "loop").symlink_to(root)
    os.mkfifo(root / "a" / "pipe.jpg")
    os.close(os.open(bytes(root) + b"/a/\xff\xfe.jpg", os.O_CREAT | os.O_WRONLY))
    report = import_source(workspace, open_source(root, SourceOptions()), "d")
    assert report.outcomes[Outcome.ADDED] == 1
    assert report.outcomes.get(Outcome.DUPLICATE, 0) == 0
    assert report.outcomes[Outcome.REFUSED] >= 2
    assert len(list(workspace.images.hashes())) == 1


def test_files_over_the_limit_are_not_read_whole(
    tmp_path: Path, picture: Callable[..., bytes]
) -> None:
    from fieldguide.config import read_config

    root = tmp_path / "pictures"
    root.mkdir()
    (root / "big.jpg").write_bytes(picture(1) + bytes(2_000_000))
    settings = {"FIELDGUIDE_WORKSPACE": str(tmp_path / "ws"), "FIELDGUIDE_MAX_FILE_MB": "1"}
    with Workspace(read_config(settings)) as workspace:
        report = import_source(workspace, open_source(root, SourceOptions()), "d")
    assert report.outcomes == {Outcome.TOO_LARGE: 1}
    assert report.problems[0][2] == "the file has more than 1 MB"


@pytest.mark.parametrize("name", ["../out.jpg", "/abs.jpg", "C:\\win.jpg", "a/../../out.jpg"])
def test_archive_members_never_leave(
    workspace: Workspace, tmp_path: Path, picture: Callable[..., bytes], name: str
) -> None:
    import zipfile

    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, picture(1))
        archive.writestr("x/ok.jpg", picture(2))
    report = import_source(workspace, open_source(path, SourceOptions()), "d")
    assert report.outcomes == {Outcome.ADDED: 1, Outcome.REFUSED: 1}
    assert not list(tmp_path.rglob("out.jpg"))
