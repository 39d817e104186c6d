from collections import Counter
from typing import Any

import numpy as np
import pytest

from fieldguide.errors import InputError
from fieldguide.label.majority import check_votes, credit, majority, shares, standings


def some_votes(seed: int) -> Any:
    """About two votes a picture, so that ties and pictures without votes occur."""
    random = np.random.default_rng(seed)
    pictures, annotators = np.nonzero(random.random((80, 7)) < 0.3)
    order = random.permutation(pictures.size)
    return check_votes(
        pictures[order],
        annotators[order],
        random.integers(0, 4, pictures.size),
        picture_count=80,
        class_count=5,
    )


@pytest.mark.parametrize("seed", range(3))
def test_equals_counting_by_hand(seed: int) -> None:
    votes = some_votes(seed)
    found, table, lead = majority(votes), shares(votes), standings(votes)
    kinds = set()
    for picture in range(80):
        said = Counter(votes.answers[votes.pictures == picture].tolist())
        most = max(said.values(), default=0)
        leaders = [c for c, count in said.items() if count == most]
        assert found.votes[picture] == sum(said.values())
        assert lead.leading[picture] == len(leaders)
        assert lead.most[picture] == most
        assert lead.next_most[picture] == max((n for n in said.values() if n < most), default=0)
        if len(leaders) == 1:
            assert found.winners[picture] == lead.leader[picture] == leaders[0]
        else:
            assert found.winners[picture] == -1
        if said:
            assert found.certainty[picture] == most / sum(said.values())
            expected = [said[c] / sum(said.values()) for c in range(5)]
            assert table[picture].tolist() == expected
        else:
            assert np.isnan(found.certainty[picture])
            assert np.isnan(table[picture]).all()
        kinds.add(len(leaders))
    assert {0, 1, 2} <= kinds


def test_no_votes() -> None:
    found = majority(check_votes([], [], [], picture_count=2, class_count=3))
    assert found.winners.tolist() == [-1, -1]
    assert found.votes.tolist() == [0, 0]
    assert np.isnan(found.certainty).all()
    nothing = check_votes([], [], [])
    assert majority(nothing).winners.shape == (0,)
    assert shares(nothing).shape == (0, 0)


def test_credit_shares_a_tie_among_those_who_lead() -> None:
    scores = np.array([[0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [1 / 3] * 3, [0.2, 0.2, 0.6]])
    assert credit(scores, [0, 2, 1, 2]).tolist() == pytest.approx([0.5, 0.0, 1 / 3, 1.0])
    assert credit(np.zeros((0, 3)), np.zeros(0, dtype=int)).shape == (0,)


def test_credit_is_the_mean_of_drawing_lots() -> None:
    random = np.random.default_rng(0)
    scores, truth = random.integers(0, 3, (60, 4)) / 2.0, random.integers(0, 4, 60)
    hits = [
        (
            np.where(scores == scores.max(axis=1, keepdims=True), random.random((60, 4)), -1.0)
        ).argmax(axis=1)
        == truth
        for _ in range(4000)
    ]
    np.testing.assert_allclose(np.mean(hits, axis=0), credit(scores, truth), atol=0.04)


@pytest.mark.parametrize(
    ("votes", "words"),
    [
        (
            ([0, 0], [1, 1], [2, 3]),
            "cannot be counted: .* two answers of annotator 1 for picture 0",
        ),
        (([0], [0], [-1]), "cannot be counted: answers must hold indices from 0, got -1"),
        (([0], [0, 1], [0]), "cannot be counted: annotators must have 1 entries"),
    ],
)
def test_refuses_votes_that_do_not_fit(votes: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        check_votes(*votes)


@pytest.mark.parametrize(
    ("scores", "truth", "words"),
    [
        ([[0.5, 0.5]], [0, 1], r"got \(1, 2\) and \(2,\)"),
        ([[0.5, 0.5]], [2], "truth must hold class indices from 0 to 1"),
        ([[0.5, 0.5]], [0.0], "truth must hold class indices from 0 to 1"),
        ([[np.nan, np.nan]], [0], "leave out pictures without votes"),
    ],
)
def test_credit_refuses_what_does_not_fit(scores: Any, truth: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        credit(scores, truth)
