from __future__ import annotations

import pytest
from tests.label.conftest import Site

from fieldguide.errors import DataError, InputError, UnknownNameError
from fieldguide.label import answering
from fieldguide.label.answering import Submission
from fieldguide.records import labels, members, votes
from fieldguide.records.questions import QuestionSettings


def test_an_answer_sent_again_is_stored_once(site: Site) -> None:
    picture = site.pictures[0]
    first = site.say("ada", picture, "rust", key="the-same")
    again = site.say("ada", picture, "rust", key="the-same")
    assert (first.fresh, again.fresh) == (True, False)
    assert first.vote_id == again.vote_id
    with site.workspace.records.read() as connection:
        assert len(votes.of_member(connection, picture)) == 1


def test_a_key_belongs_to_one_answer_and_to_one_person(site: Site) -> None:
    a, b = site.pictures[:2]
    site.say("ada", a, "rust", key="the-same")
    with pytest.raises(DataError, match="belongs to another answer"):
        site.say("ada", b, "rust", key="the-same")
    assert site.say("ben", b, "rust", key="the-same").fresh


def test_people_who_disagree_send_a_picture_to_review_and_a_decision_settles_it(
    site: Site,
) -> None:
    twice = site.ask("twice", "a", "b", settings=QuestionSettings(answers_needed=2))
    picture = twice.pictures[0]
    twice.say("ada", picture, "a")
    assert twice.say("ben", picture, "b").label.state == "review"
    assert twice.say("rita", picture, "b", decides=True).label.state == "closed"
    assert twice.name_of(picture) == "b"
    twice.say("rita", picture, verdict="withdrawn")
    assert twice.label(picture).state == "review"


def test_the_cache_is_what_the_votes_give(site: Site) -> None:
    for number, picture in enumerate(site.pictures):
        site.say("ada", picture, "rust" if number % 2 else "miner")
        if number % 3 == 0:
            site.say("ben", picture, "miner")
        if number % 5 == 0:
            site.say("ada", picture, verdict="withdrawn")
    before = [site.label(picture) for picture in site.pictures]
    site.workspace.records.write(lambda c: labels.refresh(c, site.question_id))
    assert [site.label(picture) for picture in site.pictures] == before


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"names": ()}, "takes one class; 0 came"),
        ({"names": ("rust", "miner")}, "takes one class; 2 came"),
        ({"names": ("rust",), "verdict": "unsure"}, "comes without a class"),
        ({"names": (), "number": 3.0}, "asks for a class, not for a number"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(
    site: Site, answer: dict[str, object], words: str
) -> None:
    names = answer.pop("names")
    assert isinstance(names, tuple)
    with pytest.raises(InputError, match=words):
        site.say("ada", site.pictures[0], *names, **answer)  # type: ignore[arg-type]
    assert site.label(site.pictures[0]).votes == 0


def test_numbers_keep_to_their_limits(site: Site) -> None:
    share = site.ask(
        "share", kind="number", settings=QuestionSettings(least=0, greatest=100, tolerance=5)
    )
    assert share.say("ada", share.pictures[0], number=40.0).label.number == 40.0
    with pytest.raises(InputError, match="must lie between 0 and 100, not 140"):
        share.say("ada", share.pictures[1], number=140.0)
    with pytest.raises(InputError, match="asks for a number"):
        share.say("ada", share.pictures[1])


def test_many_choices_are_kept_as_they_were_given(site: Site) -> None:
    many = site.ask("all", "a", "b", "c", kind="many")
    picture = many.pictures[0]
    many.say("ada", picture, "a", "c")
    assert many.label(picture).choice_ids == (many.choice("a"), many.choice("c"))
    many.say("ada", picture)
    assert many.label(picture).choice_ids == ()
    assert many.label(picture).verdict == "answer"


def test_a_picture_of_another_dataset_or_one_that_was_removed_is_refused(site: Site) -> None:
    with pytest.raises(DataError, match="is not in the dataset"):
        site.say("ada", 4711, "rust")
    site.workspace.records.write(lambda c: members.set_aside(c, site.dataset_id, ["00.jpg"]))
    with pytest.raises(DataError, match="taken out of its dataset"):
        site.say("ada", site.pictures[0], "rust")


def test_an_unknown_class_is_refused(site: Site) -> None:
    other = site.ask("other", "x")
    foreign = Submission(site.pictures[0], "answer", (other.choice("x"),), None, None, "k" * 8)
    with pytest.raises(UnknownNameError, match="no class named"):
        site.workspace.records.write(
            lambda c: answering.give(c, site.question, foreign, annotator="ada")
        )
