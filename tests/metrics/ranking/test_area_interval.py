"""The interval of an area: its formula by integration, its symmetries, how often it covers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import expon, t

import calibrant as cal
from calibrant.metrics.ranking.area_interval import METHOD, area_interval, exponential_variance

LEVELS = (0.5, 0.8, 0.95, 0.999)


def hanley_mcneil(area, n_positive, n_negative):
    """Variance of an area of exponential scores, its two probabilities by integration."""
    scale = area / (1 - area)  # a positive of this scale is the greater one `area` of the time
    positive, negative = expon(scale=scale), expon()
    two_above = quad(lambda x: positive.sf(x) ** 2 * negative.pdf(x), 0, np.inf)[0]
    two_below = quad(lambda x: negative.cdf(x) ** 2 * positive.pdf(x), 0, np.inf)[0]
    return (
        area * (1 - area)
        + (n_positive - 1) * (two_above - area**2)
        + (n_negative - 1) * (two_below - area**2)
    ) / (n_positive * n_negative)


@pytest.mark.parametrize("area", [0.05, 0.3, 0.5, 0.8, 0.99])
@pytest.mark.parametrize("sides", [(1.0, 1.0), (3.0, 40.0), (51.0, 58.0), (7.5, 2.5)])
def test_variance_is_the_mean_of_exponential_scores_and_their_negatives(area, sides):
    up, down = sides
    mean = (hanley_mcneil(area, up, down) + hanley_mcneil(1 - area, up, down)) / 2
    assert exponential_variance(area, *sides) == pytest.approx(mean, rel=1e-7)


def test_variance_of_few_rows_is_that_of_all_orders():
    wins = [4, 3, 2, 2, 1, 0]  # right pairs of ++--, +-+-, +--+, -++-, -+-+, --++, all as likely
    expected = np.var(np.array(wins) / 4)
    assert exponential_variance(0.5, 2.0, 2.0) == pytest.approx(expected, rel=1e-12)


areas = st.floats(0.02, 0.98)
rows = st.floats(2.5, 1e6)
many = st.floats(20, 1e6)  # of which less than half a pair is no ratio of .01
ratios = st.floats(0.01, 4)


@settings(max_examples=50, deadline=None)
@given(areas, ratios, many, many, st.sampled_from(LEVELS))
def test_ends_are_where_the_distance_is_the_reach(area, ratio, up, down, level):
    variance = ratio * exponential_variance(area, up, down)
    ends = area_interval(area, variance, (up, down), level)
    parts = np.array([1 / up, 1 / down])
    freedom = parts.sum() ** 2 / (parts**2 / (np.array([up, down]) - 1)).sum()
    if ratio < 1:
        ratio **= freedom / (freedom + 25)
        freedom += 25
    reach = t(freedom).ppf(0.5 + level / 2) ** 2 * ratio
    assert 0 < ends.low < area < ends.high < 1
    for end in (ends.low, ends.high):
        there = reach * exponential_variance(end, up, down)
        assert (area - end) ** 2 == pytest.approx(there, rel=1e-6, abs=1e-12)
    assert ends.method == METHOD


@settings(max_examples=50, deadline=None)
@given(areas, ratios, rows, rows)
def test_turns_with_the_labels_and_with_the_scores(area, ratio, up, down):
    variance = ratio * exponential_variance(area, up, down)
    once = area_interval(area, variance, (up, down), 0.95)
    both = area_interval(area, variance, (down, up), 0.95)
    scores = area_interval(1 - area, variance, (up, down), 0.95)
    assert (both.low, both.high) == pytest.approx((once.low, once.high), rel=1e-9)
    assert (1 - scores.high, 1 - scores.low) == pytest.approx((once.low, once.high), rel=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 1), st.floats(0, 4), rows, rows)
def test_levels_nest_around_the_area(area, ratio, up, down):
    variance = ratio * exponential_variance(area, up, down)
    ends = [area_interval(area, variance, (up, down), level) for level in LEVELS]
    lows, highs = [end.low for end in ends], [end.high for end in ends]
    assert sorted(lows, reverse=True) == lows
    assert sorted(highs) == highs
    assert 0 <= lows[-1] <= lows[0] <= area <= highs[0] <= highs[-1] <= 1


@pytest.mark.parametrize("sides", [(2.0, 2.0), (2.0, 1e6), (1e6, 2.0)])
def test_levels_next_to_one_stay_within_the_range(sides):
    variance = exponential_variance(0.3, *sides)
    ends = area_interval(0.3, variance, sides, 1 - 1e-9)
    assert 0 <= ends.low < 0.3 < ends.high <= 1


def test_perfect_rankings_reach_the_end_and_the_more_rows_the_less_beyond():
    lows = [area_interval(1.0, 0.0, (n, 3 * n), 0.95).low for n in (2.0, 20.0, 200.0)]
    assert 0.3 < lows[0] < lows[1] < lows[2] < 1
    for sides in ((2.0, 6.0), (20.0, 60.0), (200.0, 600.0)):
        perfect = area_interval(1.0, 0.0, sides, 0.95)
        reversed_order = area_interval(0.0, 0.0, sides, 0.95)
        assert perfect.high == 1
        assert reversed_order.low == 0
        assert reversed_order.high == pytest.approx(1 - perfect.low)


@pytest.mark.parametrize("rounding", [0.0, 1e-16, 1e-13])
def test_rounding_does_not_pass_for_a_spread(rounding):
    exact = area_interval(1.0, 0.0, (10.0, 90.0), 0.95)
    near = area_interval(1 - rounding, rounding**2, (10.0, 90.0), 0.95)
    assert (near.low, near.high) == pytest.approx((exact.low, exact.high), abs=1e-9)
    tied = area_interval(0.5, rounding**2, (10.0, 90.0), 0.95)
    assert tied.low < 0.4
    assert tied.high == pytest.approx(1 - tied.low)


@pytest.mark.parametrize("sides", [(1.5, 30.0), (30.0, 1.9)])
def test_fewer_than_two_effective_rows_of_a_side_have_none(sides):
    ends = area_interval(0.8, 0.01, sides, 0.95)
    assert (ends.low, ends.high) == (None, None)
    assert ends.method == (
        "not available: the weights leave fewer than two effective rows of a side"
    )


def test_covers_with_ten_positives_among_three_hundred_rows():
    gap, n_sets = 1.8, 250
    true, rng = ndtr(gap / 2**0.5), np.random.default_rng(0)  # .898
    labels = np.arange(300) < 10
    below = above = 0
    for _ in range(n_sets):
        scores = rng.normal(size=300) + gap * labels
        estimate = cal.metrics.PositiveAUROC()(cal.predictions(logits=scores, labels=labels))
        below += estimate.high < true
        above += estimate.low > true
    assert 0.93 <= 1 - (below + above) / n_sets <= 0.995  # DeLong's on log-odds: .9
    assert max(below, above) <= 0.04 * n_sets
