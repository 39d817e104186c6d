from __future__ import annotations

from typing import Any

from tests.api.routes.conftest import Group

from fieldguide.records import members

HUGE = 2**63


def _names(question: dict[str, Any]) -> list[str]:
    return [choice["name"] for choice in question["choices"] if choice["offered"]]


def test_a_question_is_asked_changed_and_archived(group: Group) -> None:
    path = f"{group.path}/questions"
    body = {
        "name": " tree ",
        "kind": "single",
        "guidelines": "Look at the bark.",
        "settings": {"answers_needed": 2, "answers_most": 3, "blind": False},
        "choices": ["oak", "elm"],
    }
    key = {"Idempotency-Key": "the-same"}
    made = [group["mia"].post(path, body, headers=key).json() for _ in range(2)]
    assert made[0] == made[1]
    question = made[0]
    assert (question["name"], _names(question)) == ("tree", ["oak", "elm"])
    assert [choice["key"] for choice in question["choices"]] == ["1", "2"]
    assert (question["settings"]["answers_most"], question["settings"]["seed"]) == (3, 0)
    own = f"/api/questions/{question['id']}"
    # To ask fewer takes the limit away that it would lie below.
    changed = group["mia"].patch(own, {"settings": {"answers_needed": 4}}).json()
    assert (changed["settings"]["answers_needed"], changed["settings"]["answers_most"]) == (4, None)
    assert not changed["settings"]["blind"]
    assert group["mia"].patch(own, {"archived": True}).json()["archived"]
    assert question["id"] not in [q["id"] for q in group["vic"].get(path).json()]
    assert question["id"] in [q["id"] for q in group["vic"].get(f"{path}?archived=true").json()]
    assert group["ada"].post(f"{own}/next", {}).status_code >= 400
    assert not group["mia"].patch(own, {"archived": False}).json()["archived"]


def test_pictures_that_came_while_a_question_was_archived_are_asked_about_afterwards(
    group: Group,
) -> None:
    asked = group.ask()
    group["mia"].patch(asked.path, {"archived": True})

    def come_and_go(connection: Any) -> None:
        members.set_aside(connection, group.dataset_id, ["00.jpg", "01.jpg"])
        again = members.of_dataset(connection, group.dataset_id)[:1]
        rows = [members.NewMember("new.jpg", again[0].sha256)]
        members.add(connection, group.dataset_id, rows)

    group.workspace.records.write(come_and_go)
    group["mia"].patch(asked.path, {"archived": False})
    found = group["rita"].get(f"{asked.path}/progress").json()
    assert found["pictures"] == found["open"] == 11


def test_settings_that_make_no_sense_are_refused(group: Group) -> None:
    asked = group.ask()
    before = group["mia"].get(asked.path).json()
    for settings in (
        {"answers_needed": 0},
        {"answers_needed": 101},
        {"answers_needed": 3, "answers_most": 2},
        {"agreement": 0},
        {"agreement": 1.1},
        {"gold_share": 0.6},
        {"lease_minutes": 0},
        {"tolerance": -1},
        {"least": 2, "greatest": 1},
        {"order": "column"},
        {"order": "size"},
        {"label_method": "guess"},
        {"seed": HUGE},
        {"unit": "x" * 41},
        {"unknown": 1},
    ):
        refused = group["mia"].patch(asked.path, {"settings": settings})
        assert refused.status_code == 422, settings
        made = {"name": "new", "kind": "single", "settings": settings}
        assert group["mia"].post(f"{group.path}/questions", made).status_code == 422, settings
    column = {"settings": {"order": "column", "order_column": "nowhere"}}
    assert group["mia"].patch(asked.path, column).status_code == 404
    assert group["mia"].get(asked.path).json() == before


def test_questions_that_cannot_be_are_refused(group: Group) -> None:
    group.ask("taken")
    path = f"{group.path}/questions"
    for body in (
        {"name": "taken", "kind": "single"},
        {"name": "  ", "kind": "single"},
        {"name": "x" * 201, "kind": "single"},
        {"name": "new", "kind": "text"},
        {"name": "new", "kind": "single", "choices": ["a", "a"]},
        {"name": "new", "kind": "single", "choices": ["a", " a "]},
        {"name": "new", "kind": "single", "choices": [""]},
        {"name": "new", "kind": "single", "choices": ["x"] * 1001},
        {"name": "new", "kind": "number", "choices": ["a"]},
    ):
        assert group["mia"].post(path, body).status_code == 422, body
    assert "new" not in [q["name"] for q in group["mia"].get(path).json()]


def test_a_question_can_have_a_thousand_classes(group: Group) -> None:
    names = [f"species {n}" for n in range(1000)]
    body = {"name": "species", "kind": "single", "choices": names}
    made = group["mia"].post(f"{group.path}/questions", body)
    assert made.status_code == 201
    assert _names(made.json()) == names
    own = f"/api/questions/{made.json()['id']}"
    ids = [choice["id"] for choice in made.json()["choices"]]
    merged = group["mia"].post(f"{own}/choices/merge", {"choice_ids": ids[1:], "into": ids[0]})
    assert _names(merged.json()) == names[:1]
    assert _names(group["mia"].post(f"{own}/undo").json()) == names
    # The first classes are no change that could be undone.
    assert group["mia"].post(f"{own}/undo").status_code in {409, 422}
    assert _names(group["mia"].get(own).json()) == names


def test_classes_are_changed_and_every_change_is_undone(group: Group) -> None:
    asked = group.ask()
    rust, miner = asked.classes["rust"], asked.classes["miner"]
    before = group["mia"].get(asked.path).json()
    path = f"{asked.path}/choices"
    steps: list[tuple[str, str, Any]] = [
        ("POST", path, {"name": "mildew", "key": "m", "colour": "#abcdef", "parent_id": rust}),
        ("PATCH", f"{path}/{rust}", {"name": "leaf rust", "description": "Orange 🍂"}),
        ("PATCH", f"{path}/{miner}", {"archived": True}),
        ("POST", f"{path}/order", {"choice_ids": [asked.classes["healthy"], rust]}),
        ("POST", f"{path}/split", None),
        ("POST", f"{path}/merge", None),
    ]
    steps[4] = ("POST", f"{path}/{rust}/split", {"names": ["brown rust", "black rust"]})
    healthy = asked.classes["healthy"]
    steps[5] = ("POST", f"{path}/merge", {"choice_ids": [miner], "into": healthy})
    done = []
    for method, where, body in steps:
        answer = group["mia"].send(method, where, json=body)
        assert answer.status_code in {200, 201}, answer.text
        done.append(answer.json())
    edits = group["vic"].get(f"{asked.path}/edits").json()
    assert [e["kind"] for e in edits] == ["merge", "split", "reorder", "archive", "rename", "add"]
    assert {e["author"] for e in edits} == {"mia"}
    for expected in [*done[-2::-1], before]:
        found = group["mia"].post(f"{asked.path}/undo").json()
        known = {choice["id"] for choice in expected["choices"]}
        assert [c for c in found["choices"] if c["id"] in known] == expected["choices"]
        assert not any(c["offered"] for c in found["choices"] if c["id"] not in known)


def test_classes_of_another_question_are_unknown(group: Group) -> None:
    asked, other = group.ask(), group.ask("other", "a", "b")
    a, rust = other.classes["a"], asked.classes["rust"]
    path = f"{asked.path}/choices"
    for method, where, body in (
        ("PATCH", f"{path}/{a}", {"name": "x"}),
        ("POST", f"{path}/order", {"choice_ids": [a]}),
        ("POST", f"{path}/merge", {"choice_ids": [a], "into": rust}),
        ("POST", f"{path}/merge", {"choice_ids": [rust], "into": a}),
        ("POST", f"{path}/{a}/split", {"names": ["x", "y"]}),
        ("POST", path, {"name": "x", "parent_id": a}),
        ("PATCH", f"{path}/{rust}", {"parent_id": HUGE - 1}),
        ("PUT", f"{path}/{a}/examples/{group.pictures[0]}", None),
    ):
        answer = group["mia"].send(method, where, json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_class"), where
    number = group.ask("area", kind="number")
    refused = group["mia"].post(f"{number.path}/choices", {"name": "x"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid_input")


def test_examples_are_pictures_of_the_same_dataset(group: Group) -> None:
    asked = group.ask()
    path = f"{asked.path}/choices/{asked.classes['rust']}/examples"
    for picture in (*group.pictures[:2], group.pictures[0]):
        assert group["mia"].put(f"{path}/{picture}").status_code == 204
    for picture in (group.foreign_pictures[0], HUGE - 1):
        missing = group["mia"].put(f"{path}/{picture}")
        assert (missing.status_code, missing.json()["error"]["code"]) == (404, "unknown_picture")
        assert group["root"].put(f"{path}/{picture}").status_code == 404
    shown = group["vic"].get(asked.path).json()["choices"][0]["examples"]
    shas = {
        item["id"]: item["sha256"]
        for item in group["vic"].get(f"{group.path}/pictures").json()["items"]
    }
    assert shown == [{"id": picture, "sha256": shas[picture]} for picture in group.pictures[:2]]
    assert group["mia"].delete(f"{path}/{group.pictures[0]}").status_code == 204
    left = group["vic"].get(asked.path).json()["choices"][0]["examples"]
    assert [example["id"] for example in left] == [group.pictures[1]]
    # What was taken out of the dataset shows nothing any more.
    group.workspace.records.write(lambda c: members.set_aside(c, group.dataset_id, ["01.jpg"]))
    assert group["vic"].get(asked.path).json()["choices"][0]["examples"] == []


def test_a_list_of_classes_comes_and_goes_as_one_change(group: Group) -> None:
    asked = group["mia"].post(f"{group.path}/questions", {"name": "empty", "kind": "single"})
    own = f"/api/questions/{asked.json()['id']}"
    path = f"{own}/choices/many"
    listed = [
        {"name": "tree", "description": "Has a trunk."},
        {"name": " oak ", "below": 1, "key": "o"},
        {"name": "red oak", "below": 2, "colour": "#aa0000"},
        {"name": "rock"},
    ]
    headers = {"Idempotency-Key": "the-same"}
    for _ in range(2):
        made = group["mia"].post(path, {"choices": listed}, headers=headers)
        assert made.status_code == 201, made.text
    found = {c["name"]: c for c in made.json()["choices"]}
    assert list(found) == ["tree", "oak", "red oak", "rock"]
    assert [c["parent_id"] for c in found.values()] == [
        None,
        found["tree"]["id"],
        found["oak"]["id"],
        None,
    ]
    assert (found["oak"]["key"], found["red oak"]["colour"]) == ("o", "#aa0000")
    more = [{"name": "elm", "parent_id": found["tree"]["id"]}]
    assert group["mia"].post(path, {"choices": more}).status_code == 201
    edits = group["vic"].get(f"{own}/edits").json()
    assert [edit["summary"] for edit in edits] == ["Added 'elm'", "Added 4 classes"]
    group["mia"].post(f"{own}/undo", {})
    left = group["mia"].post(f"{own}/undo", {}).json()["choices"]
    assert [c["name"] for c in left if c["offered"]] == []


def test_a_list_with_a_wrong_line_adds_nothing_and_names_it(group: Group) -> None:
    asked = group.ask()
    before = group["mia"].get(asked.path).json()
    good = {"name": "new"}
    for lines, words in (
        ([good, {"name": "rust"}], "Line 2: There is a class named 'rust' already"),
        ([good, {"name": "x"}, {"name": " new "}], "Line 3: There is a class named 'new'"),
        ([good, {"name": "  "}], "Line 2: A class needs a name"),
        ([{"name": "a", "key": "1"}], "Line 1: The key '1' belongs to 'rust'"),
        ([good, {"name": "a", "below": 2}], "Line 2: A class lies below one of an earlier line"),
        ([good, {"name": "a", "parent_id": 999}], "Line 2: "),
        (
            [good, {"name": "a", "below": 1, "parent_id": asked.classes["rust"]}],
            "Line 2: A class lies below an earlier line or below a class",
        ),
        ([good, {"name": "x" * 201}], "choices.1.name"),
        ([], "choices"),
    ):
        refused = group["mia"].post(f"{asked.path}/choices/many", {"choices": lines})
        assert refused.status_code == 422, lines
        assert words in refused.json()["error"]["message"]
    assert group["mia"].get(asked.path).json() == before
    number = group.ask("area", kind="number")
    refused = group["mia"].post(f"{number.path}/choices/many", {"choices": [good]})
    assert "Line 1: The question 'area' asks for a number" in refused.json()["error"]["message"]


def test_a_foreign_question_is_not_there(group: Group) -> None:
    foreign = group.ask("moth", "a", "b", foreign=True)
    a = foreign.classes["a"]
    for method, where, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("GET", "/edits", None),
        ("POST", "/undo", None),
        ("POST", "/choices", {"name": "x"}),
        ("PATCH", f"/choices/{a}", {"name": "x"}),
        ("POST", "/choices/merge", {"choice_ids": [a], "into": foreign.classes["b"]}),
        ("GET", "/progress", None),
        ("GET", "/gold", None),
        ("GET", "/agreement", None),
        ("GET", "/most-useful", None),
        ("GET", "/mine", None),
        ("POST", "/next", {}),
        ("POST", "/release", {}),
    ):
        answer = group["mia"].send(method, f"{foreign.path}{where}", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_question")


def test_a_change_of_the_way_of_counting_counts_anew(group: Group) -> None:
    asked = group.ask(answers_needed=1)
    group.say("ada", asked, group.pictures[0], "rust")
    assert group["rita"].get(f"{asked.path}/progress").json()["closed"] == 1
    group["mia"].patch(asked.path, {"settings": {"answers_needed": 2}})
    assert group["rita"].get(f"{asked.path}/progress").json()["closed"] == 0


def test_weighing_by_skill_begins_a_job_at_once(group: Group) -> None:
    asked = group.ask()
    group["mia"].patch(asked.path, {"settings": {"label_method": "dawid-skene"}})
    (job,) = group["mia"].get("/api/jobs").json()["items"]
    assert (job["name"], job["dataset_id"]) == ("weigh-annotators", group.dataset_id)
    group["mia"].patch(asked.path, {"settings": {"label_method": "dawid-skene"}})
    group["mia"].patch(asked.path, {"settings": {"label_method": "majority"}})
    assert len(group["mia"].get("/api/jobs").json()["items"]) == 1
    assert [job.state for job in group.work_off()] == ["done"]
