"""How much ``pip install`` of the core puts on the disk."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks import command
from benchmarks.measuring import print_table

TARGET_MB = 450
_ROOT = Path(__file__).resolve().parent.parent
_SHOWN = 10


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Install into a fresh environment and add up its files."""
    del options
    with tempfile.TemporaryDirectory() as name:
        subprocess.run([sys.executable, "-m", "venv", name], check=True)
        before = _megabytes(_site_packages(Path(name)))
        installed = _install(Path(name))
        if installed is not None:
            print(f"Not measured, because pip could not install it: {installed}\n")
            return {"not_measured": installed}
        after = _megabytes(_site_packages(Path(name)))
    packages = {key: after[key] - before[key] for key in after if after[key] - before[key] > 0}
    total = sum(packages.values())
    compiled = sum(value for (_, is_cache), value in packages.items() if is_cache)
    print_table(
        ["site-packages", "MB", "target"],
        [
            ["with __pycache__", f"{total:.0f}", TARGET_MB],
            ["without", f"{total - compiled:.0f}", ""],
        ],
    )
    largest: Counter[str] = Counter()
    for (package, _), value in packages.items():
        largest[package] += value  # type: ignore[assignment]
    print_table(
        ["largest", "MB", "of which __pycache__"],
        [
            [package, f"{value:.1f}", f"{packages.get((package, True), 0):.1f}"]
            for package, value in largest.most_common(_SHOWN)
        ],
    )
    return {
        "megabytes": total,
        "megabytes_without_pycache": total - compiled,
        "largest": dict(largest.most_common(_SHOWN)),
    }


def _install(environment: Path) -> str | None:
    """Install the core; return what pip said last if it could not."""
    constraints = _ROOT / "constraints.txt"
    limits = ["-c", str(constraints)] if constraints.is_file() else []
    python = environment / "bin" / "python"
    done = subprocess.run(
        [str(python), "-m", "pip", "install", "-q", *limits, str(_ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return None
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    errors = [line.strip() for line in lines if "error" in line.lower()]
    return (errors or lines or ["pip gave no reason."])[-1]


def _site_packages(environment: Path) -> Path:
    return next(environment.glob("lib/python*/site-packages"))


def _megabytes(folder: Path) -> Counter[tuple[str, bool]]:
    """Add up files by package, those in ``__pycache__`` on their own."""
    sizes: Counter[tuple[str, bool]] = Counter()
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            inside = file.relative_to(folder)
            sizes[inside.parts[0], "__pycache__" in inside.parts] += file.stat().st_size / 1e6  # type: ignore[assignment]
    return sizes


BENCHMARK = command.Benchmark(
    title="Size",
    claim=f"The core with all it needs takes at most {TARGET_MB} MB (10^6 bytes) of a fresh "
    "environment.",
    measure=measure,
)

if __name__ == "__main__":
    command.run({"size": BENCHMARK})
