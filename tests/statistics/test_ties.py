"""Marks of ties: cells of one score are told from cells of several, however near."""

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.joint import Joint
from calibrant.statistics.score_grid import ScoreGrid
from calibrant.statistics.ties import TieMarks

STATISTIC = Joint((ScoreGrid("positive"), TieMarks("positive")))


def single(rows):
    """Whether each occupied cell holds one score."""
    grid, marks = STATISTIC.split(tally_rows(rows, [STATISTIC]).tally_of(STATISTIC))
    return TieMarks("positive").single(marks, grid["count"])[grid["count"] > 0].tolist()


def test_equal_scores_are_one_and_neighbours_are_two():
    base = 0.1 + (np.arange(2000) + 0.3) / 3000  # on no edge
    nearest = np.nextafter(base, 1)
    alike = cal.predictions(probs=np.concatenate((base, base)), labels=[0] * 2000 + [1] * 2000)
    near = cal.predictions(probs=np.concatenate((base, nearest)), labels=[0] * 2000 + [1] * 2000)
    assert all(single(alike))
    assert not any(single(near))


def test_a_million_equal_scores_and_one_more():
    probs = torch.full((1_000_001,), 0.30002, dtype=torch.float32)
    labels = torch.arange(1_000_001) % 2
    assert single(cal.predictions(probs=probs, labels=labels)) == [True]
    probs[-1] = torch.nextafter(probs[-1], torch.tensor(1.0))
    assert single(cal.predictions(probs=probs, labels=labels)) == [False]


def test_marks_of_merged_tallies_are_those_of_all_rows():
    one, other = (cal.predictions(probs=[p] * 3, labels=[0, 1, 1]) for p in (0.50002, 0.50002001))
    total = tally_rows(one, [STATISTIC]) + tally_rows(other, [STATISTIC])
    same = tally_rows(one, [STATISTIC]) + tally_rows(one, [STATISTIC])
    for tallies, expected in ((total, False), (same, True)):
        grid, marks = STATISTIC.split(tallies.tally_of(STATISTIC))
        kept = grid["count"] > 0
        assert TieMarks("positive").single(marks, grid["count"])[kept].tolist() == [expected]


def test_logits_that_round_to_one_probability_are_not_ties():
    assert single(cal.predictions(logits=[50.0, 60.0], labels=[1, 1])) == [False]
    assert single(cal.predictions(logits=[[0.0, 50.0], [10.0, 60.0]], labels=[1, 1])) == [True]


@pytest.mark.parametrize("weights", [None, [0.25, 4.0]])
def test_weights_do_not_matter(weights):
    assert single(cal.predictions(probs=[0.5, 0.5], labels=[0, 1], weights=weights)) == [True]


def test_both_zeros_are_one_score():
    assert single(cal.predictions(probs=[0.0, -0.0], labels=[0, 1])) == [True]
