"""Specificity, predictive values and error rates against scikit-learn's per-class matrices."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import multilabel_confusion_matrix

import calibrant as cal
from calibrant.metrics.decided import rates

# of true negatives, false alarms, misses and hits: what is above the line, and the rest below it
SHARES = {
    rates.Specificity: ("tn", "fp"),
    rates.NegativePredictiveValue: ("tn", "fn"),
    rates.FalsePositiveRate: ("fp", "tn"),
    rates.FalseNegativeRate: ("fn", "tp"),
    rates.FalseDiscoveryRate: ("fp", "tp"),
    rates.FalseOmissionRate: ("fn", "tn"),
}
every_rate = pytest.mark.parametrize("rate", SHARES, ids=lambda rate: rate.__name__)


def drawn(n_classes, n=300):
    rng = np.random.default_rng(n_classes)
    truth = rng.integers(n_classes, size=n)
    guess = np.where(rng.random(n) < 0.6, truth, rng.integers(n_classes, size=n))
    return guess, truth, rng.random(n) + 0.1


def counts(rate, guess, truth, weights=None):
    """What stands above and beside the line for every class."""
    matrices = multilabel_confusion_matrix(truth, guess, sample_weight=weights)
    (tn, fp), (fn, tp) = matrices.transpose(1, 2, 0)
    kinds = {"tn": tn, "fp": fp, "fn": fn, "tp": tp}
    return tuple(kinds[kind] for kind in SHARES[rate])


@every_rate
@pytest.mark.parametrize("weighted", [False, True])
def test_averages_follow_from_the_counts_of_each_class(rate, weighted):
    guess, truth, weights = drawn(4)
    weights = weights if weighted else None
    rows = cal.decisions(predicted=guess, labels=truth, weights=weights)
    above, beside = counts(rate, guess, truth, weights)
    each = above / (above + beside)
    present = np.bincount(truth, weights=weights)
    assert rate("per_class")(rows).value == pytest.approx(each, abs=1e-12)
    assert rate("macro")(rows).value == pytest.approx(each.mean(), abs=1e-12)
    mean = np.average(each, weights=present)
    assert rate("weighted")(rows).value == pytest.approx(mean, abs=1e-12)
    pooled = above.sum() / (above.sum() + beside.sum())
    assert rate("micro")(rows).value == pytest.approx(pooled, abs=1e-12)


@every_rate
def test_of_the_positive_class_has_wilsons_interval(rate):
    guess, truth, _ = drawn(2)
    above, beside = (column[1] for column in counts(rate, guess, truth))
    interval = binomtest(int(above), int(above + beside)).proportion_ci(method="wilson")
    estimate = rate("positive")(cal.decisions(predicted=guess, labels=truth))
    assert (estimate.low, estimate.high) == pytest.approx(tuple(interval), abs=1e-12)


@every_rate
def test_interval_of_pooled_counts_holds_the_value(rate):
    guess, truth, weights = drawn(4)
    estimate = rate("micro")(cal.decisions(predicted=guess, labels=truth, weights=weights))
    assert estimate.low < estimate.value < estimate.high


def test_pooled_specificity_of_many_classes_is_not_accuracy():
    guess, truth, _ = drawn(4)
    rows = cal.decisions(predicted=guess, labels=truth)
    accuracy = np.mean(guess == truth)
    value = rates.Specificity("micro")(rows).value
    assert value == pytest.approx(1 - (1 - accuracy) / 3, abs=1e-12)


def test_short_names_mean_the_positive_class_of_two_and_the_mean_beyond():
    two = cal.decisions(predicted=[1, 1, 0, 0], labels=[1, 0, 0, 0])
    values = cal.evaluate(two, ["specificity", "npv", "fpr", "fnr"])
    assert [values[name].value for name in ("npv", "fnr")] == [1, 0]
    assert values["specificity"].value == pytest.approx(2 / 3)
    assert values["fpr"].value == pytest.approx(1 / 3)
    three = cal.decisions(predicted=[0, 1, 2], labels=[0, 1, 1])
    assert cal.evaluate(three, ["specificity"])["specificity"].value == pytest.approx(
        8 / 9
    )  # (1 + 1 + 2/3) / 3


def one_chosen(seed, n_classes, chosen):
    """Fifty rows that were all given one class, of weights that add up to no round number."""
    rng = np.random.default_rng(seed)
    truth, weights = rng.integers(n_classes, size=50), rng.exponential(size=50)
    return truth, np.full(50, chosen), weights


@every_rate
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("average", ["macro", "weighted", "per_class", "micro"])
def test_rows_that_are_not_there_weigh_nothing(rate, n_classes, average):
    """Where all rows were given one class, or are of one, a kind without rows has no weight."""
    for seed in range(40):
        truth, chosen, weights = one_chosen(seed, n_classes, seed % n_classes)
        for labels, guess in ((truth, chosen), (chosen, truth)):
            rows = cal.decisions(
                predicted=guess,
                labels=labels,
                weights=weights,
                class_names=[str(k) for k in range(n_classes)],
            )
            above, beside = np.zeros(n_classes), np.zeros(n_classes)
            for k in range(n_classes):  # by the rows of every kind, of which there may be none
                kinds = {
                    "tp": (labels == k) & (guess == k),
                    "fn": (labels == k) & (guess != k),
                    "fp": (labels != k) & (guess == k),
                    "tn": (labels != k) & (guess != k),
                }
                above[k], beside[k] = (weights[kinds[kind]].sum() for kind in SHARES[rate])
            whole = above + beside
            each = np.where(whole > 0, above / np.where(whole > 0, whole, 1), 0)
            present = np.bincount(labels, weights=weights, minlength=n_classes)
            due = {
                "macro": each.mean(),
                "weighted": np.average(each, weights=present),
                "per_class": each,
                "micro": above.sum() / whole.sum(),
            }[average]
            found = rate(average)(rows)
            assert found.value == pytest.approx(due, abs=1e-12)
            if average == "per_class" and not whole.all():
                assert np.isnan(np.broadcast_to(found.low or np.nan, n_classes)[whole == 0]).all()


def test_a_class_given_to_every_row_has_no_row_cleared():
    truth, chosen, weights = one_chosen(27, 2, 1)  # whose sums differ by 1e-15
    rows = cal.decisions(predicted=chosen, labels=truth, weights=weights)
    for name in ("npv", "false_omission_rate_positive"):
        found = cal.evaluate(rows, [name])[name]
        assert (found.value, found.low, found.high) == (0, None, None)
        assert found.note == "0 by convention: no row to take a share of"
        assert found.method == "not available: no row to take a share of"
    assert np.isnan(rates.NegativePredictiveValue("positive", "undefined")(rows).value)


def test_pooled_rates_of_rows_without_an_error_are_whole():
    for seed in range(40):
        truth, _, weights = one_chosen(seed, 3, 0)
        rows = cal.decisions(predicted=truth, labels=truth, weights=weights)
        assert rates.Specificity("micro")(rows).value == 1
        found = rates.FalsePositiveRate("micro")(rows)
        assert (found.value, found.low) == (0, 0)
