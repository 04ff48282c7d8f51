"""Which rows are taken for those of a fit, and which equal ones are not."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.prediction.fit_rows import others_than_fit
from calibrant.prediction.passed import Came, Passed
from calibrant.prediction.row_hashes import row_hashes
from calibrant.prediction.row_sketch import RowSketch


def positive(rng, n, scale=2.0, dtype=np.float32):
    return (1 / (1 + np.exp(-scale * rng.standard_normal(n)))).astype(dtype)


def classes(rng, n, k, dtype=np.float32):
    odds = np.exp(2 * rng.standard_normal((n, k)))
    return (odds / odds.sum(axis=1, keepdims=True)).astype(dtype)


def leaves(rng, n):
    return np.random.default_rng(99).random(20)[rng.integers(0, 20, n)]


def saturated(rng, n):
    stated, u = positive(rng, n, dtype=np.float64), rng.random(n)
    return np.where(u < 0.4, 1.0, np.where(u > 0.9, 0.0, stated))


PRECISE = {
    "one column": positive,
    "3 classes": lambda rng, n: classes(rng, n, 3),
    "10 classes": lambda rng, n: classes(rng, n, 10),
    "log-odds": lambda rng, n: rng.standard_normal(n).astype(np.float32),
}
EQUAL_BY_CHANCE = {
    "one column, 2 decimals": lambda rng, n: positive(rng, n, dtype=np.float64).round(2),
    "one column, 6 decimals": lambda rng, n: positive(rng, n, 4.0, dtype=np.float64).round(6),
    "3 classes, 2 decimals": lambda rng, n: classes(rng, n, 3, np.float64).round(2),
    "10 classes, 4 decimals": lambda rng, n: classes(rng, n, 10, np.float64).round(4),
    "leaves of a tree": leaves,
    "saturated": saturated,
    "0 and 1": lambda rng, n: (rng.random(n) < 0.5).astype(np.float64),
    "all the same": lambda rng, n: np.full(n, 0.75),  # noqa: ARG005 -- as the others
}
every_precise = pytest.mark.parametrize("draw", PRECISE.values(), ids=PRECISE)
every_equal = pytest.mark.parametrize("draw", EQUAL_BY_CHANCE.values(), ids=EQUAL_BY_CHANCE)


def told(fit, test):
    """Note of rows that were allowed, or None where they are others."""
    sketch = RowSketch.of(row_hashes(torch.as_tensor(fit)))
    rows = cal.predictions(logits=np.zeros(len(test)), labels=np.zeros(len(test), dtype=int))
    rows = replace(rows, passed=(Passed(Came(torch.as_tensor(test)), sketch),))
    notes = others_than_fit(rows, allow_fit_rows=True).notes
    return notes[0] if notes else None


@every_precise
@pytest.mark.parametrize("n", [300, 1000, 100_000])
def test_one_row_in_a_hundred_is_caught(draw, n):
    for seed in range(3 if n < 100_000 else 1):
        rng = np.random.default_rng(seed)
        fit, test = draw(rng, n), draw(rng, n)
        test[rng.permutation(n)[: n // 100]] = fit[rng.permutation(n)[: n // 100]]
        assert told(fit, test)


@every_precise
@pytest.mark.parametrize("n", [20, 300, 100_000])
def test_the_same_rows_permuted_a_part_and_more_than_all_are_caught(draw, n):
    rng = np.random.default_rng(n)
    fit = draw(rng, n)
    mixed = fit[rng.permutation(n)]
    assert told(fit, fit) == told(fit, mixed)
    assert told(fit, mixed[: max(n // 3, 12)])
    assert told(fit, np.concatenate((mixed, draw(rng, n))))
    about = "about " if n > 1 << 15 else ""
    assert told(fit, mixed).startswith(f"{about}{n:,} of {n:,} rows equal rows of the fit")


@every_precise
@pytest.mark.parametrize(("n", "m"), [(10, 10), (300, 300), (1000, 50), (50, 1000)])
def test_others_are_not_accused(draw, n, m):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        assert told(draw(rng, n), draw(rng, m)) is None


@every_equal
@pytest.mark.parametrize(("n", "m"), [(10, 10), (300, 300), (1000, 100)])
def test_others_that_are_equal_by_chance_are_not_accused(draw, n, m):
    for seed in range(200):
        rng = np.random.default_rng(seed)
        assert told(draw(rng, n), draw(rng, m)) is None, seed


@every_equal
def test_many_that_are_equal_by_chance_are_not_accused(draw):
    rng = np.random.default_rng(5)
    assert told(draw(rng, 60_000), draw(rng, 50_000)) is None


@pytest.mark.parametrize(
    "name", ["one column, 2 decimals", "3 classes, 2 decimals", "leaves of a tree", "saturated"]
)
def test_the_same_rounded_rows_are_caught_in_any_order(name):
    rng = np.random.default_rng(0)
    fit = EQUAL_BY_CHANCE[name](rng, 300)
    assert told(fit, fit[rng.permutation(300)])


@pytest.mark.parametrize("name", ["3 classes, 2 decimals", "10 classes, 4 decimals"])
def test_a_third_of_rows_that_are_rounded_finely_is_caught(name):
    rng = np.random.default_rng(0)
    fit = EQUAL_BY_CHANCE[name](rng, 300)
    assert told(fit, fit[rng.permutation(300)[:100]])


def test_other_populations_with_values_in_common_are_not_accused():
    rng = np.random.default_rng(1)
    spread, few = rng.random(100_000), np.random.default_rng(99).random(2000)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        shared = rng.random(30_000) < 0.03
        fit = np.where(shared, rng.choice(few, 30_000), rng.choice(spread, 30_000))
        test = rng.choice(few, 1000)
        assert told(fit, test) is None, seed
