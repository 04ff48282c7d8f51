"""Counts of outranked rows against all pairs, and the area that follows from them."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.kernel import curves, library, orders
from calibrant.metrics.ranking import placements
from calibrant.metrics.ranking.positive import PositiveAUROC

pytestmark = pytest.mark.skipif(library.kernel() is None, reason=library.told())

SCORES = {
    "ties of float32": torch.randint(0, 7, (200,), generator=torch.Generator().manual_seed(0)) / 7,
    "few ties": torch.rand(200, generator=torch.Generator().manual_seed(1)),
    "float64": torch.rand(200, generator=torch.Generator().manual_seed(2)).double(),
    "log-odds": 30 * torch.randn(200, generator=torch.Generator().manual_seed(3)),
    "negative float64": -(
        torch.rand(200, generator=torch.Generator().manual_seed(4)).double() ** 40
    ),
    "zeros of both signs": torch.tensor([0.0, -0.0, 0.0, -0.0, 1.0, 0.5] * 20),
    "zeros of log-odds": torch.tensor([0.0, -0.0, 0.0, -1.0, 1.0, -0.5] * 20),
    "subnormals": torch.tensor([1e-45, 0.0, 2e-45, 1e-38, 1e-45, 1.0] * 20),
    "ends": torch.tensor([0.0, 1.0] * 40),
    "one value": torch.full((50,), 0.25),
}


def of_pairs(scores, hit):
    """Twice what every row of a side outranks or is outranked by, side by side, in Python."""
    rows = list(zip(scores, hit, strict=True))
    ups, downs = ([s for s, h in rows if h is side] for side in (True, False))
    won = [sum(2 * (u > d) + (u == d) for d in downs) for u in ups]
    lost = [sum(2 * (u > d) + (u == d) for u in ups) for d in downs]
    return won, lost


def moments(numbers):
    """Number, sum and squared distances from the mean of halves, in whole fractions."""
    n, total = len(numbers), sum(numbers)
    squares = sum(Fraction(2 * x, 2) ** 2 for x in numbers) - (Fraction(total**2, n) if n else 0)
    return n, Fraction(total, 2), squares / 4


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
def test_counts_are_those_of_all_pairs(name, share):
    scores = SCORES[name]
    hit = torch.rand(len(scores), generator=torch.Generator().manual_seed(5)) < share
    found = orders.ranked_sides(scores, hit)
    assert found is not None
    for side, numbers in zip(found, of_pairs(scores.tolist(), hit.tolist()), strict=True):
        n, total, squares = moments(numbers)
        assert (side.n, side.outranked) == (n, float(total))
        assert side.squares == pytest.approx(float(squares), rel=1e-14, abs=0)


def test_a_ranking_that_is_wrong_once_keeps_its_spread():
    n = 100_000
    hit = torch.arange(2 * n) >= n
    scores = torch.arange(2 * n).double()
    scores[n], scores[n - 1] = n - 1.0, n + 0.0  # one pair of 1e10 the wrong way round
    up, down = orders.ranked_sides(scores, hit)
    assert up.outranked == n * n - 1
    for side in (up, down):  # one row is 1 off: 1 - 1 / n
        assert side.squares == pytest.approx(1 - 1 / n, rel=1e-12)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e300])
def test_scores_that_no_key_tells_are_left_alone(value):
    scores = torch.rand(40).double()
    scores[7] = value
    assert orders.ranked_sides(scores, scores > 0.5) is None


def test_what_the_kernel_cannot_read_is_left_alone():
    scores, hit = torch.rand(40, 2), torch.arange(40) % 2 == 0
    assert orders.ranked_sides(scores[:, 0], hit) is None
    assert orders.ranked_sides(scores, hit) is None
    assert orders.ranked_sides(scores[:, 0].half().contiguous(), hit) is None


@pytest.mark.parametrize("name", SCORES)
def test_estimates_are_those_without_the_kernel(name, monkeypatch):
    scores = SCORES[name]
    hit = torch.rand(len(scores), generator=torch.Generator().manual_seed(6)) < 0.3
    inside = bool(((scores >= 0) & (scores <= 1)).all())
    form = {"probs": scores} if inside else {"logits": scores}
    rows = cal.predictions(**form, labels=hit.long())
    own = PositiveAUROC()(rows)
    for module in (orders, curves):
        monkeypatch.setattr(module, "kernel", lambda: None)
    assert placements.unweighted_area(scores, hit) is None
    other = PositiveAUROC()(rows)
    assert (own.n, own.method) == (other.n, other.method)
    np.testing.assert_allclose(
        [own.value, own.low, own.high], [other.value, other.low, other.high], rtol=1e-12
    )


@pytest.mark.parametrize("labels", [[0] * 6, [1] * 6, [1, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 0]])
def test_sides_of_none_and_of_one_row_have_no_interval(labels):
    rows = cal.predictions(probs=torch.tensor([0.1, 0.5, 0.4, 0.4, 0.9, 0.2]), labels=labels)
    estimate = PositiveAUROC()(rows)
    assert estimate.low is None
    assert estimate.n == 6
    assert math.isnan(estimate.value) == (len(set(labels)) == 1)
