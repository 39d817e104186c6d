"""What a model suggested, and whether it was in sight, goes through files that keep votes whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fieldguide.formats.labels.available import get, open_labels
from fieldguide.formats.labels.record import LabelledPicture, Manifest

FILES = {"jsonl": "out.jsonl", "csv": "out.csv", "coco": "out.json"}


def with_help(pictures: list[LabelledPicture]) -> list[LabelledPicture]:
    first = pictures[0]
    votes = tuple(
        replace(vote, certainty=0.625) if vote.kind == "model" else replace(vote, aided=True)
        for vote in first.votes
    )
    return [replace(first, votes=votes), *pictures[1:]]


def no_bytes(picture: LabelledPicture) -> bytes:
    return picture.name.encode()


@pytest.mark.parametrize("name", FILES)
def test_certainty_and_help_come_back(
    tmp_path: Path, name: str, manifest: Manifest, small: list[LabelledPicture]
) -> None:
    target = tmp_path / FILES[name]
    get(name).write(target, manifest, with_help(small), fetch=no_bytes)
    read = {picture.name: picture for picture in open_labels(target).pictures()}
    for picture in with_help(small):
        said = [(v.key, v.certainty, v.aided) for v in picture.votes]
        assert [(v.key, v.certainty, v.aided) for v in read[picture.name].votes] == said


def test_a_table_of_an_earlier_release_has_votes_without_help(
    tmp_path: Path, manifest: Manifest, small: list[LabelledPicture]
) -> None:
    target = tmp_path / "out.csv"
    get("csv").write(target, manifest, small, fetch=no_bytes)
    text = target.read_text("utf-8-sig").splitlines()
    header = text[0].split(",")
    assert header[-2:] == ["vote_certainty", "aided"]
    shortened = [line.rsplit(",", 2)[0] for line in text]
    target.write_text("\n".join(shortened) + "\n", "utf-8-sig")
    votes = [vote for picture in open_labels(target).pictures() for vote in picture.votes]
    assert votes
    assert not any(vote.aided or vote.certainty for vote in votes)
