"""Intervals of sums of gaps: laws, worked values, and coverage of known truths."""

import itertools

import numpy as np
import pytest
from scipy.special import ndtri

from calibrant.metrics.inference.firm import absolute_sum_interval
from calibrant.metrics.inference.independent_noise import IndependentNoise
from calibrant.metrics.inference.noise import DrawnNoise, normals, quantile
from calibrant.metrics.inference.one_sided import positive_sum_interval

MANY = 1e12  # rows


def interval(gap, deviation, level=0.95, n=MANY):
    return absolute_sum_interval(gap, IndependentNoise(gap, deviation, n), level)


def some(seed, n_gaps):
    rng = np.random.default_rng(seed)
    deviation = rng.exponential(size=n_gaps) * 0.02 + 0.002
    return rng.normal(size=n_gaps) * deviation + 0.03 * (rng.random(n_gaps) < 0.3), deviation


@pytest.mark.parametrize("n_gaps", [1, 2, 15, 64, 65, 300])
def test_a_higher_level_is_wider(n_gaps):
    gap, deviation = some(n_gaps, n_gaps)
    ends = [interval(gap, deviation, level) for level in (0.5, 0.8, 0.95, 0.99)]
    for (low, high), (lower, higher) in itertools.pairwise(ends):
        assert 0 <= lower <= low <= high <= higher


@pytest.mark.parametrize("n_gaps", [15, 100])
def test_neither_order_nor_signs_nor_scale_of_gaps_matter(n_gaps):
    gap, deviation = some(1, n_gaps)
    low, high = interval(gap, deviation)
    order = np.random.default_rng(0).permutation(n_gaps)
    assert interval(gap[order], deviation[order]) == pytest.approx((low, high), abs=1e-12)
    assert interval(-gap, deviation) == pytest.approx((low, high), abs=1e-12)
    assert interval(3 * gap, 3 * deviation) == pytest.approx((3 * low, 3 * high), rel=1e-9)


def test_lower_end_is_0_exactly_where_noise_alone_shows_as_much():
    deviation = np.full(15, 0.01)
    shape = np.random.default_rng(0).normal(size=15)
    shape /= np.abs(shape).sum()
    lows, accepted = [], []
    for total in np.linspace(0.05, 0.35, 61):
        gap = total * shape
        noise = IndependentNoise(gap, deviation, MANY)
        lows.append(absolute_sum_interval(gap, noise, 0.95)[0])
        accepted.append(quantile(noise.sums(np.zeros(15), np.sign(gap)), 0.975) >= total)
    assert [low == 0 for low in lows] == accepted
    assert 10 < sum(accepted) < 50


def test_a_clear_gap_has_the_interval_of_its_mean():
    low, high = interval(np.array([0.5]), np.array([0.02]))
    assert (low, high) == pytest.approx((0.5 - 1.96 * 0.02, 0.5 + 1.96 * 0.02), abs=1e-4)
    low, high = interval(np.array([0.5]), np.array([0.02]), 0.8)
    assert (low, high) == pytest.approx((0.5 - 1.2816 * 0.02, 0.5 + 1.2816 * 0.02), abs=1e-4)


def test_gaps_without_noise_are_sure():
    assert interval(np.array([0.25, -0.5]), np.zeros(2)) == (0.75, 0.75)
    low, high = interval(np.array([0.25, 0.01]), np.array([0.0, 0.02]))
    assert low == 0.25
    assert 0.26 < high < 0.31


def test_gaps_less_than_noise_do_not_claim_to_be_nil():
    deviation = np.full(15, 0.01)
    noise = np.random.default_rng(0).normal(size=15)
    tiny, usual = (interval(scale * noise * 0.01, deviation) for scale in (0.1, 0.9))
    assert tiny[0] == usual[0] == 0
    assert 0.5 * usual[1] < tiny[1] <= usual[1]  # the sign bound still holds


@pytest.mark.parametrize("n_gaps", [15, 40, 200])
def test_sums_are_distributed_as_those_of_independent_draws(n_gaps):
    gap, deviation = some(2, n_gaps)
    sign = np.where(gap < 0, -1.0, 1.0)
    draws = DrawnNoise(deviation[:, None] * np.random.default_rng(0).normal(size=(n_gaps, 20_000)))
    noise = IndependentNoise(gap, deviation, MANY)
    for true in (np.zeros(n_gaps), np.abs(gap)):
        for share in (0.025, 0.5, 0.975):
            expected = quantile(draws.sums(true, sign), share)
            assert quantile(noise.sums(true, sign), share) == pytest.approx(expected, rel=0.02)


def test_gaps_that_rise_and_fall_together_have_a_wider_interval():
    gap, deviation = np.full(10, 0.05), np.full(10, 0.02)
    one = 0.02 * ndtri((np.arange(4000) + 0.5) / 4000)
    together = absolute_sum_interval(gap, DrawnNoise(np.tile(one, (10, 1))), 0.95)
    # the sum is that of one gap of .5 with a standard deviation of .2
    assert together[1] == pytest.approx(0.5 + 1.96 * 0.2, rel=0.01)
    apart = interval(gap, deviation)
    assert together[0] < apart[0] < apart[1] < together[1]


LAWS = {
    "nil": np.zeros(15),
    "a few": np.where(np.arange(15) < 3, 0.05, 0.0),
    "all faintly": np.full(15, 0.01),
    "clear": np.linspace(-0.1, 0.1, 15),
}


@pytest.mark.parametrize("law", LAWS)
def test_covers_the_true_sum(law):
    true, deviation = LAWS[law], np.linspace(0.005, 0.02, 15)
    rng, held, above = np.random.default_rng(3), 0, 0
    for _ in range(100):
        gap = true + deviation * rng.normal(size=15)
        low, high = interval(gap, deviation)
        held += low <= np.abs(true).sum() <= high
        low, high = positive_sum_interval(gap, deviation, MANY, 0.95)
        above += low <= np.maximum(true, 0).sum() <= high
    assert held >= 89, held  # of 100 at 95 %, fewer once in a hundred
    assert above >= 89, above


def test_parts_of_one_sign_have_the_interval_of_the_sum_where_there_is_no_other():
    gap, deviation = np.full(5, 0.1), np.full(5, 0.01)
    whole = interval(gap, deviation)
    assert positive_sum_interval(gap, deviation, MANY, 0.95) == pytest.approx(whole, rel=5e-3)
    low, high = positive_sum_interval(-gap, deviation, MANY, 0.95)
    assert low == high == 0


@pytest.mark.parametrize("n_gaps", [1, 15, 100])
def test_parts_of_one_sign_have_wider_intervals_at_higher_levels_in_any_order(n_gaps):
    gap, deviation = some(5, n_gaps)
    ends = [positive_sum_interval(gap, deviation, MANY, level) for level in (0.5, 0.95, 0.99)]
    for (low, high), (lower, higher) in itertools.pairwise(ends):
        assert 0 <= lower <= low <= high <= higher
    back = positive_sum_interval(gap[::-1], deviation[::-1], MANY, 0.95)
    assert back == pytest.approx(ends[1], abs=1e-9)


@pytest.mark.parametrize("n_gaps", [2, 15, 17, 30, 64])
def test_table_of_normals_has_sums_as_normals_have(n_gaps):
    table = normals(n_gaps)
    assert table.sum(axis=0).var() == pytest.approx(n_gaps, rel=0.04)
    sizes = np.abs(table).sum(axis=0)
    assert sizes.mean() == pytest.approx(n_gaps * np.sqrt(2 / np.pi), rel=0.002)
    assert sizes.std() == pytest.approx(np.sqrt(n_gaps * (1 - 2 / np.pi)), rel=0.045)


def rough_interval(gap, deviation, rough):
    draws = deviation[:, None] * np.random.default_rng(0).normal(size=(len(gap), 2000))
    return absolute_sum_interval(gap, DrawnNoise(draws, deviation, rough=rough), 0.95), draws


def test_gaps_that_are_all_rough_have_the_sign_bound_above():
    gap, deviation = some(6, 50)
    (low, high), draws = rough_interval(gap, deviation, np.ones(50, dtype=bool))
    error = np.sqrt(np.mean((np.sign(gap) @ draws) ** 2))
    assert high == pytest.approx(np.abs(gap).sum() + ndtri(0.975) * error, rel=1e-12)
    assert low == rough_interval(gap, deviation, np.zeros(50, dtype=bool))[0][0]


@pytest.mark.parametrize("n_rough", [0, 1, 10, 40, 49])
def test_the_more_gaps_are_rough_the_higher_is_the_end(n_rough):
    gap, deviation = some(7, 50)
    ends = [rough_interval(gap, deviation, np.arange(50) < n)[0] for n in (n_rough, n_rough + 1)]
    assert ends[0][1] <= ends[1][1] * (1 + 1e-9)
    assert ends[0][0] == ends[1][0]


def test_gaps_of_single_rows_are_covered_where_they_are_known_to_be_rough():
    """Rows stated .02 whose class comes out three times in twenty: far off then, else a little."""
    rng, stated, chance, n_gaps = np.random.default_rng(4), 0.02, 0.15, 1500
    held = {True: 0, False: 0}
    for _ in range(10):
        gap = (stated - (rng.random(n_gaps) < chance)) / n_gaps
        deviation = np.maximum(np.abs(gap), np.sqrt(stated * (1 - stated)) / n_gaps)
        for rough in held:
            low, high = rough_interval(gap, deviation, np.full(n_gaps, rough))[0]
            held[rough] += low <= chance - stated <= high
    assert held[True] == 10
    assert held[False] < 5  # normal noise claims to add more than was seen
