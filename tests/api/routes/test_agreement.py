from __future__ import annotations

import pytest
from tests.api.routes.conftest import Asked, Group


def _label(group: Group) -> Asked:
    """Ada and Rita agree on nine of twelve pictures; Ben always says the same."""
    asked = group.ask("tree", "oak", "elm", answers_needed=3)
    for place, picture in enumerate(group.pictures):
        truth = ("oak", "elm")[place % 2]
        group.say("ada", asked, picture, truth)
        group.say("rita", asked, picture, "oak" if place % 4 == 3 else truth)
        group.say("ben", asked, picture, "oak")
    return asked


def test_agreement_of_people(group: Group) -> None:
    asked = _label(group)
    found = group["rita"].get(f"{asked.path}/agreement").json()
    assert (found["answers"], found["pictures"], found["paired"]) == (36, 12, 12)
    pairs = {(p["first"], p["second"]): p["agreement"] for p in found["pairs"]}
    assert pairs == {
        ("ada", "ben"): pytest.approx(0.5),
        ("ada", "rita"): pytest.approx(9 / 12),
        ("ben", "rita"): pytest.approx(9 / 12),
    }
    # Percent agreement is the mean of the pairs where everybody has answered everything.
    assert found["percent"]["value"] == pytest.approx(sum(pairs.values()) / 3)
    assert found["percent"]["low"] <= found["percent"]["value"] <= found["percent"]["high"]
    assert found["reference"] == "others"
    assert sum(day["pictures"] for day in found["over_time"]) == 12
    assert {row["choice_id"] for row in found["classes"]} == set(asked.classes.values())
    assert {row["annotator"]: row["answers"] for row in found["annotators"]} == {
        "ada": 12,
        "ben": 12,
        "rita": 12,
    }


def test_what_is_known_is_the_reference(group: Group) -> None:
    asked = group.ask("tree", "oak", "elm")
    for place, picture in enumerate(group.pictures):
        group.say("ada", asked, picture, ("oak", "elm")[place % 2])
        group.decide(asked, picture, "oak", to="gold")
    found = group["rita"].get(f"{asked.path}/agreement").json()
    assert found["reference"] == "truth"
    (ada,) = found["annotators"]
    assert (ada["annotator"], ada["accuracy"]["value"]) == ("ada", 0.5)
    # What was answered rightly is no confusion.
    assert [(c["reference"], c["said"], c["pictures"]) for c in ada["confusions"]] == [
        (asked.classes["oak"], asked.classes["elm"], 6)
    ]


def test_decisions_are_no_answers_and_nobody_is_compared_with_their_own(group: Group) -> None:
    asked = group.ask("tree", "oak", "elm", answers_needed=2)
    for place, picture in enumerate(group.pictures):
        group.say("ada", asked, picture, "oak")
        group.say("rita", asked, picture, ("oak", "elm")[place % 2])
    before = group["rita"].get(f"{asked.path}/agreement").json()
    assert before["percent"]["value"] == 0.5
    # Where they differ, Rita sees both answers and decides as Ada has answered.
    for picture in group.pictures[1::2]:
        group.decide(asked, picture, "oak")
    found = group["rita"].get(f"{asked.path}/agreement").json()
    same = ("answers", "pictures", "paired", "percent", "fleiss", "alpha", "classes", "pairs")
    assert {name: found[name] for name in same} == {name: before[name] for name in same}
    assert found["reference"] == "truth"
    ada, rita = found["annotators"]
    assert (ada["compared"], ada["accuracy"]["value"], ada["confusions"]) == (6, 1, [])
    assert (rita["answers"], rita["compared"], rita["accuracy"]) == (12, 0, None)


def test_a_truth_by_the_only_annotator_is_no_reference(group: Group) -> None:
    asked = group.ask("tree", "oak", "elm")
    group.say("rita", asked, group.pictures[0], "elm")
    group.decide(asked, group.pictures[0], "oak", to="gold")
    found = group["rita"].get(f"{asked.path}/agreement").json()
    assert (found["answers"], found["reference"]) == (1, "others")
    assert found["annotators"][0]["confusions"] == []


def test_nothing_to_agree_on(group: Group) -> None:
    single, number = group.ask(), group.ask("area", kind="number")
    many = group.ask("marks", "a", "b", kind="many")
    group.say("ada", number, group.pictures[0], number=1)
    group.say("ada", many, group.pictures[0], "a")
    for asked in (single, number, many):
        assert group["rita"].get(f"{asked.path}/agreement").json() is None
        assert group["rita"].get(f"{asked.path}/most-useful").json() == []
    # One answer alone is in no pair.
    group.say("ada", single, group.pictures[0], "rust")
    found = group["rita"].get(f"{single.path}/agreement").json()
    assert (found["answers"], found["paired"], found["percent"]) == (1, 0, None)
    assert found["over_time"][0]["agreement"] is None


def test_the_most_useful_pictures_are_those_on_which_people_differ(group: Group) -> None:
    asked = _label(group)
    useful = group["rita"].get(f"{asked.path}/most-useful?limit=3").json()
    assert len(useful) == 3
    assert {item["picture_id"] for item in useful} <= set(group.pictures[1::2])
    assert [item["gain"] for item in useful] == sorted((i["gain"] for i in useful), reverse=True)
    # What a reviewer has decided needs no further answer.
    group.decide(asked, useful[0]["picture_id"], "elm")
    again = group["rita"].get(f"{asked.path}/most-useful").json()
    assert useful[0]["picture_id"] not in [item["picture_id"] for item in again]


def test_annotators_do_not_see_it(group: Group) -> None:
    asked = _label(group)
    for name in ("ada", "vic"):
        for path in ("agreement", "most-useful"):
            assert group[name].get(f"{asked.path}/{path}").status_code == 403
    for limit in (0, 201):
        assert group["rita"].get(f"{asked.path}/most-useful?limit={limit}").status_code == 422
