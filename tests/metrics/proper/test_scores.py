"""Log loss and Brier score against scikit-learn, and at the ends of [0, 1]."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import ttest_1samp
from sklearn.metrics import brier_score_loss, log_loss

import calibrant as cal
from calibrant.metrics.proper.scores import Brier, BrierBinary, LogLoss


def drawn(n_classes=4, n=500):
    generator = torch.Generator().manual_seed(0)
    probs = torch.randn(n, n_classes, generator=generator, dtype=torch.float64).softmax(-1)
    labels = torch.randint(n_classes, (n,), generator=generator)
    return probs, labels, torch.rand(n, generator=generator, dtype=torch.float64) + 0.1


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n_classes", [2, 4])
def test_log_loss_agrees_with_scikit_learn(n_classes, weighted):
    probs, labels, weights = drawn(n_classes)
    weights = weights if weighted else None
    expected = log_loss(labels, probs, sample_weight=weights, labels=range(n_classes))
    rows = {
        "probs": cal.predictions(probs=probs, labels=labels, weights=weights),
        "logits": cal.predictions(logits=probs.log() + 3, labels=labels, weights=weights),
    }
    if n_classes == 2:
        rows["positive"] = cal.predictions(probs=probs[:, 1], labels=labels, weights=weights)
        rows["events"] = cal.events(probs=probs[:, 1], outcomes=labels, weights=weights)
    for form, given in rows.items():
        assert LogLoss()(given).value == pytest.approx(expected, abs=1e-12), form


@pytest.mark.parametrize("weighted", [False, True])
def test_brier_scores_agree_with_scikit_learn(weighted):
    probs, labels, weights = drawn(2)
    weights = weights if weighted else None
    halved = brier_score_loss(labels, probs[:, 1], sample_weight=weights)
    for rows in (
        cal.predictions(probs=probs, labels=labels, weights=weights),
        cal.predictions(probs=probs[:, 1], labels=labels, weights=weights),
        cal.events(probs=probs[:, 1], outcomes=labels, weights=weights),
    ):
        assert BrierBinary()(rows).value == pytest.approx(halved, abs=1e-12)
        assert Brier()(rows).value == pytest.approx(2 * halved, abs=1e-12)


def test_brier_of_many_classes_is_the_sum_over_classes():
    probs, labels, _ = drawn(4)
    expected = brier_score_loss(labels, probs, labels=range(4), scale_by_half=False)
    rows = cal.predictions(probs=probs, labels=labels)
    assert Brier()(rows).value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", [LogLoss(), Brier()])
def test_soft_labels_give_the_mean_over_labels_drawn_from_them(metric):
    generator = torch.Generator().manual_seed(0)
    probs, soft = torch.randn(2, 50, 3, generator=generator, dtype=torch.float64).softmax(-1)
    every = torch.arange(50).repeat_interleave(3)  # each row with each label, by its probability
    drawn_rows = cal.predictions(
        probs=probs[every], labels=torch.arange(3).repeat(50), weights=soft.reshape(-1)
    )
    expected = metric(drawn_rows).value
    if metric == Brier():  # the label's own spread does not count against the prediction
        expected -= float((soft * (1 - soft)).sum(-1).mean())
    rows = cal.predictions(probs=probs, labels=soft)
    assert metric(rows).value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", [LogLoss(), Brier(), BrierBinary()])
def test_interval_is_students(metric):
    probs, labels, _ = drawn(2)
    single = [
        metric(cal.predictions(probs=probs[k : k + 1], labels=labels[k : k + 1])).value
        for k in range(60)
    ]
    estimate = metric(cal.predictions(probs=probs[:60], labels=labels[:60]))
    interval = ttest_1samp(single, 0).confidence_interval(0.95)
    assert (estimate.low, estimate.high) == pytest.approx(tuple(interval), rel=1e-9)
    assert estimate.method == "moments (t)"


def test_log_loss_is_not_clipped():
    rows = cal.predictions(probs=np.array([1e-12, 0.5], dtype=np.float32), labels=[1, 1])
    exact = -(math.log(float(np.float32(1e-12))) + math.log(0.5)) / 2
    assert LogLoss()(rows).value == pytest.approx(exact, abs=1e-12)
    far = cal.predictions(logits=[[0.0, 10_000.0]], labels=[0])
    assert LogLoss()(far).value == 10_000
    least = cal.predictions(probs=[5e-324], labels=[1])
    assert LogLoss()(least).value == pytest.approx(744.4400719213812)  # 1074 ln 2


@pytest.mark.parametrize("gap", [5.0, 15.0, 40.0])
def test_log_loss_of_sure_float32_logits_keeps_its_digits(gap):
    exact = math.log1p(math.exp(-gap))
    for logits in (np.float32([[0.0, gap]]), np.float32([gap]), np.float32([[gap, 2 * gap]])):
        value = LogLoss()(cal.predictions(logits=logits, labels=[1])).value
        assert value == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize(
    "rows",
    [
        lambda: cal.predictions(probs=[[0.0, 1.0], [0.5, 0.5]], labels=[0, 1]),
        lambda: cal.predictions(probs=[1.0, 0.5], labels=[0, 1]),
        lambda: cal.predictions(logits=[[-math.inf, 0.0], [0.0, 0.0]], labels=[0, 1]),
        lambda: cal.predictions(logits=[-math.inf, 0.0], labels=[1, 1]),
        lambda: cal.predictions(probs=[1.0, 0.5], labels=[0.5, 0.5]),
        lambda: cal.events(probs=[0.0, 0.5], outcomes=[1, 1]),
    ],
    ids=["probs", "positive", "logits", "log-odds", "soft", "events"],
)
def test_probability_zero_of_what_came_out_makes_log_loss_infinite_and_says_so(rows):
    estimate = LogLoss()(rows())
    assert (estimate.value, estimate.low, estimate.high) == (math.inf, None, None)
    assert estimate.method == "not available: 1 rows are infinite"
    assert estimate.note == "infinite: 1 of 2 rows give probability 0 to what came out"
    assert estimate.to_dict()["value"] is None
    assert estimate.to_dict()["reason"] == estimate.note


def test_probability_zero_of_what_did_not_come_out_costs_nothing():
    assert LogLoss()(cal.predictions(probs=[[0.0, 1.0]], labels=[1])).value == 0
    assert LogLoss()(cal.predictions(probs=[0.0], labels=[0])).value == 0
    masked = cal.predictions(logits=[[-math.inf, 0.0, 0.0]], labels=[[0.0, 0.5, 0.5]])
    assert LogLoss()(masked).value == pytest.approx(math.log(2))


def test_true_probabilities_score_best_on_average():
    rng = np.random.default_rng(0)
    true = rng.uniform(size=20_000)
    labels = rng.binomial(1, true)
    for metric in (LogLoss(), Brier(), BrierBinary()):
        values = [
            metric(cal.predictions(probs=stated, labels=labels)).value
            for stated in (true, true**1.5, np.sqrt(true), 0.5 * true + 0.25)
        ]
        assert min(values) == values[0]


def test_rows_of_one_score_have_no_interval():
    estimate = Brier()(cal.predictions(probs=[0.25] * 3, labels=[0] * 3))
    assert estimate.value == 0.125
    assert estimate.low is None
    assert "same score" in estimate.method
