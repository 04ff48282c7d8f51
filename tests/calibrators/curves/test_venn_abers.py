"""Venn-Abers calibration: brute force on few rows, worked values, edges."""

import numpy as np
import pytest
import torch
from scipy.optimize import isotonic_regression

import calibrant as cal
from calibrant.calibrators.curves.cross_venn_abers import CrossVennAbersCalibration
from calibrant.calibrators.curves.insertion import inserted
from calibrant.calibrators.curves.venn_abers import VennAbers, VennAbersCalibration
from calibrant.errors import InputError


def brute_force(score, label, new):
    """Both probabilities of a new score, by two regressions of all rows with it."""
    found = []
    for outcome in (0, 1):
        scores, outcomes = np.append(score, new), np.append(label, outcome)
        distinct, at = np.unique(scores, return_inverse=True)
        w = np.bincount(at).astype(float)
        mean = np.bincount(at, outcomes) / w
        found.append(isotonic_regression(mean, weights=w).x[distinct == new].item())
    return found


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("digits", [1, 3])
def test_both_probabilities_are_those_of_two_regressions(seed, digits):
    generator = np.random.default_rng(seed)
    score = generator.random(seed + 3).round(digits)
    label = (generator.random(seed + 3) < score).astype(int)
    new = np.concatenate((score, generator.random(20), [0.0, 1.0]))
    fitted = VennAbersCalibration().fit(cal.predictions(probs=score, labels=label))
    low, high = fitted.bounds(cal.predictions(probs=new))
    expected = np.array([brute_force(score, label, each) for each in new])
    np.testing.assert_allclose(low[:, 0], expected[:, 0], atol=1e-12)
    np.testing.assert_allclose(high[:, 0], expected[:, 1], atol=1e-12)
    merged = expected[:, 1] / (1 - expected[:, 0] + expected[:, 1])
    after = fitted.transform(cal.predictions(probs=new)).probs
    np.testing.assert_allclose(after, merged, atol=1e-12)


@pytest.mark.parametrize("kind", ["hard", "counts", "shares"])
def test_insertion_is_a_regression_with_one_more_row(kind):
    generator = np.random.default_rng(0)
    for n in [*range(1, 30), 200]:
        w = np.ones(n) if kind == "hard" else generator.integers(1, 6, n).astype(float)
        wy = generator.binomial(w.astype(int), generator.random(n)).astype(float)
        if kind == "shares":
            w = generator.random(n) + 0.01
            wy = w * generator.random(n)
        found = inserted(w, wy)
        for i in range(n):
            for outcome in (0, 1):
                one = np.arange(n) == i
                expected = isotonic_regression((wy + outcome * one) / (w + one), weights=w + one).x[
                    i
                ]
                assert found[outcome][i] == pytest.approx(expected, abs=1e-12)


def test_of_many_classes_every_one_is_judged_against_the_rest():
    generator = np.random.default_rng(0)
    probs = generator.dirichlet([1, 1, 1], 60)
    labels = generator.integers(0, 3, 60)
    rows = cal.predictions(probs=probs, labels=labels)
    fitted = VennAbersCalibration().fit(rows)
    apart = np.empty((60, 3))
    for k in range(3):
        alone = cal.predictions(probs=probs[:, k], labels=(labels == k).astype(int))
        apart[:, k] = VennAbersCalibration().fit(alone).transform(alone).probs
    after = fitted.transform(rows).probs
    np.testing.assert_allclose(after, apart / apart.sum(-1, keepdims=True), atol=1e-12)
    low, high = fitted.bounds(rows)
    assert low.shape == high.shape == (60, 3)
    assert bool((low <= high).all())


def test_it_states_neither_0_nor_1():
    rows = cal.predictions(probs=np.linspace(0, 1, 50), labels=[0] * 25 + [1] * 25)
    after = VennAbersCalibration().fit(rows).transform(rows).probs
    assert 0 < after.min() < 0.1
    assert 0.9 < after.max() < 1


def test_cross_venn_abers_is_a_ratio_of_geometric_means():
    generator = np.random.default_rng(0)
    probs = generator.random(200)
    rows = cal.predictions(probs=probs, labels=(generator.random(200) < probs).astype(int))
    fitted = CrossVennAbersCalibration(3).fit(rows)
    lows, highs = zip(*(each.bounds(rows) for each in fitted.folds), strict=True)
    yes = torch.stack(highs).prod(dim=0)[:, 0] ** (1 / 3)
    no = (1 - torch.stack(lows)).prod(dim=0)[:, 0] ** (1 / 3)
    after = torch.from_numpy(np.asarray(fitted.transform(rows).probs))
    torch.testing.assert_close(after, yes / (yes + no))
    assert all(len(np.unique(each.score)) > 20 for each in fitted.folds)


def test_settings_and_fields_that_make_no_sense_are_refused():
    with pytest.raises(InputError, match="n_folds must be at least 2"):
        CrossVennAbersCalibration(1)
    start = torch.tensor([0, 1])
    one = torch.ones(1, dtype=torch.float64)
    falling = torch.tensor([0.5, 0.2], dtype=torch.float64)
    fields = {"n_classes": 2, "n": 3, "start": start, "score": one, "scale": "prob"}
    with pytest.raises(InputError, match="rise"):
        VennAbers(**fields, low=falling, high=falling)
    with pytest.raises(InputError, match="one step more"):
        VennAbers(**fields, low=one, high=one)
    with pytest.raises(InputError, match="probabilities"):
        VennAbers(**fields, low=falling * 4, high=falling)
