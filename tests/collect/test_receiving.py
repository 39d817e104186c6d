from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldguide.collect import receiving
from fieldguide.collect.receiving import WrongOffsetError
from fieldguide.errors import DataError, InputError

GOOD = ["a.jpg", "a b/ü/写真 🍃.JPG", ".hidden", "..a", "a..", "a:b?*.jpg", "-rf", "con", "x" * 240]
BAD = [
    "",
    "/",
    "/etc/passwd",
    "..",
    ".",
    "a/../b",
    "../a",
    "a/..",
    "a//b",
    "a/",
    "./a",
    "a\\b",
    "..\\a",
    "a\nb",
    "a\0b",
    "\x1b[31m",
    "x" * 241,
    "ü" * 121,
    "/".join(["ü" * 100] * 6),
]


@pytest.mark.parametrize("name", BAD)
def test_names_that_could_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="not names of files in a folder"):
        receiving.check_names(["fine.jpg", name])


def test_names_of_all_scripts_are_taken() -> None:
    receiving.check_names(GOOD)
    receiving.check_names([])


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["a.jpg", "b.jpg", "a.jpg"], r"come twice.*'a\.jpg'"),
        (["a.jpg", "A.JPG"], r"come twice, if case is not looked at.*'A\.JPG'"),
        (["a", "a/b.jpg"], r"a file and of a folder: 'a'"),
        (["a/b", "a/b/c/d.jpg"], r"a file and of a folder: 'a/b'"),
    ],
)
def test_names_that_cannot_stand_side_by_side_are_refused(names: list[str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        receiving.check_names(names)


@given(st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_a_name_that_is_taken_stays_below_its_folder(name: str) -> None:
    try:
        receiving.check_names([name])
    except InputError:
        return
    assert os.path.normpath(f"/uploads/files/{name}") == f"/uploads/files/{name}"


def test_pieces_follow_each_other_and_a_repeat_changes_nothing(tmp_path: Path) -> None:
    assert receiving.append(tmp_path, 0, 0, b"abc", size=7) == 3
    assert receiving.append(tmp_path, 0, 0, b"abc", size=7) == 3
    assert receiving.append(tmp_path, 0, 1, b"bc", size=7) == 3
    assert receiving.append(tmp_path, 0, 3, b"", size=7) == 3
    assert receiving.received(tmp_path, [0, 1]) == {0: 3, 1: 0}
    for offset, piece in ((4, b"efg"), (2, b"cde"), (7, b"")):
        with pytest.raises(WrongOffsetError, match="3 bytes of this file are there") as caught:
            receiving.append(tmp_path, 0, offset, piece, size=7)
        assert caught.value.received == 3
    with pytest.raises(InputError, match="announced with 7 bytes; this piece would make it 8"):
        receiving.append(tmp_path, 0, 3, b"defgh", size=7)
    assert receiving.append(tmp_path, 0, 3, b"defg", size=7) == 7
    assert receiving.append(tmp_path, 0, 3, b"defg", size=7) == 7
    target = receiving.assemble(tmp_path, {0: ("x/y.jpg", 7)})
    assert (target / "x/y.jpg").read_bytes() == b"abcdefg"


def test_an_incomplete_upload_is_not_put_together(tmp_path: Path) -> None:
    receiving.append(tmp_path, 0, 0, b"abc", size=3)
    receiving.append(tmp_path, 1, 0, b"ab", size=3)
    files = {0: ("a.jpg", 3), 1: ("b.jpg", 3), 2: ("c.jpg", 1), 3: ("nothing.jpg", 0)}
    with pytest.raises(DataError, match=r"not complete yet: 'b\.jpg', 'c\.jpg'"):
        receiving.assemble(tmp_path, files)
    # Nothing was moved: the rest can still come.
    assert receiving.received(tmp_path, list(files)) == {0: 3, 1: 2, 2: 0, 3: 0}
    receiving.append(tmp_path, 1, 2, b"c", size=3)
    receiving.append(tmp_path, 2, 0, b"x", size=1)
    for _ in range(2):
        target = receiving.assemble(tmp_path, files)
        found = {path.name: path.read_bytes() for path in target.iterdir()}
        assert found == {"a.jpg": b"abc", "b.jpg": b"abc", "c.jpg": b"x", "nothing.jpg": b""}


def test_files_can_be_left_out() -> None:
    files = {0: ("a.jpg", 4), 1: ("b.jpg", 5), 2: ("c.jpg", 6)}
    assert receiving.leave_out(files, [1, 1]) == {0: ("a.jpg", 4), 2: ("c.jpg", 6)}
    assert receiving.leave_out(files, []) == files
    with pytest.raises(InputError, match=r"no files with the numbers '3', '7'"):
        receiving.leave_out(files, [7, 1, 3])
    with pytest.raises(InputError, match="No file of this upload would be left"):
        receiving.leave_out(files, [0, 1, 2])


def test_an_assembly_that_was_cut_short_goes_on(tmp_path: Path) -> None:
    files = {0: ("a.jpg", 1), 1: ("b.jpg", 1)}
    for number in files:
        receiving.append(tmp_path, number, 0, b"x", size=1)
    (tmp_path / "files").mkdir()
    (tmp_path / "pieces" / "0").replace(tmp_path / "files" / "a.jpg")
    target = receiving.assemble(tmp_path, files)
    assert sorted(path.name for path in target.iterdir()) == ["a.jpg", "b.jpg"]
    receiving.discard(tmp_path)
    receiving.discard(tmp_path)
    assert not tmp_path.exists()


def test_two_browsers_that_send_the_same_file_at_once_do_not_mix_it_up(tmp_path: Path) -> None:
    data = np.random.default_rng(0).bytes(200_000)
    piece = 5_000

    def send(_: int) -> None:
        offset = 0
        while offset < len(data):
            try:
                offset = receiving.append(
                    tmp_path, 0, offset, data[offset : offset + piece], size=len(data)
                )
            except WrongOffsetError as error:
                offset = error.received

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(4)))
    target = receiving.assemble(tmp_path, {0: ("a.jpg", len(data))})
    assert (target / "a.jpg").read_bytes() == data


@given(data=st.binary(max_size=40), cuts=st.lists(st.tuples(st.integers(0, 45), st.integers(0, 9))))
@settings(max_examples=100, deadline=None)
def test_whatever_comes_what_is_there_is_the_beginning_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, cuts: list[tuple[int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("upload")
    for offset, length in cuts:
        try:
            there = receiving.append(
                folder, 3, offset, data[offset : offset + length], size=len(data)
            )
        except InputError:
            continue
        assert there == receiving.received(folder, [3])[3]
    path = folder / "pieces" / "3"
    assert data.startswith(path.read_bytes() if path.exists() else b"")
