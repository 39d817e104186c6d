"""Versions over the API: listed, compared, frozen and restored, by whom they may be."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from tests.api.routes.conftest import Group

from fieldguide.records import members
from fieldguide.records.members import NewMember


def _freeze(group: Group, **body: Any) -> dict[str, Any]:
    made = group["mia"].post(f"{group.path}/versions", {"divide": False, **body})
    assert made.status_code == 201, made.text
    (job,) = group.work_off()
    assert job.state == "done", job.error
    result: dict[str, Any] = job.result
    return result


def _diff(group: Group, query: str, who: str = "vic") -> Any:
    found = group[who].get(f"{group.path}/diff?{query}")
    assert found.status_code == 200, found.text
    return found.json()


def test_a_version_is_frozen_listed_and_shown(group: Group) -> None:
    asked = group.ask()
    group.say("ada", asked, group.pictures[0], "rust")
    assert group["vic"].get(f"{group.path}/versions").json() == {"items": []}
    assert _freeze(group, note="first", question="symptom") == {
        "number": 1,
        "fresh": True,
        "noted": True,
        "notes": ["It is not divided into parts, so no model can be trained on it."],
    }
    assert _freeze(group, question="symptom")["fresh"] is False
    (listed,) = group["vic"].get(f"{group.path}/versions").json()["items"]
    assert (listed["number"], listed["author"], listed["note"]) == (1, "mia", "first")
    assert (listed["pictures"], listed["labelled"]) == (len(group.pictures), 1)
    assert (listed["divided"], listed["parts"], listed["uses"]) == (False, {}, [])
    shown = group["vic"].get(f"{group.path}/versions/1").json()
    assert shown["card"]["counts"]["classes"] == {"rust": 1}
    assert shown["origin"] == "none"
    missing = group["vic"].get(f"{group.path}/versions/2")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "unknown_version")


def test_two_states_are_compared_page_by_page(group: Group) -> None:
    asked = group.ask()
    _freeze(group, question="symptom")
    for picture in group.pictures[:3]:
        group.say("ada", asked, picture, "rust")
    found = _diff(group, "before=1")
    assert (found["before"], found["after"], found["total"]) == ("version 1", "now", 3)
    assert found["counts"] == {"label": 3}
    assert found["labels"] == [
        {"question": "symptom", "before": "no label", "after": "rust", "pictures": 3}
    ]
    first = _diff(group, "before=1&limit=2")["items"]
    second = _diff(group, "before=1&limit=2&offset=2")["items"]
    assert [*first, *second] == found["items"]
    assert first[0]["lines"] == [
        {"kind": "label", "of": "symptom", "before": "no label", "after": "rust"}
    ]
    assert _diff(group, "before=1&kind=added")["total"] == 0
    for query, status in (
        ("before=yesterday", 422),
        ("before=9", 404),
        ("before=2999-01-01", 422),
        ("before=1&kind=nothing", 422),
        ("", 422),
    ):
        assert group["vic"].get(f"{group.path}/diff?{query}").status_code == status, query


def test_exact_places_are_told_to_maintainers_only(group: Group) -> None:
    asked = group.ask()
    group.say("ada", asked, group.pictures[0], "rust")
    _freeze(group, question="symptom")

    def move(connection: sa.Connection) -> None:
        place = members.place(connection, group.pictures[0])
        assert place is not None
        new = NewMember("00.jpg", place.sha256, columns={"latitude": 47.5534})
        members.add(connection, group.dataset_id, [new])

    group.workspace.records.write(move)
    assert "47.5534" in str(_diff(group, "before=1", "mia"))
    seen = str(_diff(group, "before=1", "rita"))
    assert "47.6" in seen
    assert "47.5534" not in seen


def test_who_answers_blind_is_told_no_labels(group: Group) -> None:
    asked = group.ask(blind=True)
    _freeze(group, question="symptom")
    group.say("ada", asked, group.pictures[0], "rust")
    assert _diff(group, "before=1", "vic")["counts"] == {"label": 1}
    told = _diff(group, "before=1", "ben")
    assert (told["counts"], told["labels"], told["items"]) == ({}, [], [])
    assert any("answered blind" in text for text in told["left_out"])


def test_a_version_is_restored(group: Group) -> None:
    asked = group.ask()
    group.say("ada", asked, group.pictures[0], "rust")
    _freeze(group, question="symptom")
    group.say("ada", asked, group.pictures[0], "miner")
    group.say("ada", asked, group.pictures[1], "miner")
    plan = group["mia"].get(f"{group.path}/versions/1/restoration").json()
    assert (plan["decided"], plan["withdrawn"], plan["kept_as"]) == (1, 1, None)
    begun = group["mia"].post(f"{group.path}/versions/1/restoration")
    assert begun.status_code == 201
    (job,) = group.work_off()
    assert job.state == "done", job.error
    assert (job.result["decided"], job.result["withdrawn"], job.result["kept_as"]) == (1, 1, 2)
    assert _diff(group, "before=1")["labels"] == []
    assert group["mia"].get(f"{group.path}/versions/1/restoration").json()["decided"] == 0


def test_a_split_and_a_question_that_make_no_sense_are_refused(group: Group) -> None:
    for body, status in (
        ({"test": 0.6, "val": 0.6}, 422),
        ({"question": "nothing"}, 404),
        ({"note": "x" * 20_001}, 422),
    ):
        refused = group["mia"].post(f"{group.path}/versions", body)
        assert refused.status_code == status, refused.text
