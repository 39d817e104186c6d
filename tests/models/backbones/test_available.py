from __future__ import annotations

import pytest

from fieldguide.errors import UnknownNameError
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.backbones.efficientnet_lite import LITE0, LITE2


def test_the_names_lead_to_their_backbones() -> None:
    assert BACKBONES.names()[:2] == ["efficientnet-lite0", "efficientnet-lite2"]
    assert BACKBONES.get("efficientnet-lite0") is LITE0
    assert BACKBONES.get("efficientnet-lite2") is LITE2


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"named 'efficientnet0'\. Did you mean"):
        BACKBONES.get("efficientnet0")
