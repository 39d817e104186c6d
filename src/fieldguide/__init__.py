"""Fieldguide: from a heap of pictures to a shared dataset and a model that can be trusted.

Example::

    import fieldguide as fg

    run = fg.train("pictures/")
    print(run.accuracy, run.report)
    fg.load(run.bundle).predict(["photo.jpg"])
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from fieldguide.deploy.model import Model, Prediction
    from fieldguide.errors import FieldguideError
    from fieldguide.face import Dataset, Guide, Run, load, train
    from fieldguide.face import open_guide as open  # noqa: A004 - fg.open reads as intended

__all__ = [
    "Dataset",
    "FieldguideError",
    "Guide",
    "Model",
    "Prediction",
    "Run",
    "__version__",
    "load",
    "open",
    "train",
]

_HOMES = {
    "Dataset": "fieldguide.face:Dataset",
    "FieldguideError": "fieldguide.errors:FieldguideError",
    "Guide": "fieldguide.face:Guide",
    "Model": "fieldguide.deploy.model:Model",
    "Prediction": "fieldguide.deploy.model:Prediction",
    "Run": "fieldguide.face:Run",
    "load": "fieldguide.face:load",
    "open": "fieldguide.face:open_guide",
    "train": "fieldguide.face:train",
}


class _Package(ModuleType):
    # The stage `fieldguide/train/` and the function `fieldguide.train` share a name. Loading the
    # stage would put it in the function's place; it stays reachable by import all the same.
    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    # Loaded on first use, so that `fieldguide --help` and `import fieldguide` stay quick.
    if name not in _HOMES:
        raise AttributeError(f"module 'fieldguide' has no attribute {name!r}")
    import importlib

    module, _, attribute = _HOMES[name].partition(":")
    return getattr(importlib.import_module(module), attribute)


def __dir__() -> list[str]:
    return __all__
