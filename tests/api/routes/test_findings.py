"""Findings as a page shows them, and what people do about their cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.api.routes.conftest import Asked, Group

from fieldguide.curate.checks.finding import Case, Finding, Suspect
from fieldguide.curate.checks.report import CheckReport, CheckRun
from fieldguide.jobs.jobs import Jobs
from fieldguide.records.clock import now

KEYS = [f"{n:064x}" for n in range(4)]


def _store(group: Group, asked: Asked | None, *findings: Finding) -> None:
    report = CheckReport(
        dataset="leaves",
        made=(now() - timedelta(milliseconds=1)).isoformat(),
        pictures=12,
        labelled=8,
        classes=3,
        findings=findings,
        checks=(
            CheckRun("copies", "Equal pictures", 0.1, 1),
            CheckRun("blurred", "Blurred pictures", 0.1, 0, "no measures of the pixels"),
        ),
        seconds={"total": 2.5},
        notes=("Only 8 pictures have a label.",),
        question_id=None if asked is None else asked.id,
    )
    path = group.workspace.check_report(group.dataset_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(report.to_json(), encoding="utf-8")


def _copies(group: Group) -> Finding:
    a, b, c, d, e = group.pictures[:5]
    return Finding(
        check="copies",
        title="3 groups of equal pictures",
        why="Equal bytes.",
        severity="warning",
        cases=(
            Case(KEYS[0], "two copies", 1.0, (Suspect(a), Suspect(b, note="the same bytes"))),
            Case(KEYS[1], "two more", 0.9, (Suspect(c), Suspect(d))),
            Case(KEYS[2], "a column", 0.5),
            Case(KEYS[3], "one", 0.4, (Suspect(e, suggested="miner", score=0.25),)),
        ),
        actions=("merge", "trash", "relabel", "review"),
        figures={"groups": 3},
    )


def _findings(group: Group, who: str = "rita") -> dict[str, Any]:
    answer = group[who].get(f"{group.path}/findings")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _cases(group: Group, **query: Any) -> dict[str, Any]:
    identifier = _findings(group)["findings"][0]["id"]
    answer = group["rita"].get(f"{group.path}/findings/{identifier}/cases", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _refs(*keys: str) -> list[dict[str, str]]:
    return [{"check": "copies", "key": key} for key in keys]


def _states(group: Group) -> dict[str, int]:
    (finding,) = _findings(group)["findings"]
    return {state: finding[state] for state in ("open", "handled", "dismissed")}


def test_a_dataset_that_was_never_checked_says_so(group: Group) -> None:
    found = _findings(group)
    assert found["made"] is None
    assert found["findings"] == []
    assert group["rita"].get(f"{group.path}/findings/0123/cases").status_code == 404


def test_findings_and_their_cases_with_the_pictures_as_they_are(group: Group) -> None:
    asked = group.ask()
    group.say("ada", asked, group.pictures[4], "rust")
    _store(group, asked, _copies(group))
    found = _findings(group)
    assert (found["pictures"], found["stale"], found["seconds"]) == (12, False, 2.5)
    assert found["since"] == {"added": 0, "removed": 0, "answered": 0}
    assert [c["could_not"] for c in found["checks"]] == [None, "no measures of the pixels"]
    (finding,) = found["findings"]
    assert (finding["title"], finding["certainty"], finding["pictures"]) == (
        "3 groups of equal pictures",
        1.0,
        5,
    )
    page = _cases(group, limit=3)
    assert [(c["number"], c["state"], len(c["pictures"])) for c in page["items"]] == [
        (1, "open", 2),
        (2, "open", 2),
        (3, "open", 0),
    ]
    assert page["items"][0]["pictures"][1]["note"] == "the same bytes"
    rest = _cases(group, limit=3, after=page["next"])
    assert rest["next"] is None
    (last,) = rest["items"][0]["pictures"]
    assert (last["suggested"], last["suggested_id"], last["score"]) == (
        "miner",
        asked.classes["miner"],
        0.25,
    )
    assert last["label"]["choice_ids"] == [asked.classes["rust"]]


def test_dismissed_cases_are_out_of_sight_until_shown_again(group: Group) -> None:
    _store(group, None, _copies(group))
    rita = group["rita"]
    body = {"cases": _refs(KEYS[0], KEYS[2]), "reason": " as intended "}
    headers = {"Idempotency-Key": "one-request"}
    for _ in range(2):
        answer = rita.post(f"{group.path}/findings/dismiss", body, headers=headers)
        assert answer.json() == {"cases": 2}
    assert _states(group) == {"open": 2, "handled": 0, "dismissed": 2}
    assert [c["key"] for c in _cases(group)["items"]] == [KEYS[1], KEYS[3]]
    dismissed = _cases(group, state="dismissed")["items"]
    assert [c["dismissal"]["reason"] for c in dismissed] == ["as intended"] * 2
    assert dismissed[0]["dismissal"]["author"] == "rita"
    again = {"cases": _refs(KEYS[0], KEYS[3])}
    assert rita.post(f"{group.path}/findings/show-again", again).json() == {"cases": 1}
    assert _states(group) == {"open": 3, "handled": 0, "dismissed": 1}
    for wrong in ({"cases": []}, {"cases": [{"check": "copies", "key": "short"}]}):
        assert rita.post(f"{group.path}/findings/dismiss", wrong).status_code == 422


def test_merging_keeps_one_and_can_be_taken_back(group: Group) -> None:
    asked = group.ask()
    _store(group, asked, _copies(group))
    a, b, c, d, _ = group.pictures[:5]
    rita = group["rita"]
    body = {"groups": [{"keep": b, "picture_ids": [a, b]}, {"keep": c, "picture_ids": [c, d]}]}
    moved = rita.post(f"{group.path}/findings/merge", body)
    assert moved.json() == {"picture_ids": [a, d]}
    assert _states(group) == {"open": 2, "handled": 2, "dismissed": 0}
    shown = _cases(group, state="handled")["items"][0]["pictures"]
    assert [p["removed"] for p in shown] == [True, False]
    trash = rita.get(f"{group.path}/trash").json()
    assert trash["total"] == 2
    assert trash["items"][1]["reason"] == "the same picture as 01.jpg, which was kept"
    found = _findings(group)
    assert (found["stale"], found["since"]["removed"]) == (True, 2)
    back = rita.post(f"{group.path}/trash/restore", {"picture_ids": [a, d]})
    assert back.json() == {"picture_ids": [a, d]}
    assert _states(group)["handled"] == 0


def test_taking_the_suggested_class_decides_and_can_be_withdrawn(group: Group) -> None:
    asked = group.ask()
    a, e = group.pictures[0], group.pictures[4]
    group.say("ada", asked, e, "rust")
    _store(group, asked, _copies(group))
    rita = group["rita"]
    one = {"picture_id": e, "choice_id": asked.classes["miner"]}
    stranger = {"picture_id": group.foreign_pictures[0], "choice_id": asked.classes["miner"]}
    url = f"{asked.path}/decisions"
    headers = {"Idempotency-Key": "one-request"}
    for _ in range(2):
        sent = rita.post(f"{url}/many", {"decisions": [one, stranger]}, headers=headers)
        assert sent.json() == {"picture_ids": [e]}
    (case,) = _cases(group, state="handled")["items"]
    assert case["pictures"][0]["decided"]
    assert case["pictures"][0]["label"]["choice_ids"] == [asked.classes["miner"]]
    detail = rita.get(f"/api/pictures/{e}").json()
    (about,) = [q for q in detail["labels"] if q["question_id"] == asked.id]
    assert [(v["annotator"], v["decides"]) for v in about["votes"]] == [
        ("ada", False),
        ("rita", True),
    ]
    # One that does not fit stores none of them.
    wrong = {"picture_id": a, "choice_id": 4711}
    assert rita.post(f"{url}/many", {"decisions": [{**one}, wrong]}).status_code in {404, 422}
    assert len(rita.get(f"/api/pictures/{e}").json()["labels"][-1]["votes"]) <= 2
    assert rita.post(f"{url}/withdraw", {"picture_ids": [e]}).json() == {"picture_ids": [e]}
    assert _states(group)["handled"] == 0


def test_what_is_sent_to_review_waits_in_the_queue_of_reviewers(group: Group) -> None:
    asked = group.ask()
    e = group.pictures[4]
    group.say("ada", asked, e, "rust")
    _store(group, asked, _copies(group))
    rita = group["rita"]
    body = {"picture_ids": [e], "reason": "likely label error"}
    assert rita.post(f"{asked.path}/send-to-review", body).json() == {"picture_ids": [e]}
    query = {"question": asked.id, "state": "review"}
    queue = rita.get(f"{group.path}/pictures", params=query).json()["items"]
    assert [p["id"] for p in queue] == [e]
    assert queue[0]["label"]["choice_ids"] == [asked.classes["rust"]]
    assert _states(group)["handled"] == 1
    about = next(
        q for q in rita.get(f"/api/pictures/{e}").json()["labels"] if q["question_id"] == asked.id
    )
    assert about["sent_to_review"]["author"] == "rita"
    assert about["sent_to_review"]["reason"] == "likely label error"
    assert rita.post(f"{asked.path}/call-back", {"picture_ids": [e]}).status_code == 200
    assert rita.get(f"{group.path}/pictures", params=query).json()["items"] == []
    assert _states(group)["handled"] == 0


def test_the_pictures_that_wait_can_be_looked_at_in_the_grid(group: Group) -> None:
    _store(group, None, _copies(group))
    a, b, _, _, e = group.pictures[:5]
    rita = group["rita"]
    rita.post(f"{group.path}/findings/dismiss", {"cases": _refs(KEYS[1])})
    rita.post(f"{group.path}/trash", {"picture_ids": [e]})
    (finding,) = _findings(group)["findings"]
    made = rita.post(f"{group.path}/findings/{finding['id']}/selection").json()
    assert made["pictures"] == 2
    shown = rita.get(f"{group.path}/pictures", params={"selection": made["selection_id"]})
    assert [p["id"] for p in shown.json()["items"]] == [a, b]
    assert rita.post(f"{group.path}/findings/0123/selection").status_code == 404


def test_a_check_that_waits_already_is_not_asked_for_twice(group: Group) -> None:
    asked = group.ask()
    rita = group["rita"]
    first = rita.post(f"{group.path}/check", {"question_id": asked.id})
    assert first.status_code == 201, first.text
    assert first.json()["name"] == "check"
    assert rita.post(f"{group.path}/check", {}).json()["id"] == first.json()["id"]
    with_jobs = Jobs(group.workspace.jobs_url, ())
    try:
        assert len(with_jobs.list(dataset=group.dataset_id)) == 1
    finally:
        with_jobs.close()
    foreign = group.ask("other", foreign=True)
    assert rita.post(f"{group.path}/check", {"question_id": foreign.id}).status_code == 404


def test_a_report_that_cannot_be_read_says_what_to_do(group: Group) -> None:
    path = group.workspace.check_report(group.dataset_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{", encoding="utf-8")
    answer = group["rita"].get(f"{group.path}/findings")
    assert answer.status_code == 409
    assert "Run the checks again" in answer.json()["error"]["message"]


def test_what_is_found_in_another_dataset_is_told_to_those_who_may_see_it(group: Group) -> None:
    elsewhere = replace(
        _copies(group), check="copies-elsewhere", figures={"dataset": "moths", "equal": 1}
    )
    _store(group, None, _copies(group), elsewhere)
    assert len(_findings(group, "root")["findings"]) == 2
    found = group["rita"].get(f"{group.path}/findings")
    assert [f["check"] for f in found.json()["findings"]] == ["copies"]
    assert "moths" not in found.text
    hidden = _findings(group, "root")["findings"][1]["id"]
    assert group["rita"].get(f"{group.path}/findings/{hidden}/cases").status_code == 404
    assert group["root"].get(f"{group.path}/findings/{hidden}/cases").status_code == 200
