"""Signs of blocks drawn anew, against all of them."""

import itertools

import numpy as np
import pytest
from scipy import stats

from calibrant.metrics.inference.sign_flips import N_FLIPS, chance_of_flips, flipped


def test_chance_is_that_of_all_signs():
    sums = np.random.default_rng(0).exponential(size=(12, 3)) - 1
    every = np.array(list(itertools.product((-1, 1), repeat=12))) @ sums
    squares = np.square(sums.sum(axis=0)).sum()
    exact = np.mean(np.square(every).sum(axis=1) >= squares * (1 - 1e-12))
    found = chance_of_flips(np.square(flipped(sums)).sum(axis=0), float(squares))
    assert found == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / N_FLIPS))


def test_it_is_exact_of_few_blocks_that_are_nothing_like_normal():
    rng = np.random.default_rng(1)
    sums = rng.standard_t(2, size=(600, 11, 4)) * rng.exponential(size=(600, 1, 1))
    values = [
        chance_of_flips(np.square(flipped(each)).sum(axis=0), float(np.sum(each.sum(axis=0) ** 2)))
        for each in sums
    ]
    assert stats.kstest(values, "uniform").pvalue > 0.01


def test_bins_of_a_block_change_sign_together():
    draws = flipped(np.array([[1.0, 2.0], [10.0, 20.0]]))
    assert np.array_equal(2 * draws[0], draws[1])


def test_blocks_that_follow_do_not_change_the_signs_of_others():
    first = np.random.default_rng(2).normal(size=(20, 2))
    more = np.concatenate((first, np.zeros((300, 2))))
    assert flipped(more) == pytest.approx(flipped(first), abs=1e-12)
