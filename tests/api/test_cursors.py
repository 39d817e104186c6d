from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldguide.api import cursors
from fieldguide.api.errors import ApiError
from fieldguide.records.pictures import Sort

ids = st.integers(0, 2**63 - 1)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
floats = st.floats(allow_nan=False, allow_infinity=False)


@given(name=names, key=floats, picture=ids)
def test_every_place_comes_back_as_it_was(name: str, key: float, picture: int) -> None:
    for sort, place in (
        ("name", (name, picture)),
        ("added", (picture, picture)),
        ("certainty", (key, picture)),
        ("order", (key, picture)),
    ):
        text = cursors.encode(place)
        assert text.replace("-", "a").replace("_", "a").isalnum()
        found = cursors.decode(text, sort)  # type: ignore[arg-type]
        assert found == place
        assert found is not None
        assert type(found[0]) is type(place[0])


@given(text=st.text(max_size=60), sort=st.sampled_from(get_args(Sort)))
def test_any_other_text_is_refused_or_read(text: str, sort: Sort) -> None:
    try:
        found = cursors.decode(text, sort)
    except ApiError:
        # Anything else would be an error of the server's own.
        return
    assert found is not None
    assert cursors.decode(cursors.encode(found), sort) == found


def test_no_text_is_the_front() -> None:
    assert cursors.decode(None, "name") is None
    with pytest.raises(ApiError, match="begin at the front") as refused:
        cursors.decode("", "name")
    assert (refused.value.status, refused.value.code) == (422, "invalid_cursor")
