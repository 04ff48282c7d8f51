"""Skill against the base rates: closed forms and scikit-learn."""

import math

import numpy as np
import pytest
from sklearn.metrics import d2_log_loss_score

import calibrant as cal
from calibrant.metrics.proper.skill import BrierSkill, LogLossSkill


def drawn(n_classes=3, n=200):
    generator = np.random.default_rng(0)
    probs = generator.dirichlet(np.ones(n_classes), n)
    labels = np.array([generator.choice(n_classes, p=p) for p in probs])
    return probs, labels, generator.random(n) + 0.5


@pytest.mark.parametrize("weighted", [False, True])
def test_log_loss_skill_is_the_d2_of_scikit_learn(weighted):
    probs, labels, weights = drawn()
    weights = weights if weighted else None
    expected = d2_log_loss_score(labels, probs, sample_weight=weights)
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    assert LogLossSkill()(rows).value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", [BrierSkill(), LogLossSkill()])
def test_base_rates_have_no_skill_and_the_truth_has_all(metric):
    labels = [0, 1, 1, 2, 2, 2]
    base = cal.predictions(probs=[[1 / 6, 1 / 3, 1 / 2]] * 6, labels=labels)
    assert metric(base).value == pytest.approx(0, abs=1e-14)
    assert metric(cal.predictions(probs=np.eye(3)[labels], labels=labels)).value == 1


def test_brier_skill_is_the_same_for_both_forms_of_the_score():
    _, _, weights = drawn()
    probs, labels, _ = drawn(2)
    base = np.average(labels, weights=weights)
    halved = np.average((probs[:, 1] - labels) ** 2, weights=weights)
    for rows in (
        cal.predictions(probs=probs, labels=labels, weights=weights),
        cal.predictions(probs=probs[:, 1], labels=labels, weights=weights),
        cal.events(probs=probs[:, 1], outcomes=labels, weights=weights),
    ):
        assert BrierSkill()(rows).value == pytest.approx(1 - halved / (base * (1 - base)))


def test_soft_labels_are_measured_against_their_own_spread():
    soft = np.array([[0.9, 0.1], [0.5, 0.5], [0.1, 0.9]])
    rows = cal.predictions(probs=soft, labels=soft)
    assert BrierSkill()(rows).value == 1
    assert BrierSkill()(rows).details["reference"] == pytest.approx(2 * np.var([0.1, 0.5, 0.9]))


@pytest.mark.parametrize("metric", [BrierSkill(), LogLossSkill()])
def test_one_class_alone_leaves_skill_undefined(metric):
    found = metric(cal.predictions(probs=[0.5, 0.75], labels=[1, 1]))
    assert math.isnan(found.value)
    assert found.note == "undefined: the base rates leave nothing to save"


@pytest.mark.parametrize("metric", [BrierSkill(), LogLossSkill()])
def test_one_class_alone_leaves_skill_undefined_whatever_the_weights(metric):
    for seed in range(5):
        generator = np.random.default_rng(seed)
        n = 5000  # enough for sums of other orders to end in other digits
        columns = {"probs": generator.uniform(0.1, 0.9, n), "weights": generator.uniform(0.1, 3, n)}
        for labels in (np.ones(n, dtype=int), np.ones(n)):  # hard and soft
            assert math.isnan(metric(cal.predictions(labels=labels, **columns)).value)


def test_infinite_log_loss_has_infinitely_little_skill():
    found = LogLossSkill()(cal.predictions(probs=[0.0, 0.5], labels=[1, 0]))
    assert found.value == -math.inf
    assert found.note == "infinite, as the score is"
