"""When the browser app is built, and what happens where it cannot be."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """An app whose build writes one page."""
    folder = tmp_path / "web"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "page.txt").write_text("hello")
    (folder / "package.json").write_text(
        '{"name": "tiny", "version": "1.0.0", "scripts": {"build": "node build.mjs"}}'
    )
    (folder / "package-lock.json").write_text(
        '{"name": "tiny", "version": "1.0.0", "lockfileVersion": 3, "packages": '
        '{"": {"name": "tiny", "version": "1.0.0"}}}'
    )
    (folder / "build.mjs").write_text(
        "import fs from 'node:fs';\n"
        "const out = process.argv[process.argv.indexOf('--outDir') + 1];\n"
        "fs.mkdirSync(out, { recursive: true });\n"
        "fs.copyFileSync('src/page.txt', out + '/index.html');\n"
    )
    return folder


def test_a_site_is_built_once_for_the_same_sources(
    hook: ModuleType, web: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    assert hook.build_site(web, site) is True
    assert (site / "index.html").read_text() == "hello"
    assert hook.build_site(web, site) is False
    (web / "src" / "page.txt").write_text("changed")
    assert hook.build_site(web, site) is True
    assert (site / "index.html").read_text() == "changed"


def test_tests_and_notes_do_not_count_as_sources(hook: ModuleType, web: Path) -> None:
    before = hook.hash_sources(web)
    (web / "src" / "page.test.ts").write_text("x")
    (web / "README.md").write_text("x")
    (web / "node_modules").mkdir()
    (web / "node_modules" / "a.js").write_text("x")
    assert hook.hash_sources(web) == before


def test_a_build_that_fails_leaves_the_site_as_it_was(
    hook: ModuleType, web: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    hook.build_site(web, site)
    (web / "build.mjs").write_text("process.exit(3)")
    with pytest.raises(RuntimeError, match="could not be built"):
        hook.build_site(web, site)
    assert (site / "index.html").read_text() == "hello"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".site")] == []


def test_the_lockfile_names_no_registry() -> None:
    assert "resolved" not in (ROOT / "web" / "package-lock.json").read_text()
