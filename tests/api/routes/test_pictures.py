from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from tests.api.conftest import Browser
from tests.api.routes.conftest import Asked, Group, add_pictures

from fieldguide.api.routes.pictures import PicturePage
from fieldguide.records import images, members
from fieldguide.records.images import ImageRow
from fieldguide.records.members import NewMember

HUGE = 2**63


def _cursor(*place: Any, raw: str | None = None) -> str:
    text = json.dumps(list(place)) if raw is None else raw
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _walk(browser: Browser, path: str, query: str, limit: int) -> list[int]:
    found: list[int] = []
    after = ""
    while True:
        page = browser.get(f"{path}/pictures?limit={limit}&{query}{after}")
        assert page.status_code == 200, page.text
        shown = PicturePage.model_validate(page.json())
        found += [item.id for item in shown.items]
        if shown.next is None:
            return found
        after = f"&after={shown.next}"


def _disagree(group: Group, asked: Asked) -> None:
    """Give every picture another label than the one beside it, answered by ben and rita."""
    names = list(asked.classes)
    for place, picture in enumerate(group.pictures[:9]):
        group.say("ben", asked, picture, names[place % 3])
        if place % 2:
            group.say("rita", asked, picture, names[place % 2])


@pytest.mark.parametrize("sort", ["name", "added", "certainty", "order"])
@pytest.mark.parametrize("descending", ["false", "true"])
def test_pages_and_marks_give_every_picture_once(group: Group, sort: str, descending: str) -> None:
    asked = group.ask(answers_needed=2)
    _disagree(group, asked)
    query = f"question={asked.id}&sort={sort}&descending={descending}"
    pages = [_walk(group["rita"], group.path, query, limit) for limit in (1, 5, 12, 500)]
    assert sorted(pages[0]) == group.pictures
    assert all(page == pages[0] for page in pages)
    found = group["rita"].get(f"{group.path}/pictures/marks?every=10&{query}").json()
    assert (found["total"], len(found["cursors"])) == (12, 1)
    after = group["rita"].get(f"{group.path}/pictures?{query}&after={found['cursors'][0]}").json()
    assert [item["id"] for item in after["items"]] == pages[0][10:]


def test_a_blind_grid_hides_every_label_but_those_one_has_answered(group: Group) -> None:
    asked = group.ask(answers_needed=2)
    _disagree(group, asked)
    before = group["ada"].get(f"{group.path}/pictures?question={asked.id}").json()["items"]
    assert all(item["hidden"] and item["label"] is None for item in before)
    group.say("ada", asked, group.pictures[1], "rust")
    group.say("ada", asked, group.pictures[2], verdict="skip")
    group.say("ada", asked, group.pictures[3], "rust")
    group.say("ada", asked, group.pictures[3], verdict="withdrawn")
    items = group["ada"].get(f"{group.path}/pictures?question={asked.id}").json()["items"]
    assert [item["id"] for item in items if not item["hidden"]] == [group.pictures[1]]
    assert all(item["label"] is None for item in items if item["hidden"])
    for name in ("rita", "vic", "mia", "root"):
        items = group[name].get(f"{group.path}/pictures?question={asked.id}").json()["items"]
        assert not any(item["hidden"] for item in items)
        assert sum(item["label"]["votes"] for item in items) == 14


TELLING = [
    "choice={rust}",
    "unlabelled=true",
    "state=open",
    "state=review",
    "verdict=answer",
    "least_certain=0.5",
    "most_certain=0",
    "sort=certainty",
    "annotator=ben",
    "annotator=",
    "annotator=ADA",
    "annotator=ben&answered={rust}",
]


@pytest.mark.parametrize("path", ["pictures", "pictures/marks"])
def test_no_filter_and_no_order_tells_what_others_answered(group: Group, path: str) -> None:
    asked, seen = group.ask(), group.ask("seen", blind=False)
    for telling in TELLING:
        query = telling.format(rust=asked.classes["rust"])
        asking = f"{group.path}/{path}?question={asked.id}&{query}"
        refused = group["ada"].get(asking)
        assert refused.status_code == 422, query
        assert "answered blind" in refused.json()["error"]["message"]
        assert group["rita"].get(asking).status_code == 200, query
        # A question named twice is not a way round either.
        twice = f"{group.path}/{path}?question={seen.id}&question={asked.id}&{query}"
        assert group["ada"].get(twice).status_code == 422, query


def test_ones_own_answers_can_be_filtered_by(group: Group) -> None:
    asked = group.ask("marks", "rust", "hole", kind="many")
    a, b, c = group.pictures[:3]
    group.say("ada", asked, a, "rust")
    group.say("ada", asked, b, "rust", "hole")
    group.say("ada", asked, c, verdict="skip")
    group.say("ben", asked, c, "rust")
    query = f"question={asked.id}&annotator=ada"
    assert _walk(group["ada"], group.path, query, 10) == [a, b]
    rust, hole = asked.classes["rust"], asked.classes["hole"]
    assert _walk(group["ada"], group.path, f"{query}&answered={rust}", 10) == [a, b]
    assert _walk(group["ada"], group.path, f"{query}&answered={hole}", 10) == [b]


def test_the_details_of_a_blind_picture_tell_only_ones_own_answers(group: Group) -> None:
    asked = group.ask(answers_needed=3)
    picture = group.pictures[0]
    path = f"/api/pictures/{picture}"
    group.say("ben", asked, picture, "rust")
    group["ben"].post(f"{path}/comments", {"text": "rust, I think"})

    def about(name: str) -> dict[str, Any]:
        found = group[name].get(path).json()
        return next(label for label in found["labels"] if label["question_id"] == asked.id)

    assert about("ada") == {
        "question_id": asked.id,
        "hidden": True,
        "label": None,
        "votes": [],
        "sent_to_review": None,
    }
    assert group["ada"].get(path).json()["comments"][0]["author"] == "ben"
    group.say("ada", asked, picture, verdict="skip")
    assert [vote["annotator"] for vote in about("ada")["votes"]] == ["ada"]
    assert about("ada")["hidden"]
    group.say("ada", asked, picture, "miner")
    assert {vote["annotator"] for vote in about("ada")["votes"]} == {"ada", "ben"}
    assert about("ada")["label"]["votes"] == 2
    assert not about("vic")["hidden"]
    # What comments and flags answer is the same picture, and as silent.
    group.say("ada", asked, picture, verdict="withdrawn")
    group.say("ada", asked, picture, verdict="withdrawn")
    flagged = group["ada"].put(f"{path}/flag", {"flagged": True}).json()
    commented = group["ada"].post(f"{path}/comments", {"text": "hm"}).json()
    for found in (flagged, commented):
        mine = next(label for label in found["labels"] if label["question_id"] == asked.id)
        assert mine["hidden"]
        assert mine["label"] is None
        assert {vote["annotator"] for vote in mine["votes"]} == {"ada"}


def test_a_question_of_another_dataset_is_unknown_here(group: Group) -> None:
    foreign = group.ask("moth", "a", foreign=True)
    for path in ("pictures", "pictures/marks"):
        for name in ("mia", "root", "sam"):
            place = group.foreign_path if name == "sam" else group.path
            question = group.ask(f"q{path}{name}", "a").id if name == "sam" else foreign.id
            answer = group[name].get(f"{place}/{path}?question={question}")
            assert answer.status_code == 404
            assert answer.json()["error"]["code"] == "unknown_question"


def test_what_is_in_a_foreign_dataset_is_not_there(group: Group) -> None:
    picture = group.foreign_pictures[0]
    unknown = group["mia"].get(f"/api/pictures/{HUGE - 1}").json()["error"]
    for path in (f"/api/pictures/{picture}", f"{group.foreign_path}/pictures"):
        answer = group["mia"].get(path)
        assert answer.status_code == 404
    error = group["mia"].get(f"/api/pictures/{picture}").json()["error"]
    assert error["message"].replace(str(picture), "N") == unknown["message"].replace(
        str(HUGE - 1), "N"
    )
    assert group["mia"].put(f"/api/pictures/{picture}/flag", {"flagged": True}).status_code == 404


FILTERS = [
    ("sort=certainty", 422),
    ("sort=order", 422),
    ("choice=1", 422),
    ("state=open", 422),
    ("annotator=ada", 422),
    ("least_certain=0", 422),
    ("question={q}&answered=1", 422),
    ("question={q}&least_certain=nan", 422),
    ("question={q}&least_certain=2", 422),
    ("question={q}&most_certain=-inf", 422),
    ("question={q}&choice=-1", 422),
    ("question={q}&choice=9223372036854775808", 422),
    ("question={q}&choice=9223372036854775807", 200),
    ("question=0", 422),
    ("question=9223372036854775807", 404),
    ("limit=0", 422),
    ("limit=501", 422),
    ("sort=size", 422),
    ("column=site", 422),
    ("column=site:a&column=site:b", 422),
    ("column=site:a&column=site:a", 200),
    ("column=none:a", 200),
    ("column=area:nan", 200),
    ("column=area:1e999", 200),
    ("text=%00", 400),
    ("text=%ff%fe", 200),
    ("part=&group=", 200),
    ("flagged=maybe", 422),
]


@pytest.mark.parametrize("path", ["pictures", "pictures/marks"])
def test_filters_that_make_no_sense_are_refused(group: Group, path: str) -> None:
    asked = group.ask()
    for query, status in FILTERS:
        if path.endswith("marks") and query.startswith("limit"):
            continue
        answer = group["rita"].get(f"{group.path}/{path}?{query.format(q=asked.id)}")
        assert answer.status_code == status, (query, answer.text)


def test_too_many_values_are_refused(group: Group) -> None:
    asked = group.ask()
    many = "&".join(["choice=1"] * 201)
    assert group["rita"].get(f"{group.path}/pictures?question={asked.id}&{many}").status_code == 422
    columns = "&".join(f"column=a:{n}" for n in range(21))
    assert group["rita"].get(f"{group.path}/pictures?{columns}").status_code == 422


BAD_CURSORS = [
    "",
    "!",
    "é",
    "AAAA",
    _cursor(raw="nonsense"),
    _cursor(raw="[" * 1400),
    _cursor(),
    _cursor("a"),
    _cursor("a", 1, 2),
    _cursor("a", "1"),
    _cursor("a", True),
    _cursor("a", -1),
    _cursor("a", 2**63),
    _cursor("a", 1.5),
    _cursor("\0", 1),
    _cursor(raw='["\\ud800", 1]'),
    _cursor(None, 1),
    _cursor([], 1),
    _cursor(raw="[NaN, 1]"),
    _cursor(raw="[Infinity, 1]"),
    _cursor(raw="[1e999, 1]"),
    _cursor(raw="[1" + "0" * 400 + ", 1]"),
    _cursor(True, 1),
]


def test_cursors_that_are_not_ours_are_refused(group: Group) -> None:
    asked = group.ask()
    for cursor, sort in itertools.product(BAD_CURSORS, ["name", "added", "certainty", "order"]):
        answer = group["rita"].get(
            f"{group.path}/pictures",
            params={"question": asked.id, "sort": sort, "after": cursor},
        )
        found = (answer.status_code, answer.json()["error"]["code"])
        assert found == (422, "invalid_cursor"), (cursor, sort)


def test_a_cursor_of_another_order_is_refused(group: Group) -> None:
    asked = group.ask()
    places = {
        sort: group["rita"]
        .get(f"{group.path}/pictures?question={asked.id}&sort={sort}&limit=1")
        .json()["next"]
        for sort in ("name", "added", "certainty")
    }
    for one, other in itertools.permutations(places, 2):
        answer = group["rita"].get(
            f"{group.path}/pictures?question={asked.id}&sort={one}&after={places[other]}"
        )
        assert answer.status_code == 422


def test_an_empty_dataset_has_one_empty_page(group: Group) -> None:
    made = group["mia"].post("/api/datasets", {"name": "nothing"}).json()
    path = f"/api/datasets/{made['id']}"
    assert group["mia"].get(f"{path}/pictures").json() == {"items": [], "next": None}
    marks = group["mia"].get(f"{path}/pictures/marks").json()
    assert marks == {"total": 0, "every": 100, "cursors": []}
    assert group["mia"].get(f"{path}/columns").json() == {"items": []}


def test_what_happens_between_two_pages_neither_repeats_nor_hides_the_rest(group: Group) -> None:
    first = group["rita"].get(f"{group.path}/pictures?limit=6").json()

    def change(connection: sa.Connection) -> None:
        add_pictures(connection, "leaves", ["00a.jpg", "07a.jpg"])
        members.set_aside(connection, group.dataset_id, ["02.jpg", "08.jpg"])

    group.workspace.records.write(change)
    rest = group["rita"].get(f"{group.path}/pictures?limit=50&after={first['next']}").json()
    names = [item["name"] for item in (*first["items"], *rest["items"])]
    assert names == [f"{n:02d}.jpg" for n in range(8)] + [
        "07a.jpg",
        "09.jpg",
        "10.jpg",
        "11.jpg",
    ]


def test_comments_and_flags_are_kept(group: Group) -> None:
    path = f"/api/pictures/{group.pictures[0]}"
    key = {"Idempotency-Key": "the-same"}
    for _ in range(2):
        made = group["ada"].post(f"{path}/comments", {"text": "blurred, oder?"}, headers=key)
        assert made.status_code == 201
    assert [c["text"] for c in group["vic"].get(path).json()["comments"]] == ["blurred, oder?"]
    assert group["ada"].post(f"{path}/comments", {"text": ""}).status_code == 422
    assert group["ada"].post(f"{path}/comments", {"text": "x" * 5001}).status_code == 422
    for _ in range(2):
        assert group["ada"].put(f"{path}/flag", {"flagged": True}).status_code == 200
    flagged = group["vic"].get(f"{group.path}/pictures?flagged=true").json()["items"]
    assert [item["id"] for item in flagged] == [group.pictures[0]]
    shown = group["vic"].get(f"{group.path}/pictures").json()["items"]
    assert [item["flagged"] for item in shown] == [True] + [False] * 11
    found = group["ben"].put(f"{path}/flag", {"flagged": False}).json()["flags"]
    assert [(f["author"], f["cleared_by"]) for f in found] == [("ada", "ben")]
    shown = group["vic"].get(f"{group.path}/pictures").json()["items"]
    assert not any(item["flagged"] for item in shown)
    assert group["vic"].get(f"{group.path}/pictures/marks?flagged=false").json()["total"] == 12


@pytest.fixture
def shown(group: Group) -> Callable[[str, bytes], tuple[int, str]]:
    """Put a picture with bytes into the dataset; return its id and hash."""

    def show(format_name: str, data: bytes) -> tuple[int, str]:
        sha = group.workspace.images.put(data)

        def work(connection: sa.Connection) -> int:
            images.add(connection, [ImageRow(sha, len(data), format_name, "RGB", 96, 96, 0)])
            name = f"shown.{format_name}"
            return members.add(connection, group.dataset_id, [NewMember(name, sha)])[name]

        return group.workspace.records.write(work), sha

    return show


def test_bytes_come_as_browsers_show_them(
    group: Group,
    shown: Callable[[str, bytes], tuple[int, str]],
    picture: Callable[..., bytes],
) -> None:
    png, tiff = picture(1, format_="PNG"), picture(2, format_="TIFF")
    one, sha = shown("PNG", png)
    answer = group["vic"].get(f"/api/pictures/{one}/image/{sha}")
    assert (answer.content, answer.headers["content-type"]) == (png, "image/png")
    assert answer.headers["x-content-type-options"] == "nosniff"
    other, sha_tiff = shown("TIFF", tiff)
    answer = group["vic"].get(f"/api/pictures/{other}/image/{sha_tiff}")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8\xff")
    for _ in range(2):
        answer = group["vic"].get(f"/api/pictures/{other}/thumbnail/{sha_tiff}")
        assert answer.content.startswith(b"\xff\xd8\xff")
    # Neither another picture's hash nor a foreign dataset's picture gives anything.
    for path in (
        f"/api/pictures/{one}/image/{sha_tiff}",
        f"/api/pictures/{one}/thumbnail/{sha_tiff}",
        f"/api/pictures/{one}/image/..%2f..%2ffieldguide.db",
        f"/api/pictures/{group.foreign_pictures[0]}/image/{sha}",
    ):
        assert group["vic"].get(path).status_code == 404
    assert group["sam"].get(f"/api/pictures/{one}/image/{sha}").status_code == 404


def test_bytes_that_are_gone_or_broken_are_told(
    group: Group, shown: Callable[[str, bytes], tuple[int, str]]
) -> None:
    broken, sha = shown("TIFF", b"II*\0 not a picture")
    for kind in ("image", "thumbnail"):
        answer = group["vic"].get(f"/api/pictures/{broken}/{kind}/{sha}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (410, "picture_broken")
    gone, sha = shown("PNG", b"gone")
    group.workspace.images.path(sha).unlink()
    for kind in ("image", "thumbnail"):
        answer = group["vic"].get(f"/api/pictures/{gone}/{kind}/{sha}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (410, "bytes_missing")


def test_words_do_not_tell_an_annotator_what_others_answered_blind(group: Group) -> None:
    asked = group.ask("symptom", "miner", "healthy", blind=True)
    group.say("ada", asked, group.pictures[0], "miner")
    path = f"{group.path}/pictures?text=miner"
    seen = [item["id"] for item in group["rita"].get(path).json()["items"]]
    assert seen == [group.pictures[0]]
    assert group["ben"].get(path).json()["items"] == []
    assert group["ben"].get(f"{group.path}/pictures/marks?text=miner").json()["total"] == 0
    assert group["rita"].get(f"{group.path}/pictures/marks?text=miner").json()["total"] == 1


def test_exact_places_are_found_by_maintainers_only(group: Group) -> None:
    def work(connection: sa.Connection) -> None:
        place = members.place(connection, group.pictures[0])
        assert place is not None
        columns = {"latitude": 47.5534, "site": "barn"}
        members.add(
            connection, group.dataset_id, [NewMember("00.jpg", place.sha256, columns=columns)]
        )

    group.workspace.records.write(work)
    exact, text = f"{group.path}/pictures?column=latitude:47.5534", "pictures?text=47.5534"
    assert len(group["mia"].get(exact).json()["items"]) == 1
    refused = group["rita"].get(exact)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "column_private")
    assert len(group["mia"].get(f"{group.path}/{text}").json()["items"]) == 1
    assert group["rita"].get(f"{group.path}/{text}").json()["items"] == []
    assert len(group["rita"].get(f"{group.path}/pictures?text=barn").json()["items"]) == 1
