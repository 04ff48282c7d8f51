"""Levels that targets reached: SciPy, ranks by hand, calibrated and spoilt models."""

import numpy as np
import pytest
from scipy import stats

import calibrant as cal
from calibrant.metrics.numbers.pit import PITHistogram


def test_levels_of_a_normal_are_those_of_scipy():
    random = np.random.default_rng(0)
    mean, targets = random.normal(size=(2, 500))
    std = random.uniform(0.5, 2, 500)
    level = stats.norm(mean, std).cdf(targets)
    expected = np.histogram(np.ceil(level * 20), bins=np.arange(1, 22))[0] / 500
    rows = cal.numbers(predicted=mean, std=std, targets=targets)
    assert PITHistogram(20)(rows).value == pytest.approx(tuple(expected), abs=1e-12)


def test_far_tails_reach_the_outer_bins():
    rows = cal.numbers(predicted=[0.0, 0.0, 0.0], std=[1.0, 1.0, 1.0], targets=[-60.0, 60.0, 0.0])
    assert PITHistogram(2)(rows).value == pytest.approx((2 / 3, 1 / 3))  # .5 closes the first bin


def test_members_give_the_rank_of_the_target():
    """Of 0, 1, 2: below all, between 1 and 2, and above all are places 1, 3 and 4 of 4."""
    rows = cal.numbers(members=[[2.0, 0.0, 1.0]] * 3, targets=[-1.0, 1.5, 5.0])
    assert PITHistogram(4)(rows).value == pytest.approx((1 / 3, 0, 1 / 3, 1 / 3))
    halves = PITHistogram(8)(rows).value  # every place is two bins
    assert halves == pytest.approx((1 / 6, 1 / 6, 0, 0, 1 / 6, 1 / 6, 1 / 6, 1 / 6))


def test_ties_with_members_are_spread_over_the_places_they_could_take():
    """1 equals two members of 0, 1, 1: places 2, 3 and 4 of 4."""
    rows = cal.numbers(members=[[0.0, 1.0, 1.0]], targets=[1.0])
    assert PITHistogram(4)(rows).value == pytest.approx((0, 1 / 3, 1 / 3, 1 / 3))


def test_quantiles_spread_a_target_over_the_levels_next_to_it():
    stated = {0.2: [1.0] * 4, 0.5: [2.0] * 4, 0.9: [3.0] * 4}
    rows = cal.numbers(quantiles=stated, targets=[0.0, 1.0, 2.5, 9.0])
    # 0 and 1: (0, .2]; 2.5: (.5, .9], four bins; 9: (.9, 1]
    expected = [0.25, 0.25, 0, 0, 0, *[1 / 16] * 4, 0.25]
    assert PITHistogram()(rows).value == pytest.approx(tuple(expected))


def test_calibrated_models_are_flat_and_spoilt_ones_are_not():
    random = np.random.default_rng(2)
    mean = random.normal(size=20000)
    targets = mean + random.normal(size=20000)

    def normal(std, bias=0.0):
        rows = cal.numbers(predicted=mean + bias, std=np.full(20000, std), targets=targets)
        return PITHistogram()(rows, level=0.9999)

    flat, narrow, wide, high = normal(1), normal(0.5), normal(2), normal(1, 0.5)
    assert all(low < 0.1 < top for low, top in zip(flat.low, flat.high, strict=True))
    assert min(narrow.value[0], narrow.value[-1]) > 0.15 > max(narrow.value[4:6])
    assert max(wide.value[0], wide.value[-1]) < 0.05 < min(wide.value[4:6])
    assert high.value[0] > 0.2 > high.value[-1]
    members = mean[:, None] + random.normal(size=(20000, 9))
    ranks = PITHistogram()(cal.numbers(members=members, targets=targets), level=0.9999)
    assert all(low < 0.1 < top for low, top in zip(ranks.low, ranks.high, strict=True))


def test_weights_count_and_bins_have_names():
    rows = cal.numbers(
        predicted=[0.0, 0.0], std=[1.0, 1.0], targets=[-1.0, 1.0], weights=[3.0, 1.0]
    )
    estimate = PITHistogram(2)(rows)
    assert estimate.value == (0.75, 0.25)
    assert estimate.names == ("(0, 0.5]", "(0.5, 1]")
    assert estimate.support == (3.0, 1.0)


def test_points_alone_and_no_bins_are_refused():
    with pytest.raises(cal.InputError, match="a spread must be stated for pit_histogram"):
        PITHistogram()(cal.numbers(predicted=[1.0], targets=[1.0]))
    with pytest.raises(cal.InputError, match="n_bins must be a whole number, at least 1"):
        PITHistogram(0)
