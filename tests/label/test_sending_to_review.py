"""Pictures that somebody sends to review wait there, with their votes and their label."""

from __future__ import annotations

from tests.label.conftest import Site

from fieldguide.label import reviewing


def _send(site: Site, *pictures: int) -> list[int]:
    return site.workspace.records.write(
        lambda c: reviewing.send(c, site.question, pictures, author="rex", reason="dark")
    )


def test_an_agreed_picture_waits_with_its_label_until_a_decision(site: Site) -> None:
    a, b = site.pictures[:2]
    site.say("mia", a, "rust")
    assert site.label(a).state == "closed"
    assert _send(site, a, b, a, 4711) == [a, b]
    assert (site.label(a).state, site.label(a).votes, site.name_of(a)) == ("review", 1, "rust")
    # Nobody has answered this one; it waits all the same, and is not handed out.
    assert site.label(b).state == "review"
    assert not {a, b} & set(site.next("ada", count=12))
    # A later answer of an annotator does not settle it.
    site.say("mia", a, "miner")
    assert (site.label(a).state, site.name_of(a)) == ("review", "miner")
    site.say("rex", a, "healthy", decides=True)
    assert (site.label(a).state, site.name_of(a)) == ("closed", "healthy")


def test_what_was_decided_before_is_decided_anew(site: Site) -> None:
    a = site.pictures[0]
    site.say("rex", a, "rust", decides=True)
    _send(site, a)
    assert (site.label(a).state, site.name_of(a)) == ("review", "rust")
    site.say("rex", a, "miner", decides=True)
    assert (site.label(a).state, site.name_of(a)) == ("closed", "miner")
    # The decision is taken back: it waits again.
    site.say("rex", a, verdict="withdrawn", decides=True)
    assert (site.label(a).state, site.name_of(a)) == ("review", "rust")


def test_it_can_be_called_back_and_asked_again(site: Site) -> None:
    a, b = site.pictures[:2]
    for picture in (a, b):
        site.say("mia", picture, "rust")
    _send(site, a, b)
    write = site.workspace.records.write
    write(lambda c: reviewing.call_back(c, site.question, [a]))
    assert site.label(a).state == "closed"
    write(lambda c: reviewing.ask_again(c, site.question, [b], author="rex"))
    assert site.label(b).state == "open"


def test_other_questions_stay_as_they_are(site: Site) -> None:
    other = site.ask("season", "summer", "winter")
    a = site.pictures[0]
    other.say("mia", a, "summer")
    _send(site, a)
    assert other.label(a).state == "closed"
