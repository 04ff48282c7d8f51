"""Too few rows, folds without a fit and infinite losses: the choice says what became of them."""

import json
import math
import warnings
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.calibrators.base import Calibrator, FittedMap
from calibrant.calibrators.named import restored
from calibrant.calibrators.temperature import TemperatureScaling
from calibrant.errors import CalibrantWarning, FitError
from calibrant.prediction.forms import Probs
from calibrant.selection.auto import AutoCalibration
from calibrant.selection.candidates import candidates_of

SOFT = TemperatureScaling(penalty=2.0)


def drawn(n=500, seed=0, sharpness=2.5, n_classes=3):
    """Logits too sure by a factor, and labels drawn from the probabilities before that."""
    rng = np.random.default_rng(seed)
    true = rng.normal(scale=2, size=(n, n_classes))
    return {
        "logits": sharpness * true,
        "labels": (true + rng.gumbel(size=true.shape)).argmax(axis=1),
    }


def chosen(*candidates, n_folds=10, seed=0, errors=1.0, **columns):
    rule = AutoCalibration(candidates or (SOFT,), n_folds, seed, errors)
    return rule.fit(cal.predictions(**columns))


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
        warnings.warn("few rows", CalibrantWarning, stacklevel=2)
        counts = torch.bincount(rows.hard, minlength=rows.n_classes).double()
        return Stated(n_classes=rows.n_classes, n=len(rows), probs=counts / counts.sum())


@dataclass(frozen=True, slots=True)
class WholeOnly(Calibrator):
    """Fits on fewer than some number of rows alone."""

    most: int

    def fitted_to(self, rows):
        """See `Calibrator.fitted_to`."""
        if len(rows) > self.most:
            raise FitError("too many rows. Take fewer.")
        return SOFT.fit(rows)


def test_too_few_rows_or_clusters_change_nothing_and_say_so():
    few = chosen(**drawn(n=9))
    assert few.why == (
        "Left uncalibrated, because 9 rows are too few for 10 folds to tell if anything helps."
    )
    assert (few.name, few.n_folds) == ("identity", 0)
    assert few.log_loss[0] > 0
    assert math.isnan(few.log_loss[1])
    found = chosen(**drawn(), clusters=np.arange(500) % 3)
    assert "because 3 clusters of rows are too few" in found.why
    assert chosen(logits=[[1.0, 0.0]], labels=[1]).is_identity


def test_few_rows_try_nothing_but_a_temperature():
    for n in (20, 60, 99):
        rows = cal.predictions(**drawn(n=n))
        tried = [one.name for one in candidates_of(None, rows) if not one.why_not]
        assert tried == ["identity", "temperature"]


def test_a_fold_without_a_fit_loses_and_is_counted():
    # one error in 20 rows: without it the others are separable, so that fold has no fit
    odds = np.array([3.0, -3.0] * 9 + [4.0, 1.0])
    labels = np.array([1, 0] * 9 + [1, 0])
    found = chosen(TemperatureScaling(), logits=odds, labels=labels, n_folds=20)
    assert found.notes[1].startswith("lost: no fit in 1 of 20 folds: no temperature between")
    assert found.is_identity
    assert "temperature lost: no fit in 1 of 20 folds" in found.why


def test_no_fit_on_all_rows_leaves_the_next_best():
    columns = drawn(n=200)
    found = chosen(SOFT, WholeOnly(190), **columns, errors=0.0)
    assert found.name == "temperature"
    lonely = chosen(WholeOnly(190), **columns)
    assert lonely.is_identity
    assert lonely.notes[1] == "no fit on all rows: too many rows"


def test_label_ruled_out_by_the_model_leaves_identity_and_says_infinite():
    rows = {"probs": [[1.0, 0.0]] + [[0.6, 0.4]] * 20, "labels": [1] + [0, 1] * 10}
    found = chosen(**rows)
    assert found.is_identity
    assert found.log_loss[0] == math.inf
    assert found.notes[0] == "infinite: 1 of 21 rows have probability 0"
    assert "log loss is infinite at every temperature" in found.notes[1]
    again = restored(json.loads(json.dumps(found.to_dict(), allow_nan=False)))
    assert str(again) == str(found)


def test_calibrator_that_may_rule_a_class_out_is_never_chosen_into_infinity():
    labels = [0] * 20 + [1] * 19 + [2]  # class 2 is not there when its only row is held out
    found = chosen(Frequencies(), logits=np.tile([0.0, 0.1, 0.0], (40, 1)), labels=labels)
    assert (found.name, found.log_loss[1]) == ("identity", math.inf)
    assert found.notes[1] == "infinite: 1 of 40 rows have probability 0"


def test_calibrator_that_mends_infinity_is_chosen_and_says_so():
    probs = np.tile([0.5, 0.5, 0.0], (60, 1))
    with pytest.warns(CalibrantWarning, match="few rows"):  # of the fit on all rows alone
        found = chosen(Frequencies(), probs=probs, labels=[0, 1, 2] * 20)
    assert isinstance(found.winner, Stated)
    assert "Log loss is infinite as the rows are, and 1.0986 cross-validated with it" in found.why


def test_infinite_with_and_without_is_left_alone():
    probs, labels = np.tile([0.5, 0.5, 0.0], (41, 1)), [0, 1] * 20 + [2]
    found = chosen(Frequencies(), probs=probs, labels=labels)
    assert found.is_identity
    assert found.log_loss == (math.inf, math.inf)


def test_no_difference_is_no_preference():
    found = chosen(logits=np.zeros((20, 2)), labels=[0, 1] * 10, errors=0.0)
    assert found.is_identity
    assert found.log_loss[1] == found.log_loss[0]


def test_the_printed_table_marks_the_choice_and_names_all():
    found = chosen(SOFT, TemperatureScaling(), Frequencies(), **drawn(n=200))
    lines = str(found).splitlines()
    assert [line.split()[0] for line in lines[2:5]] == ["*", "temperature", "Frequencies"]
    assert "temperature #2" in lines[3]
    assert lines[-1] == found.why
