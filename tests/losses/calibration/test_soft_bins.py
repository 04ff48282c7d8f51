"""Soft-binned calibration error, written out in NumPy, and its sharp limit."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from calibrant.losses import SoftBinnedECELoss
from calibrant.metrics.binned.calibration import ExpectedCalibrationError
from calibrant.prediction.door import predictions


@pytest.mark.parametrize("norm", [1, 2])
def test_is_the_error_over_shares_of_bins(rows, norm):
    logits, labels = rows(40, 3)
    weights = rows(40, 1, seed=5)[0][:, 0].exp()
    stated, guess = (part.numpy() for part in logits.softmax(1).max(1))
    right, w = (guess == labels.numpy()).astype(float), weights.numpy()
    centres = (np.arange(8) + 0.5) / 8
    shares = np.exp(-((stated[:, None] - centres) ** 2) / 0.02)
    shares = w[:, None] * shares / shares.sum(1, keepdims=True)
    size, gap = shares.sum(0), (shares * (stated - right)[:, None]).sum(0)
    expected = (size / w.sum() * np.abs(gap / size) ** norm).sum() ** (1 / norm)
    loss = SoftBinnedECELoss(n_bins=8, temperature=0.02, norm=norm)
    assert float(loss(logits, labels, weights)) == pytest.approx(expected, rel=1e-12)


def test_sharp_edges_give_the_binned_error():
    generator = torch.Generator().manual_seed(0)
    stated = 0.5 + 0.5 * torch.rand(500, generator=generator, dtype=torch.float64)
    stated = (stated * 10).floor() / 10 + 0.05  # in the middle of ten bins
    labels = (torch.rand(500, generator=generator) < stated**2).long()
    rows = predictions(probs=stated, labels=labels)
    expected = ExpectedCalibrationError(n_bins=10)(rows).value
    loss = SoftBinnedECELoss(n_bins=10, temperature=1e-4, norm=1, inputs="probs")
    assert float(loss(stated, labels)) == pytest.approx(expected, abs=1e-9)


def test_shards_add_up_before_a_gap_is_taken(rows):
    logits, labels = rows(40, 3)
    loss = SoftBinnedECELoss()
    sums = loss.sums(logits[:9], labels[:9]) + loss.sums(logits[9:], labels[9:])
    assert_close(loss.read(sums), loss(logits, labels))


def test_gradient_is_finite_where_no_bin_has_a_gap():
    logits = torch.tensor([[500.0, 0.0]], requires_grad=True)
    value = SoftBinnedECELoss()(logits, torch.tensor([0]))
    value.backward()
    assert value == 0
    assert logits.grad.isfinite().all()
