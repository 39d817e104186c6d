"""Write ONNX files: a small graph builder and its protobuf encoding.

The core writes two kinds of graph, backbones and heads, and joins them into one bundle. That
needs some thirty operators and ten protobuf messages, so this file encodes them itself; the
``onnx`` package (30 MB installed) only checks the result in the tests.

Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 (message and field numbers) and
https://protobuf.dev/programming-guides/encoding/ (the wire format).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

OPSET = 18
ML_OPSET = 3
IR_VERSION = 9
"""Opset 18 is the first whose Resize can antialias; onnxruntime reads IR 9 from 1.16 on."""

Attribute = int | float | str | Sequence[int] | Sequence[float] | Sequence[str]

_ELEMENT_TYPES: dict[str, int] = {
    "float32": 1,
    "uint8": 2,
    "int32": 6,
    "int64": 7,
    "bool": 9,
    "float16": 10,
    "float64": 11,
}


@dataclass(frozen=True, slots=True)
class _Node:
    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute]
    domain: str


@dataclass(slots=True)
class Graph:
    """An ONNX graph under construction.

    Values are named by strings; every method that makes a value returns its name.

    Example:
        >>> graph = Graph("double")
        >>> x = graph.input("x", "float32", ["n", 3])
        >>> graph.output(graph.add("Add", x, x), "float32", ["n", 3], name="y")
        >>> data = graph.to_bytes()
    """

    name: str
    _nodes: list[_Node] = field(default_factory=list)
    _constants: dict[str, npt.NDArray[np.generic]] = field(default_factory=dict)
    _inputs: list[bytes] = field(default_factory=list)
    _outputs: list[bytes] = field(default_factory=list)
    _count: int = 0

    def input(self, name: str, dtype: str, shape: Sequence[int | str]) -> str:
        """Declare an input; a dimension given as a string is free."""
        self._inputs.append(_value_info(name, dtype, shape))
        return name

    def output(self, value: str, dtype: str, shape: Sequence[int | str], *, name: str) -> None:
        """Declare ``value`` as the output called ``name``."""
        self._nodes.append(_Node("Identity", (value,), (name,), {}, ""))
        self._outputs.append(_value_info(name, dtype, shape))

    def constant(self, array: npt.ArrayLike, dtype: str | None = None) -> str:
        """Store an array in the file and return the name of its value."""
        self._count += 1
        name = f"c{self._count}"
        self._constants[name] = np.ascontiguousarray(np.asarray(array, dtype=dtype)).reshape(
            np.shape(array)
        )
        return name

    def add(self, op: str, *inputs: str, domain: str = "", **attributes: Attribute) -> str:
        """Add a node with one output and return the output's name."""
        return self.add_many(op, 1, *inputs, domain=domain, **attributes)[0]

    def add_many(
        self, op: str, outputs: int, *inputs: str, domain: str = "", **attributes: Attribute
    ) -> list[str]:
        """Add a node with several outputs and return their names."""
        names = []
        for _ in range(outputs):
            self._count += 1
            names.append(f"v{self._count}")
        self._nodes.append(_Node(op, inputs, tuple(names), attributes, domain))
        return names

    def cast(self, value: str, dtype: str) -> str:
        """Convert a value to another element type."""
        return self.add("Cast", value, to=_ELEMENT_TYPES[dtype])

    def to_bytes(self, metadata: Mapping[str, str] | None = None) -> bytes:
        """Encode the whole model, with ``metadata`` as its key-value properties."""
        from fieldguide import __version__

        graph = b"".join(
            [
                *(_message(1, _encode_node(node)) for node in self._nodes),
                _text(2, self.name),
                *(_message(5, _tensor(name, array)) for name, array in self._constants.items()),
                *(_message(11, value) for value in self._inputs),
                *(_message(12, value) for value in self._outputs),
            ]
        )
        properties = (
            _message(14, _text(1, key) + _text(2, value))
            for key, value in sorted((metadata or {}).items())
        )
        return b"".join(
            [
                _varint_field(1, IR_VERSION),
                _text(2, "fieldguide"),
                _text(3, __version__),
                _message(7, graph),
                _message(8, _text(1, "") + _varint_field(2, OPSET)),
                _message(8, _text(1, "ai.onnx.ml") + _varint_field(2, ML_OPSET)),
                *properties,
            ]
        )


def _encode_node(node: _Node) -> bytes:
    return b"".join(
        [
            *(_text(1, name) for name in node.inputs),
            *(_text(2, name) for name in node.outputs),
            _text(3, f"{node.op}_{node.outputs[0]}"),
            _text(4, node.op),
            *(_message(5, _attribute(key, value)) for key, value in node.attributes.items()),
            _text(7, node.domain),
        ]
    )


def _attribute(name: str, value: Attribute) -> bytes:
    head = _text(1, name)
    if isinstance(value, bool | int | np.integer):
        return head + _varint_field(3, int(value)) + _varint_field(20, 2)
    if isinstance(value, float | np.floating):
        return head + _float_field(2, float(value)) + _varint_field(20, 1)
    if isinstance(value, str):
        return head + _message(4, value.encode()) + _varint_field(20, 3)
    items = list(value)
    if items and isinstance(items[0], str):
        return head + b"".join(_message(9, str(v).encode()) for v in items) + _varint_field(20, 8)
    # One float makes them all floats: [0, 0.5] must not become two whole numbers.
    if any(issubclass(kind, float | np.floating) for kind in {type(v) for v in items}):
        packed = np.asarray(items, dtype="<f4").tobytes()
        return head + _message(7, packed) + _varint_field(20, 6)
    packed = b"".join(_varint(int(v)) for v in np.asarray(items, np.int64))
    return head + _message(8, packed) + _varint_field(20, 7)


def _tensor(name: str, array: npt.NDArray[np.generic]) -> bytes:
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return b"".join(
        [
            *(_varint_field(1, size) for size in array.shape),
            _varint_field(2, _ELEMENT_TYPES[array.dtype.name]),
            _text(8, name),
            _message(9, little.tobytes()),
        ]
    )


def _value_info(name: str, dtype: str, shape: Iterable[int | str]) -> bytes:
    dims = b"".join(
        _message(1, _text(2, size) if isinstance(size, str) else _varint_field(1, size))
        for size in shape
    )
    tensor_type = _varint_field(1, _ELEMENT_TYPES[dtype]) + _message(2, dims)
    return _text(1, name) + _message(2, _message(1, tensor_type))


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _varint_field(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _float_field(number: int, value: float) -> bytes:
    return _varint(number << 3 | 5) + struct.pack("<f", value)


def _message(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _text(number: int, value: str) -> bytes:
    return _message(number, value.encode())
