"""Digits: sums over many rows are those of exact arithmetic, however the rows are cut."""

import math
from functools import reduce
from operator import add

import numpy as np
import pytest

import calibrant as cal

N = 100_000
NAMES = ["accuracy", "log_loss", "brier", "brier_binary", "ece", "ece_10", "mce", "classwise_ece"]


@pytest.fixture(scope="module")
def columns():
    rng = np.random.default_rng(0)
    probs = rng.beta(0.3, 0.6, size=N).clip(1e-300, 1 - 1e-16)
    return {"probs": probs, "labels": rng.binomial(1, probs), "weights": rng.exponential(size=N)}


@pytest.fixture(scope="module")
def whole(columns):
    return cal.evaluate(cal.tally(cal.predictions(**columns), NAMES), NAMES)


def test_means_are_those_of_exact_sums(columns, whole):
    probs, labels, weights = columns.values()
    total = math.fsum(weights)
    stated = np.where(labels == 1, probs, 1 - probs)
    log_loss = math.fsum(weights * -np.log(stated)) / total
    brier = math.fsum(weights * (probs - labels) ** 2) / total
    assert whole["log_loss"].value == pytest.approx(log_loss, rel=1e-14)
    assert whole["brier_binary"].value == pytest.approx(brier, rel=1e-14)
    assert whole["brier"].value == pytest.approx(2 * brier, rel=1e-14)
    gaps = [
        abs(math.fsum((weights * (probs - labels))[np.ceil(probs * 10) - 1 == k]))
        for k in range(10)
    ]
    direct = cal.evaluate(cal.predictions(**columns), ["positive_ece_10"])
    assert direct["positive_ece_10"].value == pytest.approx(math.fsum(gaps) / total, abs=1e-13)


@pytest.mark.parametrize("seed", range(2))
def test_shards_of_any_size_in_any_order_give_the_same_digits(seed, columns, whole):
    rng = np.random.default_rng(seed)
    order = rng.permutation(N)
    cuts = np.sort(rng.choice(N, size=20, replace=False))
    shards = np.split(order, cuts)
    rng.shuffle(shards)
    tallies = reduce(
        add,
        (
            cal.tally(cal.predictions(**{k: v[shard] for k, v in columns.items()}), NAMES)
            for shard in shards
            if len(shard)
        ),
    )
    for name, estimate in cal.evaluate(tallies, NAMES).items():
        assert estimate.value == pytest.approx(whole[name].value, abs=1e-12), name
        assert f"{estimate.value:.9g}" == f"{whole[name].value:.9g}"
        assert estimate.n == whole[name].n == N


def test_float32_and_float64_of_the_same_numbers_give_the_same_digits(columns):
    narrow = columns["probs"].astype(np.float32)
    values = [
        cal.evaluate(cal.predictions(probs=probs, labels=columns["labels"]), NAMES)
        for probs in (narrow, narrow.astype(np.float64))
    ]
    for name in ("accuracy", "log_loss", "brier", "brier_binary"):
        assert values[0][name].value == pytest.approx(values[1][name].value, abs=1e-14), name
