"""Shares of classes against sums by hand."""

import torch

import calibrant as cal
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.class_shares import ClassShares


def table(rows):
    return tally_rows(rows, [ClassShares()]).parts[ClassShares()].table.tolist()


def test_hard_labels_add_their_weight():
    probs = [[0.5, 0.25, 0.25]] * 3
    assert table(cal.predictions(probs=probs, labels=[0, 2, 2])) == [[1, 0, 2]] * 2
    weighted = cal.predictions(probs=probs, labels=[0, 2, 2], weights=[2.0, 0.5, 0.0])
    assert table(weighted) == [[2, 0, 0.5]] * 2


def test_soft_labels_add_their_part_and_its_square():
    soft = torch.tensor([[0.25, 0.75], [0.5, 0.5]]).double()
    rows = cal.predictions(probs=[[0.5, 0.5]] * 2, labels=soft, weights=[2.0, 1.0])
    # .25 * 2 + .5, .75 * 2 + .5; .0625 * 2 + .25, .5625 * 2 + .25
    assert table(rows) == [[1.0, 2.0], [0.375, 1.375]]


def test_events_have_two_classes():
    rows = cal.events(probs=[0.5] * 3, outcomes=[0, 1, 1])
    assert table(rows) == [[1, 2]] * 2
    assert table(cal.events(probs=[0.5], outcomes=[0.25])) == [[0.75, 0.25], [0.5625, 0.0625]]
