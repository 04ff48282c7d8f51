"""Influences give DeLong's covariance and that of the delta method, row by row."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import f1_score, matthews_corrcoef

import calibrant as cal

RNG = np.random.default_rng(4)
TRUE = RNG.normal(size=120)
LABELS = RNG.binomial(1, 1 / (1 + np.exp(-2 * TRUE)))
FIRST, SECOND = (np.round(TRUE + s * RNG.normal(size=120), 1) for s in (0.4, 0.9))  # with ties


def compared(metric, **given):
    models = [cal.predictions(logits=one, labels=LABELS) for one in (FIRST, SECOND)]
    return cal.compare(*models, metrics=[metric], **given)[metric].difference


def test_auroc_has_the_variance_of_delong_over_all_pairs_of_rows():
    up, down = LABELS == 1, LABELS == 0
    wins = [
        (one[up][:, None] > one[down]) + 0.5 * (one[up][:, None] == one[down])
        for one in (FIRST, SECOND)
    ]
    by_positive = wins[0].mean(1) - wins[1].mean(1)
    by_negative = wins[0].mean(0) - wins[1].mean(0)
    variance = by_positive.var(ddof=1) / up.sum() + by_negative.var(ddof=1) / down.sum()
    found = compared("auroc_positive")
    assert found.value == pytest.approx(wins[0].mean() - wins[1].mean())
    half = (found.high - found.low) / 2
    quantile = half / np.sqrt(variance)
    assert stats.norm.ppf(0.975) < quantile < 1.03 * stats.norm.ppf(0.975)  # t of many rows


@pytest.mark.parametrize(
    ("metric", "oracle"), [("f1_positive", f1_score), ("mcc", matthews_corrcoef)]
)
def test_functions_of_the_matrix_have_the_variance_of_the_jackknife(metric, oracle):
    chosen = [(one >= 0).astype(int) for one in (FIRST, SECOND)]

    def difference(keep):
        return oracle(LABELS[keep], chosen[0][keep]) - oracle(LABELS[keep], chosen[1][keep])

    every = np.arange(120)
    left_out = np.array([difference(every != k) for k in every])
    variance = 119 / 120 * np.square(left_out - left_out.mean()).sum()
    found = compared(metric)
    assert found.value == pytest.approx(difference(every >= 0))
    half = (found.high - found.low) / 2
    assert half == pytest.approx(stats.norm.ppf(0.975) * np.sqrt(variance), rel=0.06)


def test_average_precision_has_the_variance_of_the_jackknife():
    models = [cal.predictions(logits=one, labels=LABELS) for one in (FIRST, SECOND)]
    every = np.arange(120)
    left_out = []
    for k in every:
        kept = [
            cal.predictions(logits=one[every != k], labels=LABELS[every != k])
            for one in (FIRST, SECOND)
        ]
        values = [float(cal.evaluate(one, ["ap"])["ap"]) for one in kept]
        left_out.append(values[0] - values[1])
    variance = 119 / 120 * np.square(np.array(left_out) - np.mean(left_out)).sum()
    found = cal.compare(*models, metrics=["ap"])["ap"].difference
    half = (found.high - found.low) / 2
    assert half == pytest.approx(stats.norm.ppf(0.975) * np.sqrt(variance), rel=0.12)


def test_few_rows_that_carry_a_difference_have_few_degrees_of_freedom():
    labels = np.array([1] * 4 + [0] * 200)
    scores = np.concatenate([[0.9, 0.8, 0.7, 0.6], np.linspace(0.01, 0.5, 200)])
    other = np.concatenate([[0.9, 0.45, 0.7, 0.6], np.linspace(0.01, 0.5, 200)])
    models = [cal.predictions(probs=one, labels=labels) for one in (scores, other)]
    found = cal.compare(*models, metrics=["auroc"])["auroc"].difference
    assert found.p_value is None or found.p_value > 0.1  # one row of four moved


def test_type_1_error_of_equal_models():
    rng = np.random.default_rng(0)
    names = ["accuracy", "f1_positive", "auroc", "log_loss"]
    rejected = dict.fromkeys(names, 0)
    n_runs = 60
    for _ in range(n_runs):
        first, second, rest = rng.normal(size=(3, 200))
        labels = (first + second + rest > 0).astype(int)
        models = [cal.predictions(logits=one, labels=labels) for one in (first, second)]
        for one in cal.compare(*models, metrics=names):
            rejected[one.metric] += one.adjusted_p <= 0.05
    for name, count in rejected.items():
        assert count / n_runs < 0.135, name  # 5 % and three deviations
