from __future__ import annotations

import hashlib

import numpy as np
import pytest
import sqlalchemy as sa
from tests.api.routes.conftest import Asked, Group

from fieldguide.label import holdout, setting_up
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.records import images, labels, members, questions
from fieldguide.records.images import ImageRow
from fieldguide.records.members import NewMember
from fieldguide.records.questions import QuestionSettings
from fieldguide.workspace import Workspace

PICTURES = 160


def _asked(group: Group, **settings: object) -> Asked:
    """Ask about many pictures of two sorts whose vectors are known."""
    hashes = [hashlib.sha256(f"{n}".encode()).hexdigest() for n in range(PICTURES)]
    rows = [ImageRow(sha, 10, "JPEG", "RGB", 4, 3, int(sha[:16], 16)) for sha in hashes]

    def work(connection: sa.Connection) -> Asked:
        images.add(connection, rows)
        new = [NewMember(f"many/{n:03}.jpg", row.sha256) for n, row in enumerate(rows)]
        ids = members.add(connection, group.dataset_id, new)
        group.pictures[:] = [ids[one.name] for one in new]
        question = setting_up.add_question(
            connection,
            dataset_id=group.dataset_id,
            name="sort",
            kind="single",
            choices=("a", "b"),
            settings=QuestionSettings(**{"holdout_share": 0.4, **settings}),
            author="mia",
        )
        found = questions.get(connection, question)
        labels.refresh(connection, question)
        return Asked(question, {choice.name: choice.id for choice in found.choices})

    return group.workspace.records.write(work)


def _sort(place: int) -> str:
    return "ab"[place % 2]


def _embed(workspace: Workspace, count: int = PICTURES) -> None:
    network = BACKBONES.get(workspace.config.backbone)
    generator = np.random.default_rng(0)
    centres = {s: generator.normal(size=network.dimensions) for s in "ab"}
    cache = workspace.vectors(network.model_id, network.dimensions)
    with workspace.records.read() as connection:
        rows = sorted(
            (row.name, row.sha256)
            for row in members.of_dataset(connection, 1)
            if row.name.startswith("many/")
        )
    cache.add(
        [
            (sha, (centres[_sort(n)] + generator.normal(size=network.dimensions)).astype("f2"))
            for n, (_, sha) in enumerate(rows[:count])
        ]
    )


def _answer_all(group: Group, asked: Asked, count: int = PICTURES) -> None:
    for start in range(0, count, 100):
        part = range(start, min(count, start + 100))
        body = [group.answer(asked, group.pictures[n], _sort(n), milliseconds=1500) for n in part]
        assert group["ada"].post(f"{asked.path}/answers", {"answers": body}).status_code == 200


def _aid(workspace: Workspace, question_id: int, member_ids: list[int]) -> None:
    from fieldguide.records.schema import answers

    change = (
        sa.update(answers)
        .where(answers.c.question_id == question_id, answers.c.member_id.in_(member_ids))
        .values(aided=True)
    )
    workspace.records.write(lambda c: c.execute(change))


def _held_out(group: Group, asked: Asked) -> list[int]:
    with group.workspace.records.read() as connection:
        settings = questions.get(connection, asked.id).settings
    return holdout.among(settings, group.pictures)


def test_it_measures_the_hold_out_and_looks_ahead(group: Group) -> None:
    asked = _asked(group)
    _embed(group.workspace)
    _answer_all(group, asked)
    found = group["vic"].get(f"{asked.path}/stopping").json()
    inside = _held_out(group, asked)
    assert (found["judged"], found["learned"]) == (len(inside), PICTURES - len(inside))
    assert (found["reason"], found["without_vectors"], found["left_out"]) == (None, 0, 0)
    assert found["accuracy"]["value"] == 1.0
    assert 0.9 < found["accuracy"]["low"] < 1.0
    assert [p["labels"] for p in found["points"]] == sorted(p["labels"] for p in found["points"])
    assert found["points"][-1]["labels"] == found["learned"]
    ahead = found["forecast"]
    assert ahead["gain"]["low"] <= ahead["gain"]["value"] <= ahead["gain"]["high"]
    assert (ahead["answers"], ahead["verdict"]) == (100, "little")
    assert ahead["minutes"] == pytest.approx(2.5)
    assert ahead["minutes_aided"] is None
    assert found["words"].startswith("More labels bring little: ")
    assert found["band"][-1]["labels"] == found["learned"] + 100


def test_answers_with_a_suggestion_in_sight_are_no_measure(group: Group) -> None:
    asked = _asked(group)
    _embed(group.workspace)
    _answer_all(group, asked)
    inside = _held_out(group, asked)
    _aid(group.workspace, asked.id, inside[:10])
    found = group["rita"].get(f"{asked.path}/stopping").json()
    assert found["judged"] == len(inside) - 10
    # They are not learned from either.
    assert found["learned"] == PICTURES - len(inside)


def test_it_is_computed_anew_after_an_answer_and_only_then(group: Group) -> None:
    asked = _asked(group)
    _embed(group.workspace)
    _answer_all(group, asked, 100)
    first = group["rita"].get(f"{asked.path}/stopping").json()
    estimates = group["rita"].client._transport.app.state.estimates
    task = estimates._held[asked.id][1]
    assert group["vic"].get(f"{asked.path}/stopping").json() == first
    assert estimates._held[asked.id][1] is task
    inside = set(_held_out(group, asked))
    outside = next(n for n in range(100, PICTURES) if group.pictures[n] not in inside)
    group.say("ada", asked, group.pictures[outside], _sort(outside))
    again = group["rita"].get(f"{asked.path}/stopping").json()
    assert again["learned"] == first["learned"] + 1


def test_pictures_without_vectors_do_not_count_and_are_named(group: Group) -> None:
    asked = _asked(group)
    _answer_all(group, asked, 60)
    found = group["rita"].get(f"{asked.path}/stopping").json()
    assert found["without_vectors"] == 60
    assert "no vectors yet" in found["reason"]
    _embed(group.workspace, 50)
    found = group["rita"].get(f"{asked.path}/stopping").json()
    assert found["without_vectors"] == 10
    assert found["accuracy"] is not None


def test_where_nothing_can_be_told_it_says_why(group: Group) -> None:
    none = _asked(group, holdout_share=0.0)
    assert "No pictures are held out" in group["vic"].get(f"{none.path}/stopping").json()["reason"]
    number = group.ask("area", kind="number")
    reason = group["vic"].get(f"{number.path}/stopping").json()["reason"]
    assert "one class per picture only" in reason
    fresh = group.ask("fresh", "x", "y")
    found = group["vic"].get(f"{fresh.path}/stopping").json()
    assert (found["accuracy"], found["judged"]) == (None, 0)
    assert found["words"] == found["reason"]


def test_only_those_who_see_the_dataset(group: Group) -> None:
    foreign = group.ask("theirs", foreign=True)
    assert group["vic"].get(f"{foreign.path}/stopping").status_code == 404
    assert group["vic"].get("/api/questions/999999/stopping").status_code == 404
