from collections.abc import Sequence

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import numpy_helper

from fieldguide.models.onnx_graph import IR_VERSION, ML_OPSET, OPSET, Graph

TYPES = ["float32", "uint8", "int32", "int64", "bool", "float16", "float64"]


def parsed(graph: Graph) -> onnx.ModelProto:
    return onnx.load_model_from_string(graph.to_bytes())


def attribute_after_encoding(value: object) -> object:
    graph = Graph("attributes")
    graph.add("Anything", value=value)  # type: ignore[arg-type]
    attribute = parsed(graph).graph.node[0].attribute[0]
    assert attribute.name == "value"
    return onnx.helper.get_attribute_value(attribute)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0), (2, 3, 4)])
def test_a_constant_keeps_type_shape_and_values(dtype: str, shape: tuple[int, ...]) -> None:
    array = (np.random.default_rng(0).normal(0, 90, shape) ** 2).astype(dtype)
    graph = Graph("constants")
    name = graph.constant(array)
    tensor = parsed(graph).graph.initializer[0]
    back = numpy_helper.to_array(tensor)
    assert tensor.name == name
    assert back.dtype == array.dtype
    assert back.shape == shape
    np.testing.assert_array_equal(back, array)


def test_a_constant_may_be_transposed_or_converted() -> None:
    array = np.arange(6.0).reshape(2, 3)
    graph = Graph("constants")
    graph.constant(array.T)
    graph.constant([1, 2], "float64")
    first, second = (numpy_helper.to_array(t) for t in parsed(graph).graph.initializer)
    np.testing.assert_array_equal(first, array.T)
    assert second.dtype == np.float64


@given(st.integers(-(2**63), 2**63 - 1))
def test_an_integer_attribute_survives(value: int) -> None:
    assert attribute_after_encoding(value) == value


@given(st.floats(width=32, allow_nan=False))
def test_a_float_attribute_survives(value: float) -> None:
    assert attribute_after_encoding(value) == value


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20))
def test_a_list_of_integers_survives(values: list[int]) -> None:
    assert attribute_after_encoding(values) == values


@given(st.lists(st.floats(width=32, allow_nan=False), min_size=1, max_size=20))
def test_a_list_of_floats_survives(values: list[float]) -> None:
    assert attribute_after_encoding(values) == values


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("BRANCH_LEQ", b"BRANCH_LEQ"),
        ("Größe", "Größe".encode()),
        (["a", "", "c"], [b"a", b"", b"c"]),
        (True, 1),
        (np.int64(-3), -3),
        (np.float32(0.5), 0.5),
        (np.array([1, 2]), [1, 2]),
        (np.array([0.5, 2]), [0.5, 2.0]),
        ((3, -1), [3, -1]),
        ([0, 0.5], [0.0, 0.5]),
    ],
)
def test_other_attributes_survive(value: object, expected: object) -> None:
    assert attribute_after_encoding(value) == expected


@pytest.mark.parametrize("dtype", TYPES)
def test_inputs_and_outputs_keep_type_and_shape(dtype: str) -> None:
    graph = Graph("identity")
    graph.output(graph.input("x", dtype, ["n", 3]), dtype, ["n", 3], name="y")
    model = parsed(graph)
    onnx.checker.check_model(model, full_check=True)
    for value, name in ((model.graph.input[0], "x"), (model.graph.output[0], "y")):
        assert value.name == name
        assert onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type) == dtype
        free, fixed = value.type.tensor_type.shape.dim
        assert (free.dim_param, fixed.dim_value) == ("n", 3)


def test_the_header_says_what_is_used() -> None:
    graph = Graph("header")
    graph.output(graph.input("x", "float32", ["n"]), "float32", ["n"], name="y")
    model = onnx.load_model_from_string(graph.to_bytes({"b": "2", "a": "größer"}))
    assert model.ir_version == IR_VERSION
    assert model.producer_name == "fieldguide"
    assert model.graph.name == "header"
    assert {o.domain: o.version for o in model.opset_import} == {"": OPSET, "ai.onnx.ml": ML_OPSET}
    assert [(p.key, p.value) for p in model.metadata_props] == [("a", "größer"), ("b", "2")]


def test_the_same_graph_gives_the_same_bytes() -> None:
    def build() -> bytes:
        graph = Graph("same")
        x = graph.input("x", "float32", ["n", 2])
        graph.output(
            graph.add("Add", x, graph.constant([1, 2], "float32")), "float32", [], name="y"
        )
        return graph.to_bytes({"key": "value"})

    assert build() == build()


def test_a_node_with_several_outputs_runs() -> None:
    graph = Graph("largest")
    x = graph.input("x", "float64", ["n", 3])
    values, places = graph.add_many("TopK", 2, x, graph.constant([1], "int64"), axis=1)
    graph.output(values, "float64", ["n", 1], name="value")
    graph.output(graph.cast(places, "int32"), "int32", ["n", 1], name="place")
    assert _run(graph, np.array([[1.0, 3.0, 2.0]])) == [[[3.0]], [[1]]]


def test_an_operator_of_another_domain_runs() -> None:
    graph = Graph("binarise")
    x = graph.input("x", "float32", ["n", 3])
    y = graph.add("Binarizer", x, domain="ai.onnx.ml", threshold=1.5)
    graph.output(y, "float32", ["n", 3], name="y")
    assert _run(graph, np.array([[1, 3, 2]], np.float32)) == [[[0.0, 1.0, 1.0]]]


def _run(graph: Graph, x: np.ndarray) -> Sequence[object]:
    onnx.checker.check_model(parsed(graph), full_check=True)
    session = onnxruntime.InferenceSession(graph.to_bytes(), providers=["CPUExecutionProvider"])
    return [value.tolist() for value in session.run(None, {"x": x})]
