from __future__ import annotations

from typing import Any

import pytest
from tests.label.conftest import Site

from fieldguide.label import blinding
from fieldguide.label.blinding import BlindError
from fieldguide.records.pictures import PictureFilter
from fieldguide.records.questions import QuestionSettings
from fieldguide.types import ROLES

TELLING: list[dict[str, Any]] = [
    {"choice_ids": (1,)},
    {"unlabelled": True},
    {"state": "open"},
    {"verdict": "answer"},
    {"least_certain": 0.0},
    {"most_certain": 1.0},
    {"sort": "certainty"},
    {"annotator": "ben"},
    {"annotator": ""},
    {"annotator": "Ada"},
]
SILENT: list[dict[str, Any]] = [
    {},
    {"annotator": "ada", "answered": 1},
    {"text": "a", "part": "b", "group": "c", "columns": {"d": "e"}, "flagged": True},
    {"sort": "order", "descending": True},
    {"sort": "added"},
]


def test_only_annotators_of_a_blind_question_are_blind(site: Site) -> None:
    seen = site.ask("seen", "a", settings=QuestionSettings(blind=False))
    assert {role for role in ROLES if blinding.is_blind(site.question, role)} == {"annotator"}
    assert not any(blinding.is_blind(seen.question, role) for role in ROLES)
    for role in ROLES:
        for telling in TELLING:
            blinding.check_filter(seen.question, role, "ada", PictureFilter(**telling))


def test_filters_that_tell_are_named_in_the_refusal(site: Site) -> None:
    for telling in TELLING:
        with pytest.raises(BlindError, match=r"'symptom' is answered blind.*annotator=ada"):
            blinding.check_filter(site.question, "annotator", "ada", PictureFilter(**telling))
    for silent in SILENT:
        blinding.check_filter(site.question, "annotator", "ada", PictureFilter(**silent))
    both = PictureFilter(state="open", sort="certainty")
    with pytest.raises(BlindError, match="state, sort=certainty"):
        blinding.check_filter(site.question, "annotator", "ada", both)


def test_an_answer_opens_its_picture(site: Site) -> None:
    answered, unsure, skipped, back, fresh = site.pictures[:5]
    site.say("ada", answered, "rust")
    site.say("ada", unsure, verdict="unsure")
    site.say("ada", skipped, verdict="skip")
    site.say("ada", back, "rust")
    site.say("ada", back, verdict="withdrawn")
    site.say("ben", fresh, "rust")

    def hidden(role: Any, name: str) -> set[int]:
        with site.workspace.records.read() as connection:
            return blinding.hidden(connection, site.question, role, name, site.pictures[:5])

    assert hidden("annotator", "ada") == {skipped, back, fresh}
    assert hidden("annotator", "ben") == {answered, unsure, skipped, back}
    assert hidden("reviewer", "ada") == hidden("viewer", "ada") == set()
