from __future__ import annotations

import contextlib
import io
import stat
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from fieldguide.formats.members import DAMAGE, Member
from fieldguide.formats.zip_archive import open_zip
from fieldguide.types import Outcome


def members(path: Path) -> dict[str, Member]:
    return {member.name: member for member in open_zip(path).members()}


def patch_directory(path: Path, offset: int, value: bytes) -> None:
    """Overwrite bytes of the first record of the archive's directory."""
    data = bytearray(path.read_bytes())
    start = data.index(b"PK\x01\x02") + offset
    data[start : start + len(value)] = value
    path.write_bytes(data)


def test_files_come_sorted_and_without_folders(tmp_path: Path, write: SimpleNamespace) -> None:
    path = write.zip(tmp_path / "a.zip", {"b/": b"", "b/2": b"two", "a/1": b"one"})
    assert [member.name for member in open_zip(path).members()] == ["a/1", "b/2"]
    assert members(path)["b/2"].read(100) == b"two"
    assert members(path)["b/2"].read(1) == b"tw"


def test_members_are_read_in_any_order_from_many_threads(
    tmp_path: Path, write: SimpleNamespace
) -> None:
    files = {f"{i:03}": bytes([i]) * 5000 for i in range(100)}
    listed = list(open_zip(write.zip(tmp_path / "a.zip", files)).members())
    with ThreadPoolExecutor(4) as pool:
        read = list(pool.map(lambda member: member.read(9999), reversed(listed)))
    assert read == list(reversed(files.values()))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_bombs_are_read_up_to_the_limit_whatever_size_they_declare(
    tmp_path: Path, method: int
) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("bomb", bytes(30_000_000))
    assert len(members(path)["bomb"].read(1000)) == 1001
    patch_directory(path, 24, (10).to_bytes(4, "little"))
    # The library may notice the lie, or stop at the size that is declared.
    with contextlib.suppress(OSError):
        assert len(members(path)["bomb"].read(1000)) <= 1001


def test_encrypted_members_are_refused(tmp_path: Path, write: SimpleNamespace) -> None:
    path = write.zip(tmp_path / "a.zip", {"1": b"one"})
    patch_directory(path, 8, b"\x01")
    refusal = members(path)["1"].refusal
    assert refusal is not None
    assert refusal.outcome is Outcome.UNREADABLE
    assert "encrypted" in refusal.reason


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_special_members_are_refused(tmp_path: Path, kind: int) -> None:
    info = zipfile.ZipInfo("link")
    info.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    refusal = members(tmp_path / "a.zip")["link"].refusal
    assert refusal is not None
    assert refusal.outcome is Outcome.REFUSED


def test_a_damaged_member_fails_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1", b"damaged")
        archive.writestr("2", b"whole")
    path.write_bytes(path.read_bytes().replace(b"damaged", b"DAMAGED"))
    found = members(path)
    with pytest.raises(OSError, match="cannot be read from the archive: Bad CRC"):
        found["1"].read(100)
    assert found["2"].read(100) == b"whole"


def test_an_unknown_compression_fails_when_it_is_read(
    tmp_path: Path, write: SimpleNamespace
) -> None:
    path = write.zip(tmp_path / "a.zip", {"1": b"one"})
    patch_directory(path, 10, b"\x09")
    with pytest.raises(OSError, match="cannot be read from the archive"):
        members(path)["1"].read(100)


def test_names_of_macos_are_read_as_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    raw = "größe/写.jpg".encode()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x" * len(raw), b"1")
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    contents = open_zip(path)
    assert [member.name for member in contents.members()] == ["größe/写.jpg"]
    assert "UTF-8" in contents.guesses[0]
    assert members(path)["größe/写.jpg"].refusal is None


def test_no_damage_raises_anything_else(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cat/1.jpg", b"one" * 100)
        archive.writestr("dog/2.jpg", b"two" * 100)
    data = whole.getvalue()
    path = tmp_path / "a.zip"
    for position in range(len(data)):
        damaged = bytearray(data)
        damaged[position] = zlib.crc32(position.to_bytes(4, "big")) & 0xFF
        path.write_bytes(damaged if position % 2 else damaged[:position])
        try:
            listed = list(open_zip(path).members())
        except DAMAGE:
            continue
        for member in listed:
            with contextlib.suppress(OSError):
                member.read(1000)
