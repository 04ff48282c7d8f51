"""The noise floor against labels drawn from the stated probabilities."""

import json

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import calibrant as cal
from calibrant.metrics.binned.calibration import ExpectedCalibrationError, MaximumCalibrationError
from calibrant.metrics.binned.noise_floor import floor_of_max, floor_of_mean

EXPECTED, LARGEST = ExpectedCalibrationError, MaximumCalibrationError
N_DRAWS = 1000


def simulated(metric, probs, weights=None):
    """Mean of the plug-in, and its error, over labels that come out as stated."""
    if metric.view == "top_label":
        probs = np.maximum(probs, 1 - probs)
    weights = np.ones(len(probs)) if weights is None else weights
    bins = np.ceil(probs * metric.n_bins).astype(int) - 1
    within = (bins[:, None] == np.arange(metric.n_bins)) * weights[:, None]
    outcomes = np.random.default_rng(0).binomial(1, probs, size=(N_DRAWS, len(probs)))
    gaps = np.abs((outcomes - probs) @ within)
    held = np.maximum(within.sum(axis=0), 1e-300)
    draws = gaps.sum(axis=1) / weights.sum()
    draws = draws if isinstance(metric, EXPECTED) else (gaps / held).max(axis=1)
    return draws.mean(), draws.std() / np.sqrt(N_DRAWS)


def stated(law, n):
    rng = np.random.default_rng(1)
    return {
        "uniform": rng.uniform(size=n),
        "sure": expit(4 * rng.normal(size=n)),
        "middling": expit(0.5 * rng.normal(size=n)),
        "rare": rng.beta(0.5, 20, size=n),
    }[law]


@pytest.mark.parametrize("law", ["uniform", "sure", "middling", "rare"])
@pytest.mark.parametrize("n", [200, 2000])
@pytest.mark.parametrize("metric", [EXPECTED("positive", 15), EXPECTED("top_label", 10)])
def test_floor_is_what_calibrated_predictions_show(law, n, metric):
    probs = stated(law, n)
    labels = np.zeros(n, dtype=int)
    floor = metric(cal.predictions(probs=probs, labels=labels)).noise_floor
    mean, error = simulated(metric, probs)
    assert floor == pytest.approx(mean, rel=0.08, abs=4 * error)


@pytest.mark.parametrize("law", ["uniform", "middling"])
def test_floor_of_the_maximum_is_what_calibrated_predictions_show(law):
    metric, probs = LARGEST("positive", 10), stated(law, 2000)
    floor = metric(cal.predictions(probs=probs, labels=np.zeros(2000, dtype=int))).noise_floor
    mean, error = simulated(metric, probs)
    assert floor == pytest.approx(mean, rel=0.1, abs=4 * error)


def test_weights_raise_the_floor_as_they_raise_the_noise():
    metric, probs = EXPECTED("positive", 10), stated("uniform", 1000)
    weights = np.random.default_rng(2).exponential(size=1000)
    labels = np.zeros(1000, dtype=int)
    plain = metric(cal.predictions(probs=probs, labels=labels)).noise_floor
    floor = metric(cal.predictions(probs=probs, labels=labels, weights=weights)).noise_floor
    mean, error = simulated(metric, probs, weights)
    assert floor == pytest.approx(mean, rel=0.08, abs=4 * error)
    assert floor > 1.2 * plain


def test_floor_does_not_depend_on_what_came_out():
    probs = stated("uniform", 300)
    floors = {
        EXPECTED("positive")(cal.predictions(probs=probs, labels=labels)).noise_floor
        for labels in np.random.default_rng(0).integers(2, size=(3, 300))
    }
    assert len(floors) == 1


def test_sure_rows_have_no_noise():
    rows = cal.predictions(probs=[0.0, 1.0, 1.0], labels=[0, 1, 0])
    for metric in (EXPECTED("positive"), LARGEST("positive"), EXPECTED()):
        assert metric(rows).noise_floor == 0


def test_floor_of_a_rare_row_is_its_own_expected_gap():
    rows = cal.predictions(probs=[0.02], labels=[0])  # off by .02 or, seldom, by .98
    expected = 0.98 * 0.02 + 0.02 * 0.98
    assert EXPECTED("positive")(rows).noise_floor == pytest.approx(expected)


def test_floors_of_many_rows_are_those_of_normal_gaps():
    variance = torch.tensor([0.01, 0.04], dtype=torch.float64)
    wide = torch.ones(2, dtype=torch.float64)
    mean = float(floor_of_mean(variance, wide))
    assert mean == pytest.approx(np.sqrt(2 / np.pi) * (0.1 + 0.2))
    draws = np.abs(np.random.default_rng(0).normal(size=(200_000, 2)) * [0.1, 0.2])
    largest = floor_of_max(variance.sqrt(), wide)
    assert largest == pytest.approx(draws.max(axis=1).mean(), rel=0.005)


def test_floor_of_the_maximum_of_narrow_gaps_is_as_fine():
    deviation = torch.full((1,), 1e-6, dtype=torch.float64)
    expected = 1e-6 * np.sqrt(2 / np.pi)
    assert floor_of_max(deviation, deviation) == pytest.approx(expected, rel=1e-5)


def test_floor_of_the_maximum_is_no_more_than_all_rows_show():
    rows = cal.predictions(probs=[1e-6, 0.5 - 1e-9], labels=[0, 0])  # gaps of 1e-6 or .5
    expected = 2e-6 * (1 - 1e-6) + 0.5
    assert LARGEST("positive")(rows).noise_floor <= expected
    lonely = cal.predictions(probs=[1e-6], labels=[0])
    assert LARGEST("positive")(lonely).noise_floor == pytest.approx(2e-6, rel=1e-5)


@pytest.mark.parametrize("name", ["ece", "mce", "positive_ece", "classwise_ece"])
def test_soft_labels_have_none_and_say_why(name):
    rows = cal.predictions(probs=[0.25, 0.75], labels=[0.25, 0.5])
    estimate = cal.evaluate(rows, [name])[name]
    assert estimate.noise_floor is None
    assert estimate.note == "no noise floor: soft labels do not tell how far outcomes scatter"


def test_floor_of_a_retail_model_is_near_the_one_simulated_elsewhere(shared_data):
    text = (shared_data / "reference.json").read_text(encoding="utf-8")
    reference = json.loads(text)["bigmart_ece_noise_floor_n1705"]  # of other models, same rows
    table = pd.read_csv(shared_data / "bigmart_train.csv")
    features = pd.get_dummies(table[["MRP", "OutletType"]]).to_numpy(float)
    order = np.random.default_rng(0).permutation(len(table))
    test, train = order[:1705], order[1705:]
    high = table["OutletSales"] > table["OutletSales"][train].median()
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(features[train], high[train])
    rows = cal.predictions(probs=model.predict_proba(features[test])[:, 1], labels=high[test])
    evaluation = cal.evaluate(rows, ["ece", "ece_10", "positive_ece"])
    for name, key in (("ece", "ece15"), ("ece_10", "ece10"), ("positive_ece", "ece15_pos")):
        expected = reference[key]["mean"]
        assert evaluation[name].noise_floor == pytest.approx(expected, rel=0.1), name
