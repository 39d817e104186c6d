from __future__ import annotations

import pytest
from tests.curate.checks import plain
from tests.curate.checks.pools import make_pool, run

from fieldguide.curate.checks.sensitive_files import CHECK
from fieldguide.pictures.file_facts import FileFacts


def facts(n: int, **told: FileFacts) -> list[FileFacts]:
    return [told.get(f"at_{row}", FileFacts(time="2024:05:01 10:00:00")) for row in range(n)]


def test_each_kind_of_fact_is_a_case_with_its_files() -> None:
    told = facts(
        10,
        at_2=FileFacts(place=True),
        at_3=FileFacts(place=True, remark=True),
        at_4=FileFacts(serial_number=True),
        at_5=FileFacts(owner=True),
        at_6=FileFacts(thumbnail=True),
    )
    (finding,) = run(CHECK, make_pool(plain.rows(10), facts=lambda: told))
    assert finding.severity == "warning"
    assert [[s.member_id for s in case.suspects] for case in finding.cases] == [
        [2, 3],
        [5],
        [4],
        [6],
        [3],
    ]
    assert finding.figures["place"] == 2
    assert finding.title == "5 files tell more than their picture"


def test_what_tells_of_nobody_is_a_hint() -> None:
    told = facts(10, at_2=FileFacts(remark=True))
    (finding,) = run(CHECK, make_pool(plain.rows(10), facts=lambda: told))
    assert finding.severity == "hint"
    assert finding.title == "1 file tells more than its picture"


def test_another_file_is_another_case() -> None:
    keys = set()
    for told in (
        facts(9, at_2=FileFacts(place=True)),
        facts(9, at_2=FileFacts(place=True), at_3=FileFacts(place=True)),
    ):
        (finding,) = run(CHECK, make_pool(plain.rows(9), facts=lambda told=told: told))
        keys.add(finding.cases[0].key)
    assert len(keys) == 2


@pytest.mark.parametrize("n", [0, 20])
def test_files_that_tell_nothing_are_quiet(n: int) -> None:
    told = facts(n)
    assert run(CHECK, make_pool(plain.rows(n), facts=lambda: told)) == []
    assert run(CHECK, make_pool(plain.rows(n))) == []
