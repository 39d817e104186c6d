"""A planted dataset of three classes, and an engine that is closed at the end."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from tests.label.suggestions.planted import Planted, plant, vectors_of

from fieldguide.label.suggestions.engine import Engine
from fieldguide.workspace import Workspace


@pytest.fixture
def planted(workspace: Workspace) -> Planted:
    classes = np.arange(90) % 3
    return plant(workspace, classes, vectors_of(classes))


@pytest.fixture
def engine(workspace: Workspace) -> Iterator[Engine]:
    made = Engine(workspace)
    yield made
    made.close()
