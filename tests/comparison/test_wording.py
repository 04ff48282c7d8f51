"""Each sentence about a difference appears where its interval says so, and nowhere else."""

import math
import re

import numpy as np
import pytest

from calibrant.comparison.difference import Difference
from calibrant.comparison.paired import paired_difference_of
from calibrant.comparison.wording import in_words

SENTENCES = {
    "better": re.compile(r"^The network's log loss is lower than that of boosting by [\d.]+ \("),
    "worse": re.compile(r"^The network loses to boosting: its log loss is higher by [\d.]+ \("),
    "even": re.compile(r"^No evidence of a difference in log loss between the network and boost"),
    "same": re.compile(r"^The network and boosting have the same log loss: both score every row"),
    "no verdict": re.compile(r"^The network's log loss is (lower|higher) .* so without a verdict"),
    "ours infinite": re.compile(r"^The network loses to boosting: its log loss is infinite, by"),
    "theirs infinite": re.compile(r"^The log loss of boosting is infinite, by .* network is finit"),
    "both infinite": re.compile(r"^The log loss of the network and that of boosting are both inf"),
}
CASES = {
    "better": ([0.1, 0.2, 0.3], [0.6, 0.8, 0.7]),
    "worse": ([0.6, 0.8, 0.7], [0.1, 0.2, 0.3]),
    "even": ([0.1, 0.9, 0.3], [0.2, 0.7, 0.4]),
    "same": ([0.1, 0.9], [0.1, 0.9]),
    "no verdict": ([0.1], [0.9]),
    "ours infinite": ([math.inf, 0.9], [0.1, 0.9]),
    "theirs infinite": ([0.1, 0.9], [math.inf, 0.9]),
    "both infinite": ([math.inf, 0.9], [0.1, math.inf]),
}


def told(difference, what="log loss"):
    return in_words(difference, "the network", "boosting", what)


def between(low, high, value=None, level=0.95):
    value = (low + high) / 2 if value is None else value
    return Difference(
        value=value, low=low, high=high, level=level, n=9, n_effective=9.0, p_value=0.5, method="t"
    )


@pytest.mark.parametrize("case", CASES)
def test_each_case_has_its_own_sentence_and_no_other(case):
    sentence = told(paired_difference_of(*CASES[case]))
    assert [name for name, form in SENTENCES.items() if form.search(sentence)] == [case]
    assert sentence.endswith(".")


def test_a_verdict_is_given_exactly_where_the_interval_leaves_out_zero():
    rng, seen = np.random.default_rng(0), set()
    for _ in range(300):
        noise = rng.normal(rng.choice([-1, 0, 1]) * 0.3, 1, size=40)
        found = paired_difference_of(noise, np.zeros(40))
        expected = "better" if found.high < 0 else "worse" if found.low > 0 else "even"
        assert SENTENCES[expected].search(told(found))
        assert (found.p_value < 0.05) == (expected != "even")
        seen.add(expected)
    assert seen == {"better", "worse", "even"}


@pytest.mark.parametrize(("low", "high"), [(-1.0, 0.0), (0.0, 1.0)])
def test_interval_that_touches_zero_gives_no_verdict(low, high):
    assert SENTENCES["even"].search(told(between(low, high)))


def test_numbers_are_those_of_the_difference_and_swap_ends_with_the_sign():
    assert told(between(-0.0070, -0.0012)) == (
        "The network's log loss is lower than that of boosting by 0.0041 (95 %: 0.0012 to 0.0070)."
    )
    assert told(between(0.0012, 0.0070)) == (
        "The network loses to boosting: its log loss is higher by 0.0041 (95 %: 0.0012 to 0.0070)."
    )
    assert told(between(-0.0012, 0.0030, level=0.9)) == (
        "No evidence of a difference in log loss between the network and boosting: "
        "0.0009 (90 %: -0.0012 to 0.0030)."
    )


def test_digits_follow_the_width_of_the_interval():
    assert "1,234,000 (95 %: 1,100,000 to 1,368,000)" in told(between(1.1e6, 1.368e6))
    assert "0.000000123 (95 %: 0.000000111 to 0.000000135)" in told(between(1.11e-7, 1.35e-7))


def test_zero_has_no_sign():
    assert "boosting: 0.000 (95 %: -0.032 to 0.031)." in told(between(-0.032, 0.0314, -0.0003))


def test_both_ways_of_having_no_interval_keep_their_sign():
    assert "log loss is lower" in told(paired_difference_of([0.1], [0.9]))
    assert "log loss is higher" in told(paired_difference_of([0.9], [0.1]))


def test_infinite_rows_are_counted():
    rows = paired_difference_of([math.inf, math.inf, 1.0], [1.0, 2.0, math.inf])
    assert "by 2 and 1 of 3 rows" in told(rows)
    assert "by 1 of 2 rows" in told(paired_difference_of([1.0, 1.0], [1.0, math.inf]))


def test_name_at_the_start_keeps_its_own_capitals():
    sentence = in_words(between(1.0, 2.0), "XGBoost", "ridge", "MSE")
    assert sentence.startswith("XGBoost loses to ridge: its MSE is higher")
