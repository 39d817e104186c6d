"""Read PyTorch weight files into numpy, without PyTorch and without running what they contain.

A ``.pth`` file is a pickle, and a pickle can call any function. This reader's unpickler knows three
names (an ordered dictionary, the tensor builder and the storage types) and refuses all others, so a
file from outside can at worst fail to load. Memory is bounded by the file's own size: no count that
a file states is believed before the bytes behind it have been seen.

Source: the two layouts are those of ``torch.save``: the older one is a sequence of pickles followed
by raw storages, the newer one a zip archive with ``data.pkl`` and one file per storage.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
import zipfile
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from fieldguide.errors import ModelError

State = dict[str, npt.NDArray[np.generic]]
"""Tensors by name."""

_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ByteStorage": "|u1",
    "BoolStorage": "|b1",
}


def read_weights(path: Path) -> State:
    """Read a state dictionary.

    Args:
        path: A file that ``torch.save`` wrote from a state dictionary.

    Returns:
        Tensors by name, each a read-only view of its storage.

    Raises:
        ModelError: If the file is missing, has neither layout, is cut short, or names anything but
            tensors.
    """
    try:
        file = io.BytesIO(path.read_bytes())
        zipped = zipfile.is_zipfile(file)
        file.seek(0)
        return _read_zip(file) if zipped else _read_legacy(file)
    except (
        pickle.UnpicklingError,
        zipfile.BadZipFile,
        OSError,
        EOFError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        OverflowError,
        RuntimeError,
    ) as error:
        # All of these are what a damaged or foreign file makes the standard library raise.
        raise ModelError(
            f"The weights file {path} cannot be read: {error}. It must be a state dictionary saved "
            "by torch.save; if it was downloaded, check that it is complete."
        ) from error


@dataclass(slots=True)
class _Storage:
    dtype: np.dtype[Any]
    key: str
    size: int


@dataclass(slots=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def over(self, data: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        if min(self.offset, *self.shape, *self.strides, 0) < 0:
            raise ValueError("a tensor has a negative shape, stride or offset")
        count = math.prod(self.shape)
        if not count:
            return np.zeros(self.shape, data.dtype)
        last = self.offset + sum(
            (size - 1) * step for size, step in zip(self.shape, self.strides, strict=True)
        )
        # Strides of 0 would let few bytes stand for any number of values.
        if last >= data.size or count > data.size:
            raise ValueError(f"a tensor reaches beyond its storage {self.storage.key!r}")
        strides = [step * data.itemsize for step in self.strides]
        return np.lib.stride_tricks.as_strided(data[self.offset :], self.shape, strides)


class _RebuildTensor:
    # An object without attributes, because a pickle may set those of whatever it names.
    __slots__ = ()

    def __call__(
        self, storage: _Storage, offset: int, shape: Sequence[int], strides: Sequence[int], *_: Any
    ) -> _Tensor:
        return _Tensor(storage, offset, tuple(shape), tuple(strides))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: IO[bytes]) -> None:
        _check_counts(file)
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _RebuildTensor()
        if module == "torch" and name in _DTYPES:
            return _DTYPES[name]
        raise pickle.UnpicklingError(f"it names {module}.{name}, which weights have no need of")

    def persistent_load(self, pid: Any) -> _Storage:
        _, dtype, key, _, size, *view = pid
        if dtype not in _DTYPES.values() or not isinstance(key, str) or not isinstance(size, int):
            raise pickle.UnpicklingError("a storage is not described as torch.save does it")
        if any(part is not None for part in view):
            raise pickle.UnpicklingError(f"storage {key!r} is a view of another one")
        return self.storages.setdefault(key, _Storage(np.dtype(dtype), key, size))


def _check_counts(file: IO[bytes]) -> None:
    # The unpickler makes room for a stated length or place before it looks whether it can be true.
    start = file.tell()
    for opcode, argument, position in pickletools.genops(file):
        if opcode.name.endswith("PUT") and int(argument or 0) > (position or 0):
            raise ValueError("it refers to more objects than it can hold")
    file.seek(start)


def _read_legacy(file: IO[bytes]) -> State:
    head = [_Unpickler(file).load() for _ in range(3)]
    if head[0] != _MAGIC:
        raise ValueError("it does not begin like a weights file")
    unpickler = _Unpickler(file)
    tensors = _check_tensors(unpickler.load())
    keys = _Unpickler(file).load()
    data: dict[str, npt.NDArray[np.generic]] = {}
    for key in keys:
        storage = unpickler.storages[key]
        size = int.from_bytes(file.read(8), "little")
        raw = file.read(storage.size * storage.dtype.itemsize)
        if size != storage.size or len(raw) != storage.size * storage.dtype.itemsize:
            raise EOFError(f"it ends inside storage {key!r}")
        data[key] = np.frombuffer(raw, storage.dtype)
    return {name: tensor.over(data[tensor.storage.key]) for name, tensor in tensors.items()}


def _read_zip(file: io.BytesIO) -> State:
    with zipfile.ZipFile(file) as archive:
        index = next((n for n in archive.namelist() if n.endswith("/data.pkl")), None)
        if index is None:
            raise ValueError("the archive has no data.pkl")
        folder = index.removesuffix("data.pkl")
        unpickler = _Unpickler(io.BytesIO(_read_member(archive, index)))
        tensors = _check_tensors(unpickler.load())
        stated = sum(s.size * s.dtype.itemsize for s in unpickler.storages.values())
        if stated > len(file.getbuffer()):
            raise EOFError("its storages are larger than the file")
        data = {}
        for key, storage in unpickler.storages.items():
            raw = _read_member(archive, f"{folder}data/{key}")
            if len(raw) != storage.size * storage.dtype.itemsize:
                raise EOFError(f"storage {key!r} has {len(raw)} bytes")
            data[key] = np.frombuffer(raw, storage.dtype)
    return {name: tensor.over(data[tensor.storage.key]) for name, tensor in tensors.items()}


def _read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    # Weights are stored as they are; what is compressed could grow without end.
    if archive.getinfo(name).compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name!r} in it is compressed")
    return archive.read(name)


def _check_tensors(found: Any) -> dict[str, _Tensor]:
    if not isinstance(found, dict) or not all(
        isinstance(name, str) and isinstance(tensor, _Tensor) for name, tensor in found.items()
    ):
        raise ValueError("it holds something else than tensors by name")
    return dict(found)
