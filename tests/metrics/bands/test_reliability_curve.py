"""Reliability curves with bands: exact ends, honest coverage, and the same from tallies."""

import json
from itertools import product

import numpy as np
import pytest
from scipy.stats import binom, binomtest

import calibrant as cal
from calibrant.metrics.bands.unlike_coins import acceptance

KINDS = list(product(("binned", "isotonic"), ("confidence", "consistency"), (False, True)))
KINDS += [("smooth", "consistency", each) for each in (False, True)]
every_band = pytest.mark.parametrize(("kind", "band", "simultaneous"), KINDS)


def drawn(n=1000, seed=0, power=1.0):
    rng = np.random.default_rng(seed)
    probs = rng.uniform(size=n)
    return probs, (rng.uniform(size=n) < probs**power).astype(int)


def asked(kind, band, simultaneous, **more):  # as `reliability_curve` takes them
    return {"view": "positive", "kind": kind, "band": band, "simultaneous": simultaneous, **more}


@every_band
def test_merged_tallies_give_the_curve_of_the_rows(kind, band, simultaneous):
    probs, labels = drawn()
    options = asked(kind, band, simultaneous)
    whole = cal.reliability_curve(cal.predictions(probs=probs, labels=labels), **options)
    parts = [
        cal.tally(cal.predictions(probs=probs[k::2], labels=labels[k::2]), ["positive_ece"])
        for k in range(2)
    ]
    merged = cal.reliability_curve(parts[1] + parts[0], **options)
    assert merged.n == whole.n
    for name in ("observed", "low", "high"):
        assert getattr(merged, name) == pytest.approx(getattr(whole, name), abs=1e-9)


@every_band
def test_equal_weights_change_nothing(kind, band, simultaneous):
    probs, labels = drawn(300)
    options = asked(kind, band, simultaneous)
    one, three = (
        cal.reliability_curve(
            cal.predictions(probs=probs, labels=labels, weights=weights), **options
        )
        for weights in (None, np.full(300, 3.0))
    )
    assert one.low == pytest.approx(three.low, abs=1e-9)
    assert one.high == pytest.approx(three.high, abs=1e-9)


@every_band
def test_band_at_once_is_the_wider_one_and_lies_in_the_unit_interval(kind, band, simultaneous):
    curve = cal.reliability_curve(
        cal.predictions(probs=drawn()[0], labels=drawn()[1]), **asked(kind, band, simultaneous)
    )
    low, high = np.array(curve.low), np.array(curve.high)
    assert ((low >= 0) & (low <= high) & (high <= 1)).all()
    if simultaneous:
        alone = cal.reliability_curve(
            cal.predictions(probs=drawn()[0], labels=drawn()[1]),
            **asked(kind, band, simultaneous=False),
        )
        assert np.mean(high - low) > np.mean(np.subtract(alone.high, alone.low))


def test_confidence_at_all_bins_is_exact_with_sidaks_share_of_the_error():
    probs, labels = drawn()
    rows = cal.predictions(probs=probs, labels=labels)
    curve = cal.reliability_curve(rows, view="positive", n_bins=10, simultaneous=True)
    inside = (probs > 0.3) & (probs <= 0.4)
    expected = binomtest(int(labels[inside].sum()), int(inside.sum())).proportion_ci(
        0.95 ** (1 / 10), method="exact"
    )
    assert (curve.low[3], curve.high[3]) == pytest.approx(tuple(expected), abs=1e-9)


def test_consistency_of_equal_scores_is_the_binomial():
    rows = cal.events(probs=[0.3] * 50, outcomes=[1] * 10 + [0] * 40)
    curve = cal.reliability_curve(rows, n_bins=1, band="consistency")
    expected = binom.ppf([0.025, 0.975], 50, 0.3) / 50
    assert (curve.low[0], curve.high[0]) == pytest.approx(tuple(expected), abs=1e-12)


@pytest.mark.parametrize("tail", [0.025, 0.002])
def test_sum_of_unlike_coins_is_that_of_their_convolution(tail):
    p = np.random.default_rng(0).uniform(0.2, 0.26, size=12)
    chance = np.ones(1)
    for each in np.repeat(p, 5):
        chance = np.convolve(chance, (1 - each, each))
    below, above = np.cumsum(chance), np.cumsum(chance[::-1])[::-1]
    low, high = np.argmax(below > tail), np.flatnonzero(above > tail)[-1]
    assert acceptance(np.full(12, 5.0), np.sort(p), tail) == (low, high)


def test_expansion_of_wide_sums_agrees_with_the_binomial():
    low, high = acceptance(np.array([1e6]), np.array([0.02]), 0.025)
    expected = binom.ppf([0.025, 0.975], 1_000_000, 0.02)
    assert (low, high) == pytest.approx(tuple(expected), abs=1.0)


def test_isotonic_band_at_once_holds_the_rising_truth():
    held = 0
    for seed in range(60):
        probs, labels = drawn(400, seed, power=2.0)
        curve = cal.reliability_curve(
            cal.predictions(probs=probs, labels=labels),
            **asked("isotonic", "confidence", simultaneous=True),
        )
        truth = np.array(curve.stated) ** 2
        held += bool(((curve.low <= truth + 1e-3) & (truth <= np.array(curve.high) + 1e-3)).all())
    assert held >= 57  # honest: misses at most one in twenty


@pytest.mark.parametrize("kind", ["binned", "isotonic"])
def test_calibrated_curves_leave_the_consistency_band_as_often_as_they_should(kind):
    runs, at_once, alone = 80, 0, 0.0
    for seed in range(runs):
        probs, labels = drawn(600, 1000 + seed)
        tallies = cal.tally(cal.predictions(probs=probs, labels=labels), ["positive_ece"])
        both = [
            cal.reliability_curve(tallies, **asked(kind, "consistency", each))
            for each in (False, True)
        ]
        alone += np.mean(both[0].outside)
        at_once += any(both[1].outside)
    assert alone / runs <= 0.065
    assert at_once / runs <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / runs)


def test_miscalibration_is_shown_in_words():
    probs, labels = drawn(5000, power=2.0)
    rows = cal.predictions(probs=probs, labels=labels)
    for kind, band in product(("binned", "isotonic"), ("confidence", "consistency")):
        curve = cal.reliability_curve(rows, **asked(kind, band, simultaneous=True))
        assert "at once at 95 %: miscalibration is shown" in curve.words
        assert str(curve).splitlines()[0] == curve.words
        assert "outside" in str(curve)
    told = curve.to_dict()
    json.dumps(told, allow_nan=False)
    assert len(curve.to_frame()) == len(curve) == len(told["points"]["low"])


def test_soft_labels_have_no_consistency_band():
    rows = cal.predictions(probs=[0.2, 0.8], labels=np.array([0.1, 0.9]))
    with pytest.raises(cal.InputError, match="labels must be hard for a consistency band"):
        cal.reliability_curve(rows, band="consistency")
    assert "soft" in cal.reliability_curve(rows).note


def test_tallies_without_the_grid_are_refused_with_a_remedy():
    tallies = cal.tally(cal.predictions(probs=[0.5], labels=[1]), ["accuracy"])
    with pytest.raises(cal.InputError, match=r"Tally them with metrics=\['top_label_ece'\]"):
        cal.reliability_curve(tallies, kind="isotonic")
    with pytest.raises(cal.InputError, match=r"metrics=\['positive_ece_7'\]"):
        cal.reliability_curve(tallies, view="positive", n_bins=7)


def test_rows_in_clusters_have_no_band():
    rows = cal.predictions(probs=[0.2, 0.8], labels=[0, 1], clusters=["a", "a"])
    with pytest.raises(cal.InputError, match="do not depend on each other for a band"):
        cal.reliability_curve(rows)


def three(n=800):
    rng = np.random.default_rng(4)
    probs = rng.dirichlet((0.5, 1, 2), size=n)
    labels = (probs.cumsum(axis=1) > rng.uniform(size=(n, 1))).argmax(axis=1)
    return probs, labels, rng.integers(1, 4, n), ("cat", "dog", "owl")


@every_band
def test_curve_of_a_class_is_that_of_its_events_and_the_same_from_tallies(kind, band, simultaneous):
    probs, labels, weights, names = three()
    rows = cal.predictions(probs=probs, labels=labels, weights=weights, class_names=names)
    options = {"kind": kind, "band": band, "simultaneous": simultaneous}
    tallies = cal.tally(rows, ["classwise_ece"])
    for k, name in enumerate(names):
        found = cal.reliability_curve(rows, class_name=name, **options)
        assert str(found) == str(cal.reliability_curve(tallies, class_name=k, **options))
        assert found.view == "class"
        events = cal.events(probs=probs[:, k], outcomes=labels == k, weights=weights)
        own = cal.reliability_curve(events, **options)
        if kind == "binned":
            assert found.n == own.n
            for column in ("lower", "upper", "weight", "stated", "observed"):
                assert getattr(found, column) == pytest.approx(getattr(own, column), abs=1e-12)
        if kind == "binned" and band == "confidence":
            assert found.low == pytest.approx(own.low, abs=1e-12)
            assert found.high == pytest.approx(own.high, abs=1e-12)
        if kind == "smooth":  # cells of a class are 1/600 wide, those of events 1/14,400
            assert found.width == pytest.approx(own.width, rel=0.02)
        if kind == "smooth" and not simultaneous:
            assert found.high == pytest.approx(
                np.interp(found.stated, own.stated, own.high), abs=0.03
            )


def test_bins_of_a_class_are_those_of_its_table():
    probs, labels, weights, names = three()
    rows = cal.predictions(probs=probs, labels=labels, weights=weights, class_names=names)
    for n_bins in (15, 7):
        table = cal.reliability_table(rows, class_name="dog", n_bins=n_bins)
        curve = cal.reliability_curve(rows, class_name="dog", n_bins=n_bins)
        held = [b for b in range(n_bins) if table.n[b]]
        for column in ("n", "stated", "observed", "low", "high"):
            expected = [getattr(table, column)[b] for b in held]
            assert getattr(curve, column) == pytest.approx(expected, abs=1e-12)


def test_unknown_classes_and_grids_are_refused_as_by_the_table():
    probs, labels, _, names = three(50)
    rows = cal.predictions(probs=probs, labels=labels, class_names=names)
    with pytest.raises(cal.InputError, match="class_name must be a class of the rows; got 'cow'"):
        cal.reliability_curve(rows, class_name="cow")
    with pytest.raises(cal.InputError, match=r"metrics=\['classwise_ece'\]"):
        cal.reliability_curve(cal.tally(rows, ["ece"]), class_name="cat")
    with pytest.raises(cal.InputError, match=r"metrics=\['classwise_ece_7'\]"):
        cal.reliability_curve(cal.tally(rows, ["classwise_ece"]), class_name="cat", n_bins=7)
