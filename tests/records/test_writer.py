from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from fieldguide.records.clock import now
from fieldguide.records.database import Records
from fieldguide.records.schema import datasets


def _add(connection: sa.Connection, name: str) -> None:
    connection.execute(
        datasets.insert().values(name=name, source="", created_at=now(), client_key=name)
    )


def _names(records: Records) -> list[str]:
    with records.read() as connection:
        return sorted(connection.scalars(sa.select(datasets.c.name)))


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with Records(f"sqlite:///{tmp_path / 'r.db'}") as opened:
        yield opened


def test_many_threads_lose_nothing(records: Records) -> None:
    def work(number: int) -> None:
        for index in range(50):
            records.write(lambda c, n=f"{number}-{index}": _add(c, n))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _names(records) == sorted(f"{n}-{i}" for n in range(8) for i in range(50))


def test_a_failing_piece_is_undone_alone(records: Records) -> None:
    def fails(connection: sa.Connection) -> None:
        _add(connection, "half")
        raise RuntimeError("stop")

    queued = threading.Event()
    records.submit(lambda _: queued.wait())  # so that the three go into one transaction
    futures = [
        records.submit(lambda c: _add(c, "a")),
        records.submit(fails),
        records.submit(lambda c: _add(c, "b")),
    ]
    queued.set()
    futures[0].result()
    with pytest.raises(RuntimeError, match="stop"):
        futures[1].result()
    futures[2].result()
    assert _names(records) == ["a", "b"]


def test_a_piece_that_fails_on_its_own_is_undone(records: Records) -> None:
    def fails(connection: sa.Connection) -> None:
        _add(connection, "half")
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        records.write(fails)
    records.write(lambda c: _add(c, "a"))
    assert _names(records) == ["a"]


def test_a_result_is_only_given_once_others_can_read_it(records: Records) -> None:
    for index in range(20):
        records.write(lambda c, n=str(index): _add(c, n))
        assert str(index) in _names(records)


def test_closing_finishes_what_is_queued(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'q.db'}"
    records = Records(url)
    futures = [records.submit(lambda c, n=str(i): _add(c, n)) for i in range(100)]
    records.close()
    assert all(future.done() for future in futures)
    with Records(url) as again:
        assert len(_names(again)) == 100


def test_a_closed_writer_says_so(tmp_path: Path) -> None:
    records = Records(f"sqlite:///{tmp_path / 'c.db'}")
    records.close()
    with pytest.raises(RuntimeError, match="closed"):
        records.submit(lambda c: _add(c, "late"))


def test_readers_cannot_write(records: Records) -> None:
    with records.read() as connection, pytest.raises(sa.exc.OperationalError, match="readonly"):
        _add(connection, "x")
