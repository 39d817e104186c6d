from __future__ import annotations

import pytest

from fieldguide.formats.members import normal_path, refuse_name
from fieldguide.types import Outcome


@pytest.mark.parametrize(
    ("name", "path"),
    [("./cat/1.jpg", "cat/1.jpg"), ("cat//./1.jpg", "cat/1.jpg"), ("1", "1"), ("./", "")],
)
def test_normal_path(name: str, path: str) -> None:
    assert normal_path(name) == path


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../1.jpg", "cat/../../1.jpg", "C:/1.jpg", "c:1.jpg", r"cat\1.jpg", "", "./."],
)
def test_names_that_could_lead_out_are_refused(name: str) -> None:
    refusal = refuse_name(name)
    assert refusal is not None
    assert refusal.outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    "name", ["cat/1.jpg", "./1.jpg", "cat/..1.jpg", "a:b/1.jpg".replace("a", "ab")]
)
def test_harmless_names_are_not(name: str) -> None:
    assert refuse_name(name) is None
