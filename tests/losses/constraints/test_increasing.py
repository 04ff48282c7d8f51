"""Outputs that must not fall, and probabilities with one peak, worked out in NumPy."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import IncreasingPenalty, UnimodalPenalty, get


def test_falls_count_by_their_depth(rows):
    outputs, _ = rows(20, 5)
    weights = rows(20, 1, seed=1)[0][:, 0].exp()
    values = outputs.numpy()
    by_row = np.maximum(values[:, :-1] - values[:, 1:] + 0.3, 0).mean(1)
    expected = np.average(by_row, weights=weights.numpy())
    value = IncreasingPenalty(margin=0.3)(outputs, torch.zeros(20), weights)
    assert float(value) == pytest.approx(expected, rel=1e-12)


def test_rising_outputs_cost_nothing_and_have_no_gradient():
    outputs = torch.tensor([[0.0, 1.0, 1.0]], requires_grad=True)
    value = IncreasingPenalty()(outputs, torch.zeros(1))
    value.backward()
    assert value == 0
    assert (outputs.grad == 0).all()


def test_quantiles_that_cross_come_apart():
    outputs = torch.tensor([[2.0, 1.0, 5.0]], requires_grad=True)
    loss = get("quantile(q=[0.1, 0.5, 0.9]) + 5*increasing")
    optimizer = torch.optim.SGD([outputs], lr=0.1)
    for _ in range(50):
        optimizer.zero_grad()
        loss(outputs, torch.tensor([3.0])).backward()
        optimizer.step()
    assert float(IncreasingPenalty()(outputs.detach(), torch.zeros(1))) < 0.1


def test_single_output_has_nothing_to_compare():
    assert IncreasingPenalty(margin=1)(torch.ones(3, 1), torch.zeros(3)) == 0


def test_probabilities_must_fall_away_from_the_truth(rows):
    logits, labels = rows(20, 5)
    probs = np.exp(logits.numpy())
    probs /= probs.sum(1, keepdims=True)
    by_row = np.zeros(20)
    for i, label in enumerate(labels.tolist()):
        for k in range(4):
            fall = probs[i, k] - probs[i, k + 1]
            by_row[i] += max((fall if k < label else -fall) + 0.02, 0)
    value = UnimodalPenalty(margin=0.02)(logits, labels)
    assert float(value) == pytest.approx(by_row.mean(), rel=1e-12)


def test_one_peak_at_the_truth_costs_nothing():
    logits = torch.tensor([[0.0, 1.0, 2.0, 1.0]])
    assert UnimodalPenalty()(logits, torch.tensor([2])) == 0
    assert UnimodalPenalty()(logits, torch.tensor([3])) > 0


def test_soft_label_asks_for_the_mean_of_its_classes(rows):
    logits, _ = rows(1, 3)
    soft = torch.tensor([[0.5, 0.2, 0.3]], dtype=torch.float64)
    alone = UnimodalPenalty(reduction="none")(logits.expand(3, 3), torch.arange(3))
    assert_close(UnimodalPenalty()(logits, soft), (soft[0] * alone).sum())


def test_refuses_a_margin_that_probabilities_cannot_keep():
    with pytest.raises(InputError, match="margin must be a number at least 0 and below 1; got 2"):
        UnimodalPenalty(2)
