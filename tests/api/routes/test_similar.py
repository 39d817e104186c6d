from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from tests.api.routes.conftest import Group

from fieldguide.embed.extracting import backbone_cache
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.records import members


@pytest.fixture
def embedded(group: Group) -> list[int]:
    """Give the pictures vectors on a quarter circle, the first at one end, and none to the last."""
    cache = backbone_cache(group.workspace, BACKBONES.get(group.workspace.config.backbone))
    with group.workspace.records.read() as connection:
        hashes = dict(members.hashes(connection, group.dataset_id))
    turned = np.zeros((len(group.pictures) - 1, cache.dimensions), np.float16)
    angles = np.linspace(0, np.pi / 2, len(turned))
    turned[:, 0], turned[:, 1] = np.cos(angles), np.sin(angles)
    cache.add([(hashes[p], v) for p, v in zip(group.pictures, turned, strict=False)])
    return group.pictures


def test_the_most_similar_come_first_and_it_is_not_among_them(
    group: Group, embedded: list[int]
) -> None:
    found = group["vic"].get(f"/api/pictures/{embedded[0]}/similar").json()
    assert [item["picture"]["id"] for item in found["items"]] == embedded[1:-1]
    cosines = [item["cosine"] for item in found["items"]]
    assert cosines == sorted(cosines, reverse=True)
    assert (found["compared"], found["missing"]) == (len(embedded) - 2, 1)


def test_labels_are_shown_to_those_who_may_see_them(group: Group, embedded: list[int]) -> None:
    asked = group.ask(blind=True)
    group.say("ada", asked, embedded[1], "rust")
    path = f"/api/pictures/{embedded[0]}/similar?question={asked.id}&limit=1"
    shown = group["rita"].get(path).json()["items"][0]["picture"]
    hidden = group["ben"].get(path).json()["items"][0]["picture"]
    assert shown["label"]["choice_ids"] == [asked.classes["rust"]]
    assert (hidden["label"], hidden["hidden"]) == (None, True)


def test_a_picture_without_a_vector_says_so(group: Group, embedded: list[int]) -> None:
    answer = group["vic"].get(f"/api/pictures/{embedded[-1]}/similar")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_embedded")


def test_a_question_of_another_dataset_is_not_found(group: Group, embedded: list[int]) -> None:
    foreign = group.ask(foreign=True)
    path = f"/api/pictures/{embedded[0]}/similar?question={foreign.id}"
    assert group["vic"].get(path).status_code == 404
    assert group["sam"].get(f"/api/pictures/{embedded[0]}/similar").status_code == 404


def test_a_file_that_is_in_no_dataset(group: Group, embedded: list[int]) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), (200, 30, 30)).save(buffer, "PNG")
    answer = group["vic"].send("POST", f"{group.path}/similar", content=buffer.getvalue())
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["items"]) == len(embedded) - 1
    refused = group["vic"].send("POST", f"{group.path}/similar", content=b"no picture")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "not_a_picture")
