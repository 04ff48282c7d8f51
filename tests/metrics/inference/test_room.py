"""Room above an interval: Wilson's of rare counts, and the direction that skewness has."""

import numpy as np
import pytest
from scipy.stats import chi2, norm

from calibrant.metrics.inference.one_sided import positive_sum_interval
from calibrant.metrics.inference.room import Foretold, room_above
from calibrant.metrics.inference.steady import steady_order


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("count", [0, 1, 4, 30, 1000])
def test_of_counts_it_is_wilsons_end_and_near_the_exact_one(count, level):
    z = norm.ppf((1 + level) / 2)
    end = count + z * np.sqrt(count) + room_above(np.sqrt(count), 1.0, level)
    wilson = count + z**2 / 2 + z * np.sqrt(count + z**2 / 4)
    assert end == pytest.approx(wilson, rel=1e-12)
    exact = chi2.ppf((1 + level) / 2, 2 * (count + 1)) / 2
    assert end == pytest.approx(exact, rel=0.16 if level == 0.95 else 0.3)


def test_without_a_jump_there_is_none():
    assert room_above(0.5, 0.0, 0.95) == 0.0
    assert room_above(0.0, 0.0, 0.95) == 0.0


def foretold(stated, share=None, n=100.0):
    stated = np.asarray(stated, dtype=float)
    share = np.full(len(stated), 1 / len(stated)) if share is None else np.asarray(share)
    return Foretold(share, stated, share * stated * (1 - stated), share * n, n)


def test_one_row_of_a_sure_bin_jumps_by_its_weight_and_of_even_odds_by_nothing():
    nothing = np.zeros(1)
    assert foretold([1.0]).jump(nothing, nothing) == pytest.approx(0.01)
    assert foretold([0.0]).jump(nothing, nothing) == pytest.approx(0.01)
    assert foretold([0.5]).jump(nothing, nothing) == 0.0


def test_skewness_counts_in_the_direction_of_a_gap_and_not_against_it():
    deviation = np.array([0.01])
    towards, away = np.array([0.05]), np.array([-0.05])
    assert foretold([0.9]).jump(towards, deviation) == pytest.approx(0.8 / 100)
    assert foretold([0.9]).jump(away, deviation) == 0.0
    assert foretold([0.1]).jump(away, deviation) == pytest.approx(0.8 / 100)
    assert foretold([0.9]).jump(away, deviation, 1.0) == pytest.approx(0.8 / 100)
    assert foretold([0.9]).jump(towards, deviation, -1.0) == 0.0


def test_open_directions_count_the_less_the_more_outcomes_there_are():
    few, many = (
        foretold([0.9], n=n).jump(np.zeros(1), np.array([np.sqrt(0.09 / n)])) * n
        for n in (10.0, 10_000.0)
    )
    assert few == pytest.approx(0.8 * 10 / (0.9 + 10))
    assert many == pytest.approx(0.8 * 10 / (900 + 10))


def test_a_root_mean_square_jumps_by_more_where_bins_are_small():
    assert foretold([0.999]).concentration == pytest.approx(1.0)
    assert foretold([0.999, 0.001]).concentration == pytest.approx(np.sqrt(2))


@pytest.mark.parametrize("gap", [-0.019, -0.01, -0.0001, 0.0, 0.0001, 0.01, 0.3])
def test_one_gap_of_one_side_ends_where_it_does_alone(gap):
    """With one bin that may be above 0, the sum of positive gaps is that gap."""
    ends = positive_sum_interval(np.array([gap]), np.array([0.01]), 1e9, 0.95)
    assert ends[1] == pytest.approx(max(0.0, gap + norm.ppf(0.975) * 0.01), abs=2e-4)
    beside = positive_sum_interval(np.array([gap, -0.2]), np.array([0.01, 0.01]), 1e9, 0.95)
    assert beside == pytest.approx(ends, abs=1e-8)


def test_wider_levels_hold_narrower_ones():
    gaps, deviations = np.array([-0.002, -0.03, -0.2]), np.array([0.01, 0.01, 0.01])
    highs = [
        positive_sum_interval(gaps, deviations, 700.0, level)[1] for level in (0.5, 0.8, 0.95, 0.99)
    ]
    assert highs == sorted(highs)
    assert highs[0] < highs[-1]


def test_ties_but_for_rounding_are_ties():
    keys = np.array([0.3, 0.1 + 0.2, 0.2, 0.0, np.inf])
    assert keys[0] != keys[1]
    assert steady_order(np.arange(5.0)[::-1].copy(), keys).tolist() == [3, 2, 1, 0, 4]
    assert steady_order(keys, 7.3 * keys).tolist() == steady_order(keys, keys).tolist()
