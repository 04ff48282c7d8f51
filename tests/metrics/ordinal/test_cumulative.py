"""Ranked probability score and expected distance against sums written out."""

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.metrics.ordinal.cumulative import ExpectedDistance, RankedProbabilityScore


def drawn(n_classes, n=200):
    rng = np.random.default_rng(n_classes)
    probs = rng.dirichlet(np.ones(n_classes), n)
    return probs, rng.integers(n_classes, size=n), rng.random(n) + 0.1


def squared_gaps(probs, truth):
    """Sum over classes j but the last of (P(up to j) - Q(up to j))^2, by loops."""
    n_classes = len(probs)
    return sum((sum(probs[: j + 1]) - sum(truth[: j + 1])) ** 2 for j in range(n_classes - 1))


def steps(probs, truth):
    """Expected distance of two independent classes, by loops."""
    return sum(p * q * abs(k - j) for k, p in enumerate(probs) for j, q in enumerate(truth))


@pytest.mark.parametrize("n_classes", [2, 3, 7])
@pytest.mark.parametrize(
    ("metric", "score"), [(RankedProbabilityScore(), squared_gaps), (ExpectedDistance(), steps)]
)
def test_is_the_weighted_mean_of_the_sum_over_classes(metric, score, n_classes):
    probs, labels, weights = drawn(n_classes)
    expected = [score(p, np.eye(n_classes)[y]) for p, y in zip(probs, labels, strict=True)]
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    value = metric(rows).value
    assert value == pytest.approx(np.average(expected, weights=weights), abs=1e-12)


@pytest.mark.parametrize(
    ("metric", "score"), [(RankedProbabilityScore(), squared_gaps), (ExpectedDistance(), steps)]
)
def test_soft_labels_are_cumulated_too(metric, score):
    probs, _, _ = drawn(4)
    soft = np.random.default_rng(9).dirichlet(np.ones(4), len(probs))
    expected = [score(p, q) for p, q in zip(probs, soft, strict=True)]
    rows = cal.predictions(probs=probs, labels=soft)
    assert metric(rows).value == pytest.approx(np.mean(expected), abs=1e-9)


def test_normalised_form_divides_by_the_number_of_cuts():
    probs, labels, _ = drawn(5)
    values = cal.evaluate(cal.predictions(probs=probs, labels=labels), ["rps", "rps_normalised"])
    assert values["rps_normalised"].value == pytest.approx(values["rps"].value / 4, abs=1e-12)


def test_of_two_classes_is_the_binary_brier_score():
    probs, labels, _ = drawn(2)
    for stated in (probs, probs[:, 1]):
        rows = cal.predictions(probs=stated, labels=labels)
        values = cal.evaluate(rows, ["rps", "rps_normalised", "brier_binary"])
        assert values["rps"].value == pytest.approx(values["brier_binary"].value, abs=1e-12)
        assert values["rps_normalised"].value == values["rps"].value


def test_of_one_class_is_zero():
    rows = cal.predictions(logits=[[3.0], [1.0]], labels=[0, 0])
    for name in ("rps", "rps_normalised", "expected_distance"):
        assert cal.evaluate(rows, [name])[name].value == 0


def test_masked_classes_have_no_share():
    logits = torch.tensor([[0.0, -torch.inf, 0.0]])
    rows = cal.predictions(logits=logits, labels=[2])
    assert RankedProbabilityScore()(rows).value == pytest.approx(0.5)  # .5**2 + .5**2


def test_true_probabilities_score_best_on_average():
    truth = np.array([0.2, 0.5, 0.3])
    means = {
        name: sum(
            q * RankedProbabilityScore()(cal.predictions(probs=[stated], labels=[y])).value
            for y, q in enumerate(truth)
        )
        for name, stated in {
            "true": truth,
            "sharper": [0.1, 0.8, 0.1],
            "flatter": [1 / 3, 1 / 3, 1 / 3],
            "moved": [0.3, 0.5, 0.2],
        }.items()
    }
    assert min(means, key=means.__getitem__) == "true"


def test_distance_of_sure_predictions_is_that_of_the_classes():
    chosen, labels = [0, 4, 2, 1], [1, 0, 2, 3]
    rows = cal.predictions(probs=np.eye(5)[chosen], labels=labels)
    values = cal.evaluate(rows, ["rps", "expected_distance", "ordinal_mae"])
    for name in values:
        assert values[name].value == 1.75  # (1 + 4 + 0 + 2) / 4
