from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldguide.errors import SourceError
from fieldguide.formats.labels.yaml_names import parse_names, write_names

NAMES = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
)


@given(NAMES)
def test_what_is_written_is_read(names: list[str]) -> None:
    assert parse_names(write_names(names)) == dict(enumerate(names))


@given(NAMES)
def test_a_yaml_parser_reads_the_same(names: list[str]) -> None:
    yaml = pytest.importorskip("yaml")
    assert yaml.safe_load(write_names(names)) == {"names": dict(enumerate(names))}


@pytest.mark.parametrize(
    "text",
    [
        "names: [oak, elm]",
        "names: ['oak', \"elm\"]  # two",
        "nc: 2\nnames: [oak,\n  elm,\n]\n",
        "names: {0: oak, 1: 'elm'}",
        "names:\n  0: oak\n  1: elm\nnc: 2\n",
        "names:\n- oak\n- elm\npath: x\n",
        "names:\n  # the trees\n  - oak # big\n\n  - 'elm'\n",
    ],
)
def test_all_spellings_are_read(text: str) -> None:
    assert parse_names(text) == {0: "oak", 1: "elm"}


def test_quotation_marks_keep_what_is_in_them() -> None:
    text = "names: ['it''s', \"a, b\", \"\\x41\\u00df\", 'x # y', a#b]"
    assert parse_names(text) == dict(enumerate(["it's", "a, b", "Aß", "x # y", "a#b"]))


def test_ids_may_have_gaps() -> None:
    assert parse_names("names:\n  3: oak\n  10: elm\n") == {3: "oak", 10: "elm"}


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("nc: 2\n", "it has no 'names'"),
        ("  names: [oak]\n", "it has no 'names'"),
        ("names: oak\n", "line 1 says 'names: oak', which is no list"),
        ("names: [oak\n", "in line 1 is never closed"),
        ("names:\n  oak\n", "line 2 says 'oak', and should say, for example, 0: oak"),
        ("names:\n  x: oak\n", "have 'x' in place of an id"),
        ("names:\n  0: oak\n  0: elm\n", "have the id 0 twice"),
        ("names:\n  - \n", "line 2 has a class without a name"),
        ('names: ["\\q"]', "which is not text"),
    ],
)
def test_what_is_no_list_of_classes_is_refused(text: str, match: str) -> None:
    with pytest.raises(SourceError, match=match):
        parse_names(text)
