"""Bands of curves: the curve itself, and how often a band holds the true one."""

import numpy as np
import pytest
import torch
from scipy.stats import norm
from sklearn.metrics import roc_curve

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics import precision_recall_band, roc_band


def drawn(seed: int, n: int = 400, digits: int = 12):
    """Scores that are normal about 0 and 1; recall at a false alarms is Phi(1 - Phi^-1(1 - a))."""
    rng = np.random.default_rng(seed)
    labels = (rng.uniform(size=n) < 0.3).astype(int)
    return cal.predictions(logits=(rng.normal(size=n) + labels).round(digits), labels=labels)


@pytest.mark.parametrize("digits", [12, 0])
def test_roc_band_lies_on_the_curve_of_scikit_learn(digits):
    rows = drawn(0, digits=digits)
    alarms, recall, _ = roc_curve(rows.hard, rows.declared.values)
    band = roc_band(rows)
    inside = np.min(np.abs(band.at[:, None] - alarms[None]), axis=1) > 1e-9  # off upright parts
    assert inside.sum() > 40
    assert band.value[inside] == pytest.approx(np.interp(band.at[inside], alarms, recall))
    assert band.value[0] == pytest.approx(recall[alarms == 0].max())


def test_precision_between_thresholds_grows_with_both_counts():
    """One cell of 2 hits and 2 false alarms after a sure hit: at 2 of 3 found, 1 is wrong."""
    rows = cal.predictions(probs=[0.9, 0.5, 0.5, 0.5, 0.5, 0.1], labels=[1, 1, 1, 0, 0, 0])
    band = precision_recall_band(rows)
    recall = band.at
    found = 3 * recall
    wrong = np.clip(found - 1, 0, None)
    assert band.value == pytest.approx(found / (found + wrong))


def test_curve_turns_with_the_class_and_reads_tallies():
    rows = drawn(1)
    probs = torch.as_tensor(rows.probs)
    three = torch.stack((1 - probs, probs / 2, probs / 2), dim=1)
    many = cal.predictions(probs=three, labels=rows.hard, class_names=("no", "yes", "never"))
    band, exact = roc_band(many, class_name="yes"), roc_band(rows)
    assert band.value == pytest.approx(exact.value, abs=1e-12)
    assert (band.low, band.high) == (pytest.approx(exact.low), pytest.approx(exact.high))
    tallied = roc_band(cal.tally(rows, ["auroc"]))
    assert tallied.value == pytest.approx(exact.value, abs=0.02)


def test_weights_count_as_repeated_rows_in_the_curve_alone():
    rows = drawn(2, n=200)
    weights = torch.arange(200) % 3 + 1.0
    again = torch.arange(200).repeat_interleave((weights).long())
    heavy = cal.predictions(logits=rows.declared.values, labels=rows.hard, weights=weights)
    many = cal.predictions(logits=rows.declared.values[again], labels=rows.hard[again])
    for band in (roc_band, precision_recall_band):
        one, other = band(heavy), band(many)
        assert one.value == pytest.approx(other.value, abs=1e-12)
        assert (one.high - one.low).mean() > (other.high - other.low).mean()


def test_band_of_the_roc_curve_covers_at_each_place():
    places = [5, 20, 50, 80]
    covered = np.zeros(len(places))
    for seed in range(80):
        band = roc_band(drawn(seed))
        true = norm.cdf(1 - norm.ppf(1 - band.at[places]))
        covered += (band.low[places] <= true) & (true <= band.high[places])
    assert (covered / 80 > 0.88).all()
    assert (covered / 80).mean() < 0.99


def test_what_cannot_be_told_says_why():
    few = cal.predictions(probs=[0.1, 0.2, 0.9], labels=[0, 1, 1])
    assert "too few positive rows" in roc_band(few).why
    assert np.isnan(roc_band(few).low).all()
    one = cal.predictions(probs=[0.1, 0.2, 0.9], labels=[1, 1, 1])
    assert np.isnan(precision_recall_band(one).value).all()
    probs = np.random.default_rng(0).uniform(size=(50, 2))
    soft = cal.predictions(probs=probs / probs.sum(1, keepdims=True), labels=np.full((50, 2), 0.5))
    assert "soft labels" in roc_band(soft).why
    names = [f"c{k // 2}" for k in range(400)]
    rows = drawn(0)
    patients = cal.predictions(logits=rows.declared.values, labels=rows.hard, clusters=names)
    for clustered in (patients, cal.tally(patients, ["auroc"])):
        band = roc_band(clustered)
        assert "clusters" in band.why
        assert np.isnan(band.high).all()
        assert not np.isnan(band.value).any()
    with pytest.raises(InputError, match="level must"):
        roc_band(few, level=1.5)
