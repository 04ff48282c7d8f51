"""The area under the ROC curve and its variance against plain loops over pairs, in fractions."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from calibrant.metrics.ranking.roc_area import roc_area


def by_pairs(positives, negatives):
    """Area and DeLong's variance from every pair of rows, exactly."""

    def win(high, low):
        return Fraction(int(high > low)) + Fraction(int(high == low), 2)

    m, n = len(positives), len(negatives)
    area = sum((win(x, y) for x in positives for y in negatives), Fraction(0)) / (m * n)
    of_positives = [sum((win(x, y) for y in negatives), Fraction(0)) / n for x in positives]
    of_negatives = [sum((win(x, y) for x in positives), Fraction(0)) / m for y in negatives]
    spreads = (
        sum((v - area) ** 2 for v in placed) / (len(placed) - 1) / len(placed)
        for placed in (of_positives, of_negatives)
    )
    return area, sum(spreads)


def masses(positives, negatives):
    scores = sorted({*positives, *negatives})
    counts = [[side.count(score) for score in scores] for side in (positives, negatives)]
    return [torch.tensor(count, dtype=torch.float64) for count in counts]


@pytest.mark.parametrize("n_scores", [3, 20, 10_000])  # many ties, some, next to none
def test_area_and_delongs_variance_are_those_of_all_pairs(n_scores):
    rng = np.random.default_rng(n_scores)
    positives = (rng.integers(n_scores, size=40) + n_scores // 5).tolist()
    negatives = rng.integers(n_scores, size=60).tolist()
    expected, variance = by_pairs(positives, negatives)
    up, down = masses(positives, negatives)
    area = roc_area(up, down)
    assert area.value == pytest.approx(float(expected), abs=1e-12)
    assert area.variance(up, down, up, down) == pytest.approx(float(variance), rel=1e-11)


def test_bound_is_half_the_share_of_tied_pairs():
    up, down = torch.tensor([2.0, 1.0]).double(), torch.tensor([3.0, 4.0]).double()
    assert roc_area(up, down).bound == pytest.approx((2 * 3 + 1 * 4) / (3 * 7) / 2)


def test_scaling_weights_changes_neither_area_nor_variance():
    up, down = torch.rand(2, 30, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    once = roc_area(up, down)
    twice = roc_area(1e6 * up, 1e-3 * down)
    assert twice.value == pytest.approx(once.value, rel=1e-12)
    assert twice.variance(1e6 * up, 1e-3 * down, 1e12 * up, 1e-6 * down) == pytest.approx(
        once.variance(up, down, up, down), rel=1e-9
    )


@pytest.mark.parametrize("sides", [([1.0], [0.0]), ([0.0], [2.0]), ([0.0], [0.0])])
def test_area_without_positives_or_negatives_is_undefined(sides):
    up, down = (torch.tensor(side, dtype=torch.float64) for side in sides)
    area = roc_area(up, down)
    assert math.isnan(area.value)
    assert math.isnan(area.variance(up, down, up, down))


def test_variance_of_one_row_on_a_side_is_unknown():
    up, down = torch.tensor([0.0, 1.0]).double(), torch.tensor([5.0, 0.0]).double()
    assert math.isnan(roc_area(up, down).variance(up, down, up, down))
