from __future__ import annotations

from tests.label.conftest import Site

from fieldguide.records import extra_answers


def test_the_last_number_counts_and_none_is_not_stored(site: Site) -> None:
    a, b, c = site.pictures[:3]
    other = site.ask("other", "x")
    for extra in ({a: 1, b: 0}, {a: 3, c: -2}, {}):
        site.workspace.records.write(
            lambda conn, e=extra: extra_answers.set_extra(conn, site.question_id, e, author="rita")
        )
    with site.workspace.records.read() as connection:
        assert extra_answers.of_members(connection, site.question_id, [a, b, c]) == {a: 3}
        assert extra_answers.of_members(connection, site.question_id, []) == {}
        assert extra_answers.of_members(connection, other.question_id, [a, b, c]) == {}
