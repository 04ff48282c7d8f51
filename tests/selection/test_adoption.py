"""A calibrator is adopted where rows that it was not fitted on prefer it, and nowhere else."""

import json
import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from scipy.special import expit, log_expit
from sklearn.model_selection import LeaveOneOut

import calibrant as cal
from calibrant.calibrators.base import Calibrator, FittedMap
from calibrant.calibrators.temperature import TemperatureScaling
from calibrant.errors import InputError
from calibrant.metrics.proper.scores import LogLoss
from calibrant.prediction.forms import Probs
from calibrant.selection.adoption import adopt

SOFT = TemperatureScaling(penalty=2.0)


def drawn(n=500, seed=0, sharpness=2.5, n_classes=3):
    """Logits too sure by a factor, and labels drawn from the probabilities before that."""
    rng = np.random.default_rng(seed)
    true = rng.normal(scale=2, size=(n, n_classes))
    return {
        "logits": sharpness * true,
        "labels": (true + rng.gumbel(size=true.shape)).argmax(axis=1),
    }


def adopted(calibrator=SOFT, *, n_folds=10, seed=0, units=None, **columns):
    rows = cal.predictions(**columns)
    return adopt(calibrator, rows, n_folds=n_folds, seed=seed, units=units)


@dataclass(frozen=True, kw_only=True, eq=False)
class Stated(FittedMap):
    """States the frequencies of the rows of the fit, whatever the model says."""

    probs: torch.Tensor
    method: ClassVar[str] = "frequencies"

    def of(self, form):
        """See `FittedMap.of`."""
        return Probs(self.probs.expand(len(form.values), -1))

    @property
    def found(self):
        """See `FittedCalibrator.found`."""
        return "the frequencies"


@dataclass(frozen=True, slots=True)
class Frequencies(Calibrator):
    """Fits the frequencies of the classes, and may rule one out."""

    def fitted_to(self, rows):
        """See `Calibrator.fitted_to`."""
        counts = torch.bincount(rows.hard, minlength=rows.n_classes).double()
        return Stated(n_classes=rows.n_classes, n=len(rows), probs=counts / counts.sum())


def test_a_model_too_sure_is_calibrated_as_on_all_rows():
    found = adopted(**drawn())
    assert found.fitted == SOFT.fit(cal.predictions(**drawn()))
    assert found.log_loss_fitted < found.log_loss_none - 0.1
    assert found.why.startswith(f"Adopted: {found.fitted.found}. Cross-validated log loss is ")


def test_true_probabilities_are_mostly_left_alone_and_false_ones_never():
    n_adopted = [
        sum(
            adopted(seed=seed, **drawn(n=150, seed=seed, sharpness=sharpness)).fitted is not None
            for seed in range(15)
        )
        for sharpness in (1.0, 2.5, 0.4)
    ]
    assert n_adopted[0] < 6
    assert n_adopted[1:] == [15, 15]


def test_adoption_follows_the_two_log_losses():
    verdicts = set()
    for seed in range(20):
        found = adopted(seed=seed, **drawn(n=100, seed=seed, sharpness=1.2))
        assert (found.fitted is not None) == (found.log_loss_fitted < found.log_loss_none)
        verdicts.add(found.fitted is None)
    assert verdicts == {True, False}


def test_log_loss_of_none_is_that_of_the_rows_and_the_other_is_not_that_of_its_own_fit():
    found, rows = adopted(**drawn(n=60)), cal.predictions(**drawn(n=60))
    assert found.log_loss_none == pytest.approx(LogLoss()(rows).value, rel=1e-12)
    own = LogLoss()(SOFT.fit(rows).transform(rows)).value
    assert found.log_loss_fitted > own + 1e-4


def test_same_seed_gives_the_same_and_another_seed_other_folds():
    first, again, other = (adopted(seed=seed, **drawn()) for seed in (0, 0, 1))
    assert first.log_loss_fitted == again.log_loss_fitted
    assert first.log_loss_fitted != other.log_loss_fitted


def test_weights_equal_repetition_within_units():
    columns, times = drawn(n=90), np.arange(90) % 3
    weighted = adopted(**columns, weights=times)
    index = np.repeat(np.arange(90), times)
    repeated = adopted(units=index, **{name: column[index] for name, column in columns.items()})
    assert weighted.log_loss_none == pytest.approx(repeated.log_loss_none, rel=1e-12)
    assert weighted.log_loss_fitted == pytest.approx(repeated.log_loss_fitted, rel=1e-9)
    assert (weighted.n, repeated.n) == (60, 90)


def test_ignored_rows_have_no_effect_whatever_they_hold():
    columns, units = drawn(n=90), np.arange(90) // 2
    kept = np.arange(90) % 3 > 0
    logits, labels = columns["logits"].copy(), columns["labels"].copy()
    logits[~kept], labels[~kept] = np.nan, -1
    spoilt = adopted(logits=logits, labels=labels, ignore_index=-1, units=units)
    clean = adopted(units=units[kept], **{name: column[kept] for name, column in columns.items()})
    assert spoilt.to_dict() == clean.to_dict()


def test_labels_that_are_nearly_hard_count_nearly_as_hard_ones():
    columns = drawn()
    soft = columns | {"labels": np.eye(3)[columns["labels"]] * (1 - 1e-6) + 1e-6 / 3}
    expected = adopted(**columns).log_loss_fitted
    assert adopted(**soft).log_loss_fitted == pytest.approx(expected, abs=1e-4)


def test_leave_one_out_agrees_with_fits_by_scipy():
    odds = np.array([2.0, -1.0, 3.0, 0.5, -2.0, 1.5, -0.5, 2.5])
    labels = np.array([1, 0, 1, 0, 0, 1, 1, 0])

    def best(rows):
        def slope(beta):
            return odds[rows] @ (expit(beta * odds[rows]) - labels[rows]) + 2 * (1 - 1 / beta)

        return brentq(slope, 1e-6, 1e3, xtol=1e-15)

    signed = np.where(labels == 1, odds, -odds)
    losses = [
        -log_expit(best(fit) * signed[held]).item() for fit, held in LeaveOneOut().split(odds)
    ]
    found = adopted(logits=odds, labels=labels, n_folds=8)
    assert found.log_loss_fitted == pytest.approx(np.mean(losses), rel=1e-9)
    assert found.log_loss_none == pytest.approx(-np.mean(log_expit(signed)), rel=1e-12)


def test_rows_of_one_cluster_do_not_judge_a_fit_on_their_twins():
    columns = {name: np.tile(column.T, 20).T for name, column in drawn(n=12, seed=2).items()}
    units = np.tile(np.arange(12), 20)
    by_cluster = adopted(**columns, clusters=units)
    assert by_cluster.log_loss_fitted > adopted(**columns).log_loss_fitted + 0.01
    by_unit = adopted(**columns, clusters=np.arange(240), units=units)  # units have precedence
    assert by_unit.log_loss_fitted == by_cluster.log_loss_fitted


def test_too_few_rows_or_units_adopt_nothing_and_say_so():
    few = adopted(**drawn(n=9))
    assert few.why == (
        "Left uncalibrated, because 9 rows are too few for 10 folds to tell if it helps."
    )
    assert (few.fitted, few.n_folds) == (None, 0)
    assert math.isnan(few.log_loss_fitted)
    assert few.log_loss_none > 0
    assert "because 3 units of rows are too few" in adopted(**drawn(), units=np.arange(500) % 3).why


def test_rows_without_a_fit_adopt_nothing_and_say_why():
    right = {"logits": [[3.0, 0.0], [0.0, 3.0]] * 10, "labels": [0, 1] * 10}
    found = adopted(TemperatureScaling(), **right)
    assert found.fitted is None
    assert "the model separates the classes without an error." in found.why
    assert adopted(SOFT, **right).fitted is not None


def test_folds_without_a_fit_count_as_left_alone_and_are_counted():
    # one error in 20 rows: without it the others are separable, so that fold has no fit
    odds = np.array([3.0, -3.0] * 9 + [4.0, 1.0])
    labels = np.array([1, 0] * 9 + [1, 0])
    found = adopted(TemperatureScaling(), logits=odds, labels=labels, n_folds=20)
    assert found.n_failed == 1
    assert "20 folds; left uncalibrated in 1 of them, for want of a fit)" in found.why
    assert math.isfinite(found.log_loss_fitted)


def test_label_ruled_out_by_the_model_has_no_temperature_and_infinite_log_loss():
    rows = {"probs": [[1.0, 0.0]] + [[0.6, 0.4]] * 20, "labels": [1] + [0, 1] * 10}
    found = adopted(**rows)
    assert found.fitted is None
    assert found.log_loss_none == math.inf
    assert "log loss is infinite at every temperature: 1 of 21 rows" in found.why
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["log_loss_none"] is None


def test_calibrator_that_may_rule_a_class_out_is_never_adopted_into_infinity():
    labels = [0] * 20 + [1] * 19 + [2]  # class 2 is not there when its only row is held out
    found = adopted(Frequencies(), logits=np.tile([0.0, 0.1, 0.0], (40, 1)), labels=labels)
    assert (found.fitted, found.log_loss_fitted) == (None, math.inf)
    assert "Cross-validated log loss would be infinite with it, and is 1.0" in found.why


def test_calibrator_that_mends_infinity_is_adopted_and_says_so():
    probs = np.tile([0.5, 0.5, 0.0], (60, 1))
    found = adopted(Frequencies(), probs=probs, labels=[0, 1, 2] * 20)
    assert isinstance(found.fitted, Stated)
    assert "Log loss is infinite as the rows are, and 1.0986 cross-validated with it" in found.why


def test_infinite_with_and_without_is_left_alone():
    probs, labels = np.tile([0.5, 0.5, 0.0], (41, 1)), [0, 1] * 20 + [2]
    found = adopted(Frequencies(), probs=probs, labels=labels)
    assert found.fitted is None
    assert "Log loss is infinite with it as without it" in found.why


def test_no_difference_is_no_preference():
    found = adopted(SOFT, logits=np.zeros((20, 2)), labels=[0, 1] * 10)
    assert found.fitted is None
    assert found.log_loss_fitted == found.log_loss_none
    assert found.why.startswith("Left uncalibrated. The fit tried was temperature 1.0000, which")


def test_transform_is_that_of_the_fit_or_nothing_at_all():
    rows, found = cal.predictions(**drawn()), adopted(**drawn())
    expected = SOFT.fit(rows).transform(rows)
    assert torch.equal(found.transform(rows).full_probs, expected.full_probs)
    assert replace(found, fitted=None).transform(rows) is rows


def test_why_shows_as_many_digits_as_tell_the_two_apart():
    found = adopted(SOFT, **drawn(n=5000, sharpness=1.0))
    texts = found.why.split("log loss is ")[1].split(" without")[0].split(" with it and ")
    assert texts[0] != texts[1]
    assert all(len(text) >= 6 for text in texts)


@pytest.mark.parametrize("n_folds", [0, 1])
def test_fewer_than_two_folds_are_refused(n_folds):
    with pytest.raises(InputError, match=f"n_folds must be at least 2; got {n_folds}"):
        adopted(n_folds=n_folds, **drawn())


def test_rows_without_labels_and_units_of_other_rows_are_refused():
    with pytest.raises(InputError, match="labels must be given to choose by; got none"):
        adopted(logits=drawn()["logits"])
    with pytest.raises(InputError, match="units must have shape"):
        adopted(units=np.arange(7), **drawn())
