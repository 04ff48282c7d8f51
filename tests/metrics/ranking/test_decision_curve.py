"""Net benefit: by hand, by scikit-learn's counts, and as often as stated."""

import numpy as np
import pytest
from scipy.stats import t as student
from sklearn.metrics import confusion_matrix

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics import decision_curve


def rows(seed: int, n: int = 500):
    rng = np.random.default_rng(seed)
    probs = rng.beta(1, 3, size=n)
    return cal.predictions(probs=probs, labels=(rng.uniform(size=n) < probs**1.3).astype(int))


def test_net_benefit_is_that_of_the_counts():
    some = rows(0)
    curve = decision_curve(some)
    assert curve.threshold.tolist() == [k / 100 for k in range(1, 100)]
    labels, probs = some.hard.numpy(), np.asarray(some.declared.values)
    for k in (0, 9, 42, 98):
        at = curve.threshold[k]
        (tn, fp), (fn, tp) = confusion_matrix(labels, probs >= at, labels=[0, 1])
        assert curve.net_benefit[k] == pytest.approx((tp - fp * at / (1 - at)) / 500, abs=1e-12)
        assert [curve.tp[k], curve.fp[k], curve.fn[k], curve.tn[k]] == [tp, fp, fn, tn]
        both = (tp + fn, tn + fp)
        assert curve.act_on_all[k] == pytest.approx((both[0] - both[1] * at / (1 - at)) / 500)


def test_interval_is_students_of_the_gains_of_the_rows():
    some, at = rows(1), 0.3
    curve = decision_curve(some, thresholds=[at])
    labels, probs = some.hard.numpy(), np.asarray(some.declared.values)
    gain = (probs >= at) * (labels - (1 - labels) * at / (1 - at))
    half = student.ppf(0.975, 499) * gain.std(ddof=1) / np.sqrt(500)
    assert curve.net_benefit[0] == pytest.approx(gain.mean(), abs=1e-13)
    assert curve.low[0] == pytest.approx(gain.mean() - half, abs=1e-12)
    assert curve.high[0] == pytest.approx(gain.mean() + half, abs=1e-12)


def test_gain_over_acting_on_all_is_that_of_the_same_rows_at_once():
    some, at = rows(1), 0.3
    curve = decision_curve(some, thresholds=[at])
    labels, probs = some.hard.numpy(), np.asarray(some.declared.values)
    gain = (probs < at) * ((1 - labels) * at / (1 - at) - labels)  # a false alarm saved, a hit lost
    half = student.ppf(0.975, 499) * gain.std(ddof=1) / np.sqrt(500)
    assert curve.gain[0] == pytest.approx(gain.mean(), abs=1e-13)
    assert curve.gain[0] == pytest.approx(curve.net_benefit[0] - curve.act_on_all[0], abs=1e-13)
    assert curve.gain_low[0] == pytest.approx(gain.mean() - half, abs=1e-12)
    assert curve.gain_high[0] == pytest.approx(gain.mean() + half, abs=1e-12)


def test_interval_covers_the_net_benefit_of_the_population():
    at, covered = (0.1, 0.3, 0.5), np.zeros(3)
    many = decision_curve(rows(10_000, n=1_000_000), thresholds=at)
    for seed in range(200):
        curve = decision_curve(rows(seed), thresholds=at)
        covered += (curve.low <= many.net_benefit) & (many.net_benefit <= curve.high)
    assert (covered / 200 > 0.91).all()
    assert (covered / 200 < 0.985).all()


def test_tallies_give_the_same_at_edges_of_cells():
    some = rows(2)
    exact, read = decision_curve(some), decision_curve(cal.tally(some, ["auroc_positive"]))
    names = (
        "net_benefit",
        "low",
        "high",
        "act_on_all",
        "gain",
        "gain_low",
        "gain_high",
        "tp",
        "tn",
    )
    for name in names:
        assert getattr(read, name) == pytest.approx(getattr(exact, name), abs=1e-12, nan_ok=True)
    with pytest.raises(InputError, match=r"thresholds must be multiples of 1/14,400"):
        decision_curve(cal.tally(some, ["auroc_positive"]), thresholds=[0.123456])


def test_rows_that_depend_on_each_other_have_no_interval():
    some = rows(4)
    names = [f"c{k // 5}" for k in range(500)]
    given = cal.predictions(probs=some.declared.values, labels=some.hard, clusters=names)
    curve = decision_curve(given)
    assert "clusters" in curve.why
    assert np.isnan(curve.low).all()
    assert curve.net_benefit == pytest.approx(decision_curve(some).net_benefit)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_row_at_a_threshold_is_acted_on_whatever_its_precision(dtype):
    at = np.array([0.1, 0.3, 0.7, 0.9])
    curve = decision_curve(cal.predictions(probs=at.astype(dtype), labels=[1] * 4), thresholds=at)
    assert curve.net_benefit.tolist() == [1.0, 0.75, 0.5, 0.25]


def test_few_that_are_acted_on_have_no_interval():
    curve = decision_curve(cal.predictions(probs=[0.2] * 30 + [0.8] * 9, labels=[0, 1, 1] * 13))
    assert not np.isnan(curve.low[curve.threshold <= 0.2]).any()
    assert np.isnan(curve.low[curve.threshold > 0.2]).all()
    assert (curve.net_benefit[curve.threshold > 0.8] == 0).all()
    assert np.isnan(curve.gain_low[curve.threshold <= 0.2]).all()  # none are left
    assert not np.isnan(curve.gain_low[curve.threshold > 0.2]).any()


@pytest.mark.parametrize("thresholds", [[], [0.0], [1.0], [0.2, np.nan]])
def test_thresholds_that_are_none_are_refused(thresholds):
    with pytest.raises(InputError, match="thresholds must be numbers between 0 and 1"):
        decision_curve(rows(3), thresholds=thresholds)
