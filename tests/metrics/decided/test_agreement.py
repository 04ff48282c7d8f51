"""MCC, kappas, informedness, markedness and G-mean against scikit-learn and by hand."""

import json
import math

import numpy as np
import pytest
import torch
from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score, matthews_corrcoef

import calibrant as cal
from calibrant.metrics.decided.agreement import CohenKappa, MatthewsCorrelation
from calibrant.metrics.decided.balance import GeometricMean, Informedness, Markedness
from calibrant.statistics.tally import Tally

ALL = (
    *(MatthewsCorrelation(), CohenKappa(), CohenKappa("linear"), CohenKappa("quadratic")),
    *(GeometricMean(), Informedness(), Markedness()),
)
every_metric = pytest.mark.parametrize("metric", ALL, ids=str)


def drawn(n_classes, n=300):
    rng = np.random.default_rng(n_classes)
    truth = rng.integers(n_classes, size=n)
    guess = np.where(rng.random(n) < 0.6, truth, rng.integers(n_classes, size=n))
    return guess, truth, rng.random(n) + 0.1


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n_classes", [2, 3, 6])
def test_correlation_and_kappas_agree_with_scikit_learn(n_classes, weighted):
    guess, truth, weights = drawn(n_classes)
    weights = weights if weighted else None
    rows = cal.decisions(predicted=guess, labels=truth, weights=weights)
    mcc = matthews_corrcoef(truth, guess, sample_weight=weights)
    assert MatthewsCorrelation()(rows).value == pytest.approx(mcc, abs=1e-12)
    for distance, peers in (("equal", None), ("linear", "linear"), ("quadratic", "quadratic")):
        kappa = cohen_kappa_score(truth, guess, weights=peers, sample_weight=weights)
        assert CohenKappa(distance)(rows).value == pytest.approx(kappa, abs=1e-12)


@pytest.mark.parametrize("n_classes", [2, 5])
def test_informedness_is_the_adjusted_balanced_accuracy_of_scikit_learn(n_classes):
    guess, truth, weights = drawn(n_classes)
    rows = cal.decisions(predicted=guess, labels=truth, weights=weights)
    expected = balanced_accuracy_score(truth, guess, sample_weight=weights, adjusted=True)
    assert Informedness()(rows).value == pytest.approx(expected, abs=1e-12)


def test_informedness_is_the_mean_over_pairs_of_classes_of_right_less_wrong_choices():
    guess, truth, _ = drawn(4)
    chance = np.array([[np.mean(guess[truth == k] == j) for j in range(4)] for k in range(4)])
    pairs = [chance[k, k] - chance[j, k] for k in range(4) for j in range(4) if j != k]
    rows = cal.decisions(predicted=guess, labels=truth)
    assert Informedness()(rows).value == pytest.approx(np.mean(pairs), abs=1e-12)


def test_of_two_classes_informedness_times_markedness_is_the_square_of_the_correlation():
    guess, truth, weights = drawn(2)
    rows = cal.decisions(predicted=guess, labels=truth, weights=weights)
    product = Informedness()(rows).value * Markedness()(rows).value
    assert product == pytest.approx(MatthewsCorrelation()(rows).value ** 2, abs=1e-12)


def test_geometric_mean_is_the_root_of_the_product_of_recalls():
    guess, truth, weights = drawn(3)
    rows = cal.decisions(predicted=guess, labels=truth, weights=weights)
    recalls = cal.evaluate(rows, ["recall_per_class"])["recall_per_class"].value
    assert GeometricMean()(rows).value == pytest.approx(math.prod(recalls) ** (1 / 3), abs=1e-12)


def test_printed_matrix_has_its_printed_agreement(shared_data):
    printed = json.loads((shared_data / "reference.json").read_text())["article3"]["confusion"]
    values = cal.evaluate(cal.confusion(printed["matrix"]), ["kappa", "mcc"])
    assert values["kappa"].value == pytest.approx(0.7697997212170193, abs=1e-12)
    assert values["mcc"].value == pytest.approx(0.7720733224679995, abs=1e-12)


@every_metric
def test_soft_labels_count_in_proportion(metric):
    hard = cal.predictions(
        probs=[[0.8, 0.2], [0.8, 0.2], [0.3, 0.7], [0.3, 0.7]], labels=[0, 1, 1, 1]
    )
    soft = cal.predictions(
        probs=[[0.8, 0.2], [0.3, 0.7]], labels=[[0.5, 0.5], [0.0, 1.0]], weights=[2, 2]
    )
    assert metric(soft).value == pytest.approx(metric(hard).value, abs=1e-12)


@pytest.mark.parametrize(
    ("guess", "labels", "note"),
    [
        ([0, 0, 0], [0, 1, 1], "0 by convention: only one class was chosen"),
        ([0, 1, 0], [1, 1, 1], "0 by convention: only one class came out"),
    ],
)
def test_correlation_with_a_constant_is_zero_and_says_so(guess, labels, note):
    estimate = MatthewsCorrelation()(cal.decisions(predicted=guess, labels=labels))
    assert (estimate.value, estimate.note, estimate.low) == (0, note, None)
    assert estimate.method == "not available: the value is set by convention"


@pytest.mark.parametrize("distance", ["equal", "linear", "quadratic"])
def test_kappa_of_one_class_alone_is_undefined(distance):
    rows = cal.decisions(predicted=[1, 1], labels=[1, 1], n_classes=3)
    estimate = CohenKappa(distance)(rows)
    assert math.isnan(estimate.value)
    assert estimate.note == "undefined: one class alone came out and was chosen"
    assert estimate.method == "not available: the value is undefined"


def test_class_without_rows_counts_as_zero_and_is_told():
    rows = cal.decisions(predicted=[0, 1], labels=[0, 1], n_classes=3)
    mean, informed, marked = (m(rows) for m in (GeometricMean(), Informedness(), Markedness()))
    assert (mean.value, mean.note) == (0, "0 by convention: 1 of 3 classes have no row")
    assert informed.value == pytest.approx(0.5)  # (3 * 2/3 - 1) / 2
    assert informed.note == "1 of 3 classes have no row, and count as 0"
    assert marked.note == "1 of 3 classes were never chosen, and count as 0"


def test_one_class_alone_has_no_chance_to_beat():
    rows = cal.decisions(predicted=[0, 0], labels=[0, 0], n_classes=1)
    estimate = Informedness()(rows)
    assert math.isnan(estimate.value)
    assert estimate.note == "undefined: there is one class only"


@pytest.mark.parametrize("metric", ALL[:4], ids=str)
def test_agreement_ranges_from_minus_one_to_one(metric):
    right = cal.decisions(predicted=[0, 1, 0, 1], labels=[0, 1, 0, 1])
    wrong = cal.decisions(predicted=[1, 0, 1, 0], labels=[0, 1, 0, 1])
    assert (metric(right).value, metric(wrong).value) == (1, -1)


@every_metric
def test_interval_covers_about_as_often_as_it_says(metric):
    rng = np.random.default_rng(1)
    table = np.array([[0.4, 0.06, 0.04], [0.05, 0.2, 0.05], [0.02, 0.03, 0.15]])
    true_value = float(metric.read(Tally(metric.statistic, torch.tensor(table).expand(3, -1, -1))))
    covered = []
    for matrix in rng.multinomial(300, table.reshape(-1), size=300).reshape(-1, 3, 3):
        counts = torch.tensor(matrix, dtype=torch.float64).expand(3, -1, -1)
        estimate = metric.estimate(Tally(metric.statistic, counts), level=0.95, class_names=())
        covered.append(estimate.low <= true_value <= estimate.high)
    assert 0.91 <= np.mean(covered) <= 0.985  # three standard errors of 300 draws


def test_variance_of_kappa_is_that_of_fleiss_cohen_and_everitt():
    counts = np.array([[40, 6, 4], [5, 30, 9], [2, 3, 25]])
    p = counts / counts.sum()
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    seen, due = np.trace(p), rows @ columns
    kappa = (seen - due) / (1 - due)
    each = p * (np.eye(3) - (rows[None, :] + columns[:, None]) * (1 - kappa)) ** 2
    # their equation for the variance, written as a sum over cells
    variance = (each.sum() - (kappa - due * (1 - kappa)) ** 2) / (1 - due) ** 2 / counts.sum()
    estimate = cal.evaluate(cal.confusion(counts), ["kappa"])["kappa"]
    place = (kappa + 1) / 2
    width = 2 * 1.959963985 * math.sqrt(variance) / 2 / (place * (1 - place))
    logits = [math.log((end + 1) / (1 - end)) for end in (estimate.low, estimate.high)]
    assert logits[1] - logits[0] == pytest.approx(width, rel=1e-6)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("metric", ["mcc", "kappa", "f1_macro"])
def test_perfect_decisions_of_weighted_rows_show_no_spread(metric, n_classes):
    """What sums of weights round by was a variance of 1e-33, and the interval had no width."""
    for seed in range(30):
        rng = np.random.default_rng(seed)
        labels, weights = rng.integers(0, n_classes, 1000), rng.exponential(size=1000)
        rows = cal.decisions(predicted=labels, labels=labels, weights=weights)
        found = cal.evaluate(rows, [metric])[metric]
        if found.low is None:
            assert "the estimated variance is 0" in found.method
        else:  # of two classes F1 has an interval of its own
            assert found.high - found.low > 1e-3, seed
