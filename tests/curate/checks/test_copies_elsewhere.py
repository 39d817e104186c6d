"""Copies in other datasets of the workspace."""

from __future__ import annotations

from tests.curate.checks.pools import make_pool, pair, run, sha

from fieldguide.curate.checks.copies_elsewhere import CHECK
from fieldguide.curate.checks.pool import Elsewhere


def test_each_other_dataset_is_a_finding_of_its_own() -> None:
    elsewhere = [
        Elsewhere(sha("a"), "leaves", "x.jpg", "rust"),
        Elsewhere(sha("b"), "leaves", "y.jpg", None, pair("b", "other", 0.96)),
        Elsewhere(sha("a"), "forests", "z.jpg", "miner"),
    ]
    rows = [{"image": "a", "label": "rust"}, {"image": "b"}, {"image": "c"}]
    forests, leaves = run(CHECK, make_pool(rows, elsewhere=elsewhere))
    assert forests.figures == {"dataset": "forests", "equal": 1, "nearly equal": 0}
    assert forests.cases[0].why.endswith("labelled miner there and rust here.")
    assert leaves.figures == {"dataset": "leaves", "equal": 1, "nearly equal": 1}
    assert [case.certainty for case in leaves.cases] == [1.0, 0.96]
    assert leaves.cases[0].why == "The same bytes are in 'leaves' as 'x.jpg'."
    assert leaves.member_ids == [0, 1]


def test_no_copies_no_finding() -> None:
    assert run(CHECK, make_pool([{"image": "a"}], elsewhere=[])) == []
    assert make_pool([{"image": "a"}], elsewhere=[]).lacks("other datasets") is None
    assert (
        make_pool([{"image": "a"}]).lacks("other datasets") == "the workspace has no other dataset"
    )
