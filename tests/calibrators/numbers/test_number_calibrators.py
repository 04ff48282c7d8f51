"""Standard deviations and quantiles hold as often as they say, once calibrated."""

import json

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from scipy.stats import norm

import calibrant as cal
from calibrant.calibrators.numbers.base import check_numbers
from calibrant.calibrators.numbers.named import restored_numbers
from calibrant.calibrators.numbers.quantile_recalibration import QuantileRecalibration
from calibrant.calibrators.numbers.variance_scaling import VarianceScaling
from calibrant.errors import FitError, InputError

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def columns(n=3000, seed=0, factor=0.5, shift=0.0):
    """Normal targets whose standard deviations are stated too small by a factor."""
    rng = np.random.default_rng(seed)
    std = rng.uniform(0.5, 2.0, size=n)
    predicted = rng.normal(size=n)
    targets = predicted + shift + std * rng.normal(size=n)
    return {"predicted": predicted, "targets": targets, "std": factor * std}


def quantile_columns(**settings):
    found = columns(**settings)
    std = found.pop("std")
    found["quantiles"] = {p: found["predicted"] + std * norm.ppf(p) for p in LEVELS}
    return found


def coverage(numbers, level):
    return float((numbers.targets <= numbers.spread.at(level)).double().mean())


def test_factor_is_that_of_the_greatest_likelihood():
    rows = columns(n=200)
    fitted = VarianceScaling().fit(cal.numbers(**rows))

    def minus(log_factor):
        return -norm.logpdf(
            rows["targets"], rows["predicted"], np.exp(log_factor) * rows["std"]
        ).sum()

    assert fitted.factor == pytest.approx(np.exp(minimize_scalar(minus).x), rel=1e-6)
    assert fitted.factor == pytest.approx(2, rel=0.15)
    again = VarianceScaling().fit(fitted.transform(cal.numbers(**rows)))
    assert again.factor == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("make", [columns, quantile_columns])
def test_quantiles_of_fresh_rows_hold_as_often_as_they_say(make):
    fitted = QuantileRecalibration(LEVELS).fit(cal.numbers(**make(factor=0.5, shift=0.7)))
    fresh = fitted.transform(cal.numbers(**make(seed=1, factor=0.5, shift=0.7)))
    for level in LEVELS:
        assert coverage(fresh, level) == pytest.approx(level, abs=0.025)
    median = fresh.spread.at(0.5)
    torch.testing.assert_close(fresh.predicted, median)


def test_calibrated_quantiles_of_normals_and_of_their_quantiles_are_the_same():
    of_std = QuantileRecalibration(LEVELS).fit(cal.numbers(**columns()))
    of_quantiles = QuantileRecalibration().fit(cal.numbers(**quantile_columns()))
    one, other = (
        fitted.transform(cal.numbers(**make(seed=1))).spread.values
        for fitted, make in ((of_std, columns), (of_quantiles, quantile_columns))
    )
    torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("calibrator", [VarianceScaling(), QuantileRecalibration(LEVELS)])
def test_weights_equal_repetition_and_order_does_not_matter(calibrator):
    rows, times = columns(n=90), np.arange(90) % 3
    index = np.repeat(np.arange(90), times)[::-1]
    weighted = calibrator.fit(cal.numbers(**rows, weights=times))
    repeated = calibrator.fit(cal.numbers(**{k: v[index] for k, v in rows.items()}))
    fresh = cal.numbers(**columns(seed=1, n=20))
    one, other = (fitted.transform(fresh).spread for fitted in (weighted, repeated))
    values = [getattr(spread, "values", getattr(spread, "std", None)) for spread in (one, other)]
    torch.testing.assert_close(*values, rtol=1e-9, atol=1e-9)
    assert (weighted.n, repeated.n) == (60, 90)


def test_a_refit_after_transform_finds_nothing():
    rows = cal.numbers(**quantile_columns(n=400))
    fitted = QuantileRecalibration().fit(rows)
    once = fitted.transform(rows)
    twice = QuantileRecalibration().fit(once).transform(once)
    torch.testing.assert_close(twice.spread.values, once.spread.values, rtol=0, atol=0.05)


def test_ties_flat_quantiles_and_one_row_stay_finite_and_in_order():
    flat = {0.1: [1.0, 0.0], 0.5: [1.0, 0.0], 0.9: [1.0, 2.0]}
    rows = cal.numbers(targets=[3.0, 1.0], quantiles=flat)
    for some in (rows, rows.take(slice(0, 1))):
        values = QuantileRecalibration().fit(some).transform(rows).spread.values
        assert bool(values.isfinite().all())
        assert bool((values.diff(dim=1) >= 0).all())


def test_many_rows_keep_few_knots():
    rows = cal.numbers(**columns(n=20_000))
    fitted = QuantileRecalibration(LEVELS).fit(rows)
    assert len(fitted.held) == 1000
    for level in LEVELS:
        assert coverage(fitted.transform(rows), level) == pytest.approx(level, abs=2e-3)


@pytest.mark.parametrize("calibrator", [VarianceScaling(), QuantileRecalibration()])
def test_a_file_brings_back_the_same_bits(calibrator):
    rows = cal.numbers(**columns(n=50))
    fitted = calibrator.fit(rows)
    again = restored_numbers(json.loads(json.dumps(fitted.to_dict())))
    one, other = (each.transform(rows).spread for each in (fitted, again))
    assert torch.equal(*(getattr(s, "values", getattr(s, "std", None)) for s in (one, other)))
    with pytest.raises(InputError, match="record must hold what a fit of"):
        restored_numbers({**fitted.to_dict(), "more": 1})
    with pytest.raises(InputError, match="method must be one of"):
        restored_numbers({"method": "magic"})


def test_rows_that_tell_nothing_are_refused():
    exact = cal.numbers(predicted=[1.0, 2.0], targets=[1.0, 2.0], std=[1.0, 1.0])
    with pytest.raises(FitError, match="no factor of the standard deviations is best on 2 rows"):
        VarianceScaling().fit(exact)
    with pytest.raises(InputError, match="targets must be given to fit on"):
        VarianceScaling().fit(cal.numbers(predicted=[1.0], std=[1.0]))
    with pytest.raises(InputError, match=r"spread must be a standard deviation \(std\); got none"):
        VarianceScaling().fit(cal.numbers(predicted=[1.0], targets=[1.0]))
    with pytest.raises(InputError, match="spread must be std or quantiles at two levels or more"):
        QuantileRecalibration().fit(cal.numbers(targets=[1.0], quantiles={0.5: [1.0]}))
    with pytest.raises(InputError, match="numbers must be numbers; got Predictions"):
        check_numbers(cal.predictions(probs=[0.5], labels=[1]))
    with pytest.raises(InputError, match="levels must rise between 0 and 1"):
        QuantileRecalibration((0.5, 0.5))
