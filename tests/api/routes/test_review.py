from __future__ import annotations

from tests.api.routes.conftest import Group

from fieldguide.records import members

HUGE = 2**63


def test_progress_tells_annotators_of_themselves_only(group: Group) -> None:
    asked = group.ask(answers_needed=2)
    for picture in group.pictures[:4]:
        group.say("ben", asked, picture, "rust")
    group.say("ada", asked, group.pictures[0], "rust")
    group.say("ada", asked, group.pictures[1], verdict="unsure")
    group.say("ada", asked, group.pictures[2], verdict="skip")
    own = group["ada"].get(f"{asked.path}/progress").json()
    assert [(p["annotator"], p["answered"], p["unsure"], p["skipped"]) for p in own["people"]] == [
        ("ada", 2, 1, 1)
    ]
    assert own["classes"] == []
    assert own["people"][0]["gold_answered"] is None
    everything = group["rita"].get(f"{asked.path}/progress").json()
    assert [p["annotator"] for p in everything["people"]] == ["ben", "ada"]
    assert everything["classes"] == [{"choice_id": asked.classes["rust"], "pictures": 4}]
    for found in (own, everything):
        # Of the second picture nobody knows enough yet; all others want their second answer.
        assert (found["pictures"], found["closed"], found["review"]) == (12, 1, 1)
        assert found["answers_left"] == 2 * 8 + 2 * 1
        assert found["per_day"][-1]["answers"] == 7
    assert group["vic"].get(f"{asked.path}/progress").json()["people"] == []


def test_accuracy_is_shown_only_where_the_question_shows_it(group: Group) -> None:
    hidden, shown = group.ask("hidden"), group.ask("shown", show_accuracy=True)
    for asked in (hidden, shown):
        group.decide(asked, group.pictures[0], "rust", to="gold")
        group.say("ada", asked, group.pictures[0], "rust")
    for asked, expected in ((hidden, (None, None)), (shown, (1, 1))):
        (person,) = group["ada"].get(f"{asked.path}/progress").json()["people"]
        assert (person["gold_right"], person["gold_answered"]) == expected
        people = group["rita"].get(f"{asked.path}/progress").json()["people"]
        assert {p["annotator"]: p["gold_answered"] for p in people} == {"ada": 1, "rita": 0}


def test_progress_of_a_question_without_answers_and_pictures(group: Group) -> None:
    made = group["mia"].post("/api/datasets", {"name": "nothing"}).json()
    asked = {"name": "symptom", "kind": "number"}
    question = group["mia"].post(f"/api/datasets/{made['id']}/questions", asked).json()
    found = group["mia"].get(f"/api/questions/{question['id']}/progress").json()
    assert (found["pictures"], found["answers_left"], found["days_left"]) == (0, 0, None)
    assert found["people"] == found["classes"] == found["per_day"] == []


def test_a_decision_settles_and_can_be_taken_back(group: Group) -> None:
    asked = group.ask(answers_needed=2)
    picture = group.pictures[0]
    group.say("ada", asked, picture, "rust")
    group.say("ben", asked, picture, "miner")
    decided = group.decide(asked, picture, "rust").json()
    assert (decided["status"], decided["label"]["state"]) == ("stored", "closed")
    assert decided["label"]["choice_ids"] == [asked.classes["rust"]]
    back = group.decide(asked, picture, verdict="withdrawn").json()
    assert back["label"]["state"] == "review"
    for picture_id in (group.foreign_pictures[0], HUGE - 1):
        body = group.answer(asked, picture_id, "rust")
        assert group["rita"].post(f"{asked.path}/decisions", body).status_code >= 400


def test_asking_again_wants_one_answer_more_than_there_are(group: Group) -> None:
    asked = group.ask(answers_needed=2, answers_most=2)
    review, closed, fresh = group.pictures[:3]
    for picture, second in ((review, "miner"), (closed, "rust")):
        group.say("ada", asked, picture, "rust")
        group.say("ben", asked, picture, second)
    body = {"picture_ids": [review, closed, fresh, review]}
    for _ in range(2):
        # Sent again it changes nothing.
        assert group["rita"].post(f"{asked.path}/ask-again", body).status_code == 204
        items = group["rita"].get(f"{group.path}/pictures?question={asked.id}&limit=3").json()
        assert [item["label"]["state"] for item in items["items"]] == ["open"] * 3
        left = group["rita"].get(f"{asked.path}/progress").json()["answers_left"]
        assert left == 1 + 1 + 2 * 10
    given = group["rita"].post(f"{asked.path}/next", {"count": 50}).json()["items"]
    assert {review, closed} <= {item["id"] for item in given}
    # The third answer settles what two could not.
    assert group.say("rita", asked, review, "miner")["label"]["state"] == "closed"
    assert group["rita"].post(f"{asked.path}/ask-again", body).status_code == 204


def test_only_pictures_of_the_question_can_be_asked_about_again(group: Group) -> None:
    asked = group.ask()
    gone = group.pictures[1]
    group.workspace.records.write(lambda c: members.set_aside(c, group.dataset_id, ["01.jpg"]))
    for wrong in (group.foreign_pictures[0], gone, HUGE - 1):
        body = {"picture_ids": [group.pictures[0], wrong]}
        refused = group["rita"].post(f"{asked.path}/ask-again", body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (404, "unknown_picture")
    for wrong in ([], [0], [HUGE], [1] * 1001, None):
        body = {"picture_ids": wrong}
        assert group["rita"].post(f"{asked.path}/ask-again", body).status_code == 422


def test_known_answers_are_listed_to_reviewers_only(group: Group) -> None:
    marks = group.ask("marks", "rust", "hole", kind="many")
    a, b = group.pictures[:2]
    assert group.decide(marks, a, "rust", "hole", to="gold").json()["label"]["state"] == "closed"
    assert group.decide(marks, b, verdict="cannot_tell", to="gold").status_code == 200
    found = group["rita"].get(f"{marks.path}/gold").json()
    assert [(g["picture_id"], g["verdict"], g["author"]) for g in found] == [
        (a, "answer", "rita"),
        (b, "cannot_tell", "rita"),
    ]
    assert found[0]["choice_ids"] == sorted(marks.classes.values())
    for name in ("ada", "vic"):
        assert group[name].get(f"{marks.path}/gold").status_code == 403
    for verdict in ("skip", "withdrawn"):
        refused = group.decide(marks, a, verdict=verdict, to="gold")
        assert refused.status_code == 422
        assert "known answer" in refused.json()["error"]["message"]
    assert group["rita"].delete(f"{marks.path}/gold/{a}").status_code == 204
    assert group["rita"].delete(f"{marks.path}/gold/{a}").status_code == 404
    assert group["rita"].delete(f"{marks.path}/gold/{HUGE - 1}").status_code == 404
    assert group["rita"].delete(f"{marks.path}/gold/{HUGE}").status_code == 422
    assert len(group["rita"].get(f"{marks.path}/gold").json()) == 1


def test_a_known_answer_sent_again_is_stored_once(group: Group) -> None:
    asked = group.ask()
    body = group.answer(asked, group.pictures[0], "rust")
    sent = [group["rita"].post(f"{asked.path}/gold", body).json() for _ in range(2)]
    assert [answer["status"] for answer in sent] == ["stored", "repeated"]
    detail = group["rita"].get(f"/api/pictures/{group.pictures[0]}").json()
    assert sum(len(label["votes"]) for label in detail["labels"]) == 1
