"""Expected and maximum calibration error against plain loops, torchmetrics, and by hand."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchmetrics.functional.classification import (
    binary_calibration_error,
    multiclass_calibration_error,
)

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.binned.calibration import (
    ExpectedCalibrationError,
    MaximumCalibrationError,
    RootMeanSquaredCalibrationError,
)


def by_loop(probs, outcomes, n_bins, weights=None):
    """Gaps, weighted and of means, of every bin that holds rows, in exact arithmetic."""
    weights = [1] * len(probs) if weights is None else weights
    bins: dict[int, list[Fraction]] = {}
    for prob, outcome, weight in zip(probs, outcomes, weights, strict=True):
        k = next(k for k in range(n_bins) if prob <= (k + 1) / n_bins)
        held = bins.setdefault(k, [Fraction(0), Fraction(0)])
        held[0] += Fraction(weight) * (Fraction(prob) - Fraction(outcome))
        held[1] += Fraction(weight)
    total = sum(Fraction(weight) for weight in weights)
    ece = sum((abs(gap) for gap, _ in bins.values()), Fraction(0)) / total
    return float(ece), float(max(abs(gap) / held for gap, held in bins.values()))


grid = st.integers(0, 60).map(lambda k: k / 60)  # many at edges
rows_of = st.lists(
    st.tuples(grid | st.floats(0, 1), st.booleans(), st.integers(1, 3)), min_size=1, max_size=30
)


@settings(max_examples=80, deadline=None)
@given(rows_of, st.sampled_from([1, 2, 7, 10, 12, 15, 20]))
def test_positive_view_is_what_a_loop_over_exact_numbers_gives(rows, n_bins):
    probs, labels, weights = map(list, zip(*rows, strict=True))
    predictions = cal.predictions(
        probs=np.array(probs), labels=np.array(labels, dtype=int), weights=np.array(weights)
    )
    ece, mce = by_loop(probs, labels, n_bins, weights)
    view = {"view": "positive", "n_bins": n_bins}
    assert ExpectedCalibrationError(**view)(predictions).value == pytest.approx(ece, abs=1e-12)
    assert MaximumCalibrationError(**view)(predictions).value == pytest.approx(mce, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(rows_of, st.sampled_from([1, 2, 7, 10, 15]))
def test_top_label_view_is_that_of_the_likelier_side(rows, n_bins):
    probs, labels, _ = map(list, zip(*rows, strict=True))
    mirrored = [prob < 0.5 for prob in probs]
    both = list(zip(map(Fraction, probs), mirrored, strict=True))
    sides = [1 - prob if m else prob for prob, m in both]
    hits = [label != m for label, m in zip(labels, mirrored, strict=True)]
    exact: dict[int, list[Fraction]] = {}
    for side, hit, m in zip(sides, hits, mirrored, strict=True):
        edges = [Fraction(k / n_bins) for k in range(n_bins + 1)]
        edges = [1 - edge for edge in reversed(edges)] if m else edges
        k = next(k for k in range(n_bins) if side <= edges[k + 1])
        gap = exact.setdefault(k, [Fraction(0)])
        gap[0] += side - hit
    expected = float(sum(abs(gap[0]) for gap in exact.values()) / len(rows))
    predictions = cal.predictions(probs=np.array(probs), labels=np.array(labels, dtype=int))
    actual = ExpectedCalibrationError(n_bins=n_bins)(predictions).value
    assert actual == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("norm", ["l1", "max"])
def test_agrees_with_torchmetrics_away_from_edges(norm):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2000, 4, generator=generator)
    probs, labels = logits.softmax(-1), torch.randint(4, (2000,), generator=generator)
    metric = {"l1": ExpectedCalibrationError, "max": MaximumCalibrationError}[norm]
    expected = multiclass_calibration_error(probs, labels, num_classes=4, n_bins=15, norm=norm)
    actual = metric()(cal.predictions(probs=probs, labels=labels)).value
    assert actual == pytest.approx(float(expected), abs=1e-5)
    first = probs[:, 0].contiguous()
    expected = binary_calibration_error(first, (labels == 0).long(), n_bins=10, norm=norm)
    rows = cal.predictions(probs=first, labels=labels == 0)
    assert metric("positive", 10)(rows).value == pytest.approx(float(expected), abs=1e-5)


def test_bins_are_closed_above_unless_asked_otherwise():
    rows = cal.predictions(probs=[0.5, 0.75], labels=[0, 1])
    right = ExpectedCalibrationError("positive", 2)(rows)
    left = ExpectedCalibrationError("positive", 2, "left")(rows)
    assert right.value == 0.375  # (.5 + .25) / 2: one row in each bin
    assert left.value == 0.125  # |1.25 - 1| / 2: both in the upper bin


def test_sure_rows_belong_to_the_outer_bins():
    rows = cal.predictions(probs=[0.0, 0.05, 0.95, 1.0], labels=[1, 0, 1, 0])
    assert ExpectedCalibrationError("positive", 10)(rows).value == pytest.approx(1.9 / 4)
    assert MaximumCalibrationError("positive", 10)(rows).value == pytest.approx(0.475)


@pytest.mark.parametrize("n_bins", [10, 15])
def test_each_edge_has_a_bin_of_its_own(n_bins):  # edges are k/n, never accumulated
    probs = [k / n_bins for k in range(1, n_bins)]
    labels = [k % 2 for k in range(1, n_bins)]
    expected = np.mean(np.abs(np.subtract(probs, labels)))
    for closed in ("right", "left"):
        metric = ExpectedCalibrationError("positive", n_bins, closed)
        rows = cal.predictions(probs=np.array(probs), labels=labels)
        assert metric(rows).value == pytest.approx(expected, abs=1e-12)
        narrow = cal.predictions(probs=np.array(probs, dtype=np.float32), labels=labels)
        assert metric(narrow).value == pytest.approx(expected, abs=1e-7)


def test_events_serve_for_both_views():
    rows = cal.events(probs=[0.25, 0.75, 0.75], outcomes=[0, 1, 0])
    for view in ("positive", "top_label"):
        assert MaximumCalibrationError(view, 2)(rows).value == 0.25


def test_calibrated_rows_read_their_noise_and_nothing_else():
    rng = np.random.default_rng(0)
    probs = rng.uniform(size=100_000)
    rows = cal.predictions(probs=probs, labels=rng.binomial(1, probs))
    estimate = ExpectedCalibrationError("positive")(rows)
    assert estimate.value < 2 * estimate.noise_floor < 0.01


def test_root_mean_squared_gap_is_what_torchmetrics_gives_and_lies_between_mean_and_largest():
    generator = torch.Generator().manual_seed(1)
    probs = torch.rand(2000, generator=generator)
    labels = (torch.rand(2000, generator=generator) < probs**2).long()
    rows = cal.predictions(probs=probs, labels=labels)
    found = RootMeanSquaredCalibrationError("positive", 10)(rows)
    expected = binary_calibration_error(probs, labels, n_bins=10, norm="l2")
    assert found.value == pytest.approx(float(expected), abs=1e-5)
    mean, largest = (
        metric("positive", 10)(rows).value
        for metric in (ExpectedCalibrationError, MaximumCalibrationError)
    )
    assert mean < found.value < largest


def test_floor_of_the_root_is_what_calibrated_rows_show():
    rng, metric, found = np.random.default_rng(0), RootMeanSquaredCalibrationError("positive"), []
    for _ in range(150):
        probs = rng.uniform(size=500)
        estimate = metric(cal.predictions(probs=probs, labels=rng.binomial(1, probs)))
        found.append((estimate.value, estimate.noise_floor))
    value, floor = np.mean(found, axis=0)
    assert value == pytest.approx(floor, rel=0.06)


def test_many_rows_of_single_precision_in_one_bin_keep_their_error():
    # float32(.55) in 2**22 rows, half of them right, eight times over: counts beyond 2**24
    metric = ExpectedCalibrationError("positive", 10)
    probs = torch.full((1 << 22,), 0.55)
    rows = cal.predictions(probs=probs, labels=torch.arange(1 << 22) % 2)
    shard = cal.tally(rows, [metric])
    tally = sum([shard] * 8).tally_of(metric.statistic)
    assert int(tally["count"].sum()) == 1 << 25
    assert float(metric.read(tally)) == pytest.approx(0.050000011920928955, abs=1e-12)


@pytest.mark.parametrize(
    "metric",
    [ExpectedCalibrationError, MaximumCalibrationError, RootMeanSquaredCalibrationError],
)
def test_refuses_no_bins(metric):
    with pytest.raises(
        InputError, match=r"n_bins must be a whole number, at least 1; got 0\. 15 is customary\."
    ):
        metric(n_bins=0)
