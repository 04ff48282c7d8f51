"""Interval of smooth ECE: laws, noise against closed forms, and coverage of a known truth."""

import math
from functools import cache

import numpy as np
import pytest
import torch
from scipy.special import ndtr
from scipy.stats import binom

import calibrant as cal
from calibrant.metrics.binless.smooth_evidence import halves
from calibrant.metrics.binless.smooth_interval import smooth_interval
from calibrant.metrics.binless.smoothed_draws import NODES, SmoothedNoise

SIGMA = 1.5  # deviation of the log-odds


def _events(rng: np.random.Generator, n: int, temperature: float, weights: object = None):
    """Rows whose log-odds are stated so many times too large."""
    z = rng.normal(0, SIGMA, n)
    outcomes = rng.random(n) < 1 / (1 + np.exp(-z))
    probs = 1 / (1 + np.exp(-temperature * z))
    return cal.events(probs=probs, outcomes=outcomes, weights=weights)


def _estimate(rows: object, level: float = 0.95):
    return cal.evaluate(cal.tally(rows, ["smooth_ece"]), ["smooth_ece"], level=level)["smooth_ece"]


@cache
def _population(temperature: float) -> float:
    """Fixed point of smooth ECE for endless rows, from quadrature over the log-odds.

    The kernel and its mirror images are summed directly, on points of their own.
    """
    z = np.linspace(-8, 8, 801)
    mass = np.exp(-0.5 * (z / SIGMA) ** 2)
    mass /= mass.sum()
    stated, true = 1 / (1 + np.exp(-temperature * z)), 1 / (1 + np.exp(-z))
    at = (np.arange(300) + 0.5) / 300
    low, high = 1e-2, 0.3
    for _ in range(22):
        sigma = (low + high) / 2
        kernel = sum(
            np.exp(-0.5 * ((at[:, None] - image) / sigma) ** 2)
            for k in range(-1, 2)
            for image in (2 * k + stated, 2 * k - stated)
        ) / (sigma * math.sqrt(2 * math.pi))
        error = float(np.abs(kernel @ (mass * (stated - true))).mean())
        low, high = (sigma, high) if error > sigma else (low, sigma)
    return low


@pytest.mark.parametrize(("temperature", "n"), [(1.0, 500), (1.5, 2000), (3.0, 1000)])
def test_covers_the_truth(temperature: float, n: int) -> None:
    truth = 0.0 if temperature == 1 else _population(temperature)
    rng, tries = np.random.default_rng(7), 24
    held = 0
    for _ in range(tries):
        found = _estimate(_events(rng, n, temperature))
        held += found.low <= truth <= found.high
    assert held >= binom.ppf(1e-3, tries, 0.95)


def test_laws_of_its_ends() -> None:
    rows = _events(np.random.default_rng(0), 3000, 1.6)
    narrow, wide = _estimate(rows, 0.8), _estimate(rows, 0.99)
    assert 0 < wide.low < narrow.low < narrow.value < narrow.high < wide.high < 1


def test_scale_of_weights_moves_nothing() -> None:
    one, other = (
        _estimate(_events(np.random.default_rng(1), 400, 1.5, np.full(400, weight)))
        for weight in (1.0, 0.125)
    )
    for end in ("value", "low", "high", "noise_floor"):
        assert getattr(one, end) == pytest.approx(getattr(other, end), rel=1e-9)
    assert one.details == pytest.approx(other.details, rel=1e-9)


def test_a_row_of_weight_two_is_not_two_rows() -> None:
    rng = np.random.default_rng(2)
    rows = _events(rng, 500, 2.0)
    lone = _estimate(rows)
    weights = np.where(np.arange(500) < 50, 20.0, 1.0)  # few rows have most of the weight
    heavy = _estimate(_events(np.random.default_rng(2), 500, 2.0, weights))
    assert heavy.high - heavy.low > 1.5 * (lone.high - lone.low)


def test_shards_in_any_order_give_the_same_digits() -> None:
    rows = _events(np.random.default_rng(3), 1000, 1.5)
    parts = [rows.take(slice(k, k + 250)) for k in (750, 0, 500, 250)]
    tallies = cal.tally(parts[0], ["smooth_ece"])
    for part in parts[1:]:
        tallies = tallies + cal.tally(part, ["smooth_ece"])
    whole, merged = _estimate(rows), cal.evaluate(tallies, ["smooth_ece"])["smooth_ece"]
    assert merged.low == pytest.approx(whole.low, rel=1e-9)
    assert merged.high == pytest.approx(whole.high, rel=1e-9)
    assert merged.details == pytest.approx(whole.details, rel=1e-9)


def test_many_rows_pin_it() -> None:
    found = [_estimate(_events(np.random.default_rng(4), n, 2.0)) for n in (2_000, 200_000)]
    widths = [one.high - one.low for one in found]
    assert widths[1] == pytest.approx(widths[0] / 10, rel=0.25)
    assert found[1].low < _population(2.0) < found[1].high


def test_under_calibration() -> None:
    true = _estimate(_events(np.random.default_rng(5), 2000, 1.0))
    off = _estimate(_events(np.random.default_rng(5), 2000, 2.0))
    for one in (true, off):
        assert one.noise_floor < one.details["noise_floor_95"] < 2 * one.noise_floor
    assert true.details["p_value"] > 0.05
    assert off.details["p_value"] < 0.002
    assert true.low == 0
    assert off.low > 0


def test_p_values_are_uniform_under_calibration() -> None:
    rng, tries = np.random.default_rng(6), 40
    small = sum(_estimate(_events(rng, 300, 1.0)).details["p_value"] <= 0.25 for _ in range(tries))
    assert binom.ppf(1e-3, tries, 0.25) <= small <= binom.ppf(1 - 1e-3, tries, 0.25)


def test_soft_labels_have_an_interval_and_no_p_value() -> None:
    rng = np.random.default_rng(8)
    z = rng.normal(0, SIGMA, 800)
    true = 1 / (1 + np.exp(-z))
    rows = cal.events(probs=1 / (1 + np.exp(-1.5 * z)), outcomes=torch.tensor(true))
    found = _estimate(rows)
    assert 0 < found.low < found.value < found.high
    assert "p_value" not in found.details
    assert found.noise_floor is None


@pytest.mark.parametrize("n_nodes", NODES)
def test_noise_has_the_deviation_of_the_smoothed_kernel(n_nodes: int) -> None:
    """All noise on one node: its density at t is the kernel, mirror images included."""
    variance, node, sigma = np.zeros(n_nodes + 1), n_nodes // 10, 0.06
    variance[node] = 4e-4
    drawn = SmoothedNoise.independent(variance).at(sigma)
    at = np.arange(drawn.shape[1]) / (drawn.shape[1] - 1)
    kernel = sum(
        np.exp(-0.5 * ((at - image) / sigma) ** 2)
        for image in (node / n_nodes, -node / n_nodes, 2 - node / n_nodes)
    ) / (sigma * math.sqrt(2 * math.pi))
    draws = len(drawn)
    assert np.sqrt((drawn**2).mean(axis=0)) == pytest.approx(
        0.02 * kernel, rel=4 / math.sqrt(draws), abs=1e-9
    )


def test_gaps_without_noise_are_sure() -> None:
    """Half of the weight .3 too high and none of it left to chance: the error at any bandwidth."""
    gap = np.zeros(NODES[0] + 1)
    gap[75] = 0.15
    low, high = smooth_interval(
        gap, SmoothedNoise.independent(halves(np.zeros(NODES[0]))), 1e6, 0.95, 0.03
    )
    assert low == pytest.approx(0.15, rel=2e-3)
    assert high == pytest.approx(0.15, rel=2e-3)


def _in_clusters(rng: np.random.Generator, n_clusters: int, size: int, temperature: float):
    """Calibrated rows whose outcomes hang together in a cluster: one normal number decides half."""
    z = rng.normal(0, SIGMA, n_clusters * size)
    cluster = np.repeat(np.arange(n_clusters), size)
    mixed = np.sqrt(0.5) * (rng.normal(size=n_clusters)[cluster] + rng.normal(size=z.size))
    probs = 1 / (1 + np.exp(-temperature * z))
    outcomes = ndtr(mixed) < 1 / (1 + np.exp(-z))
    names = [f"c{k}" for k in cluster]
    return cal.events(probs=probs, outcomes=outcomes), cal.events(
        probs=probs, outcomes=outcomes, clusters=names
    )


def test_clusters_are_covered_where_rows_alone_are_not() -> None:
    rng, tries = np.random.default_rng(11), 12
    held = {"rows": 0, "clusters": 0}
    for _ in range(tries):
        alone, together = _in_clusters(rng, 40, 25, 1.0)
        held["rows"] += _estimate(alone).low == 0
        held["clusters"] += _estimate(together).low == 0
    assert held["clusters"] >= binom.ppf(1e-3, tries, 0.95)
    assert held["rows"] < binom.ppf(1e-3, tries, 0.95)


def test_clusters_of_one_row_are_rows() -> None:
    rows, together = _in_clusters(np.random.default_rng(12), 2000, 1, 2.0)
    alone, one = _estimate(rows), _estimate(together)
    assert one.value == alone.value
    assert one.method.startswith("clusters: ")
    assert one.high - one.low == pytest.approx(alone.high - alone.low, rel=0.2)
    true = _in_clusters(np.random.default_rng(12), 2000, 1, 1.0)
    floors = [_estimate(rows).noise_floor for rows in true]
    assert floors[1] == pytest.approx(floors[0], rel=0.1)


def test_few_clusters_have_no_interval() -> None:
    _, together = _in_clusters(np.random.default_rng(13), 5, 100, 2.0)
    found = _estimate(together)
    assert found.low is None
    assert found.noise_floor is None
    assert "too few clusters" in found.method
