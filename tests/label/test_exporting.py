from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from tests.label.conftest import Site

from fieldguide.errors import UnknownNameError
from fieldguide.formats.labels.record import LabelledPicture
from fieldguide.label import editing_classes, exporting, setting_up
from fieldguide.label.exporting import Selection
from fieldguide.records import questions
from fieldguide.records.pictures import PictureFilter
from fieldguide.records.questions import QuestionSettings


def _select(site: Site, ids: list[int] | None = None, **wanted: Any) -> Selection:
    with site.workspace.records.read() as connection:
        return exporting.select(
            connection,
            site.dataset_id,
            question_ids=ids,
            wanted=PictureFilter(**wanted),
            stated={},
            named=True,
        )


def _pictures(site: Site, selection: Selection) -> dict[str, LabelledPicture]:
    found = exporting.labelled_pictures(site.workspace.records, selection)
    return {picture.name: picture for picture in found}


def test_archived_questions_come_only_where_they_are_named(site: Site) -> None:
    other = site.ask("other", "x")
    site.workspace.records.write(
        lambda c: setting_up.change_question(c, questions.get(c, other.question_id), archived=True)
    )
    names = [q.name for q in _select(site).manifest.questions]
    assert names == ["class", "symptom"]
    chosen = _select(site, [other.question_id, site.question_id, other.question_id])
    assert [q.name for q in chosen.manifest.questions] == ["other", "symptom"]
    assert _select(site, []).manifest.questions == ()
    with pytest.raises(UnknownNameError, match="4711"):
        _select(site, [4711])


def test_the_manifest_tells_how_classes_and_questions_stand(site: Site) -> None:
    asked = site.ask("asked", "a", "b", "c", settings=QuestionSettings(answers_needed=2, seed=5))

    def edit(connection: sa.Connection) -> None:
        a, b, c = (asked.choice(name) for name in "abc")
        more = {"author": "mia"}
        question = questions.get(connection, asked.question_id)
        editing_classes.merge(connection, question, [a], b, client_key="1", **more)
        question = questions.get(connection, asked.question_id)
        editing_classes.split(connection, question, c, ["d", "e"], client_key="2", **more)

    asked.workspace.records.write(edit)
    (found,) = _select(asked, [asked.question_id]).manifest.questions
    assert {c.name: (c.merged_into, c.split) for c in found.choices} == {
        "a": ("b", False),
        "b": (None, False),
        "c": (None, True),
        "d": (None, False),
        "e": (None, False),
    }
    assert QuestionSettings(**found.settings) == asked.question.settings  # type: ignore[arg-type]


def test_pictures_carry_the_labels_and_votes_of_the_chosen_questions(site: Site) -> None:
    other = site.ask("other", "x", "y", kind="many")
    first = site.pictures[0]
    site.say("ada", first, "rust")
    other.say("ben", first, "x", "y")
    site.say("ada", first, "miner")
    both = _pictures(site, _select(site, [site.question_id, other.question_id]))
    assert len(both) == 12
    assert [(v.question, v.choices) for v in both["00.jpg"].votes] == [
        ("symptom", ("rust",)),
        ("other", ("x", "y")),
        ("symptom", ("miner",)),
    ]
    labels = both["00.jpg"].labels
    assert (labels["symptom"].choices, labels["other"].choices) == (("miner",), ("x", "y"))
    assert (both["01.jpg"].votes, both["01.jpg"].labels["symptom"].choices) == ((), ())
    one = _pictures(site, _select(site, [other.question_id], text="00"))
    assert [v.question for v in one["00.jpg"].votes] == ["other"]
    assert list(one) == ["00.jpg"]
