from __future__ import annotations

import pytest
from tests.label.conftest import Site

from fieldguide.errors import UnknownNameError
from fieldguide.label import setting_up
from fieldguide.records import questions
from fieldguide.records.question_cache import QuestionCache


def test_a_question_is_kept_until_it_changes(site: Site) -> None:
    cache = QuestionCache()
    with site.workspace.records.read() as connection:
        first = cache.get(connection, site.question_id)
        assert cache.get(connection, site.question_id) is first
    site.workspace.records.write(
        lambda c: setting_up.change_question(
            c, questions.get(c, site.question_id), name="another name"
        )
    )
    with site.workspace.records.read() as connection:
        assert cache.get(connection, site.question_id).name == "another name"
        with pytest.raises(UnknownNameError, match="4711"):
            cache.get(connection, 4711)
