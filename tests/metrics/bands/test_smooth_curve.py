"""Smooth reliability curves: a kernel regression of the very rows, and a band that covers."""

from dataclasses import replace

import numpy as np
import pytest

import calibrant as cal
from calibrant.statistics.score_grid import ScoreGrid


def smooth(rows, **more):
    return cal.reliability_curve(
        rows, view="positive", kind="smooth", band="consistency", **{"n_bins": 15, **more}
    )


def reflected(t, p, width):
    """Gaussian kernel on [0, 1] with many mirror images, one by one."""
    t = t[:, None]
    images = [image + 2 * k for k in range(-8, 9) for image in (p, -p)]
    return sum(np.exp(-(((t - image) / width) ** 2) / 2) for image in images) / (
        width * np.sqrt(2 * np.pi)
    )


def scores(which, rng):
    if which == "even":
        return rng.uniform(size=700)
    if which == "near 0 and 1":
        return rng.beta(0.2, 0.2, size=700)
    return rng.choice([0.0, 0.1, 0.13, 0.6, 1.0], size=700)


@pytest.mark.parametrize("which", ["even", "near 0 and 1", "few"])
@pytest.mark.parametrize("power", [1.1, 5.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_curve_is_the_kernel_regression_of_the_rows(which, power, weighted):
    rng = np.random.default_rng(1)
    p = scores(which, rng)
    y = (rng.uniform(size=len(p)) < p**power).astype(int)
    w = rng.uniform(0.5, 2, size=len(p)) if weighted else np.ones(len(p))
    rows = cal.predictions(probs=p, labels=y, weights=w if weighted else None)
    curve = smooth(rows)
    assert curve.width == pytest.approx(
        cal.evaluate(rows, ["positive_smooth_ece"])["positive_smooth_ece"].value, abs=1e-12
    )
    places = np.linspace(p.min(), p.max(), 200)
    near = np.abs(places[:, None] - p)
    owner = near.argmin(axis=0)
    held = np.isin(np.arange(200), owner) | (near.min(axis=1) <= curve.width)
    kernel = w * reflected(places[held], p, curve.width)
    mass = kernel.sum(axis=1)
    cell = 1 / 14_400
    assert curve.observed == pytest.approx(kernel @ y / mass, abs=cell)
    assert curve.stated == pytest.approx(kernel @ p / mass, abs=cell)
    weight = np.bincount(owner, weights=w, minlength=200)[held]
    assert np.abs(np.subtract(curve.weight, weight)).sum() <= 0.02 * w.sum()  # ties at the middle
    assert sum(curve.n) == len(p)
    assert sum(curve.weight) == pytest.approx(w.sum())
    assert (np.diff(curve.stated) >= -1e-12).all()


def test_gaps_of_the_curve_by_density_are_as_large_as_the_kernel_is_wide():
    rng = np.random.default_rng(2)
    p = rng.uniform(size=500)
    y = (rng.uniform(size=500) < p**2).astype(int)
    width = smooth(cal.predictions(probs=p, labels=y)).width
    t = np.linspace(0, 1, 2001)
    gap = np.abs(reflected(t, p, width) @ (y - p)) / 500
    assert np.trapezoid(gap, t) == pytest.approx(width, rel=1e-5)


def test_rows_that_state_one_thing_are_one_point():
    rows = cal.predictions(probs=[0.3] * 10, labels=[1] * 5 + [0] * 5)
    curve = smooth(rows)
    assert curve.n == (10,)
    assert (*curve.lower, *curve.stated, *curve.upper) == pytest.approx((0.3,) * 3, abs=1e-12)
    assert (*curve.observed, curve.width) == pytest.approx((0.5, 0.2), abs=1e-9)
    assert curve.low[0] <= 0.3 <= curve.high[0]


@pytest.mark.parametrize("wrong", [0, 3, 10])
def test_rows_that_state_0_and_1_are_compared_with_nothing_but_themselves(wrong):
    probs = np.repeat([0.0, 1.0], 10)
    labels = probs.astype(int)
    labels[:wrong] = 1 - labels[:wrong]
    curve = smooth(cal.predictions(probs=probs, labels=labels), simultaneous=True)
    assert (curve.low, curve.high) == (
        pytest.approx(curve.stated, abs=1e-9),
        pytest.approx(curve.stated, abs=1e-9),
    )
    assert any(curve.outside) == bool(wrong)
    assert curve.width == pytest.approx({0: 0.5 / 14_400, 3: 0.15, 10: 0.5}[wrong], abs=1e-6)
    assert sum(curve.n) == 20
    if not wrong:
        assert curve.stated == curve.observed == (0.0, 1.0)


def test_no_rows_are_no_points():
    grid = ScoreGrid("positive")
    tallies = cal.tally(cal.predictions(probs=[0.2], labels=[0]), ["positive_ece"])
    curve = smooth(replace(tallies, parts={grid: grid.zero(2)}))
    assert (len(curve), curve.width) == (0, None)
    assert curve.words == "There are no rows."


def test_places_far_from_any_row_are_left_out():
    rng = np.random.default_rng(0)
    probs = np.concatenate((rng.uniform(0, 0.2, size=20_000), rng.uniform(0.7, 1, size=20_000)))
    curve = smooth(cal.predictions(probs=probs, labels=rng.uniform(size=40_000) < probs))
    assert curve.width < 0.02
    far = curve.width + 1 / 199  # a place stands for its step
    assert not any(0.2 + far < x < 0.7 - far for x in curve.lower)
    assert not any(0.21 < x < 0.69 for x in curve.stated)


def test_true_probabilities_leave_the_band_as_often_as_they_should():
    runs, at_once, alone = 40, 0, 0.0
    for seed in range(runs):
        rng = np.random.default_rng(400 + seed)
        probs = rng.beta(1, 3, size=120)
        labels = (rng.uniform(size=120) < probs).astype(int)
        tallies = cal.tally(cal.predictions(probs=probs, labels=labels), ["positive_ece"])
        alone += np.mean(smooth(tallies).outside)
        at_once += any(smooth(tallies, simultaneous=True).outside)
    error = np.sqrt(0.05 * 0.95 / runs)
    assert 0.05 - 2.5 * error <= alone / runs <= 0.05 + 2.5 * error
    assert at_once / runs <= 0.05 + 2 * error


def test_other_bands_are_refused_and_the_kernel_is_told():
    rows = cal.predictions(probs=[0.2, 0.8, 0.4], labels=[0, 1, 1])
    with pytest.raises(cal.InputError, match='band must be "consistency" for a smooth curve'):
        cal.reliability_curve(rows, kind="smooth", band="confidence")
    soft = cal.predictions(probs=[0.2, 0.8], labels=np.array([0.1, 0.9]))
    with pytest.raises(cal.InputError, match='confidence band of kind="binned" or "isotonic"'):
        smooth(soft)
    curve = smooth(rows)
    assert f"Kernel: reflected Gaussian, {curve.width:.4f} wide." in str(curve)
    assert curve.to_dict()["width"] == curve.width
