"""Histogram binning, scaling-binning and Bayesian binning: oracles, worked values, edges."""

import math

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.calibrators.curves import groups as rows_by_score
from calibrant.calibrators.curves.bayesian_binning import BayesianBinning
from calibrant.calibrators.curves.histogram import Histogram, HistogramBinning
from calibrant.calibrators.curves.platt import PlattScaling
from calibrant.calibrators.curves.scaling_binning import ScalingBinning
from calibrant.errors import FitError, InputError


def binary(n=1000, seed=0):
    generator = np.random.default_rng(seed)
    probs = generator.random(n)
    return probs, (generator.random(n) < probs**2).astype(int)


def test_bins_of_equal_width_state_shares():
    probs, labels = binary()
    rows = cal.predictions(probs=probs, labels=labels)
    fitted = HistogramBinning(n_bins=7, equal="width", prior=0.0).fit(rows)
    bins = np.ceil(probs * 7).astype(int) - 1
    shares = np.array([labels[bins == k].mean() for k in range(7)])
    np.testing.assert_allclose(fitted.prob, shares, atol=1e-12)
    np.testing.assert_allclose(fitted.transform(rows).probs, shares[bins], atol=1e-12)


def test_bins_of_equal_weight_hold_as_many_rows():
    probs, labels = binary()
    rows = cal.predictions(probs=probs, labels=labels)
    fitted = HistogramBinning(n_bins=8, prior=0.0).fit(rows)
    order = probs.argsort()
    shares = labels[order].reshape(8, 125).mean(axis=1)
    np.testing.assert_allclose(fitted.prob, shares, atol=1e-12)
    expected = np.empty(1000)
    expected[order] = np.repeat(shares, 125)
    np.testing.assert_allclose(fitted.transform(rows).probs, expected, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_edge_belongs_to_the_bin_below(dtype):
    tenths = (np.arange(1, 11) / 10).astype(dtype)
    rows = cal.predictions(probs=tenths, labels=[0, 1] * 5)
    fitted = HistogramBinning(n_bins=10, equal="width", prior=0.0).fit(rows)
    assert fitted.prob.tolist() == [0, 1] * 5
    np.testing.assert_array_equal(fitted.transform(rows).probs, [0, 1] * 5)


def test_a_bin_without_rows_states_its_middle():
    rows = cal.predictions(probs=[0.1, 0.9], labels=[0, 1])
    for prior in (0.0, 2.0):
        fitted = HistogramBinning(n_bins=4, equal="width", prior=prior).fit(rows)
        np.testing.assert_allclose(fitted.prob[1:3], [0.375, 0.625])


def test_the_prior_keeps_bins_from_0_and_1():
    rows = cal.predictions(probs=[0.0, 0.0, 1.0, 1.0], labels=[0, 0, 1, 1])
    for equal in ("mass", "width"):
        fitted = HistogramBinning(n_bins=2, equal=equal).fit(rows)
        assert 0 < float(fitted.prob[0]) < float(fitted.prob[1]) < 1
    with_width = HistogramBinning(n_bins=2, equal="width").fit(rows)
    np.testing.assert_allclose(with_width.prob, [0.5 / 4, 3.5 / 4])  # (0 + 2/4) / (2 + 2)


@pytest.mark.parametrize("spacing", [np.float32, np.float64])
def test_ties_and_neighbours_are_never_split(spacing):
    low = spacing(0.5)
    probs = np.array([low] * 3 + [np.nextafter(low, spacing(1))] * 3)
    rows = cal.predictions(probs=probs, labels=[0, 0, 0, 1, 1, 1])
    fitted = HistogramBinning(n_bins=5, prior=0.0).fit(rows)
    assert fitted.transform(rows).probs.tolist() == [0, 0, 0, 1, 1, 1]


def test_bins_of_equal_width_are_sums_over_shards():
    generator = np.random.default_rng(0)
    probs = generator.dirichlet([1, 1, 1], 500)
    rows = cal.predictions(probs=probs, labels=generator.integers(0, 3, 500))
    settings = HistogramBinning(n_bins=5, equal="width")
    parts = settings.fit_shards([rows.take(slice(0, 100)), rows.take(slice(100, None))])
    torch.testing.assert_close(parts.prob, settings.fit(rows).prob, rtol=0, atol=1e-12)


def test_bins_beyond_memory_are_cut_along_a_grid(monkeypatch):
    probs, labels = binary(5000)
    rows = cal.predictions(probs=probs, labels=labels)
    exact = HistogramBinning().fit(rows)
    monkeypatch.setattr(rows_by_score, "MOST", 10)
    coarse = HistogramBinning().fit(rows)
    np.testing.assert_allclose(coarse.prob, exact.prob, atol=0.01)


def test_scaling_binning_refuses_a_probability_of_0_for_what_came_out():
    logits = [[1e4, 0, -1e4], [-1e4, 1e4, 0], [0.0, 1, 2], [1.0, 0, 0]]
    rows = cal.predictions(logits=logits, labels=[0, 0, 1, 2])  # the second states exp(-20000)
    with pytest.raises(FitError, match="1 scores of 0 or 1 in float64 are not what came out"):
        ScalingBinning().fit(rows)


def test_scaling_binning_states_means_of_platt_scaling():
    probs, labels = binary()
    rows = cal.predictions(probs=probs, labels=labels)
    scaled = np.asarray(PlattScaling().fit(rows).transform(rows).probs)
    means = scaled[probs.argsort()].reshape(10, 100).mean(axis=1)
    fitted = ScalingBinning(n_bins=10).fit(rows)
    np.testing.assert_allclose(fitted.prob, means, atol=1e-12)


def brute_force_bbq(probs, labels, spread):
    """Average of histograms by the definition, over sorted rows without ties."""
    order = probs.argsort()
    p, y, n = probs[order], labels[order], len(probs)
    root, found, weights = n ** (1 / 3), [], []
    for count in range(max(1, math.floor(root / spread)), math.ceil(spread * root) + 1):
        bins = np.floor(count * (np.arange(n) + 0.5) / n).astype(int)
        stated, evidence = np.empty(n), 0.0
        for k in np.unique(bins):
            inside = bins == k
            first, last = inside.nonzero()[0][[0, -1]]
            low = 0 if first == 0 else (p[first - 1] + p[first]) / 2
            high = 1 if last == n - 1 else (p[last] + p[last + 1]) / 2
            size, yes, middle = inside.sum(), y[inside].sum(), (low + high) / 2
            a, b = 2 * middle, 2 * (1 - middle)
            evidence += math.lgamma(2) - math.lgamma(size + 2)
            evidence += math.lgamma(yes + a) - math.lgamma(a)
            evidence += math.lgamma(size - yes + b) - math.lgamma(b)
            stated[inside] = (yes + a) / (size + 2)
        found.append(stated)
        weights.append(evidence)
    weights = np.exp(np.array(weights) - max(weights))
    weights[weights < 1e-3] = 0
    average = np.empty(n)
    average[order] = (weights / weights.sum()) @ np.array(found)
    return average


@pytest.mark.parametrize("spread", [1.0, 3.0, 10.0])
def test_bayesian_binning_is_what_its_paper_defines(spread):
    probs, labels = binary(60)
    rows = cal.predictions(probs=probs, labels=labels)
    after = BayesianBinning(spread).fit(rows).transform(rows).probs
    np.testing.assert_allclose(after, brute_force_bbq(probs, labels, spread), atol=1e-10)


def test_settings_that_make_no_sense_are_refused():
    for make in (lambda: HistogramBinning(0), lambda: ScalingBinning(0)):
        with pytest.raises(InputError, match="n_bins must be at least 1"):
            make()
    with pytest.raises(InputError, match="prior must be finite"):
        HistogramBinning(prior=-1.0)
    with pytest.raises((InputError, TypeError), match=r"'mass',? or 'width'"):
        HistogramBinning(equal="size")
    with pytest.raises(InputError, match="spread must be finite and at least 1"):
        BayesianBinning(0.5)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"edge": [0.5, 0.2]}, "rising edges"),
        ({"edge": [0.5]}, "an edge between"),
        ({"prob": [0.5, 1.2, 0.4]}, "probabilities"),
        ({"edge": [0.2, math.nan]}, "edges"),
    ],
)
def test_what_no_fit_finds_is_refused(changes, rule):
    fields = {"start": [0, 3], "edge": [0.1, 0.2], "prob": [0.2, 0.4, 0.3], **changes}
    tensors = {
        name: torch.tensor(value, dtype=torch.int64 if name == "start" else torch.float64)
        for name, value in fields.items()
    }
    with pytest.raises(InputError, match=rule):
        Histogram(n_classes=2, n=3, scale="prob", **tensors)
