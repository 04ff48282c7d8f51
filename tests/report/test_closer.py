"""What a reader may choose among: the tables that the library gives for the same rows."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.report.evidence.closer import choices_of

RNG = np.random.default_rng(5)
NAMES = ("cat", "dog", "owl")


def drawn(n_classes: int, n: int = 400, **given: object):
    probs = RNG.dirichlet(np.ones(n_classes), size=n)
    labels = (probs.cumsum(axis=1) > RNG.uniform(size=(n, 1))).argmax(axis=1)
    return cal.predictions(probs=probs, labels=labels, **given)


def test_tables_are_those_of_the_rows():
    groups = RNG.choice(["a", "b"], 400)
    rows = drawn(3, class_names=NAMES, groups=groups)
    found = {(one.of, one.bins): one.table for one in choices_of(rows, ["top_label"], level=0.9)}
    assert len(found) == 4 * (1 + 3 + 2)
    mass = cal.reliability_table(rows, bins="mass", level=0.9)
    assert str(found["the likeliest class", "15 of equal mass"]) == str(mass)
    dog = cal.reliability_table(rows, class_name="dog", n_bins=10, level=0.9)
    assert str(found["the class dog", "10 of equal width"]) == str(dog)
    inside = cal.reliability_table(dict(rows.by_group())["b"], n_bins=30, level=0.9)
    assert str(found["the group b", "30 of equal width"]) == str(inside)


def test_tallies_tell_the_same():
    rows = drawn(3, class_names=NAMES, groups=RNG.choice(["a", "b"], 400))
    tallies = cal.tally(rows, ["ece", "classwise_ece"])
    one, other = (choices_of(each, ["top_label"], level=0.95) for each in (rows, tallies))
    assert [(a.of, a.bins) for a in one] == [(b.of, b.bins) for b in other]
    for a, b in zip(one, other, strict=True):
        assert (a.table.n, a.table.weight) == (b.table.n, b.table.weight)
        assert a.table.observed == pytest.approx(b.table.observed, nan_ok=True)


def test_two_classes_offer_the_positive_one():
    found = choices_of(drawn(2), ["top_label", "positive"], level=0.95)
    assert {one.of for one in found} == {"the likeliest class", "the class 1"}
    assert {one.table.view for one in found} == {"top_label", "positive"}


def test_many_classes_offer_the_eight_recognised_worst():
    found = choices_of(drawn(20, n=2000), ["top_label"], level=0.95)
    assert len({one.of for one in found}) == 9
    assert not [
        one
        for one in choices_of(cal.tally(drawn(20), ["ece"]), ["top_label"], level=0.95)
        if one.of != "all rows"
    ]
