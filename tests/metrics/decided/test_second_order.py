"""Where intervals of averages over classes lie: the bias of their values, to second order."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

import calibrant as cal
from calibrant.metrics.decided.balance import GeometricMean, Informedness, Markedness
from calibrant.metrics.decided.rates import FalseOmissionRate, NegativePredictiveValue
from calibrant.metrics.decided.ratios import F1Score, FBetaScore, Jaccard, Precision, Recall
from calibrant.metrics.decided.terms import Terms
from calibrant.statistics.tally import Tally

RATIOS = (Precision, Recall, F1Score, FBetaScore, Jaccard, NegativePredictiveValue)
AVERAGES = [ratio(average) for ratio in RATIOS for average in ("macro", "weighted")]
WHOLE = [GeometricMean(), Informedness(), Markedness()]
CELLS = [(true, chosen) for true in range(4) for chosen in range(4)]
F1 = Terms(above=(2, 0, 0, 0), beside=(0, 1, 1, 0))


def tally_of(metric, weights, twice=None):
    """Sums of a matrix of weights, of which the squares are the counts themselves or given."""
    twice = weights if twice is None else twice
    return Tally(metric.statistic, torch.stack((weights, weights, twice)))


def estimate_of(metric, tally, level=0.95):
    return metric.estimate(tally, level=level, class_names=())


def many_classes(n_classes=50, right=0.4):
    """Chances of cells: every class as often, and a share of it right."""
    table = np.full((n_classes, n_classes), (1 - right) / (n_classes - 1) / n_classes)
    np.fill_diagonal(table, right / n_classes)
    return table


def drawn(generator, n, n_classes=50):
    table = many_classes(n_classes)
    counts = generator.multinomial(n, table.reshape(-1)).reshape(table.shape)
    return torch.tensor(counts, dtype=torch.float64)


def middle(estimate):
    """Of an interval, on the scale of the log-odds."""
    return sum(math.log(end / (1 - end)) for end in (estimate.low, estimate.high)) / 2


def unequal():
    """Sums of weights and of squared ones that hang together with the cell."""
    generator = torch.Generator().manual_seed(0)
    counts = torch.randint(5, 30, (4, 4), generator=generator).double() + 60 * torch.eye(4)
    first, second = torch.rand(2, 4, 4, generator=generator, dtype=torch.float64)
    return counts * first, counts * first * second


def curvature(metric, weights, cell, step=0.01):
    """Second difference of the value by the weight of a cell."""
    values = []
    for times in (-1, 0, 1):
        moved = weights.clone()
        moved[cell] += times * step
        values.append(float(metric.read(tally_of(metric, moved))))
    return (values[0] - 2 * values[1] + values[2]) / step**2


@pytest.mark.parametrize("metric", [*AVERAGES, FalseOmissionRate("weighted"), *WHOLE], ids=str)
def test_interval_is_moved_by_half_the_curvature_by_every_cell(metric):
    weights, twice = unequal()
    least = getattr(metric, "least", 0.0)
    bias = sum(curvature(metric, weights, cell) * float(twice[cell]) / 2 for cell in CELLS)
    found = estimate_of(metric, tally_of(metric, weights, twice))
    place, low, high = ((x - least) / (1 - least) for x in (found.value, found.low, found.high))
    moved = sum(math.log(end / (1 - end)) for end in (low, high)) / 2
    expected = math.log(place / (1 - place)) - bias / (1 - least) / (place * (1 - place))
    assert bias != pytest.approx(0, abs=1e-5)
    assert moved == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("hits", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("union", [50, 200])
def test_bias_of_f1_of_a_class_is_that_of_all_numbers_of_hits(hits, union):
    number = np.arange(union + 1)
    mean = stats.binom.pmf(number, union, hits) @ (2 * number / (union + number))
    counts = torch.tensor([hits, (1 - hits) / 2, (1 - hits) / 2, 1.0], dtype=torch.float64) * union
    assert float(F1.bias(counts, counts)) == pytest.approx(
        mean - 2 * hits / (1 + hits), rel=4 / union
    )


@pytest.mark.parametrize(
    ("metric", "rows_a_class"),
    [(F1Score(), 40), (Precision("weighted"), 60), (GeometricMean(), 60)],
    ids=str,
)
def test_averages_over_many_classes_are_held_as_often_as_promised_on_both_sides(
    metric, rows_a_class
):
    generator, table = np.random.default_rng(3), torch.tensor(many_classes())
    true = float(metric.read(tally_of(metric, table)))
    values, ends = [], []
    for _ in range(300):
        found = estimate_of(metric, tally_of(metric, drawn(generator, 50 * rows_a_class)))
        if found.low is not None:
            values.append(found.value)
            ends.append((found.low, found.high))
    low, high = np.array(ends).T
    centre = (low + high) / 2
    assert len(values) > 250
    assert abs(centre.mean() - true) < abs(np.mean(values) - true) / 2
    assert np.mean(high < true) < 0.055  # .025, and three standard errors of 300 draws
    assert np.mean(low > true) < 0.055
    half = (high - low) / 2
    plain = np.abs(np.array(values) - true) <= half
    assert np.mean((low <= true) & (true <= high)) > max(0.91, plain.mean())


@pytest.mark.parametrize("metric", [Precision(), Recall(), Jaccard(), Recall("weighted")], ids=str)
def test_means_of_shares_of_rows_of_one_weight_are_right_on_average(metric):
    found = estimate_of(metric, tally_of(metric, drawn(np.random.default_rng(0), 3000)))
    assert middle(found) == pytest.approx(math.log(found.value / (1 - found.value)), abs=1e-9)


@pytest.mark.parametrize("metric", [F1Score(), F1Score("weighted"), *WHOLE], ids=str)
def test_unit_of_weights_does_not_matter(metric):
    weights, twice = unequal()
    one = estimate_of(metric, tally_of(metric, weights, twice))
    other = estimate_of(metric, tally_of(metric, weights * 1000, twice * 1000**2))
    assert (other.low, other.high) == pytest.approx((one.low, one.high), abs=1e-12)


@pytest.mark.parametrize("metric", [F1Score(), Precision("weighted"), GeometricMean()], ids=str)
def test_intervals_of_greater_level_hold_those_of_less(metric):
    tally = tally_of(metric, drawn(np.random.default_rng(1), 3000))
    found = [estimate_of(metric, tally, level) for level in (0.01, 0.5, 0.9, 0.95, 0.99, 1 - 1e-9)]
    low, high = np.array([(each.low, each.high) for each in found]).T
    assert np.all(np.diff(low) < 0)
    assert np.all(np.diff(high) > 0)
    assert low.min() > 0
    assert high.max() < 1


def test_of_many_rows_the_interval_lies_about_the_value():
    metric, weights = F1Score(), drawn(np.random.default_rng(2), 3000)
    away = []
    for times in (1, 100, 10_000):
        found = estimate_of(metric, tally_of(metric, weights * times))
        centre = middle(found) - math.log(found.value / (1 - found.value))
        away.append(centre / (math.log(found.high / (1 - found.high)) - middle(found)))
    assert 0.05 < away[0] < 0.5  # of half the width
    assert away[1:] == pytest.approx([away[0] / 10, away[0] / 100], rel=0.05)


def test_value_that_is_printed_stays_that_of_the_rows():
    generator = np.random.default_rng(4)
    labels = generator.integers(0, 20, 1000)
    guess = np.where(generator.random(1000) < 0.5, labels, generator.integers(0, 20, 1000))
    rows = cal.decisions(predicted=guess, labels=labels)
    each = cal.evaluate(rows, ["f1_per_class"])["f1_per_class"].value
    found = cal.evaluate(rows, ["f1_macro"])["f1_macro"]
    assert found.value == pytest.approx(np.mean(each), abs=1e-12)
    assert (found.low + found.high) / 2 > found.value
