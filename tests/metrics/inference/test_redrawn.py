"""Noise of errors of no closed form: outcomes drawn as stated, and what metrics show then."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.binless.loess import loess
from calibrant.metrics.binned.sweep import SweepCalibrationError
from calibrant.metrics.inference.redrawn import N_DRAWS, redrawn, shown_by_chance
from calibrant.statistics.bundle import tally_rows

METRICS = (
    *("positive_e50", "positive_e90", "positive_emax"),
    *("positive_ece_sweep", "positive_multiresolution_ece", "positive_smooth_ece_logit"),
    "kernel_calibration_error",
)


def rows(n, seed, times=1.0, *, weighted=False):
    rng = np.random.default_rng([n, seed])
    logits = rng.normal(0, 1.5, n)
    labels = (rng.random(n) < 1 / (1 + np.exp(-logits))).astype(int)
    weights = rng.choice([1.0, 3.0], n) if weighted else None
    return cal.predictions(probs=1 / (1 + np.exp(-times * logits)), labels=labels, weights=weights)


@pytest.fixture(scope="module")
def calibrated():
    return [cal.evaluate(rows(400, seed), list(METRICS)) for seed in range(25)]


@pytest.mark.parametrize("metric", METRICS)
def test_floor_percentile_and_p_value_are_those_of_calibrated_models(metric, calibrated):
    found = [each[metric] for each in calibrated]
    values = np.array([each.value for each in found])
    floor = np.mean([each.noise_floor for each in found])
    assert floor == pytest.approx(values.mean(), abs=3.5 * values.std() / np.sqrt(len(values)))
    upper = np.array([each.details["noise_floor_95"] for each in found])
    assert (upper > floor).all()
    assert (values > upper).sum() <= 5  # of 25 at 5 %, more once in 800
    chances = np.array([each.details["p_value"] for each in found])
    assert ((chances < 0.05) == (values > upper)).mean() >= 0.95
    assert 0.2 < np.median(chances) < 0.8


@pytest.mark.parametrize("metric", METRICS)
def test_a_model_that_is_too_sure_is_beyond_noise(metric):
    found = cal.evaluate(rows(1000, 1, times=2.5), [metric])[metric]
    assert found.value > found.details["noise_floor_95"]
    assert found.details["p_value"] < 0.02


@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
def test_redrawn_tallies_have_the_scores_that_were_there(weighted):
    metric = SweepCalibrationError("positive")
    tally = tally_rows(rows(300, 2, weighted=weighted), [metric.statistic]).tally_of(
        metric.statistic
    )
    drawn = list(redrawn(tally))
    assert len(drawn) == N_DRAWS
    for each in drawn[:5]:
        for name in ("count", "w", "wp", "wpp", "ww", "wwp", "wwpp"):
            assert (each[name] == tally[name]).all()
        assert (each["wy"] >= 0).all()
        assert (each["wy"] <= tally["w"]).all()
        assert (each["wy"] == each["wyy"]).all()
    came = np.array([float(each["wy"].sum()) for each in drawn])
    stated, spread = float(tally["wp"].sum()), float((tally["wwp"] - tally["wwpp"]).sum())
    assert came.mean() == pytest.approx(stated, abs=4 * np.sqrt(spread / N_DRAWS))
    assert came.var() == pytest.approx(spread, rel=0.4)


def test_swept_draws_are_those_that_the_metric_reads():
    """The noise of the sweep is told by cells; the metric itself reads tallies."""
    metric, given = SweepCalibrationError("positive"), rows(500, 3)
    tally = tally_rows(given, [metric.statistic]).tally_of(metric.statistic)
    slow, fast = shown_by_chance(metric.read, tally), metric(given)
    told = fast.noise_floor, fast.details["noise_floor_95"], fast.details["p_value"]
    assert told == pytest.approx((slow.mean, slow.upper, slow.p_value), rel=1e-9)


def test_curves_of_other_outcomes_are_those_of_a_regression_on_them():
    rng = np.random.default_rng(0)
    score, weight = np.sort(rng.random(80)), rng.uniform(1, 2, 80)
    first, second = ((rng.random(80) < score).astype(float) * weight for _ in range(2))
    curve, expected = (loess(weight, weight * score, each, 0.75) for each in (first, second))
    by_group = np.stack([np.bincount(curve.group, each) for each in (first, second)], axis=1)
    same, other = curve.of_outcomes(by_group)
    at = np.linspace(0, 1, 30)
    np.testing.assert_allclose(same.uncut(at), curve.uncut(at), atol=1e-9)
    np.testing.assert_allclose(other.uncut(at), expected.uncut(at), atol=1e-9)


def test_soft_labels_have_no_noise_and_say_so():
    soft = cal.events(probs=np.linspace(0.1, 0.9, 40), outcomes=np.linspace(0.2, 0.8, 40))
    for metric in METRICS[:-1]:
        found = cal.evaluate(soft, [metric])[metric]
        assert found.noise_floor is None
        assert "p_value" not in found.details
        assert "soft labels" in found.note
    classes = np.array([[0.2, 0.8], [0.5, 0.5], [0.7, 0.3]])
    kernel = cal.evaluate(cal.predictions(probs=classes, labels=classes[::-1]), [METRICS[-1]])
    assert "noise_floor_95" not in kernel[METRICS[-1]].details


@pytest.mark.parametrize("metric", [*METRICS, "positive_smooth_ece", "positive_ece"])
def test_what_is_stated_0_or_1_leaves_nothing_to_chance(metric):
    """One row in four is wrong that was sure: no chance of that, were it true."""
    sure = cal.predictions(probs=[0.0, 1.0] * 40, labels=[0, 1, 0, 0] * 20)
    found = cal.evaluate(sure, [metric])[metric]
    assert found.value >= 0.25 - 1e-12
    assert found.noise_floor == pytest.approx(0, abs=1e-12)
    assert found.details["noise_floor_95"] < 0.002
    assert found.details["p_value"] < 0.01
    right = cal.predictions(probs=[0.0, 1.0] * 40, labels=[0, 1] * 40)
    assert cal.evaluate(right, [metric])[metric].details["p_value"] >= 0.5


def test_noise_of_the_kernel_error_is_that_of_outcomes_as_stated():
    """Of a model that is too sure, whose own gaps are larger."""
    rng, metric = np.random.default_rng(3), "kernel_calibration_error"
    logits = rng.normal(0, 1.5, 150)
    stated = 1 / (1 + np.exp(-3 * logits))
    true = 1 / (1 + np.exp(-logits))
    told, shown = (
        [
            cal.evaluate(
                cal.predictions(probs=stated, labels=(rng.random(150) < p).astype(int)), [metric]
            )[metric]
            for _ in range(n)
        ]
        for p, n in ((true, 20), (stated, 300))
    )
    upper = np.mean([each.details["noise_floor_95"] for each in told])
    assert upper == pytest.approx(np.quantile([each.value for each in shown], 0.95), rel=0.15)
