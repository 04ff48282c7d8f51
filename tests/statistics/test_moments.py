"""Moments of a score of the row against NumPy."""

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.metrics.decided.accuracy import Hit
from calibrant.metrics.proper.scores import SquaredError
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.moments import Moments


def tally_of(rows, score):
    return tally_rows(rows, [Moments(score)]).parts[Moments(score)]


@pytest.mark.parametrize("weighted", [False, True])
def test_moments_are_weighted_sums_of_powers(weighted):
    generator = torch.Generator().manual_seed(0)
    probs, weights = torch.rand(2, 700, generator=generator, dtype=torch.float64)
    labels = torch.randint(2, (700,), generator=generator)
    rows = cal.predictions(probs=probs, labels=labels, weights=weights if weighted else None)
    tally = tally_of(rows, SquaredError(positive=True))
    score = (probs - labels).numpy() ** 2
    w = weights.numpy() if weighted else np.ones(700)
    expected = {
        "count": 700,
        "w": w.sum(),
        "wv": w @ score,
        "wvv": w @ score**2,
        "ww": w @ w,
        "wwv": w**2 @ score,
        "wwvv": w**2 @ score**2,
        "infinite_count": 0,
        "infinite_w": 0,
    }
    for column, value in expected.items():
        assert float(tally[column]) == pytest.approx(value, rel=1e-12), column


def test_moments_have_one_bucket_for_any_number_of_classes():
    assert Moments(Hit()).shape(2) == Moments(Hit()).shape(1000) == ()
