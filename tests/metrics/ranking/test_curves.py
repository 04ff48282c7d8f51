"""Curves against scikit-learn, from rows and from tallies, and tables of gains by hand."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_curve, roc_curve

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.ranking import curves
from calibrant.metrics.ranking.gains import Captured, Lift
from calibrant.metrics.ranking.gains_table import gains_table


def drawn(n=300, decimals=None):
    rng = np.random.default_rng(n)
    probs = rng.beta(1, 2, size=n)
    labels = (rng.uniform(size=n) < probs).astype(int)
    return probs if decimals is None else probs.round(decimals), labels, rng.integers(1, 5, n) / 2


@pytest.mark.parametrize("decimals", [None, 1])
@pytest.mark.parametrize("weighted", [False, True])
def test_curves_are_those_of_scikit_learn(decimals, weighted):
    probs, labels, weights = drawn(decimals=decimals)
    weights = weights if weighted else None
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    alarms, recall, at = roc_curve(labels, probs, sample_weight=weights, drop_intermediate=False)
    ours = curves.roc_curve(rows)
    np.testing.assert_allclose(ours.false_alarms, alarms, atol=1e-12)
    np.testing.assert_allclose(ours.recall, recall, atol=1e-12)
    np.testing.assert_array_equal(ours.threshold, at)
    precision, recall, at = precision_recall_curve(labels, probs, sample_weight=weights)
    ours = curves.precision_recall_curve(rows)
    np.testing.assert_allclose(ours.precision[::-1], precision[:-1], atol=1e-12)
    np.testing.assert_allclose(ours.recall[::-1], recall[:-1], atol=1e-12)
    np.testing.assert_array_equal(ours.threshold[::-1], at)


def test_every_row_of_the_table_is_the_confusion_of_its_threshold():
    probs, labels, weights = drawn(decimals=1)
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    frame = curves.threshold_table(rows).to_frame()
    for row in frame.itertuples():
        (tn, fp), (fn, tp) = confusion_matrix(
            labels, probs >= row.threshold, sample_weight=weights, labels=[0, 1]
        )
        assert (row.tp, row.fp, row.fn, row.tn) == pytest.approx((tp, fp, fn, tn))
        assert row.f1 == pytest.approx(2 * tp / (2 * tp + fp + fn))
        assert row.specificity == pytest.approx(tn / (tn + fp))
        assert row.chosen == pytest.approx((tp + fp) / weights.sum())


def test_tallies_are_exact_at_the_edges_of_their_cells():
    probs, labels, weights = drawn(2000)
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    table = curves.threshold_table(cal.tally(rows, ["auroc"]))
    assert len(table.threshold) > 1000
    for k in range(0, len(table.threshold), 100):
        chosen = probs > table.threshold[k]
        assert table.tp[k] == pytest.approx((weights * labels)[chosen].sum())
        assert table.fp[k] == pytest.approx((weights * (1 - labels))[chosen].sum())
    assert table.fn[-1] == table.tn[-1] == 0


@pytest.mark.parametrize("class_name", ["cat", 1])
@pytest.mark.parametrize("form", ["probs", "logits"])
def test_curve_of_a_class_is_that_of_its_events(class_name, form):
    rng = np.random.default_rng(0)
    logits = 2 * rng.normal(size=(200, 3))
    probs = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = np.array([rng.choice(3, p=row) for row in probs])
    stated = {"probs": probs} if form == "probs" else {"logits": logits}
    rows = cal.predictions(**stated, labels=labels, class_names=["ant", "cat", "dog"])
    ours = curves.threshold_table(rows, class_name=class_name)
    events = curves.threshold_table(cal.events(probs=probs[:, 1], outcomes=labels == 1))
    np.testing.assert_allclose(ours.tp, events.tp)
    np.testing.assert_allclose(ours.threshold, events.threshold, atol=1e-12)
    read = curves.roc_curve(cal.tally(rows, ["auroc"]), class_name=class_name)
    area = np.trapezoid(read.recall, read.false_alarms)
    exact = curves.roc_curve(rows, class_name=class_name)
    assert area == pytest.approx(np.trapezoid(exact.recall, exact.false_alarms), abs=0.01)


def test_fewer_thresholds_split_the_rows_evenly_and_end_with_all():
    probs, labels, _ = drawn(1000)
    rows = cal.predictions(probs=probs, labels=labels)
    table = curves.threshold_table(rows, at_most=10)
    np.testing.assert_allclose(table.chosen, np.arange(1, 11) / 10)
    assert len(curves.threshold_table(rows, at_most=5000).threshold) == 1000
    tied = cal.predictions(probs=[0.5] * 9 + [0.1], labels=[1] * 10)
    assert curves.threshold_table(tied, at_most=1).threshold.tolist() == [0.1]


def test_gains_by_hand_with_ties_shared_out():
    # halves: .9 and one of three at .4; then the rest
    rows = cal.predictions(probs=[0.9, 0.4, 0.4, 0.4], labels=[1, 1, 0, 0])
    table = gains_table(rows, n_bins=2)
    np.testing.assert_allclose(table.positives, [4 / 3, 2 / 3])
    np.testing.assert_allclose(table.rate, [2 / 3, 1 / 3])
    np.testing.assert_allclose(table.lift, [4 / 3, 2 / 3])
    np.testing.assert_allclose(table.captured, [2 / 3, 1])
    np.testing.assert_allclose(table.cumulative_lift, [4 / 3, 1])
    assert table.to_frame().shape == (2, 6)


def test_gains_agree_with_the_metrics_and_come_from_tallies_too():
    probs, labels, weights = drawn(1000)
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    table = gains_table(rows)
    assert table.captured[2] == pytest.approx(Captured(0.3)(rows).value)
    assert table.cumulative_lift[1] == pytest.approx(Lift(0.2)(rows).value)
    read = gains_table(cal.tally(rows, ["auroc"]))
    np.testing.assert_allclose(read.captured, table.captured, atol=2e-3)


def test_shares_without_positives_are_undefined():
    rows = cal.predictions(probs=[0.25, 0.75], labels=[0, 0])
    assert np.isnan(gains_table(rows, n_bins=2).captured).all()
    assert np.isnan(curves.threshold_table(rows).recall).all()
    assert curves.threshold_table(rows).specificity.tolist() == [0.5, 0.0]


def test_what_cannot_be_drawn_is_refused():
    many = cal.predictions(probs=[[0.2, 0.3, 0.5]], labels=[1], class_names=["a", "b", "c"])
    with pytest.raises(InputError, match="must have two classes for the positive-class view"):
        curves.roc_curve(many)
    with pytest.raises(InputError, match=r"be a class of the rows; got 'd'\. Name one of a, b, c"):
        curves.roc_curve(many, class_name="d")
    with pytest.raises(InputError, match=r"must be tallies that hold .*auroc_positive"):
        curves.roc_curve(cal.tally(many, ["accuracy"]))
    with pytest.raises(InputError, match=r"must be tallies that hold .*auroc_macro"):
        curves.roc_curve(cal.tally(many, ["accuracy"]), class_name="a")
    with pytest.raises(InputError, match="labels must be given"):
        curves.roc_curve(cal.predictions(probs=[0.5]))
