"""The recipe: all choices of a training, as one value that can be recorded and repeated."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """All choices of a training.

    Attributes:
        backbone: Name of the pretrained network.
        head: Name of the head that is trained on its vectors.
        seed: For folds, heads and bootstrap samples.

    Example:
        >>> Recipe(head="svm").to_dict()["head"]
        'svm'
    """

    backbone: str = "efficientnet-lite0"
    head: str = "logistic"
    seed: int = 0

    def to_dict(self) -> dict[str, str | int]:
        """Return the choices as JSON can hold them."""
        return asdict(self)

    @property
    def fingerprint(self) -> str:
        """Equal for equal recipes; 64 hexadecimal digits."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()
