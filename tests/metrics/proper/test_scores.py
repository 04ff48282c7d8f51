"""Log loss and Brier score against scikit-learn, and at the ends of [0, 1]."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import t, ttest_1samp
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


def score_of(metric, prob, outcome):
    if metric == LogLoss():
        return -np.log(prob if outcome else 1 - prob)
    return (outcome - prob) ** 2 * (2 if metric == Brier() else 1)


@pytest.mark.parametrize("rare", [False, True])
@pytest.mark.parametrize("metric", [LogLoss(), Brier(), BrierBinary()])
def test_interval_asks_every_mean_whether_its_own_spread_explains_the_distance(metric, rare):
    """Sums, blend and ends by brute force; what is stated matters where events are rare."""
    rng = np.random.default_rng(5)
    prob = 1 / (1 + np.exp(rng.normal(4.0 if rare else 0.0, 1.5, 60)))
    y = np.zeros(60, bool) if rare else rng.random(60) < prob
    one, none = (score_of(metric, prob, outcome) for outcome in (True, False))
    score = np.where(y, one, none)
    mean, own = score.mean(), score.var(ddof=1) / 60
    expected = prob * one + (1 - prob) * none
    square = (prob * one**2 + (1 - prob) * none**2).mean()
    stated = (square - expected.mean() ** 2) / 59
    most = max(mean, expected.mean())
    share = most**2 / stated / (most**2 / stated + 25)
    spread = max(own, share * own + (1 - share) * stated)
    reach = share * mean + (1 - share) * most
    assert (spread > 1.02 * own) == rare
    for probs in (prob, np.stack((1 - prob, prob), axis=1)):
        estimate = metric(cal.predictions(probs=probs, labels=y.astype(int)))
        for end in (estimate.low, estimate.high):
            distance = (mean - end) ** 2 * reach / (end * spread)
            assert distance == pytest.approx(t.ppf(0.975, 59) ** 2, rel=1e-9)
        assert estimate.low < mean < estimate.high
        assert estimate.method == "moments, as of counts (t)"


@pytest.mark.parametrize("metric", [LogLoss(), Brier()])
def test_what_many_classes_state_is_the_mean_over_their_labels(metric):
    probs = torch.rand(4, 5, generator=torch.Generator().manual_seed(1)).double()
    rows = cal.predictions(probs=probs / probs.sum(1, keepdim=True), labels=[0, 1, 2, 3])
    mean, square = metric.score.stated(rows)
    for k in range(4):
        own = rows.full_probs[k]
        every = cal.predictions(probs=own.expand(5, 5), labels=list(range(5)))
        scores = metric.score.of(every)
        assert float(mean[k]) == pytest.approx(float(own @ scores), rel=1e-12)
        assert float(square[k]) == pytest.approx(float(own @ scores**2), rel=1e-12)


@pytest.mark.parametrize("metric", [LogLoss(), Brier(), BrierBinary()])
def test_interval_of_many_rows_is_students_whatever_the_shards(metric):
    rng = np.random.default_rng(3)
    prob = rng.random(70_000)
    y = (rng.random(70_000) < prob).astype(int)
    estimate = metric(cal.predictions(probs=prob, labels=y))
    single = np.array([score_of(metric, prob, outcome) for outcome in (False, True)])
    interval = ttest_1samp(np.where(y, single[1], single[0]), 0).confidence_interval(0.95)
    assert (estimate.low, estimate.high) == pytest.approx(tuple(interval), rel=1e-9)
    assert estimate.method == "moments (t)"
    name = {"LogLoss": "log_loss", "Brier": "brier"}.get(type(metric).__name__, "brier_binary")
    shards = [cal.predictions(probs=prob[k::7], labels=y[k::7]) for k in range(7)]
    whole = sum((cal.tally(rows, [name]) for rows in shards[1:]), cal.tally(shards[0], [name]))
    merged = cal.evaluate(whole, [name])[name]
    assert merged.method == estimate.method
    assert (merged.low, merged.high) == pytest.approx((estimate.low, estimate.high), rel=1e-12)


@pytest.mark.parametrize(("metric", "true"), [(LogLoss(), 0.04575), (BrierBinary(), 0.009405)])
def test_interval_covers_where_three_rows_of_a_class_are_expected(metric, true):
    """The law "rare" of the benchmark, and its true values; Student's covers 84 to 90 %."""
    rng, held = np.random.default_rng(11), 0
    for _ in range(400):
        prob = 1 / (1 + np.exp(5.6565 - 1.5 * rng.normal(size=300)))
        labels = (rng.random(300) < prob).astype(int)
        estimate = metric(cal.predictions(probs=prob, labels=labels))
        held += estimate.low <= true <= estimate.high
    assert held / 400 > 0.935  # 96 to 97 % in long runs, less two standard errors


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
    assert estimate.method == "not available: 1 row is infinite"
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
    for probs in ([0.0] * 3, [0.0, 0.0, 1.0]):
        estimate = Brier()(cal.predictions(probs=probs, labels=[int(p) for p in probs]))
        assert estimate.value == 0
        assert estimate.low is None
        assert "same score" in estimate.method
    doubted = Brier()(cal.predictions(probs=[0.25] * 3, labels=[0] * 3))
    assert doubted.value == 0.125
    assert 0 < doubted.low < 0.125
    assert doubted.high > 0.375  # which is what they state
