from __future__ import annotations

import pytest

from fieldguide.curate.case_states import Deeds, counts, find, finding_id, state_of
from fieldguide.curate.checks.finding import Case, Finding, Suspect


def _case(*pictures: int, key: str = "k") -> Case:
    return Case(key, "why", 0.9, tuple(Suspect(p) for p in pictures))


@pytest.mark.parametrize(
    ("pictures", "deeds", "state"),
    [
        ((1,), Deeds(), "open"),
        ((1,), Deeds(removed={1}), "handled"),
        ((1,), Deeds(decided={1}), "handled"),
        ((1,), Deeds(sent={1}), "handled"),
        ((1,), Deeds(removed={2}), "open"),
        ((1, 2), Deeds(decided={2}), "handled"),
        ((1, 2, 3), Deeds(removed={2}), "open"),
        ((1, 2, 3), Deeds(removed={2}, decided={3}), "handled"),
        ((), Deeds(removed={1}), "open"),
        ((), Deeds(dismissed={("tiny", "k")}), "dismissed"),
        ((1,), Deeds(dismissed={("tiny", "k")}, removed={1}), "dismissed"),
        ((1,), Deeds(dismissed={("dark", "k")}), "open"),
    ],
)
def test_the_state_of_a_case(pictures: tuple[int, ...], deeds: Deeds, state: str) -> None:
    assert state_of("tiny", _case(*pictures), deeds) == state


def test_cases_are_counted_by_state_and_findings_found_by_id() -> None:
    cases = (_case(1, key="a"), _case(2, key="b"), _case(3, key="c"), _case(4, key="d"))
    one = Finding("tiny", "4 tiny pictures", "why", "warning", cases)
    two = Finding("tiny", "1 other", "why", "hint", cases[:1])
    deeds = Deeds(dismissed={("tiny", "b")}, sent={3})
    assert counts(one, deeds) == {"open": 2, "handled": 1, "dismissed": 1}
    assert find([two, one], finding_id(one)) is one
    assert find([two], finding_id(one)) is None
