from __future__ import annotations

import json
from typing import Any

import pytest
from tests.api.routes.conftest import Group

from fieldguide.records import members

HUGE = 2**63


def test_an_answer_tells_the_label_with_it_in(group: Group) -> None:
    asked = group.ask(answers_needed=2)
    first = group.say("ada", asked, group.pictures[0], "rust")
    assert first["status"] == "stored"
    assert first["label"]["state"] == "open"
    assert first["label"]["choice_ids"] == [asked.classes["rust"]]
    second = group.say("ben", asked, group.pictures[0], "miner")
    assert (second["label"]["state"], second["label"]["verdict"]) == ("review", None)


@pytest.mark.parametrize("verdict", ["withdrawn", "skip"])
def test_what_is_no_answer_does_not_open_a_blind_picture(group: Group, verdict: str) -> None:
    asked = group.ask(answers_needed=2)
    picture = group.pictures[0]
    group.say("ben", asked, picture, "rust")
    peek = group.say("ada", asked, picture, verdict=verdict)
    assert peek["status"] == "stored"
    assert peek["label"] is None
    # What was taken back is as if it had not been said, also to whoever sends it again.
    said = group.answer(asked, picture, "miner")
    send = {"answers": [said]}
    seen = group["ada"].post(f"{asked.path}/answers", send).json()["items"][0]
    assert seen["label"]["votes"] == 2
    group.say("ada", asked, picture, verdict="withdrawn")
    again = group["ada"].post(f"{asked.path}/answers", send).json()["items"][0]
    assert (again["status"], again["label"]) == ("repeated", None)


def test_where_it_is_not_blind_and_for_reviewers_the_label_is_told(group: Group) -> None:
    seen, blind = group.ask("seen", blind=False), group.ask("blind")
    picture = group.pictures[0]
    for asked in (seen, blind):
        group.say("ben", asked, picture, "rust")
    assert group.say("ada", seen, picture, verdict="withdrawn")["label"]["votes"] == 1
    assert group.say("rita", blind, picture, verdict="withdrawn")["label"]["votes"] == 1


def test_known_answer_pictures_look_like_all_others(group: Group) -> None:
    asked = group.ask(gold_share=0.5)
    known = group.pictures[:4]
    for picture in known:
        assert group.decide(asked, picture, "rust", to="gold").status_code == 200
    given = group["ada"].post(f"{asked.path}/next", {"count": 6}).json()["items"]
    ids = [item["id"] for item in given]
    assert len(ids) == len(set(ids)) == 6
    assert 0 < len(set(ids) & set(known)) < 6
    assert len({item["expires_at"] for item in given}) == 1
    assert {tuple(sorted(item)) for item in given} == {tuple(sorted(given[0]))}


def test_one_refused_answer_does_not_touch_the_others(group: Group) -> None:
    asked, other = group.ask(), group.ask("other", "a")
    foreign = group.ask("moth", "a", foreign=True)
    good = group.answer(asked, group.pictures[0], "rust")
    bad = [
        group.answer(other, group.pictures[1], "a"),
        group.answer(foreign, group.pictures[1], "a"),
        group.answer(asked, group.foreign_pictures[0], "rust"),
        group.answer(asked, group.pictures[1], "rust", "miner"),
        group.answer(asked, group.pictures[1]),
        group.answer(asked, group.pictures[1], "rust", number=2.0),
        group.answer(asked, group.pictures[1], "rust", verdict="unsure"),
        group.answer(asked, HUGE - 1, "rust"),
        {**good, "choice_ids": [asked.classes["miner"]]},
    ]
    sent = group["ada"].post(f"{asked.path}/answers", {"answers": [good, *bad, good]})
    items = sent.json()["items"]
    assert [item["status"] for item in items] == ["stored", *["refused"] * len(bad), "repeated"]
    assert all(item["message"] and item["code"] for item in items[1:-1])
    assert len(group["ada"].get(f"{asked.path}/mine").json()) == 1


BAD_ANSWERS: list[Any] = [
    {"answers": []},
    {"answers": [{}]},
    {"answers": [{"picture_id": 0, "key": "12345678"}]},
    {"answers": [{"picture_id": -1, "key": "12345678"}]},
    {"answers": [{"picture_id": HUGE, "key": "12345678"}]},
    {"answers": [{"picture_id": 1, "key": "short"}]},
    {"answers": [{"picture_id": 1, "key": "12345678", "choice_ids": [HUGE]}]},
    {"answers": [{"picture_id": 1, "key": "12345678", "choice_ids": [1] * 1000}]},
    {"answers": [{"picture_id": 1, "key": "12345678", "milliseconds": -1}]},
    {"answers": [{"picture_id": 1, "key": "12345678", "verdict": "maybe"}]},
    {"answers": [{"picture_id": 1, "key": "12345678"}] * 501},
]


def test_answers_that_cannot_be_are_refused(group: Group) -> None:
    asked = group.ask()
    for body in BAD_ANSWERS:
        assert group["ada"].post(f"{asked.path}/answers", body).status_code == 422, body


def test_numbers_that_are_none_are_refused(group: Group) -> None:
    asked = group.ask("area", kind="number")
    said = group.answer(asked, group.pictures[0], number=4711.5)
    for text in ("NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400):
        sent = group["ada"].send(
            "POST",
            f"{asked.path}/answers",
            content=json.dumps({"answers": [said]}).replace("4711.5", text),
            headers={"Content-Type": "application/json"},
        )
        assert sent.status_code in {400, 422}, text


def test_numbers_and_many_choices_go_the_same_way(group: Group) -> None:
    area = group.ask("area", kind="number", answers_needed=2, least=0, greatest=100, tolerance=2)
    marks = group.ask("marks", "rust", "hole", "dust", kind="many", answers_needed=2)
    picture = group.pictures[0]
    assert group.say("ada", area, picture, number=10.0)["label"]["number"] == 10.0
    label = group.say("ben", area, picture, number=13.0)["label"]
    assert (label["number"], label["state"]) == (11.5, "closed")
    assert group.say("ben", area, picture, number=101)["code"] == "invalid_input"
    assert group.say("ben", area, picture)["status"] == "refused"
    group.say("ada", marks, picture, "rust", "hole")
    label = group.say("ben", marks, picture, "hole", "rust", "rust")["label"]
    assert label["choice_ids"] == sorted([marks.classes["rust"], marks.classes["hole"]])
    assert label["state"] == "closed"
    # None of the classes is an answer too.
    label = group.say("ada", marks, group.pictures[1])["label"]
    assert (label["verdict"], label["choice_ids"]) == ("answer", [])


def test_one_sees_only_ones_own_answers(group: Group) -> None:
    asked = group.ask()
    group.say("ben", asked, group.pictures[0], "rust")
    for number, picture in enumerate(group.pictures[:5]):
        group.say("ada", asked, picture, "miner" if number % 2 else "rust")
    group.say("ada", asked, group.pictures[5], verdict="skip")
    mine = group["ada"].get(f"{asked.path}/mine").json()
    assert [item["picture_id"] for item in mine] == group.pictures[5::-1]
    assert not any("label" in item or "votes" in item for item in mine)
    skipped = group["ada"].get(f"{asked.path}/mine?verdict=skip").json()
    assert [item["picture_id"] for item in skipped] == [group.pictures[5]]
    assert group["vic"].get(f"{asked.path}/mine").json() == []


def test_own_answers_come_page_after_page(group: Group) -> None:
    asked = group.ask()
    votes = [group.say("ada", asked, p, "rust")["vote_id"] for p in group.pictures[:5]]
    found, before = [], ""
    while page := group["ada"].get(f"{asked.path}/mine?limit=2{before}").json():
        found += [item["picture_id"] for item in page]
        place = group.pictures.index(page[-1]["picture_id"])
        before = f"&before={votes[place]}"
    assert found == group.pictures[4::-1]


def test_a_picture_that_was_taken_out_is_neither_handed_out_nor_answered(group: Group) -> None:
    asked = group.ask()
    gone = group.pictures[0]
    group.workspace.records.write(lambda c: members.set_aside(c, group.dataset_id, ["00.jpg"]))
    assert group.say("ada", asked, gone, "rust")["status"] == "refused"
    given = group["ada"].post(f"{asked.path}/next", {"count": 50}).json()["items"]
    assert sorted(item["id"] for item in given) == group.pictures[1:]


def test_pictures_are_given_back(group: Group) -> None:
    asked = group.ask()
    given = group["ada"].post(f"{asked.path}/next", {"count": 5}).json()["items"]
    ids = [item["id"] for item in given]
    body = {"picture_ids": [*ids[:2], HUGE - 1]}
    assert group["ada"].post(f"{asked.path}/release", body).json() == {"count": 2}
    assert group["ada"].post(f"{asked.path}/release", {}).json() == {"count": 3}
    held = list(range(1, 1001))
    assert group["ada"].post(f"{asked.path}/next", {"held": held}).status_code == 200
    assert group["ada"].post(f"{asked.path}/next", {"held": [*held, 1]}).status_code == 422
