"""Laws of every registered metric, on every kind of rows that it can be told from.

Each law is tried on estimates from rows, in the exact form where a metric has one, and on
estimates from their tally.
"""

import math
from dataclasses import replace

import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.base import Metric, RowMetric
from calibrant.metrics.registry import METRICS

VALUE = ("value",)
GREATEST = {"log_loss": math.inf, "brier": 2.0, **dict.fromkeys(("mse", "rmse", "mae"), math.inf)}
NOTE = "from the grid, at most "


def in_both_forms(rows, metrics):
    """Estimates from rows and from their tally, by name and form."""
    tallies = cal.tally(rows, metrics)
    return {
        (name, form): estimate
        for form, given in (("rows", rows), ("tally", tallies))
        for name, estimate in cal.evaluate(given, metrics).items()
    }


def assert_all_same(actual, expected, assert_same, *fields, **options):
    assert actual.keys() == expected.keys()
    for key, estimate in expected.items():
        assert_same(actual[key], estimate, *fields, hint=key, **options)


def entries(value):
    """Every single number of a scalar, a vector or a matrix."""
    return [value] if isinstance(value, float) else [e for part in value for e in entries(part)]


def test_every_name_is_tried_on_some_rows(all_evidence):
    tried = {metric for evidence in all_evidence.values() for metric in evidence.metrics}
    assert set(METRICS) <= tried


def test_weights_equal_repetition_and_zero_absence(evidence, assert_same):
    times = torch.arange(len(evidence)) % 4
    every = torch.arange(len(evidence)).repeat_interleave(times)
    weighted = in_both_forms(evidence.rows(weights=times.float()), evidence.metrics)
    repeated = in_both_forms(evidence.rows(every), evidence.metrics)
    assert_all_same(weighted, repeated, assert_same, VALUE)


@pytest.mark.parametrize("scale", [1e-3, 7.0, 1e6])
def test_scaling_all_weights_changes_neither_value_nor_interval(evidence, scale, assert_same):
    weights = 0.25 + (torch.arange(len(evidence)) % 5).double()
    expected = in_both_forms(evidence.rows(weights=weights), evidence.metrics)
    for key, estimate in expected.items():
        if key[0] == "confusion_matrix":  # holds the weights themselves
            value = tuple(tuple(scale * entry for entry in row) for row in estimate.value)
            expected[key] = replace(estimate, value=value)
    scaled = in_both_forms(evidence.rows(weights=scale * weights), evidence.metrics)
    assert_all_same(scaled, expected, assert_same, atol=1e-11)


def test_weight_of_one_for_all_is_no_weight(evidence, assert_same):
    ones = torch.ones(len(evidence), dtype=torch.float64)
    weighted = in_both_forms(evidence.rows(weights=ones), evidence.metrics)
    assert_all_same(weighted, in_both_forms(evidence.rows(), evidence.metrics), assert_same)


@pytest.mark.parametrize("garbage", [torch.nan, torch.inf, -torch.inf])
def test_rows_of_weight_zero_have_no_effect_whatever_they_hold(evidence, garbage, assert_same):
    out = torch.arange(len(evidence)) % 3 == 0
    columns = {name: values.clone() for name, values in evidence.columns.items()}
    for values in columns.values():
        values[out] = garbage if values.is_floating_point() else 99
    spoilt = evidence.with_columns(**columns).rows(weights=(~out).double())
    actual = in_both_forms(spoilt, evidence.metrics)
    assert_all_same(actual, in_both_forms(evidence.rows(~out), evidence.metrics), assert_same)
    assert {estimate.n for estimate in actual.values()} == {int((~out).sum())}


def test_row_order_is_irrelevant(evidence, assert_same):
    shuffled = torch.randperm(len(evidence), generator=torch.Generator().manual_seed(0))
    actual = in_both_forms(evidence.rows(shuffled), evidence.metrics)
    assert_all_same(actual, in_both_forms(evidence.rows(), evidence.metrics), assert_same)


def test_interval_holds_the_value_and_grows_with_the_level(evidence):
    wide, narrow = (
        cal.evaluate(evidence.rows(), evidence.metrics, level=level) for level in (0.99, 0.5)
    )
    for name, outer in wide.items():
        inner = narrow[name]
        if outer.low is None:
            assert outer.high is outer.level is None, name
            assert outer.method.startswith("not available: "), name
            assert len(outer.method) > len("not available: "), name
            continue
        assert (outer.level, inner.level) == (0.99, 0.5)
        ends = (outer.low, inner.low, outer.value, inner.high, outer.high)
        for one in zip(*map(entries, ends), strict=True):
            assert list(one) == sorted(one), name
            assert one[0] < one[-1], name


def test_tally_gives_the_estimate_of_rows_or_bounds_how_far_it_is_off(evidence):
    rows = evidence.rows()
    exact = cal.evaluate(rows, evidence.metrics)
    summed = cal.evaluate(cal.tally(rows, evidence.metrics), evidence.metrics)
    for name, estimate in summed.items():
        if not isinstance(exact.metrics[name], RowMetric):
            assert estimate == exact[name], name
            continue
        assert estimate.note.startswith(NOTE), name
        bound = float(estimate.note.removeprefix(NOTE).removesuffix(" off"))
        assert abs(exact[name].value - estimate.value) <= bound < 0.01, name
        for end in ("low", "high") if estimate.low is not None else ():
            assert getattr(estimate, end) == pytest.approx(getattr(exact[name], end), abs=2 * bound)


def test_number_read_from_a_tally_is_the_value_of_its_estimate(evidence):
    tallies = cal.tally(evidence.rows(), evidence.metrics)
    evaluation = cal.evaluate(tallies, evidence.metrics)
    for name, estimate in evaluation.items():
        metric = evaluation.metrics[name]
        number = metric.read(tallies.parts[metric.statistic])
        assert entries(estimate.value) == pytest.approx(number.reshape(-1).tolist()), name


def test_one_row_gives_numbers_in_range_or_says_why_not(evidence):
    for name, estimate in cal.evaluate(evidence.rows(slice(0, 1)), evidence.metrics).items():
        assert estimate.n == 1, name
        if any(map(math.isnan, entries(estimate.value))):
            assert estimate.note.startswith("undefined: "), name
            continue
        assert all(0 <= e <= GREATEST.get(name, 1.0) for e in entries(estimate.value)), name


def test_rows_of_another_kind_are_refused_by_name(evidence):
    rows = evidence.rows()
    for name in set(METRICS) - set(evidence.metrics):
        with pytest.raises(InputError, match=r" must .*; got .*"):
            cal.evaluate(rows, [name])
        with pytest.raises(InputError, match=r" must .*; got .*"):
            cal.evaluate(cal.tally(rows, [name]), [name])


def test_unlabelled_predictions_are_refused_by_every_metric():
    rows = cal.predictions(probs=[0.25, 0.75])
    for entry in METRICS.values():
        metric = entry.make()
        assert isinstance(metric, Metric)
        with pytest.raises(InputError, match="labels must be given to evaluate predictions"):
            metric(rows)
