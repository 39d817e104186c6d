from __future__ import annotations

import json
import struct
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import pytest
import sqlalchemy as sa
from tests.api.routes.conftest import Group

from fieldguide.embed.extracting import backbone_cache
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.records import map_facts, members
from fieldguide.storage.predictions import Predictions
from fieldguide.types import SilentProgress
from fieldguide.workflows.map_dataset import lay_out_dataset
from fieldguide.workflows.map_predictions import predict_question, prediction_cache
from fieldguide.workspace import Workspace


def _points(answer: httpx.Response) -> tuple[list[int], npt.NDArray[np.float32], int]:
    assert answer.status_code == 200, answer.text
    name, version, count, added = struct.unpack("<4sIII", answer.content[:16])
    assert (name, version, len(answer.content)) == (b"FGMP", 1, 16 + 12 * count)
    ids = np.frombuffer(answer.content, "<u4", count, 16)
    places = np.frombuffer(answer.content, "<f4", 2 * count, 16 + 4 * count).reshape(-1, 2)
    return ids.tolist(), places, added


def _colours(answer: httpx.Response) -> tuple[dict[str, Any], list[Any]]:
    """The legend, and what stands at each picture: a line's name, or a number."""
    assert answer.status_code == 200, answer.text
    name, kind, count, length = struct.unpack("<4sIII", answer.content[:16])
    assert (name, length % 4) == (b"FGMC", 0)
    legend = json.loads(answer.content[16 : 16 + length])
    values = np.frombuffer(answer.content, "<u2" if kind == 0 else "<f4", count, 16 + length)
    if kind == 1:
        return legend, values.tolist()
    return legend, [legend["categories"][value]["name"] for value in values]


def _embed(group: Group, pictures: list[int] | None = None) -> None:
    """Give each picture a vector: two groups that lie far from each other."""
    workspace = group.workspace
    cache = backbone_cache(workspace, BACKBONES.get(workspace.config.backbone))
    with workspace.records.read() as connection:
        held = map_facts.pictures(connection, group.dataset_id)
    random = np.random.default_rng(0)
    for number, sha256 in held:
        vector = random.normal(0, 0.1, cache.dimensions)
        vector[number % 2 :: 2] += 5
        if pictures is None or number in pictures:
            cache.add([(sha256, vector.astype(np.float16))])


def test_points_come_by_id_once_there_are_vectors(group: Group) -> None:
    path = f"{group.path}/map"
    assert group["vic"].get(path).json()["embedded"] == 0
    assert _points(group["vic"].get(f"{path}/points"))[0] == []
    _embed(group, group.pictures[2:])
    status = group["vic"].get(path).json()
    assert (status["pictures"], status["embedded"], status["predicted"]) == (12, 10, [])
    assert {one["name"]: one["ready"] for one in status["layouts"]} == {
        "pca": True,
        "neighbours": False,
    }
    ids, places, added = _points(group["vic"].get(f"{path}/points"))
    assert (ids, added) == (group.pictures[2:], 0)
    even = [bool(place[0] > 0) for number, place in zip(ids, places, strict=True) if number % 2]
    odd = [bool(place[0] > 0) for number, place in zip(ids, places, strict=True) if not number % 2]
    assert {*even} == {not odd[0]}
    assert {*odd} == {odd[0]}


def test_neighbours_have_to_be_made_first(group: Group) -> None:
    _embed(group)
    answer = group["vic"].get(f"{group.path}/map/points?layout=neighbours")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "map_not_made"
    _lay_out(group.workspace, group.dataset_id)
    ids, places, _ = _points(group["vic"].get(f"{group.path}/map/points?layout=neighbours"))
    assert ids == group.pictures
    assert np.isfinite(places).all()


def test_points_are_sent_once_while_nothing_changes(group: Group) -> None:
    _embed(group, group.pictures[:9])
    path = f"{group.path}/map/points"
    first = group["vic"].get(path)
    assert first.headers["cache-control"] == "private, no-cache"
    again = group["vic"].get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    _embed(group, group.pictures[9:10])
    later = group["vic"].get(path, headers={"If-None-Match": first.headers["etag"]})
    ids, places, added = _points(later)
    assert (len(ids), added) == (10, 1)
    # Those that were there stay where they were.
    assert np.array_equal(places[:9], _points(first)[1])
    group.workspace.records.write(lambda c: members.set_aside(c, group.dataset_id, ["00.jpg"]))
    gone = group["vic"].get(path, headers={"If-None-Match": later.headers["etag"]})
    assert _points(gone)[0] == group.pictures[1:10]
    assert gone.headers["x-map-pictures"] != later.headers["x-map-pictures"]


def test_facts_of_pictures_are_colours(group: Group) -> None:
    _embed(group)
    path = f"{group.path}/map/colours"
    answer = group["vic"].get(f"{path}?by=part")
    legend, values = _colours(answer)
    assert values == ["train", "test"] * 6
    assert [(line["name"], line["count"]) for line in legend["categories"]] == [
        ("test", 6),
        ("train", 6),
    ]
    points = group["vic"].get(f"{group.path}/map/points")
    assert answer.headers["x-map-pictures"] == points.headers["x-map-pictures"]
    assert _colours(group["vic"].get(f"{path}?by=group"))[1] == ["g0", "g1", "g2"] * 4
    assert _colours(group["vic"].get(f"{path}?by=source"))[1] == ["None"] * 12


def test_labels_states_and_annotators_are_colours(group: Group) -> None:
    _embed(group)
    asked = group.ask(blind=False)
    group.say("ada", asked, group.pictures[0], "rust")
    group.say("ben", asked, group.pictures[1], "miner")
    group.say("rita", asked, group.pictures[1], "miner")
    group.say("ben", asked, group.pictures[2], verdict="unsure")
    path = f"{group.path}/map/colours?question={asked.id}"
    legend, values = _colours(group["vic"].get(f"{path}&by=label"))
    assert values == ["rust", "miner", "Unsure", *["No label"] * 9]
    line = legend["categories"][0]
    assert (line["choice_id"], line["tone"]) == (asked.classes["rust"], "own")
    assert line["colour"].startswith("#")
    by_person = _colours(group["vic"].get(f"{path}&by=annotator"))[1]
    assert by_person == ["ada", "Several", "ben", *["None"] * 9]
    states = _colours(group["vic"].get(f"{path}&by=state"))[1]
    assert (states[0], states[-1]) == ("Settled", "Wants answers")
    sure = _colours(group["vic"].get(f"{path}&by=certainty"))[1]
    assert sure[0] > 0.5
    assert np.isnan(sure[-1])


@pytest.mark.parametrize(
    "by", ["label", "state", "certainty", "annotator", "prediction", "sureness", "correctness"]
)
def test_a_blind_annotator_learns_nothing_before_answering(group: Group, by: str) -> None:
    _embed(group)
    asked = group.ask(answers_needed=2, blind=True)
    for picture in group.pictures[:6]:
        group.say("ben", asked, picture, "rust")
    for picture in group.pictures[:3]:
        group.say("rita", asked, picture, "rust")
    _predict(group, asked.id, asked.classes["rust"], asked.classes["miner"])
    path = f"{group.path}/map/colours?question={asked.id}&by={by}"
    _, before = _colours(group["ada"].get(path))
    assert len({str(value) for value in before}) == 1
    group.say("ada", asked, group.pictures[7], "rust")
    _, after = _colours(group["ada"].get(path))
    told = [place for place, value in enumerate(after) if str(value) != str(before[place])]
    assert told in ([7], [])
    assert len({str(value) for value in _colours(group["rita"].get(path))[1]}) > 1


def _predict(group: Group, question: int, *choices: int) -> None:
    """Say what was predicted: the given classes, one after the other."""
    count = len(group.pictures)
    made = Predictions(
        ids=np.array(group.pictures),
        choices=np.resize(choices, count),
        probabilities=np.linspace(0.5, 0.9, count, dtype=np.float32),
        labelled=np.arange(count) < 6,
    )
    prediction_cache(group.workspace, group.dataset_id).save(question, made)


def test_correctness_is_told_of_cross_validated_pictures_only(group: Group) -> None:
    _embed(group)
    asked = group.ask()
    for place, picture in enumerate(group.pictures[:8]):
        group.say("ben", asked, picture, ("rust", "miner")[place % 2])
    _predict(group, asked.id, asked.classes["rust"])
    path = f"{group.path}/map/colours?question={asked.id}&by=correctness"
    legend, values = _colours(group["rita"].get(path))
    judged = ["As labelled", "Predicted otherwise"] * 3
    assert values == [*judged, *["Not judged"] * 6]
    assert "cross-validation" in legend["note"]
    status = group["rita"].get(f"{group.path}/map").json()
    assert status["predicted"] == [asked.id]


def test_predictions_are_made_out_of_sample(group: Group) -> None:
    _embed(group)
    asked = group.ask()
    names = ("rust", "miner")
    for place, picture in enumerate(group.pictures[:10]):
        # One label is wrong, and the pictures on its side say so.
        group.say("ben", asked, picture, names[(picture + (place == 4)) % 2])
    count = predict_question(group.workspace, group.dataset_id, asked.id, SilentProgress())
    found = prediction_cache(group.workspace, group.dataset_id).load(asked.id)
    assert found is not None
    assert (count, sorted(found.ids.tolist())) == (12, group.pictures)
    by_id = dict(zip(found.ids.tolist(), found.choices.tolist(), strict=True))
    assert by_id == {n: asked.classes[names[n % 2]] for n in group.pictures}
    judged = {n for n, known in zip(found.ids.tolist(), found.labelled, strict=True) if known}
    assert judged == set(group.pictures[:10])


def test_without_two_classes_nothing_is_predicted(group: Group) -> None:
    _embed(group)
    asked = group.ask()
    group.say("ben", asked, group.pictures[0], "rust")
    _predict(group, asked.id, asked.classes["rust"])
    assert predict_question(group.workspace, group.dataset_id, asked.id, SilentProgress()) == 0
    answer = group["rita"].get(f"{group.path}/map/colours?question={asked.id}&by=prediction")
    assert answer.status_code == 422
    assert "Nothing has been predicted" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("by=label", 422, "belong to a question"),
        ("by=moon", 404, "colouring"),
        ("by=column:moon", 404, "column"),
        ("by=label&question=999", 404, "no question"),
    ],
)
def test_what_cannot_be_coloured_is_said(group: Group, query: str, status: int, words: str) -> None:
    answer = group["vic"].get(f"{group.path}/map/colours?{query}")
    assert answer.status_code == status, answer.text
    assert words in answer.json()["error"]["message"]


def test_a_map_that_is_being_made_is_not_begun_again(group: Group) -> None:
    path = f"{group.path}/map"
    assert group["vic"].post(path, {}).status_code == 403
    first = group["ada"].post(path, {})
    assert (first.status_code, first.json()["name"]) == (202, "map")
    assert group["rita"].post(path, {}).json()["id"] == first.json()["id"]
    assert group["vic"].get(path).json()["job"]["id"] == first.json()["id"]
    assert group["ada"].post(path, {"question_id": 999}).status_code == 404


def test_columns_are_colours_as_words_or_numbers(group: Group) -> None:
    _embed(group)

    def work(connection: sa.Connection) -> None:
        columns = {
            "site": [f"site {n % 2}" for n in range(12)],
            "height": [n / 2 for n in range(12)],
        }
        held = members.of_dataset(connection, group.dataset_id)
        members.add(
            connection,
            group.dataset_id,
            [
                members.NewMember(
                    row.name,
                    row.sha256,
                    columns={name: values[n] for name, values in columns.items()},
                )
                for n, row in enumerate(held)
            ],
        )

    group.workspace.records.write(work)
    path = f"{group.path}/map/colours?by=column:"
    assert _colours(group["vic"].get(f"{path}site"))[1] == ["site 0", "site 1"] * 6
    assert set(_colours(group["vic"].get(f"{path}height"))[1]) == {
        str(n // 2) if n % 2 == 0 else str(n / 2) for n in range(12)
    }


def _lay_out(workspace: Workspace, dataset_id: int) -> None:
    with workspace.records.read() as connection:
        hashes = sorted({sha for _, sha in map_facts.pictures(connection, dataset_id)})
    lay_out_dataset(workspace, dataset_id, hashes, SilentProgress())
