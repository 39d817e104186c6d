from __future__ import annotations

from tests.label.conftest import Site

from fieldguide.records import review_requests


def test_requests_are_replaced_withdrawn_and_kept_by_question(site: Site) -> None:
    other = site.ask("season", "summer", "winter")
    a, b = site.pictures[:2]
    write = site.workspace.records.write

    def ask(question: int, *pictures: int, who: str, why: str) -> None:
        write(lambda c: review_requests.ask(c, question, pictures, author=who, reason=why))

    ask(site.question_id, a, b, a, who="ada", why="dark")
    vote = site.say("mia", a, "rust").vote_id
    ask(site.question_id, a, who="ben", why="odd")
    with site.workspace.records.read() as connection:
        found = review_requests.find(connection, site.question_id, a)
        assert found is not None
        assert (found.author, found.reason, found.after_vote) == ("ben", "odd", vote)
        assert review_requests.find(connection, other.question_id, a) is None
        after = review_requests.after_votes(connection, site.question_id, site.pictures)
        assert after == {a: vote, b: 0}
    assert write(lambda c: review_requests.withdraw(c, site.question_id, [a, a + 5])) == 1
    with site.workspace.records.read() as connection:
        assert set(review_requests.after_votes(connection, site.question_id, [a, b])) == {b}
