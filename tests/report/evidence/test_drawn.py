"""Rows for a picture are all of them, or spread evenly over their true values."""

import numpy as np
import pytest

from calibrant.report.evidence.drawn import drawn_rows


def test_few_rows_are_all_drawn_in_the_order_of_their_true_values():
    found = drawn_rows(np.array([1.0, 2.0, 3.0]), np.array([9.0, 7.0, 8.0]))
    assert (found.predicted, found.targets, found.n) == ([2.0, 3.0, 1.0], [7.0, 8.0, 9.0], 3)


@pytest.mark.parametrize("n", [2001, 2999, 50_000])
def test_many_rows_are_thinned_to_the_most_with_both_ends_and_no_row_twice(n: int):
    targets = np.random.default_rng(0).permutation(np.arange(float(n)))
    found = drawn_rows(-targets, targets)
    assert len(found.targets) == len(set(found.targets)) == 2000
    assert (found.targets[0], found.targets[-1], found.n) == (0.0, n - 1.0, n)
    steps = np.diff(found.targets)
    assert steps.max() - steps.min() <= 1  # the true values are their own ranks


def test_prediction_stays_with_its_true_value():
    targets = np.random.default_rng(1).normal(size=5000)
    found = drawn_rows(2 * targets, targets)
    assert found.predicted == [2 * value for value in found.targets]
