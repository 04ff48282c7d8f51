"""The confusion matrix as sums of weights, for hard and soft labels."""

import numpy as np
import pytest
import torch
from sklearn.metrics import confusion_matrix

import calibrant as cal
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.confusion import Confusion


def tally_of(rows):
    return tally_rows(rows, [Confusion()]).parts[Confusion()]


@pytest.mark.parametrize("weighted", [False, True])
def test_agrees_with_scikit_learn(weighted):
    generator = torch.Generator().manual_seed(0)
    guess, truth = torch.randint(4, (2, 500), generator=generator)
    weights = torch.rand(500, generator=generator, dtype=torch.float64) if weighted else None
    tally = tally_of(cal.decisions(predicted=guess, labels=truth, n_classes=5, weights=weights))
    expected = confusion_matrix(truth, guess, labels=range(5), sample_weight=weights)
    np.testing.assert_allclose(tally["w"], expected, rtol=1e-12)
    assert tally["count"].sum() == 500


def test_first_axis_is_the_true_class():
    tally = tally_of(cal.decisions(predicted=[0, 0, 0], labels=[1, 1, 0], n_classes=2))
    assert tally["w"].tolist() == [[1, 0], [2, 0]]


def test_soft_row_adds_to_all_true_classes_in_proportion():
    rows = cal.predictions(probs=[[0.5, 0.25, 0.25]], labels=[[0.25, 0.75, 0.0]], weights=[2.0])
    tally = tally_of(rows)
    assert tally["w"].tolist() == [[0.5, 0, 0], [1.5, 0, 0], [0, 0, 0]]
    assert tally["count"].tolist() == [[0.25, 0, 0], [0.75, 0, 0], [0, 0, 0]]
    assert tally["ww"].tolist() == [[1, 0, 0], [3, 0, 0], [0, 0, 0]]


def test_small_types_of_labels_do_not_overflow():
    labels = np.array([199, 150], dtype=np.int16)  # 199 * 200 is beyond int16
    tally = tally_of(cal.decisions(predicted=labels[::-1].copy(), labels=labels, n_classes=200))
    assert tally["count"].nonzero().tolist() == [[150, 199], [199, 150]]
    rows = cal.predictions(probs=np.eye(200)[labels], labels=labels)
    assert tally_of(rows)["count"].nonzero().tolist() == [[150, 150], [199, 199]]
