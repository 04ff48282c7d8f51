"""Scores and their parts over a billion rows, added up as tallies of one shard."""

import math
from functools import reduce
from operator import add

import numpy as np
import pytest

import calibrant as cal

SHARD, TIMES, DOUBLINGS = 1000, 1000, 10  # 1.024e9 rows
PARTS = ("brier_reliability", "brier_miscalibration", "log_loss_discrimination", "brier_skill")


def shard(dtype=np.float64):
    generator = np.random.default_rng(0)
    probs = generator.random(SHARD).astype(dtype)
    return probs, (generator.random(SHARD) < probs).astype(int)


def billion(tallies):
    return reduce(lambda total, _: total + total, range(DOUBLINGS), reduce(add, [tallies] * TIMES))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_log_loss_and_brier_keep_nine_digits_over_a_billion_rows(dtype):
    probs, labels = shard(dtype)
    rows = cal.predictions(probs=probs, labels=labels)
    found = cal.evaluate(billion(cal.tally(rows, ["log_loss", "brier", "brier_binary"])))
    p = probs.astype(np.float64)
    true = np.where(labels == 1, p, 1 - p)
    log_loss = math.fsum(-np.log(true)) / SHARD
    brier = math.fsum((p - labels) ** 2) / SHARD
    assert found["log_loss"].n == SHARD * TIMES * 2**DOUBLINGS > 1e9
    assert found["log_loss"].value == pytest.approx(log_loss, rel=1e-9)
    assert found["brier_binary"].value == pytest.approx(brier, rel=1e-9)
    assert found["brier"].value == pytest.approx(2 * brier, rel=1e-9)


def test_parts_of_a_billion_rows_are_those_of_the_shard():
    probs, labels = shard()
    tallies = cal.tally(cal.predictions(probs=probs.round(2), labels=labels), PARTS)
    once, often = cal.evaluate(tallies, PARTS), cal.evaluate(billion(tallies), PARTS)
    for name in PARTS:
        assert often[name].value == pytest.approx(once[name].value, rel=1e-9), name
        assert once[name].bound is None or often[name].bound < 1e-2  # what adding up may lose


def test_one_impossible_row_in_a_shard_stays_infinite_and_counted():
    rows = cal.predictions(probs=[0.0, 0.5], labels=[1, 0])
    found = cal.evaluate(billion(cal.tally(rows, ["log_loss"])))["log_loss"]
    assert found.value == math.inf
    assert found.note.startswith(f"infinite: {TIMES * 2**DOUBLINGS} of {found.n} rows")


def test_float32_probabilities_near_nothing_keep_their_log_loss():
    rows = cal.predictions(probs=np.array([1e-12, 0.5], dtype=np.float32), labels=[1, 1])
    found = cal.evaluate(rows, ["log_loss"])["log_loss"].value
    assert found == pytest.approx((12 * math.log(10) + math.log(2)) / 2, abs=1e-6)
