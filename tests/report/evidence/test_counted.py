"""That rows are weighted or in clusters is told, with what these leave of them."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.report.evidence.counted import Counted, counted_of

PROBS, OUTCOMES = np.linspace(0.1, 0.9, 40), np.arange(40) % 2


def rows(**given):
    return cal.events(probs=PROBS, outcomes=OUTCOMES, **given)


def test_rows_that_count_as_one_each_have_no_words():
    assert counted_of(rows()) == Counted()
    assert counted_of(rows()).words() == ""
    assert counted_of(None).words() == ""


def test_effective_rows_are_those_of_kish():
    weights = np.random.default_rng(0).gamma(1.0, size=40)
    found = counted_of(rows(weights=weights), weights="w")
    assert found.n_effective == pytest.approx(weights.sum() ** 2 / (weights**2).sum(), rel=1e-5)
    assert found.words() == f"weighted by 'w' ({found.n_effective:.1f} effective rows)"
    assert counted_of(rows(weights=weights)).words().startswith("weighted (")


def test_rows_of_weight_nothing_are_as_if_absent():
    assert counted_of(rows(weights=[0.0] * 10 + [1.0] * 30)).words() == ""


def test_equal_weights_that_are_named_are_told():
    found = counted_of(rows(weights=[2.0] * 40), weights="w")
    assert found.words() == "weighted by 'w' (all weigh the same)"


def test_clusters_are_counted_among_rows_that_count():
    names = [f"c{k // 4}" for k in range(40)]
    assert counted_of(rows(clusters=names), clusters="patient").words() == (
        "in 10 clusters of 'patient'"
    )
    some = rows(clusters=names, weights=[0.0] * 8 + [1.0] * 32)
    assert counted_of(some).words() == "in 8 clusters"
    assert counted_of(rows(clusters=["a"] * 40)).words() == "in 1 cluster"


def test_both_are_told():
    found = counted_of(rows(clusters=["a", "b"] * 20, weights=[1.0, 3.0] * 20))
    assert found.words() == "weighted (32.0 effective rows), in 2 clusters"  # 80**2 / 200


def test_tallies_tell_what_they_know():
    weighted = cal.tally(rows(weights=[1.0, 3.0] * 20))
    assert counted_of(weighted).words() == "weighted (32.0 effective rows)"
    assert counted_of(cal.tally(rows())).words() == ""
    clustered = cal.tally(rows(clusters=[f"c{k // 4}" for k in range(40)]))
    assert counted_of(clustered).words() == "in clusters"
    numbers = cal.numbers(predicted=[1.0, 2.0], targets=[1.0, 3.0], weights=[1.0, 3.0])
    assert counted_of(cal.tally(numbers)).words() == ""
