"""Weight files, written by hand in both layouts of ``torch.save``."""

from __future__ import annotations

import io
import os
import pickle
import struct
import tracemalloc
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from fieldguide.errors import ModelError
from fieldguide.models import weights
from fieldguide.models.weights import read_weights

MAGIC = 0x1950A86A20F9469CFC6C
STORAGES = {
    "float32": "FloatStorage",
    "float64": "DoubleStorage",
    "float16": "HalfStorage",
    "int64": "LongStorage",
    "int32": "IntStorage",
    "uint8": "ByteStorage",
    "bool": "BoolStorage",
}


class Named:
    """Is pickled as nothing but its module and name."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class Storage:
    def __init__(self, key: str, values: np.ndarray) -> None:
        self.key, self.values, self.size = key, values, values.size


class Tensor:
    def __init__(
        self, storage: Storage, offset: Any, shape: Sequence[Any], strides: Sequence[Any]
    ) -> None:
        self.arguments = (storage, offset, tuple(shape), tuple(strides), False, OrderedDict())


class Writer(pickle._Pickler):  # type: ignore[name-defined]
    """Pickles by the standard library's rules, with the two things that PyTorch adds."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)  # type: ignore[attr-defined]

    def persistent_id(self, value: Any) -> Any:
        if not isinstance(value, Storage):
            return None
        kind = Named("torch", STORAGES[value.values.dtype.name])
        pid = ("storage", kind, value.key, "cpu", value.size)
        return (*pid, None) if self.legacy else pid

    def save_named(self, value: Named) -> None:
        self.write(b"c" + f"{value.module}\n{value.name}\n".encode())

    def save_tensor(self, value: Tensor) -> None:
        self.save_named(Named("torch._utils", "_rebuild_tensor_v2"))
        self.save(value.arguments)
        self.write(pickle.REDUCE)

    dispatch[Named] = save_named
    dispatch[Tensor] = save_tensor


def pickled(value: Any, *, legacy: bool) -> bytes:
    file = io.BytesIO()
    writer = Writer(file, protocol=2)
    writer.legacy = legacy
    writer.dump(value)
    return file.getvalue()


def storages_of(state: Mapping[str, Any]) -> list[Storage]:
    found: dict[str, Storage] = {}
    for tensor in state.values():
        found.setdefault(tensor.arguments[0].key, tensor.arguments[0])
    return list(found.values())


def legacy_file(state: Any, storages: Sequence[Storage] | None = None) -> bytes:
    used = storages_of(state) if storages is None else storages
    system = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"int": 4}}
    return b"".join(
        [
            *(pickle.dumps(value, 2) for value in (MAGIC, 1001, system)),
            pickled(state, legacy=True),
            pickle.dumps([storage.key for storage in used], 2),
            *(struct.pack("<q", s.values.size) + s.values.tobytes() for s in used),
        ]
    )


def zip_file(state: Any, storages: Sequence[Storage] | None = None, *, method: int = 0) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("archive/data.pkl", pickled(state, legacy=False))
        archive.writestr("archive/version", "3\n")
        for storage in storages_of(state) if storages is None else storages:
            archive.writestr(f"archive/data/{storage.key}", storage.values.tobytes())
    return file.getvalue()


LAYOUTS: dict[str, Callable[..., bytes]] = {"legacy": legacy_file, "zip": zip_file}

layouts = pytest.mark.parametrize("layout", LAYOUTS)


def whole(key: str, values: np.ndarray) -> Tensor:
    flat = Storage(key, values.ravel())
    return Tensor(flat, 0, values.shape, [s // values.itemsize for s in values.strides])


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], dict[str, np.ndarray]]:
    def read_bytes(data: bytes) -> dict[str, np.ndarray]:
        path = tmp_path / "weights.pth"
        path.write_bytes(data)
        return read_weights(path)

    return read_bytes


Read = Callable[[bytes], dict[str, np.ndarray]]


@layouts
@pytest.mark.parametrize("dtype", STORAGES)
def test_every_type_keeps_its_values(read: Read, layout: str, dtype: str) -> None:
    values = (np.random.default_rng(1).normal(0, 50, (3, 4)) ** 2).astype(dtype)
    found = read(LAYOUTS[layout](OrderedDict(x=whole("0", values))))
    assert found["x"].dtype == values.dtype
    np.testing.assert_array_equal(found["x"], values)


@layouts
def test_views_of_one_storage_are_told_apart(read: Read, layout: str) -> None:
    values = np.arange(24, dtype=np.float32)
    storage = Storage("7", values)
    state = OrderedDict(
        {
            "straight": Tensor(storage, 0, (4, 6), (6, 1)),
            "transposed": Tensor(storage, 0, (6, 4), (1, 6)),
            "column": Tensor(storage, 2, (4,), (6,)),
            "last": Tensor(storage, 23, (), ()),
            "tail": Tensor(storage, 20, (2, 2), (2, 1)),
            "cube": Tensor(storage, 0, (2, 3, 4), (1, 8, 2)),
            "none": Tensor(storage, 5, (0, 3), (3, 1)),
            "one": Tensor(storage, 3, (1, 1), (999, 999)),
        }
    )
    found = read(LAYOUTS[layout](state))
    grid = values.reshape(4, 6)
    expected = {
        "straight": grid,
        "transposed": grid.T,
        "column": grid[:, 2],
        "last": np.float32(23),
        "tail": values[20:].reshape(2, 2),
        "cube": values.reshape(3, 4, 2).transpose(2, 0, 1),
        "none": np.zeros((0, 3), np.float32),
        "one": np.array([[3]], np.float32),
    }
    assert list(found) == list(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, strict=True)


@layouts
def test_many_tensors_with_attributes_and_hooks(read: Read, layout: str) -> None:
    random = np.random.default_rng(0)
    arrays = {f"layer.{n}.weight": random.normal(size=(n % 7, 3)) for n in range(300)}
    state = OrderedDict((name, whole(str(n), a)) for n, (name, a) in enumerate(arrays.items()))
    state._metadata = OrderedDict({"": {"version": 1}})  # type: ignore[attr-defined]
    found = read(LAYOUTS[layout](state))
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)


@layouts
def test_no_tensors(read: Read, layout: str) -> None:
    assert read(LAYOUTS[layout](OrderedDict())) == {}


@layouts
def test_an_empty_storage(read: Read, layout: str) -> None:
    found = read(LAYOUTS[layout]({"x": whole("0", np.zeros((0, 4), np.float32))}))
    assert found["x"].shape == (0, 4)


class Runs:
    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> Any:
        return self.call


@layouts
@pytest.mark.parametrize("where", ["state", "value", "name"])
def test_a_hostile_pickle_runs_nothing(read: Read, layout: str, where: str, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    for bad in (
        Runs(os.system, f"touch {trace}"),
        Runs(eval, f"open({str(trace)!r}, 'w').close()"),
        Runs(getattr, "os", "system"),
        Runs(Path.touch, trace),
        Runs(np.load, str(trace)),
    ):
        state: Any = {"state": bad, "value": {"x": bad}, "name": {bad: 1}}[where]
        with pytest.raises(ModelError, match="which weights have no need of"):
            read(LAYOUTS[layout](state, []))
    assert not trace.exists()


@layouts
@pytest.mark.parametrize(
    "name",
    [
        ("builtins", "eval"),
        ("posix", "system"),
        ("os", "system"),
        ("collections", "OrderedDict.fromkeys"),
        ("collections", "namedtuple"),
        ("torch", "_utils"),
        ("torch", "load"),
        ("torch._utils", "_rebuild_tensor_v2.__class__"),
        ("torch", "QInt8Storage"),
    ],
)
def test_a_foreign_name_is_refused(read: Read, layout: str, name: tuple[str, str]) -> None:
    with pytest.raises(ModelError, match=rf"it names {name[0]}\.{name[1]}, which"):
        read(LAYOUTS[layout]({"x": Named(*name)}, []))


@pytest.mark.parametrize("builder", ["torch._utils _rebuild_tensor_v2", "collections OrderedDict"])
@pytest.mark.parametrize("state", [{"planted": 1}, (None, {"planted": 1})])
def test_a_pickle_cannot_leave_anything_behind(read: Read, builder: str, state: object) -> None:
    # Pickles can set attributes of what stands on their stack: here of what they name.
    named = b"c" + builder.replace(" ", "\n").encode() + b"\n"
    poison = b"\x80\x02" + named + pickle.dumps(state, 2)[2:-1] + b"b."
    data = b"".join(pickle.dumps(v, 2) for v in (MAGIC, 1001, {})) + poison
    with pytest.raises(ModelError, match="cannot be read"):
        read(data + pickle.dumps([], 2))
    assert not [name for name, value in vars(weights).items() if hasattr(value, "planted")]


@layouts
@pytest.mark.parametrize(
    "value",
    [3, "text", [1, 2], {"epoch": 3}, {"state": {"x": 1}}, {3: whole("0", np.ones(1))}, None],
)
def test_anything_but_tensors_by_name_is_refused(read: Read, layout: str, value: Any) -> None:
    with pytest.raises(ModelError, match="something else than tensors by name"):
        read(LAYOUTS[layout](value, [Storage("0", np.ones(1))]))


@layouts
@pytest.mark.parametrize(
    ("offset", "shape", "strides", "words"),
    [
        (0, (5,), (1,), "reaches beyond"),
        (3, (2,), (1,), "reaches beyond"),
        (4, (), (), "reaches beyond"),
        (0, (2, 2), (3, 1), "reaches beyond"),
        (2**62, (1,), (1,), "reaches beyond"),
        (0, (2**40,), (0,), "reaches beyond"),
        (0, (2**70,), (0,), "reaches beyond"),
        (0, (3, 3), (1, 0), "reaches beyond"),
        (-1, (2,), (1,), "negative"),
        (3, (2,), (-1,), "negative"),
        (0, (-1,), (1,), "negative"),
        (0, (-2, -2), (1, 1), "negative"),
        (0, (2, 2), (1,), "cannot be read"),
        (0, (1,), (2**70,), "cannot be read"),
        (0, (2.0,), (1,), "cannot be read"),
        ("0", (2,), (1,), "cannot be read"),
        (0, (None,), (1,), "cannot be read"),
    ],
)
def test_a_tensor_beyond_its_storage_is_refused(
    read: Read, layout: str, offset: Any, shape: Any, strides: Any, words: str
) -> None:
    state = {"x": Tensor(Storage("0", np.arange(4, dtype=np.float32)), offset, shape, strides)}
    with pytest.raises(ModelError, match=words):
        read(LAYOUTS[layout](state))


def some_state() -> OrderedDict[str, Tensor]:
    random = np.random.default_rng(5)
    return OrderedDict(
        {
            "stem.weight": whole("0", random.normal(size=(4, 3, 2)).astype(np.float32)),
            "stem.steps": whole("1", np.array(17)),
            "head.weight": whole("2", random.normal(size=(3, 5)).astype(np.float16)),
        }
    )


@layouts
def test_cut_short_anywhere(read: Read, layout: str) -> None:
    data = LAYOUTS[layout](some_state())
    assert len(read(data)) == 3
    for length in range(0, len(data), 3):
        with pytest.raises(ModelError, match="cannot be read"):
            read(data[:length])


def peak_of(read: Read, data: bytes) -> tuple[int, dict[str, np.ndarray] | None]:
    tracemalloc.start()
    try:
        found = read(data)
    except ModelError:
        found = None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak, found


@layouts
@pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")
def test_flipped_bits_give_arrays_or_a_model_error(read: Read, layout: str) -> None:
    data = LAYOUTS[layout](some_state())
    random = np.random.default_rng(0)
    for position in range(0, len(data), 3):
        damaged = bytearray(data)
        damaged[position] ^= 1 << random.integers(8)
        peak, found = peak_of(read, bytes(damaged))
        assert peak < 3_000_000
        assert found is None or all(isinstance(array, np.ndarray) for array in found.values())


@layouts
@pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")
def test_random_bytes_in_the_pickle(read: Read, layout: str) -> None:
    data = LAYOUTS[layout](some_state())
    random = np.random.default_rng(1)
    for _ in range(200):
        damaged = bytearray(data)
        for position in random.integers(len(data), size=5):
            damaged[position] = random.integers(256)
        peak, _ = peak_of(read, bytes(damaged))
        assert peak < 3_000_000


@layouts
@pytest.mark.parametrize("size", [2**20, 2**36, 2**62, 2**64, 2**100, -1])
def test_a_forged_size_takes_no_memory(read: Read, layout: str, size: int) -> None:
    state = some_state()
    state["stem.weight"].arguments[0].size = size
    peak, found = peak_of(read, LAYOUTS[layout](state))
    assert found is None
    assert peak < 3_000_000


@pytest.mark.parametrize("size", [0, 23, 25, 2**36, 2**63 - 1, -1])
def test_a_forged_size_before_a_legacy_storage(read: Read, size: int) -> None:
    state = some_state()
    data = legacy_file(state)
    first = struct.pack("<q", 24) + state["stem.weight"].arguments[0].values.tobytes()
    assert data.count(first) == 1
    peak, found = peak_of(read, data.replace(first, struct.pack("<q", size) + first[8:]))
    assert found is None
    assert peak < 3_000_000


@pytest.mark.parametrize(
    "forged",
    [
        b"\x80\x02}r\xff\xff\xff\x7f.",  # remembered in place 2 147 483 647
        b"\x80\x02}p2000000000\n.",
        b"\x80\x04B\xff\xff\xff\x7f.",  # 2 GB of bytes that are not there
        b"\x80\x04\x8e\xff\xff\xff\xff\x00\x00\x00\x00.",
        b"\x80\x05\x96\xff\xff\xff\xff\xff\x00\x00\x00.",
        b"\x80\x04X\xff\xff\xff\x7f.",
        b"\x80\x04\x95\xff\xff\xff\xff\xff\x00\x00\x00}.",
        b"\x80\x02\x8b\xff\xff\xff\x7f.",
    ],
)
@layouts
def test_a_forged_count_in_the_pickle_takes_no_memory(
    read: Read, layout: str, forged: bytes
) -> None:
    good = pickled({}, legacy=layout == "legacy")
    if layout == "legacy":
        data = legacy_file({}, []).replace(good, forged)
    else:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("archive/data.pkl", forged)
        data = file.getvalue()
    peak, _ = peak_of(read, data)
    assert peak < 3_000_000


def test_a_compressed_archive_is_refused(read: Read) -> None:
    state = {"x": whole("0", np.zeros(50_000_000, np.uint8))}
    data = zip_file(state, method=zipfile.ZIP_DEFLATED)
    assert len(data) < 1_000_000
    peak, found = peak_of(read, data)
    assert found is None
    assert peak < 3_000_000


def test_archive_members_that_lie_in_one_another(read: Read) -> None:
    count, body = 30, bytes(1_000_000)
    members: list[tuple[bytes, int, int, int]] = []
    for number in range(count):
        name = f"archive/data/{number}".encode()
        facts = (20, 0, 0, 0, 33, zlib.crc32(body), len(body), len(body), len(name), 0)
        members.append((name, zlib.crc32(body), len(body), len(body) + 30 + len(name)))
        body = b"PK\x03\x04" + struct.pack("<5H3I2H", *facts) + name + body
    state = {
        str(n): Tensor(Storage(str(n), np.zeros(size, np.uint8)), 0, (1,), (1,))
        for n, (_, _, size, _) in enumerate(members)
    }
    index = pickled(state, legacy=False)
    name = b"archive/data.pkl"
    crc = zlib.crc32(index)
    facts = (20, 0, 0, 0, 33, crc, len(index), len(index), len(name), 0)
    body += b"PK\x03\x04" + struct.pack("<5H3I2H", *facts) + name + index
    members.append((name, crc, len(index), 30 + len(name) + len(index)))
    ends = [len(body) - members[-1][3]] * count + [len(body)]
    directory = b"".join(
        b"PK\x01\x02"
        + struct.pack("<6H3I5H2I", 20, 20, 0, 0, 0, 33, crc, size, size, len(name), *[0] * 4, 0, at)
        + name
        for (name, crc, size, length), end in zip(members, ends, strict=True)
        for at in [end - length]
    )
    tail = struct.pack("<4H2IH", 0, 0, count + 1, count + 1, len(directory), len(body), 0)
    data = body + directory + b"PK\x05\x06" + tail
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("archive/data.pkl") == index
    with pytest.raises(ModelError, match="its storages are larger than the file"):
        read(data)
    peak, _ = peak_of(read, data)
    assert peak < 5_000_000


def test_many_tensors_over_one_storage_share_its_memory(read: Read) -> None:
    storage = Storage("0", np.zeros(500_000, np.float32))
    state = {str(n): Tensor(storage, 0, (500_000,), (1,)) for n in range(200)}
    peak, found = peak_of(read, legacy_file(state))
    assert found is not None
    assert len(found) == 200
    assert peak < 20_000_000


def test_an_encrypted_member_is_refused(read: Read) -> None:
    data = bytearray(zip_file(some_state()))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    with pytest.raises(ModelError, match="encrypted"):
        read(bytes(data))


@pytest.mark.parametrize("missing", ["archive/data.pkl", "archive/data/2"])
def test_an_archive_that_lacks_a_member(read: Read, missing: str) -> None:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(zip_file(some_state()))) as whole_archive,
        zipfile.ZipFile(file, "w") as archive,
    ):
        for name in whole_archive.namelist():
            if name != missing:
                archive.writestr(name, whole_archive.read(name))
    with pytest.raises(ModelError, match=r"no data.pkl|no item named 'archive/data/2'"):
        read(file.getvalue())


@pytest.mark.parametrize("storages", [[], [Storage("9", np.ones(2, np.float32))]])
def test_a_legacy_file_whose_storages_do_not_fit(read: Read, storages: list[Storage]) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        read(legacy_file(some_state(), storages))


def test_a_storage_that_is_a_view_of_another_is_refused(read: Read) -> None:
    class Views(Writer):
        def persistent_id(self, value: Any) -> Any:
            pid = super().persistent_id(value)
            return None if pid is None else (*pid[:5], ("0", 2, 2))

    file = io.BytesIO()
    writer = Views(file, protocol=2)
    writer.legacy = True
    state = {"x": whole("1", np.ones(2, np.float32))}
    writer.dump(state)
    data = legacy_file(state)
    with pytest.raises(ModelError, match="a view of another"):
        read(data.replace(pickled(state, legacy=True), file.getvalue()))


@pytest.mark.parametrize(
    "pid",
    [
        ("storage", "O", "0", "cpu", 1),
        ("storage", "V9999", "0", "cpu", 1),
        ("storage", "<f4", ("0",), "cpu", 1),
        ("storage", "<f4", "0", "cpu", "1"),
        ("storage", "<f4"),
        7,
    ],
)
def test_a_storage_described_in_another_way_is_refused(read: Read, pid: Any) -> None:
    class Forged(Writer):
        def persistent_id(self, value: Any) -> Any:
            return pid if isinstance(value, Storage) else None

    file = io.BytesIO()
    Forged(file, protocol=2).dump({"x": whole("0", np.ones(1))})
    data = b"".join(pickle.dumps(v, 2) for v in (MAGIC, 1001, {})) + file.getvalue()
    with pytest.raises(ModelError, match="cannot be read"):
        read(data + pickle.dumps(["0"], 2) + struct.pack("<qd", 1, 1.0))


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"{}", b"no weights at all", b"PK\x03\x04", b"\x80\x02", b"\x89PNG\r\n\x1a\n" * 9],
)
def test_files_of_another_kind(read: Read, data: bytes) -> None:
    with pytest.raises(ModelError, match=r"weights\.pth cannot be read: .* saved by torch\.save"):
        read(data)


def test_a_pickle_that_does_not_begin_like_weights(read: Read) -> None:
    with pytest.raises(ModelError, match="does not begin like a weights file"):
        read(pickle.dumps(1, 2) * 5)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.pth", tmp_path):
        with pytest.raises(ModelError, match="cannot be read"):
            read_weights(path)
