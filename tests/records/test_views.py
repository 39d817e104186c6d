from __future__ import annotations

from fieldguide.records import datasets, views
from fieldguide.workspace import Workspace


def test_views_are_saved_replaced_and_forgotten_by_dataset(workspace: Workspace) -> None:
    write = workspace.records.write
    one = write(lambda c: datasets.ensure(c, "one", "tests").id)
    two = write(lambda c: datasets.ensure(c, "two", "tests").id)
    for dataset, name, query in ((one, "b", "1"), (one, "a:b", "2"), (two, "b", "3")):
        write(lambda c, d=dataset, n=name, q=query: views.save(c, d, name=n, query=q, author="ada"))
    again = write(lambda c: views.save(c, one, name="b", query="4", author="ben"))
    with workspace.records.read() as connection:
        assert [(v.name, v.query, v.author) for v in views.of_dataset(connection, one)] == [
            ("a:b", "2", "ada"),
            ("b", "4", "ben"),
        ]
    assert not write(lambda c: views.remove(c, two, again.id))
    assert write(lambda c: views.remove(c, one, again.id))
    assert not write(lambda c: views.remove(c, one, again.id))
    with workspace.records.read() as connection:
        assert [v.query for v in views.of_dataset(connection, two)] == ["3"]
        assert views.of_dataset(connection, 4711) == []
