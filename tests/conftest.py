"""Fixtures that all tests share: workspaces, and pictures that are made on the spot."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fieldguide.config import Config, read_config
from fieldguide.workspace import Workspace

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

COLOURS = {"amber": (210, 140, 30), "blue": (40, 70, 200), "green": (50, 170, 60)}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return read_config({"FIELDGUIDE_WORKSPACE": str(tmp_path / "ws"), "FIELDGUIDE_WORKERS": "2"})


@pytest.fixture
def workspace(config: Config) -> Iterator[Workspace]:
    with Workspace(config) as opened:
        yield opened


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """Give the bytes of a picture: a base colour under noise that differs with the seed."""

    def make(
        seed: int, colour: tuple[int, int, int] = (128, 128, 128), *, format_: str = "JPEG"
    ) -> bytes:
        random = np.random.default_rng(seed)
        coarse = random.normal(0, 45, (8, 8, 3))
        noise = np.kron(coarse, np.ones((12, 12, 1)))
        pixels = np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, format_)
        return buffer.getvalue()

    return make


@pytest.fixture
def class_folders(tmp_path: Path, picture: Callable[..., bytes]) -> Path:
    """A folder with three classes of twelve pictures each."""
    root = tmp_path / "pictures"
    for number, (name, colour) in enumerate(COLOURS.items()):
        folder = root / name
        folder.mkdir(parents=True)
        for index in range(12):
            (folder / f"{index:02d}.jpg").write_bytes(picture(100 * number + index, colour))
    return root


@pytest.fixture
def shared_data() -> Path:
    """The picture sets that may lie beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(f"the picture sets are not at {SHARED}")
    return SHARED
