"""Clusters of rows hold for every model of these rows, whichever came with them."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.comparison.paired import paired_difference

RNG = np.random.default_rng(1)
TRUE = np.repeat(RNG.normal(size=40), 3)
LABELS = RNG.binomial(1, 1 / (1 + np.exp(-TRUE)))
LOGITS = [TRUE + s * np.repeat(RNG.normal(size=40), 3) for s in (0.3, 0.6, 0.9)]
UNITS = np.repeat(np.arange(40), 3)
NAMES = ["log_loss", "auroc", "f1", "ece"]


def rows(k, clusters=None, weights=None):
    return cal.predictions(logits=LOGITS[k], labels=LABELS, clusters=clusters, weights=weights)


def told(found):
    return [(one.metric, one.first, one.difference) for one in found]


@pytest.mark.parametrize("which", [0, 1, 2])
def test_clusters_of_one_model_hold_for_all(which):
    given = cal.compare(*(rows(k, UNITS) for k in range(3)), metrics=NAMES)
    own = [rows(k, UNITS if k == which else None) for k in range(3)]
    found = cal.compare(*own, metrics=NAMES)
    assert told(found) == told(given)
    assert found.n_clusters == 40


def test_clusters_of_the_second_hold_for_the_score_alone_too():
    apart = paired_difference(rows(0), rows(1, UNITS))
    assert apart == paired_difference(rows(0, UNITS), rows(1))
    assert apart.n_effective == pytest.approx(40)


def test_numbers_and_decisions_come_with_clusters_too():
    numbers = [cal.numbers(predicted=one, targets=TRUE, clusters=UNITS) for one in LOGITS[:2]]
    assert cal.compare(*numbers).n_clusters == 40
    chosen = [
        cal.decisions(predicted=(one > 0).astype(int), labels=LABELS, clusters=UNITS)
        for one in LOGITS[:2]
    ]
    assert cal.compare(*chosen).n_clusters == 40


def test_names_of_clusters_do_not_matter():
    named = np.array([f"patient {k}" for k in 39 - UNITS])
    there = cal.compare(rows(0, UNITS), rows(1, named), metrics=NAMES)
    assert told(there) == told(cal.compare(rows(0, UNITS), rows(1, UNITS), metrics=NAMES))


def test_unlike_clusters_are_refused_unless_others_are_given():
    halves = UNITS // 2  # rows 0 and 3 together
    said = "A and C must have the same clusters; got rows 0 and 3 together in C, apart in A"
    models = rows(0, UNITS), rows(1), rows(2, halves)
    with pytest.raises(cal.InputError, match=said):
        cal.compare(*models, metrics=NAMES)
    with pytest.raises(cal.InputError, match="a and b must have the same clusters"):
        paired_difference(rows(0, UNITS), rows(1, halves))
    assert cal.compare(*models, metrics=NAMES, clusters=UNITS).n_clusters == 40


def test_clusters_of_rows_that_do_not_count_may_differ():
    weights = np.ones(120)
    weights[-3:] = 0
    other = UNITS.copy()
    other[-3:] = 0
    found = cal.compare(rows(0, UNITS, weights), rows(1, other, weights), metrics=NAMES)
    assert found.n_clusters == 39
