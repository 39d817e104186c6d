import pytest

from fieldguide.errors import UnknownNameError
from fieldguide.models.heads.available import HEADS


def test_the_names_are_listed_with_the_default_first() -> None:
    assert HEADS.names() == ["logistic", "svm", "tree", "forest", "neighbours", "mlp"]


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UnknownNameError, match=r"no head named 'neighbors'.*'neighbours'"):
        HEADS.get("neighbors")
