from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.label.conftest import Site

from fieldguide.label import ratings, weighing
from fieldguide.records import labels, votes
from fieldguide.records.questions import QuestionSettings


def _read(site: Site, ask: Any, **more: Any) -> Any:
    with site.workspace.records.read() as connection:
        return ask(connection, site.question, **more)


def _answer_all(site: Site) -> None:
    for place, picture in enumerate(site.pictures):
        for number, who in enumerate(("ada", "ben", "cleo")):
            wrong = number == 2 and place % 3 == 0
            site.say(who, picture, ("rust", "miner")[(place + wrong) % 2])


def test_a_fit_holds_what_the_settling_of_labels_needs(site: Site) -> None:
    _answer_all(site)
    fit = _read(site, weighing.fit)
    classes = sorted(choice.id for choice in site.question.choices)
    assert fit["classes"] == classes
    assert set(fit["annotators"]) == {"ada", "ben", "cleo"}
    assert sum(fit["prior"]) == pytest.approx(1)
    for rows in (fit["average"], *fit["annotators"].values()):
        assert np.shape(rows) == (3, 3)
        assert np.sum(rows, axis=1) == pytest.approx(1)
        assert np.min(rows) > 0
    seen = [classes.index(site.choice(name)) for name in ("rust", "miner")]
    right = {
        who: min(rows[place][place] for place in seen) for who, rows in fit["annotators"].items()
    }
    assert right["cleo"] < min(right["ada"], right["ben"])


def test_too_few_answers_or_classes_teach_nothing(site: Site) -> None:
    assert _read(site, weighing.fit) is None
    site.say("ada", site.pictures[0], "rust")
    assert _read(site, weighing.fit) is None
    assert _read(site, weighing.most_useful, count=5) == []
    one = site.ask("one", "only")
    for picture in one.pictures:
        for who in ("ada", "ben"):
            one.say(who, picture, "only")
    assert _read(one, weighing.fit) is None


def test_imports_count_as_an_annotator_where_the_settings_say_so(site: Site) -> None:
    counted = site.ask("counted", "a", "b")
    silent = site.ask("silent", "a", "b", settings=QuestionSettings(count_imports=False))
    for asked in (counted, silent):
        said = dict.fromkeys(asked.pictures, "a")
        asked.workspace.records.write(
            lambda c, a=asked, s=said: votes.add_imported(c, question_id=a.question_id, answers=s)
        )
        asked.workspace.records.write(lambda c, a=asked: labels.refresh(c, a.question_id))
        for picture in asked.pictures:
            asked.say("ada", picture, "a")
            asked.say("ben", picture, "b")
    assert set(_read(counted, weighing.fit)["annotators"]) == {"ada", "ben", "import"}
    assert set(_read(silent, weighing.fit)["annotators"]) == {"ada", "ben"}


def test_ratings_are_the_standing_answers_of_present_pictures(site: Site) -> None:
    assert _read(site, ratings.of_question, imports=True, own=True) is None
    a, b, c = site.pictures[:3]
    site.say("ada", a, "rust")
    site.say("ada", a, "miner")
    site.say("ben", a, verdict="unsure")
    site.say("ben", b, "rust")
    site.say("rita", b, "miner", decides=True)
    site.say("ben", c, "rust")
    site.say("ben", c, verdict="withdrawn")
    held = _read(site, ratings.of_question, imports=True, own=True)
    said = {
        (held.members[p], held.annotators[w], held.choices[k])
        for p, w, k in zip(
            held.ratings.pictures, held.ratings.annotators, held.ratings.answers, strict=True
        )
    }
    assert said == {(a, "ada", site.choice("miner")), (b, "ben", site.choice("rust"))}
    known = dict(zip(held.members, held.known, strict=True))
    assert known == {a: -1, b: held.choices.index(site.choice("miner"))}
    assert (
        _read(site.ask("area", kind="number"), ratings.of_question, imports=True, own=True) is None
    )


def _independent(site: Site, *, own: bool) -> set[tuple[int, str, str, bool]]:
    """Give picture, annotator, class, and whether she also gave the picture's truth."""
    held = _read(site, ratings.of_question, imports=True, own=own)
    names = {choice.id: choice.name for choice in site.question.choices}
    rows = zip(
        held.ratings.pictures, held.ratings.annotators, held.ratings.answers, held.own, strict=True
    )
    return {
        (held.members[p], held.annotators[w], names[held.choices[k]], bool(o))
        for p, w, k, o in rows
    }


def test_what_a_reviewer_said_before_she_decided_counts_and_nothing_after(site: Site) -> None:
    before, after, both, back, gone, unsure = site.pictures[:6]
    for picture in site.pictures[:6]:
        site.say("ben", picture, "rust")
    site.say("rita", before, "miner")
    site.say("rita", before, "healthy")
    site.say("rita", before, "rust", decides=True)
    site.say("rita", after, "rust", decides=True)
    site.say("rita", after, "miner")
    site.say("rita", both, "miner")
    site.say("rita", both, "rust", decides=True)
    site.say("rita", both, "rust")
    site.say("rita", back, "miner")
    site.say("rita", back, "rust", decides=True)
    site.say("rita", back, verdict="withdrawn")
    site.say("rita", gone, "miner")
    site.say("rita", gone, "rust", decides=True)
    site.say("rita", gone, verdict="withdrawn")
    site.say("rita", gone, verdict="withdrawn")
    site.say("rita", unsure, verdict="unsure")
    site.say("rita", unsure, "rust", decides=True)
    hers = {row for row in _independent(site, own=True) if row[1] == "rita"}
    assert hers == {
        (before, "rita", "healthy", True),
        # After a plain answer the picture is no longer decided, so there is no truth of hers.
        (both, "rita", "miner", False),
        (back, "rita", "miner", False),
    }
    assert len(_independent(site, own=True)) == 6 + 3
    # Weighed are only those that are not compared with a truth of their own.
    assert {row for row in _independent(site, own=False) if row[1] == "rita"} == {
        (both, "rita", "miner", False),
        (back, "rita", "miner", False),
    }
