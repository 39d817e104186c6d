from __future__ import annotations

import gzip
import io
import tarfile
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from fieldguide.formats.members import DAMAGE, Member
from fieldguide.formats.tar_archive import open_tar
from fieldguide.types import Outcome

MODES = ["w", "w:gz", "w:bz2", "w:xz"]


def members(path: Path) -> dict[str, Member]:
    return {member.name: member for member in open_tar(path).members()}


def add(path: Path, *infos: tarfile.TarInfo, mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for info in infos:
            archive.addfile(info, io.BytesIO(bytes(info.size)))
    return path


@pytest.mark.parametrize("mode", MODES)
def test_members_come_in_the_archives_order(
    tmp_path: Path, write: SimpleNamespace, mode: str
) -> None:
    path = write.tar(tmp_path / "a", {"b/2": b"two", "a/1": b"one"}, mode)
    contents = open_tar(path)
    read = [(member.name, member.read(2)) for member in contents.members()]
    assert read == [("b/2", b"two"), ("a/1", b"one")]
    assert [member.name for member in contents.members()] == ["b/2", "a/1"]


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_members_can_be_read_later_and_from_many_threads(
    tmp_path: Path, write: SimpleNamespace, mode: str
) -> None:
    files = {f"{i:03}": bytes([i]) * 5000 for i in range(60)}
    tape = open_tar(write.tar(tmp_path / "a", files, mode)).members()
    with ThreadPoolExecutor(4) as pool:
        pending = [pool.submit(member.read, 9999) for member in tape]
    assert [future.result() for future in pending] == list(files.values())
    late = list(open_tar(tmp_path / "a").members())
    assert [member.read(9999) for member in reversed(late)] == list(reversed(files.values()))


def test_reading_along_takes_one_pass(tmp_path: Path, write: SimpleNamespace) -> None:
    files = {f"{i:04}": i.to_bytes(2, "big") * 10_000 for i in range(1000)}
    path = write.tar(tmp_path / "a.tgz", files)
    started = time.perf_counter()
    assert sum(len(member.read(10**6)) for member in open_tar(path).members()) == 20_000_000
    # Unpacking from the start for each member would take minutes.
    assert time.perf_counter() - started < 10


def test_links_and_special_members_are_refused(tmp_path: Path) -> None:
    infos = []
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, b"Z"):
        info = tarfile.TarInfo(f"kind-{kind!r}")
        info.type, info.linkname = kind, "/etc/passwd"
        infos.append(info)
    folder = tarfile.TarInfo("folder")
    folder.type = tarfile.DIRTYPE
    found = members(add(tmp_path / "a.tar", *infos, folder))
    assert len(found) == 5
    for member in found.values():
        assert member.refusal is not None
        assert member.refusal.outcome is Outcome.REFUSED


@pytest.mark.parametrize("mode", MODES)
def test_an_archive_that_is_cut_short_is_noticed(
    tmp_path: Path, write: SimpleNamespace, mode: str
) -> None:
    files = {f"{i}": zlib.compress(bytes([i]) * 10) * 200 for i in range(20)}
    path = write.tar(tmp_path / "a", files, mode)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DAMAGE):
        list(open_tar(path).members())


def test_a_damaged_header_in_the_middle_is_noticed(tmp_path: Path, write: SimpleNamespace) -> None:
    path = write.tar(tmp_path / "a.tar", {"1": b"one", "2": b"two", "3": b"three"}, "w")
    data = bytearray(path.read_bytes())
    data[1024 + 10] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(tarfile.ReadError, match="damaged at byte 1024"):
        list(open_tar(path).members())


def test_a_forged_header_does_not_fill_the_memory(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 2_000_000_000
    with gzip.open(tmp_path / "a.tgz", "wb") as stream:
        stream.write(info.tobuf(tarfile.USTAR_FORMAT) + bytes(40_000))
    with pytest.raises(tarfile.ReadError, match="claims to be"):
        list(open_tar(tmp_path / "a.tgz").members())


def test_large_members_are_read_up_to_the_limit(tmp_path: Path) -> None:
    info = tarfile.TarInfo("large")
    info.size = 50_000_000
    path = add(tmp_path / "a.tgz", info, mode="w:gz")
    assert [len(member.read(1000)) for member in open_tar(path).members()] == [1001]


def test_a_pass_that_is_given_up_closes_the_file(tmp_path: Path, write: SimpleNamespace) -> None:
    path = write.tar(tmp_path / "a.tgz", {"1": b"one", "2": b"two"})
    tape = open_tar(path).members()
    first = next(tape)
    tape.close()  # type: ignore[attr-defined]
    assert first.read(10) == b"one"


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_no_damage_raises_anything_else(tmp_path: Path, write: SimpleNamespace, mode: str) -> None:
    path = write.tar(tmp_path / "a", {"cat/1": b"one" * 100, "x" * 150: b"two"}, mode)
    data = path.read_bytes().rstrip(b"\0") if mode == "w" else path.read_bytes()
    for position in range(0, len(data), 7):
        damaged = bytearray(data)
        damaged[position] = zlib.crc32(position.to_bytes(4, "big")) & 0xFF
        path.write_bytes(damaged if position % 2 else damaged[:position])
        try:
            for member in open_tar(path).members():
                if member.refusal is None:
                    member.read(1000)
        except DAMAGE:
            continue
