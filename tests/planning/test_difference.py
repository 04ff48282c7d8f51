"""Plans of a paired difference: the rows for it, and the power that they have."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.comparison.paired import paired_difference


def two(n, seed=0, edge=0.0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(2, size=n)
    first, second = rng.normal(size=(2, n))
    sign = 2 * labels - 1
    return [
        cal.predictions(logits=sign * (1 + gain) + noise, labels=labels)
        for gain, noise in ((0.0, first), (edge, second))
    ]


def test_rows_and_difference_are_one_law():
    a, b = two(400)
    shown = cal.plan_difference(a, b, "brier", n=1000)
    assert cal.plan_difference(a, b, "brier", difference=shown.difference).n in (1000, 1001)
    half = cal.plan_difference(a, b, "brier", difference=shown.difference / 2).n
    assert half == pytest.approx(4000, abs=3)
    assert cal.plan_difference(a, b, "brier").n == 400


def test_planned_rows_show_the_difference_as_often_as_they_should():
    edge = 0.3
    means = [float(np.mean([paired_difference(*two(50_000, 7, edge)).value]))]
    n = cal.plan_difference(*two(2000, 1, edge), difference=abs(means[0])).n
    runs = 150
    shown = sum(paired_difference(*two(n, 100 + k, edge)).p_value < 0.05 for k in range(runs))
    assert shown / runs == pytest.approx(0.8, abs=0.1)


def test_words_name_the_rows_the_difference_and_the_chance():
    found = cal.plan_difference(*two(400))
    assert found.words.startswith("400 rows, scored by both models, show a true difference of")
    assert "with a chance of 80 % (test at 5 %)" in str(found)
    assert found.to_dict()["n_pilot"] == 400


BAD = {
    "both": ({"difference": 0.1, "n": 100}, "difference must stand alone"),
    "negative": ({"difference": -0.1}, "difference must be a finite number above 0"),
    "few": ({"n": 1}, "n must be 2 or more"),
    "power": ({"power": 0.3}, "power must lie above 0.5"),
    "metric": ({"metric": "ece"}, "metric must be a mean of scores of rows"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_planned_is_refused_by_name(case):
    options, words = BAD[case]
    with pytest.raises(cal.InputError, match=words):
        cal.plan_difference(*two(50), **options)


def test_models_that_differ_alike_are_refused():
    a, _ = two(50)
    with pytest.raises(cal.InputError, match="must differ from row to row"):
        cal.plan_difference(a, a)
