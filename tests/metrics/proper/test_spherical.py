"""The spherical score in closed form, in every form of declaration, and as a proper score."""

import math

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.metrics.proper.spherical import SphericalScore


def drawn(n_classes, n=200):
    generator = torch.Generator().manual_seed(0)
    probs = torch.randn(n, n_classes, generator=generator, dtype=torch.float64).softmax(-1)
    return probs, torch.randint(n_classes, (n,), generator=generator)


@pytest.mark.parametrize("n_classes", [2, 5])
def test_score_is_the_mean_cosine(n_classes):
    probs, labels = drawn(n_classes)
    cosines = probs.gather(-1, labels[:, None]).squeeze(-1) / torch.linalg.vector_norm(
        probs, dim=-1
    )
    expected = float(cosines.mean())
    forms = [
        cal.predictions(probs=probs, labels=labels),
        cal.predictions(logits=probs.log() - 3, labels=labels),
    ]
    if n_classes == 2:
        forms += [
            cal.predictions(probs=probs[:, 1], labels=labels),
            cal.predictions(logits=probs[:, 1].logit(), labels=labels),
            cal.events(probs=probs[:, 1], outcomes=labels),
        ]
    for rows in forms:
        assert SphericalScore()(rows).value == pytest.approx(expected, abs=1e-12)


def test_soft_labels_give_the_mean_over_labels_drawn_from_them():
    probs, soft = drawn(3)[0], drawn(3, 100)[0].repeat(2, 1).flip(0)
    norm = torch.linalg.vector_norm(probs, dim=-1)
    expected = float(((soft * probs).sum(-1) / norm).mean())
    assert SphericalScore()(cal.predictions(probs=probs, labels=soft)).value == pytest.approx(
        expected
    )


def test_ends_of_the_range_are_reached():
    rows = cal.predictions(probs=[[1.0, 0.0, 0.0]] * 2, labels=[0, 1])
    assert SphericalScore()(rows.take(slice(0, 1))).value == 1
    assert SphericalScore()(rows.take(slice(1, 2))).value == 0
    even = cal.predictions(logits=torch.zeros(3, 10), labels=[0, 4, 9])
    assert SphericalScore()(even).value == pytest.approx(1 / math.sqrt(10))


def test_tiny_and_masked_probabilities_leave_the_score_finite():
    logits = [[-torch.inf, 0.0, 400.0], [-2000.0, -1000.0, -3000.0]]
    rows = cal.predictions(logits=logits, labels=[0, 1])
    assert SphericalScore()(rows).value == pytest.approx(0.5)


def test_true_probabilities_score_best():
    truth = np.array([0.7, 0.2, 0.1])

    def expected(stated):
        weights, labels = truth, [0, 1, 2]
        rows = cal.predictions(probs=[stated] * 3, labels=labels, weights=weights)
        return SphericalScore()(rows).value

    best = expected(truth)
    for other in ([0.6, 0.3, 0.1], [0.8, 0.1, 0.1], [1 / 3] * 3, [1.0, 0.0, 0.0]):
        assert expected(other) < best
    assert best == pytest.approx(math.sqrt(0.49 + 0.04 + 0.01))  # its own length
