"""The backbones that a user can pick by name."""

from __future__ import annotations

from fieldguide.models.backbones.backbone import Backbone
from fieldguide.registry import Registry

_LITE = "fieldguide.models.backbones.efficientnet_lite"

BACKBONES: Registry[Backbone] = Registry(
    "backbone",
    {
        "efficientnet-lite0": f"{_LITE}:LITE0",
        "efficientnet-lite2": f"{_LITE}:LITE2",
    },
    group="fieldguide.backbones",
)
