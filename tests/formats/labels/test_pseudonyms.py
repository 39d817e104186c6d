from __future__ import annotations

import hashlib
from dataclasses import replace

from fieldguide.formats.labels.as_json import dump, picture_as_json
from fieldguide.formats.labels.pseudonyms import unnamed_key, without_names
from fieldguide.formats.labels.record import LabelledPicture

SECRET = b"of the dataset"


def test_people_are_numbered_as_they_appear(small: list[LabelledPicture]) -> None:
    found = list(without_names(small, secret=SECRET))
    assert [[vote.annotator for vote in picture.votes] for picture in found] == [
        ["annotator-1", "annotator-2", "annotator-1", "annotator-1", "lite0"],
        ["annotator-2", "annotator-2"],
        ["annotator-1"],
        ["annotator-1"],
        [],
    ]


def test_all_else_stays(small: list[LabelledPicture]) -> None:
    for before, after in zip(small, without_names(small, secret=SECRET), strict=True):
        restored = tuple(
            replace(new, annotator=old.annotator, key=old.key)
            for old, new in zip(before.votes, after.votes, strict=True)
        )
        assert replace(after, votes=restored) == before


def test_two_exports_give_the_same_names_and_keys(small: list[LabelledPicture]) -> None:
    assert list(without_names(small, secret=SECRET)) == list(
        without_names(iter(small), secret=SECRET)
    )


def test_keys_of_different_votes_differ(small: list[LabelledPicture]) -> None:
    keys = [vote.key for picture in without_names(small, secret=SECRET) for vote in picture.votes]
    assert len(set(keys)) == len(keys) == 9


def test_neither_a_name_nor_its_hash_is_left(small: list[LabelledPicture]) -> None:
    text = dump([picture_as_json(picture) for picture in without_names(small, secret=SECRET)])
    for name in ("anna", "bo"):
        assert f'"{name}"' not in text
        assert f"-{name}-" not in text
        assert hashlib.sha256(name.encode()).hexdigest()[:16] not in text
    other = [
        replace(
            p,
            votes=tuple(replace(v, annotator=v.annotator.replace("anna", "carl")) for v in p.votes),
        )
        for p in small
    ]
    assert list(without_names(other, secret=SECRET)) == list(without_names(small, secret=SECRET))


def test_keys_are_the_same_whatever_else_is_exported(small: list[LabelledPicture]) -> None:
    whole = [p.votes for p in without_names(small, secret=SECRET)]
    turned = [p.votes for p in without_names(reversed(small), secret=SECRET)][::-1]
    for one, other in zip(whole, turned, strict=True):
        assert [vote.key for vote in one] == [vote.key for vote in other]


def test_keys_tell_nothing_without_the_secret(small: list[LabelledPicture]) -> None:
    own, guessed = (
        {vote.key for p in without_names(small, secret=secret) for vote in p.votes}
        for secret in (SECRET, b"a guess")
    )
    assert {key for key in own & guessed if key.startswith("unnamed:")} == set()
    assert unnamed_key("ada:1", SECRET) != unnamed_key("ada:2", SECRET)


def test_what_has_no_name_keeps_its_key() -> None:
    key = unnamed_key("ada:1", SECRET)
    assert unnamed_key(key, b"of another dataset") == key
    assert unnamed_key("unnamed:ada", SECRET) != "unnamed:ada"
