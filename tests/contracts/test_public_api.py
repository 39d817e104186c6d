"""The names that `import fieldguide` gives, and how little it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import fieldguide
from fieldguide.errors import FieldguideError


def test_the_names_are_sorted() -> None:
    assert fieldguide.__all__ == sorted(fieldguide.__all__)
    assert len(set(fieldguide.__all__)) == len(fieldguide.__all__)


def test_every_name_has_a_home() -> None:
    assert set(fieldguide._HOMES) == set(fieldguide.__all__) - {"__version__"}


@pytest.mark.parametrize("name", fieldguide.__all__)
def test_every_name_resolves(name: str) -> None:
    found = getattr(fieldguide, name)
    assert found is not None
    assert getattr(fieldguide, name) is found
    if name != "__version__":
        assert found.__doc__
        assert found.__module__ == fieldguide._HOMES[name].partition(":")[0]


def test_the_base_error_is_public() -> None:
    assert fieldguide.FieldguideError is FieldguideError


def test_dir_shows_the_names() -> None:
    assert dir(fieldguide) == fieldguide.__all__


def test_a_name_that_is_not_public() -> None:
    with pytest.raises(AttributeError, match="module 'fieldguide' has no attribute 'tarin'"):
        _ = fieldguide.tarin  # type: ignore[attr-defined]
    assert not hasattr(fieldguide, "_secret")


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("module", ["fieldguide", "fieldguide.cli.main"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    heavy = ["sklearn", "onnxruntime", "sqlalchemy", "scipy", "numpy", "PIL", "duckdb", "jinja2"]
    if module != "fieldguide":
        heavy = ["sklearn", "onnxruntime", "sqlalchemy", "scipy"]
    code = f"import sys, {module}; print([m for m in {heavy!r} if m in sys.modules])"
    assert run(code).strip() == "[]"


def test_a_star_import_brings_every_name() -> None:
    code = "from fieldguide import *; import fieldguide as f; print(set(f.__all__) <= set(dir()))"
    assert run(code).strip() == "True"


def test_submodules_stay_reachable() -> None:
    assert run(
        "import fieldguide, fieldguide.errors; print(fieldguide.errors.__name__)"
    ).strip() == ("fieldguide.errors")
