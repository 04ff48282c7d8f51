"""Shares of the same rows: the interval holds what the score test does not reject."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar

import calibrant as cal
from calibrant.comparison.decided_alike import share_difference

COUNTS = [(9, 1, 100), (9, 0, 100), (0, 4, 40), (12, 12, 300), (1, 0, 1), (25, 14, 60)]


def score_by_hand(b, c, n, delta):
    """Score statistic with the nuisance found by maximising the likelihood itself."""

    def loss(q):
        parts = ((b, q + delta), (c, q), (n - b - c, 1 - 2 * q - delta))
        return -sum(k * math.log(max(p, 1e-300)) for k, p in parts if k)

    low, high = max(0.0, -delta), (1 - delta) / 2
    q = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x
    return (b - c - n * delta) / math.sqrt(n * (2 * q + delta * (1 - delta)))


@pytest.mark.parametrize(("b", "c", "n"), COUNTS)
def test_ends_are_where_the_score_test_rejects(b, c, n):
    found = share_difference(b, c, n, 0.95)
    z = stats.norm.ppf(0.975)
    for end, target in ((found.low, z), (found.high, -z)):
        if abs(end) < 1:
            assert score_by_hand(b, c, n, end) == pytest.approx(target, abs=1e-4)


@pytest.mark.parametrize(("b", "c", "n"), COUNTS)
def test_p_value_is_that_of_mcnemar_and_agrees_with_the_interval(b, c, n):
    found = share_difference(b, c, n, 0.95)
    assert found.p_value == pytest.approx(stats.chi2.sf((b - c) ** 2 / (b + c), 1))
    assert (found.p_value < 0.05) == (found.low > 0 or found.high < 0)


def test_type_1_error_over_all_numbers_of_unlike_rows():
    rejects = 0.0
    n, share = 100, 0.1
    for unlike in range(1, 60):
        chance = stats.binom.pmf(unlike, n, share)
        b = np.arange(unlike + 1)
        bad = stats.chi2.sf((2 * b - unlike) ** 2 / unlike, 1) <= 0.05  # as the test above holds
        rejects += chance * stats.binom.pmf(b, unlike, 0.5)[bad].sum()
    assert 0.03 < rejects < 0.07


def test_accuracy_uses_it_where_rows_are_plain_and_moments_where_not():
    labels = np.array([0, 1] * 20)
    a = cal.decisions(predicted=np.where(np.arange(40) < 4, 1 - labels, labels), labels=labels)
    b = cal.decisions(predicted=np.where(np.arange(40) > 29, 1 - labels, labels), labels=labels)
    plain = cal.compare(a, b, metrics=["accuracy", "zero_one_loss"])
    assert plain["accuracy"].difference == share_difference(10, 4, 40, 0.95)
    assert plain["zero_one_loss"].difference == share_difference(4, 10, 40, 0.95)
    clustered = cal.compare(a, b, metrics=["accuracy"], clusters=np.arange(40) // 2)
    assert clustered["accuracy"].difference.method == "paired moments (t), rows by clusters"
