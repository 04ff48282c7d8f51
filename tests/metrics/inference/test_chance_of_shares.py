"""What chance in the shares of bins adds to a sum of squared gaps."""

import numpy as np
import pytest

from calibrant.metrics.inference.chance_of_shares import (
    centred,
    rows_of_shares,
    variance_of_shares,
)

NOTHING = np.zeros(3)


def test_shares_of_rows_that_weigh_the_same_are_multinomial():
    gap, share, n = np.array([0.4, -0.1, 0.05]), np.array([0.2, 0.3, 0.5]), 500
    shares, along = variance_of_shares(gap, share, n * share, NOTHING, NOTHING)
    drawn = np.random.default_rng(0).multinomial(n, share, 40_000) / n
    squares = drawn @ gap**2
    assert shares == pytest.approx(squares.var() / (share @ gap**2) ** 2, rel=0.03)
    assert along == 1.0
    assert rows_of_shares(gap, share, shares) == pytest.approx(n, rel=1e-12)


def test_gaps_that_are_alike_leave_nothing_to_shares():
    gap, share = np.full(3, -0.2), np.array([0.2, 0.3, 0.5])
    shares, _ = variance_of_shares(gap, share, 100 * share, NOTHING, NOTHING)
    assert shares == pytest.approx(0, abs=1e-15)
    assert rows_of_shares(gap, share, 0.0) == np.inf
    assert variance_of_shares(0 * gap, share, 100 * share, NOTHING, NOTHING) == (0.0, 1.0)


@pytest.mark.parametrize("heavy", [0.1, 1.0, 10.0])
def test_sum_of_squares_varies_as_that_of_many_sets(heavy):
    """Two bins whose heavy rows came: variance of shares, of gaps, and of both together."""
    rng, n, stated = np.random.default_rng(0), 2000, np.array([0.5, 0.9])
    chance, values, told = np.array([0.2, 0.6]), [], []
    for _ in range(800):
        at = (rng.random(n) < 0.4).astype(int)
        came = rng.random(n) < chance[at]
        w = np.where(came, heavy, 1.0)
        off = stated[at] - came

        def by_bin(each, at=at):
            return np.bincount(at, each, 2)

        total, weight, ww = w.sum(), by_bin(w), by_bin(w * w)
        gap, share, number = by_bin(w * off) / weight, weight / total, weight**2 / ww
        values.append(share @ gap**2)
        square, lean = by_bin((w * off) ** 2) / total**2, by_bin(w * w * off) / total**2
        variance, lean = centred(gap, share, number, square, lean)
        shares, along = variance_of_shares(gap, share, number, variance, lean)
        own = 4 * (share * gap) ** 2 @ variance * along
        told.append(own + shares * values[-1] ** 2)
    assert np.mean(told) == pytest.approx(np.var(values), rel=0.15)


def test_centred_variance_is_that_about_the_mean():
    rng = np.random.default_rng(0)
    w, off = rng.exponential(size=50), rng.normal(size=50) + 0.5
    gap = (w @ off) / w.sum()
    square, lean = ((w * off) @ (w * off)) / w.sum() ** 2, (w * w) @ off / w.sum() ** 2
    one = np.ones(1)
    number = w.sum() ** 2 / (w @ w)
    variance, along = centred(gap * one, one, number * one, square * one, lean * one)
    about = off - gap
    assert variance[0] == pytest.approx(((w * about) @ (w * about)) / w.sum() ** 2, rel=1e-9)
    assert along[0] == pytest.approx((w * w) @ about / w.sum() ** 2, rel=1e-9)
