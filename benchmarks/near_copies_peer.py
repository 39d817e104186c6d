"""Run by the Python that has imagededup: name duplicates in groups of files, with its defaults."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

_VISION = (
    "torchvision",
    "torchvision.models",
    "torchvision.models.vision_transformer",
    "torchvision.transforms",
)


def answer(groups: dict[str, list[str]]) -> dict[str, Any]:
    """Return the pairs by method and group, and CPU milliseconds a picture."""
    left_out = _stand_in_for_vision()
    from imagededup.methods import CNN, DHash, PHash  # type: ignore[import-not-found]

    found: dict[str, Any] = {}
    costs: dict[str, Any] = {}
    for method in (PHash, DHash) if left_out else (PHash, DHash, CNN):
        try:
            hasher = method(verbose=False)
        except OSError as error:
            left_out.append(f"{method.__name__} was left out, its weights are missing: {error}")
            continue
        name = f"imagededup {type(hasher).__name__}"
        found[name], costs[name] = _by(hasher)(groups)
    return {"found": found, "cpu_ms_per_picture": costs, "left_out": left_out}


def _stand_in_for_vision() -> list[str]:
    """Let its hashes run where torchvision, which only its CNN uses, cannot be imported."""
    try:
        import torchvision  # type: ignore[import-not-found]  # noqa: F401
    except (ImportError, OSError, RuntimeError) as error:
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        sys.modules.update((name, MagicMock()) for name in _VISION)
        return [f"CNN was left out, torchvision cannot be imported: {error}"]
    return []


def _by(hasher: Any) -> Callable[[dict[str, list[str]]], tuple[Any, dict[str, float]]]:
    def run(groups: dict[str, list[str]]) -> tuple[Any, dict[str, float]]:
        files = list(dict.fromkeys(path for paths in groups.values() for path in paths))
        codes = {path: _encode(hasher, path) for path in files}
        pairs = {kind: _pairs(hasher, codes, paths) for kind, paths in groups.items()}
        largest = max(groups.values(), key=len)
        reading, comparing = [], []
        for _ in range(3):
            began = time.process_time()
            for path in largest:
                _encode(hasher, path)
            reading.append(time.process_time() - began)
            began = time.process_time()
            _pairs(hasher, codes, largest)
            comparing.append(time.process_time() - began)
        scale = 1e3 / max(1, len(largest))
        cost = {
            "read": statistics.median(reading) * scale,
            "compare": statistics.median(comparing) * scale,
        }
        return pairs, cost

    return run


def _encode(hasher: Any, path: str) -> Any:
    code = hasher.encode_image(image_file=Path(path))
    return code[0] if getattr(code, "ndim", 1) == 2 else code


def _pairs(hasher: Any, codes: dict[str, Any], paths: list[str]) -> list[list[str]]:
    # One process, as several would not be counted in this one's CPU time.
    kinds = {"num_dist_workers": 0} if type(hasher).__name__ != "CNN" else {"num_sim_workers": 0}
    named = hasher.find_duplicates(encoding_map={p: codes[p] for p in paths}, **kinds)
    return sorted({tuple(sorted((a, b))) for a, others in named.items() for b in others})


if __name__ == "__main__":
    told = answer(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    Path(sys.argv[2]).write_text(json.dumps(told), encoding="utf-8")
