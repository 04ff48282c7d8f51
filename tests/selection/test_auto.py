"""The simplest calibrator that held-out rows do not clearly put behind, and nothing else."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from scipy.special import expit, log_expit
from scipy.stats import binom, chi2
from sklearn.model_selection import LeaveOneOut

import calibrant as cal
from calibrant.calibrators.base import Calibrator, FittedMap
from calibrant.calibrators.identity import Identity, Unchanged
from calibrant.calibrators.temperature import TemperatureScaling
from calibrant.errors import InputError
from calibrant.metrics.proper.scores import LogLoss
from calibrant.prediction.forms import Logits
from calibrant.selection.auto import AutoCalibration

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
class Noisy(FittedMap):
    """Adds noise of a size to temperature's logits: a method that fits too much."""

    inverse: float
    size: float
    method: ClassVar[str] = "noisy"

    def of(self, form):
        """See `FittedMap.of`."""
        generator = torch.Generator().manual_seed(len(form.values))
        noise = torch.randn(form.values.shape, generator=generator, dtype=torch.float64)
        return Logits(self.inverse * form.values.double() + self.size * noise)

    @property
    def found(self):
        """See `FittedCalibrator.found`."""
        return "noise"


@dataclass(frozen=True, slots=True)
class NoisyScaling(Calibrator):
    """Temperature with noise."""

    size: float

    def fitted_to(self, rows):
        """See `Calibrator.fitted_to`."""
        inverse = 1 / SOFT.fit(rows).value
        return Noisy(n_classes=rows.n_classes, n=len(rows), inverse=inverse, size=self.size)


def test_a_model_too_sure_is_calibrated_as_on_all_rows():
    found = chosen(**drawn())
    assert found.winner == SOFT.fit(cal.predictions(**drawn()))
    assert found.difference[1] < -0.1
    assert found.difference_high[1] < 0
    assert found.why.startswith(
        f"Chosen: {found.found}. Cross-validated log loss is {found.log_loss[1]:.4f}"
    )


def n_changed(n_draws, sharpness):
    """Draws that were not left alone, without a standard error and within one."""
    found = [
        chosen(n_folds=5, seed=seed, **drawn(n=150, seed=seed, sharpness=sharpness))
        for seed in range(n_draws)
    ]
    assert all(one.is_identity == (one.behind[0] <= one.error[0]) for one in found)
    return sum(one.behind[0] > 0 for one in found), sum(not one.is_identity for one in found)


def test_true_probabilities_are_left_alone_as_often_as_theory_says():
    """Cross-validation of one parameter too many is as AIC [Stone 1977]: changed if chi2 > 2.

    Within a standard error 2 % of 300 simulated draws were changed.
    """
    lower, clearly_lower = n_changed(24, 1.0)
    assert 0 < lower <= binom.ppf(0.99, 24, chi2.sf(2, 1))
    assert clearly_lower <= binom.ppf(0.99, 24, 0.02)


@pytest.mark.parametrize("sharpness", [2.5, 0.4])
def test_false_probabilities_are_never_left_alone(sharpness):
    assert n_changed(12, sharpness) == (12, 12)


def test_the_simplest_within_the_standard_errors_of_the_best_is_chosen():
    verdicts = set()
    for seed in range(6):
        for errors in (0.0, 0.5, 1.0):
            found = chosen(
                SOFT, NoisyScaling(0.01), errors=errors, **drawn(120, seed, sharpness=1.2)
            )
            near = [b <= errors * e + 1e-15 for b, e in zip(found.behind, found.error, strict=True)]
            assert found.name == found.names[near.index(True)]
            assert min(found.behind) == 0
            verdicts.add(found.name)
    assert verdicts >= {"identity", "temperature"}


def test_behind_and_its_error_are_those_of_paired_rows():
    rows = cal.predictions(**drawn(n=50))
    found = AutoCalibration((SOFT,), n_folds=50).fit(rows)
    losses = []
    for k in range(50):
        held = torch.arange(50) == k
        pair = [c.fit(rows.take(~held)).transform(rows.take(held)) for c in (SOFT, Unchanged())]
        losses.append([LogLoss()(one).value for one in pair])
    temperature, none = np.array(losses).T
    assert found.log_loss[:2] == pytest.approx([none.mean(), temperature.mean()], rel=1e-9)
    difference = none - temperature
    assert found.behind[0] == pytest.approx(difference.mean(), rel=1e-9)
    assert found.error[0] == pytest.approx(difference.std(ddof=1) / math.sqrt(50), rel=1e-9)
    assert found.difference[1] == pytest.approx(-difference.mean(), rel=1e-9)


def test_same_seed_gives_the_same_and_another_seed_other_folds():
    first, again, other = (chosen(seed=seed, **drawn()) for seed in (0, 0, 1))
    assert first.to_dict() == again.to_dict()
    assert first.log_loss[1] != other.log_loss[1]
    assert first.log_loss[0] == other.log_loss[0]


def test_weights_equal_repetition_within_clusters():
    columns, times = drawn(n=90), np.arange(90) % 3
    units = np.arange(90)
    weighted = chosen(**columns, weights=times, clusters=units)
    index = np.repeat(np.arange(90), times)
    again = {name: column[index] for name, column in columns.items()}
    repeated = chosen(clusters=index, **again)
    assert weighted.log_loss == pytest.approx(repeated.log_loss, rel=1e-9)
    assert weighted.error == pytest.approx(repeated.error, rel=1e-9, abs=1e-12)
    assert (weighted.n, repeated.n) == (60, 90)


def test_ignored_rows_have_no_effect_whatever_they_hold():
    columns, units = drawn(n=90), np.arange(90) // 2
    kept = np.arange(90) % 3 > 0
    logits, labels = columns["logits"].copy(), columns["labels"].copy()
    logits[~kept], labels[~kept] = np.nan, -1
    spoilt = chosen(logits=logits, labels=labels, ignore_index=-1, clusters=units)
    clean = {name: column[kept] for name, column in columns.items()}
    assert spoilt.to_dict() == chosen(clusters=units[kept], **clean).to_dict()


def test_labels_that_are_nearly_hard_count_nearly_as_hard_ones():
    columns = drawn()
    soft = columns | {"labels": np.eye(3)[columns["labels"]] * (1 - 1e-6) + 1e-6 / 3}
    assert chosen(**soft).log_loss == pytest.approx(chosen(**columns).log_loss, abs=1e-4)


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
    found = chosen(logits=odds, labels=labels, n_folds=8)
    expected = [-np.mean(log_expit(signed)), np.mean(losses)]
    assert found.log_loss == pytest.approx(expected, rel=1e-9)


def test_rows_of_one_cluster_do_not_judge_a_fit_on_their_twins():
    columns = {name: np.tile(column.T, 20).T for name, column in drawn(n=12, seed=2).items()}
    by_cluster = chosen(**columns, clusters=np.tile(np.arange(12), 20))
    by_row = chosen(**columns)
    assert by_cluster.log_loss[1] > by_row.log_loss[1] + 0.01
    assert by_cluster.error[0] > 3 * by_row.error[0]  # 12 independent rows, not 240


def test_transform_is_that_of_the_winner():
    rows, found = cal.predictions(**drawn()), chosen(**drawn())
    expected = SOFT.fit(rows).transform(rows)
    assert torch.equal(found.transform(rows).full_probs, expected.full_probs)
    left = chosen(**drawn(n=9))
    assert isinstance(left.winner, Identity)
    assert left.transform(rows).declared is rows.declared


def test_candidates_that_are_none_are_refused():
    with pytest.raises(InputError, match="calibrator must be a known name"):
        AutoCalibration(candidates=("temprature",))
    with pytest.raises(InputError, match="candidates must be other methods; got auto"):
        AutoCalibration(candidates=("auto",))
    with pytest.raises(InputError, match="n_folds must be a whole number, at least 2; got 1"):
        AutoCalibration(n_folds=1)
    with pytest.raises(InputError, match=r"standard_errors must be at least 0; got -1"):
        AutoCalibration(standard_errors=-1.0)
    with pytest.raises(InputError, match="labels must be given to fit on; got none"):
        AutoCalibration().fit(cal.predictions(logits=drawn()["logits"]))
