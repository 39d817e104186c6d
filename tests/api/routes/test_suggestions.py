from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from tests.api.conftest import Browser
from tests.label.suggestions.planted import Planted, plant, vectors_of

from fieldguide.api import suggesting
from fieldguide.label import holdout
from fieldguide.records.questions import QuestionSettings
from fieldguide.records.votes import SUGGESTIONS_ANNOTATOR
from fieldguide.workspace import Workspace


class Site:
    """A planted dataset with one annotator's browser."""

    def __init__(self, planted: Planted, browser: Browser, settings: QuestionSettings) -> None:
        self.planted = planted
        self.browser = browser
        self.settings = settings
        self.path = f"/api/questions/{planted.question_id}"

    def next(self, count: int = 10, **body: Any) -> dict[str, Any]:
        sent = self.browser.post(f"{self.path}/next", {"count": count, **body})
        assert sent.status_code == 200, sent.text
        found: dict[str, Any] = sent.json()
        return found

    def answer(self, item: dict[str, Any], choice: int | None = None, **more: Any) -> Any:
        right = self.planted.choice(self.planted.truth[item["id"]])
        body = {
            "picture_id": item["id"],
            "choice_ids": [choice or right],
            "key": f"key-{next(self.planted.keys):08d}",
            **more,
        }
        sent = self.browser.post(f"{self.path}/answers", {"answers": [body]})
        assert sent.status_code == 200, sent.text
        return sent.json()["items"][0]

    def status(self) -> dict[str, Any]:
        sent = self.browser.get(f"{self.path}/suggestions")
        assert sent.status_code == 200, sent.text
        found: dict[str, Any] = sent.json()
        return found

    def votes(self) -> list[tuple[str, str, int, float | None, bool]]:
        query = sa.text(
            "SELECT annotator, annotator_kind, choice_id, certainty, aided FROM votes "
            "WHERE question_id = :question ORDER BY id"
        )
        with self.planted.workspace.records.read() as connection:
            rows = connection.execute(query, {"question": self.planted.question_id})
            return [(a, k, c, p, bool(h)) for a, k, c, p, h in rows]


@pytest.fixture
def open_site(
    workspace: Workspace,
    person: Callable[..., Any],
    browse: Callable[..., Browser],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Site]]:
    opened: list[Site] = []
    # A busy machine may take longer than a person would be kept waiting.
    monkeypatch.setattr(suggesting, "FRESH_WITHIN", 60.0)

    def open_(*, vectors: bool = True, **settings: Any) -> Site:
        classes = np.arange(90) % 3
        wanted = QuestionSettings(**{"holdout_share": 0.0, **settings})
        planted = plant(
            workspace, classes, vectors_of(classes) if vectors else None, settings=wanted
        )
        person("ada", leaves="annotator")
        opened.append(Site(planted, browse("ada"), wanted))
        return opened[-1]

    return open_


def learn(site: Site, count: int = 12) -> None:
    for picture in site.planted.pictures[:count]:
        site.planted.say(picture, who="ben")


def test_from_heaps_to_pages_of_a_class(open_site: Callable[..., Site]) -> None:
    site = open_site()
    first = site.next(order={"by": "class"})
    assert first["page"]["by"] == "cluster"
    assert "two classes" in first["page"]["reason"]
    assert {item["suggestion"] for item in first["items"]} == {None}
    learn(site)
    page = site.next(order={"by": "class"}, held=[item["id"] for item in first["items"]])
    assert page["page"]["by"] == "class"
    assert page["page"]["expected"] > 0.5
    shown = {item["suggestion"]["choice_id"] for item in page["items"]}
    assert shown == {page["page"]["choice_id"]}
    assert all(item["same"] == [] for item in page["items"])


def test_the_status_says_what_is_known(open_site: Callable[..., Site]) -> None:
    site = open_site()
    found = site.status()
    assert (found["ready"], found["method"], found["embedded"]) == (True, None, 90)
    learn(site)
    found = site.status()
    assert found["ready"]
    assert found["reason"] is None
    assert found["method"] in {"head", "spread"}
    assert (found["labelled"], found["trained_on"], found["open"]) == (12, 12, 78)
    assert {row["choice_id"] for row in found["classes"]} == {
        site.planted.choice(name) for name in ("rust", "miner", "healthy")
    }
    assert sum(row["open"] for row in found["clusters"]) == 78


def test_without_vectors_a_reason_is_given(open_site: Callable[..., Site]) -> None:
    site = open_site(vectors=False)
    found = site.status()
    assert (found["ready"], found["embedded"], found["pictures"]) == (False, 0, 90)
    assert "no vectors yet" in found["reason"]
    page = site.next(order={"by": "useful"})
    assert page["page"]["by"] == "queue"
    assert len(page["items"]) == 10


def test_a_question_can_be_without_suggestions(open_site: Callable[..., Site]) -> None:
    site = open_site(suggestions=False)
    learn(site)
    assert not site.status()["ready"]
    assert "switched off" in site.status()["reason"]
    page = site.next(order={"by": "useful"})
    assert {item["suggestion"] for item in page["items"]} == {None}


def test_what_was_in_sight_is_kept_as_a_models_vote_that_never_counts(
    open_site: Callable[..., Site],
) -> None:
    site = open_site()
    learn(site)
    item, other = site.next(2, order={"by": "useful"})["items"]
    before = len(site.votes())
    seen = item["suggestion"]
    wrong = next(c.id for c in site.planted.question.choices if c.id != seen["choice_id"])
    outcome = site.answer(item, wrong, aided=True, suggestion=seen)
    assert outcome["status"] == "stored"
    assert outcome["label"]["choice_ids"] == [wrong]
    assert outcome["label"]["votes"] == 1
    person, model = site.votes()[before:]
    assert person == ("ada", "person", wrong, None, True)
    assert model == (SUGGESTIONS_ANNOTATOR, "model", seen["choice_id"], seen["certainty"], False)
    # The same suggestion again is not kept again; another one is.
    site.answer(item, aided=True, suggestion=seen)
    assert len(site.votes()) == before + 3
    site.answer(item, aided=True, suggestion={"choice_id": wrong, "certainty": 0.5})
    assert len(site.votes()) == before + 5
    site.answer(other)
    assert site.votes()[-1][4] is False


def test_an_answer_that_is_sent_again_keeps_nothing_twice(open_site: Callable[..., Site]) -> None:
    site = open_site()
    learn(site)
    (item,) = site.next(1, order={"by": "useful"})["items"]
    for status in ("stored", "repeated"):
        sent = site.answer(item, aided=True, suggestion=item["suggestion"], key="key-again-1")
        assert sent["status"] == status
    assert sum(vote[0] == SUGGESTIONS_ANNOTATOR for vote in site.votes()) == 1


def test_a_suggestion_of_an_unknown_class_is_refused_whole(open_site: Callable[..., Site]) -> None:
    site = open_site()
    (item,) = site.next(1)["items"]
    outcome = site.answer(item, suggestion={"choice_id": 10**9, "certainty": 0.5})
    assert (outcome["status"], site.votes()) == ("refused", [])
    sent = site.browser.post(
        f"{site.path}/answers",
        {
            "answers": [
                {
                    "picture_id": item["id"],
                    "key": "key-000000",
                    "suggestion": {"choice_id": 1, "certainty": 1.5},
                }
            ]
        },
    )
    assert sent.status_code == 422


def test_a_rejected_class_does_not_come_back(open_site: Callable[..., Site]) -> None:
    site = open_site()
    learn(site)
    page = site.next(order={"by": "class"})
    choice = page["page"]["choice_id"]
    gone = [item["id"] for item in page["items"]][:3]
    sent = site.browser.post(f"{site.path}/rejections", {"picture_ids": gone, "choice_id": choice})
    assert sent.json() == {"count": 3}
    rest = site.next(90, order={"by": "class", "choice_id": choice})
    assert not set(gone) & {item["id"] for item in rest["items"]}
    everything = site.next(90, order={"by": "useful"})["items"]
    again = {item["id"]: item["suggestion"] for item in everything if item["id"] in gone}
    assert set(again) == set(gone)
    assert all(s["choice_id"] != choice for s in again.values() if s is not None)


def test_rejections_of_foreign_pictures_are_refused(open_site: Callable[..., Site]) -> None:
    site = open_site()
    body = {"picture_ids": [10**6], "choice_id": site.planted.choice("rust")}
    assert site.browser.post(f"{site.path}/rejections", body).status_code >= 400


def test_hold_out_pictures_come_without_suggestions_and_say_why(
    open_site: Callable[..., Site],
) -> None:
    site = open_site(holdout_share=0.3)
    learn(site, 20)
    blind = []
    for _ in range(6):
        page = site.next(8, order={"by": "class"})
        drawn = [holdout.is_held_out(site.settings, item["id"]) for item in page["items"]]
        assert all(drawn) or not any(drawn)
        if drawn[0]:
            assert page["page"]["blind"]
            assert page["page"]["reason"]
            blind.append(page)
        for item in page["items"]:
            site.answer(item)
    assert blind
    for item in (item for page in blind for item in page["items"]):
        assert item["suggestion"] is None
    for item in site.next(20)["items"]:
        if holdout.is_held_out(site.settings, item["id"]):
            assert item["suggestion"] is None


def test_the_settings_can_be_changed_and_are_checked(
    open_site: Callable[..., Site], person: Callable[..., Any], browse: Callable[..., Browser]
) -> None:
    site = open_site()
    person("mia", leaves="maintainer")
    mia = browse("mia")
    body = {"settings": {"suggestions": False, "holdout_share": 0.25}}
    changed = mia.patch(site.path, json=body).json()["settings"]
    assert (changed["suggestions"], changed["holdout_share"]) == (False, 0.25)
    assert mia.patch(site.path, json={"settings": {"holdout_share": 0.6}}).status_code == 422


def test_aided_answers_are_told_apart_in_agreement(
    open_site: Callable[..., Site], person: Callable[..., Any], browse: Callable[..., Browser]
) -> None:
    site = open_site(answers_needed=2)
    person("rita", leaves="reviewer")
    rita = browse("rita")
    for number, picture in enumerate(site.planted.pictures[:10]):
        site.planted.say(picture, who="ben")
        site.planted.say(picture, "rust", who="cal", aided=number < 4)
    found = rita.get(f"{site.path}/agreement").json()
    assert (found["answers"], found["aided"], found["paired"]) == (16, 4, 6)


@pytest.mark.parametrize(
    "order",
    [{"by": "best"}, {"by": "class", "choice_id": 0}, {"by": "cluster", "cluster": -1}, {"x": 1}],
)
def test_an_order_that_makes_no_sense_is_refused(
    open_site: Callable[..., Site], order: dict[str, Any]
) -> None:
    site = open_site()
    assert site.browser.post(f"{site.path}/next", {"order": order}).status_code == 422
