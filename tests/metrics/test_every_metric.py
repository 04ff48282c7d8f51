"""Laws of every registered metric, on every kind of rows that it can be told from.

Each law is tried on estimates from rows, in the exact form where a metric has one, and on
estimates from their tally.
"""

import math
import operator
import os
from decimal import ROUND_UP, Context
from functools import cache

import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.base import Metric, RowMetric
from calibrant.metrics.registry import METRICS, entry_of
from calibrant.metrics.resolving import resolve

pytestmark = pytest.mark.filterwarnings(
    "ignore:.* from the grid may be:calibrant.errors.CalibrantWarning"  # half the rows are tied
)

VALUE = ("value",)
WIDE = {  # half of 300 rows are tied in 30 cells, and one of those cells may decide
    *("recall_at_precision", "youden_max", "lift", "coverage_at_accuracy"),
    *("top_label_brier_reliability", "top_label_brier_resolution"),
}
REPLICATES = {"bootstrap", "savings"}  # words of the methods of intervals that draw at random
OUT_OF_REACH = {"images"}  # what no row here offers: their own tests try such metrics


def in_both_forms(rows, evidence):
    """Estimates from rows, and from their tally where that is another form, by name and form."""
    exact = evidence.exact
    from_tallies = cal.evaluate(cal.tally(rows, exact), exact) if exact else {}
    return by_form(cal.evaluate(rows, evidence.metrics), from_tallies)


def by_form(from_rows, from_tallies):
    estimates = {(name, "rows"): estimate for name, estimate in from_rows.items()}
    return estimates | {(name, "tally"): estimate for name, estimate in from_tallies.items()}


def own(evidence, estimates):
    """Those of the estimates that a law holds for."""
    return {key: estimate for key, estimate in estimates.items() if key[0] in evidence.names}


def as_they_are(evidence):
    """The same for the rows as they are, found once for all laws."""
    told = evidence.from_tallies
    exact = {name: told[name] for name in told if isinstance(told.metrics[name], RowMetric)}
    return by_form(evidence.from_rows, exact)


def assert_all_same(actual, expected, assert_same, *fields, **options):
    assert actual.keys() == expected.keys()
    for key, estimate in expected.items():
        assert_same(actual[key], estimate, *fields, hint=key, **options)


def entries(value):
    """Every single number of a scalar, a vector or a matrix."""
    return [value] if isinstance(value, float) else [e for part in value for e in entries(part)]


def test_every_name_is_tried_on_some_rows(all_evidence, asked_for):
    tried = {metric for evidence in all_evidence.values() for metric in evidence.metrics}
    out_of_reach = {name for name, entry in METRICS.items() if OUT_OF_REACH & set(entry.needs)}
    assert asked_for <= tried | out_of_reach


def test_weights_equal_repetition_and_zero_absence(evidence, assert_same):
    times = torch.arange(len(evidence)) % 4
    every = torch.arange(len(evidence)).repeat_interleave(times)
    weighted = in_both_forms(evidence.rows(weights=times.float()), evidence)
    repeated = in_both_forms(evidence.rows(every), evidence)
    assert_all_same(weighted, repeated, assert_same, VALUE)


@cache
def weighed(evidence):
    """Weights of all rows, in which tied rows differ, and what is found with them."""
    weights = 0.25 + (torch.arange(len(evidence)) % 5).double()
    return weights, in_both_forms(evidence.rows(weights=weights), evidence)


@pytest.mark.of_sums
def test_scaling_all_weights_changes_neither_value_nor_interval(evidence, assert_same):
    weights, expected = weighed(evidence.whole or evidence)
    for scale in (1e-3, 1e6) if "CALIBRANT_LONG" in os.environ else (evidence.scale,):
        scaled = in_both_forms(evidence.rows(weights=scale * weights), evidence)
        assert_all_same(scaled, own(evidence, expected), assert_same, atol=1e-11)


@pytest.mark.of_sums
def test_weight_of_one_for_all_is_no_weight(evidence, assert_same):
    ones = torch.ones(len(evidence), dtype=torch.float64)
    weighted = in_both_forms(evidence.rows(weights=ones), evidence)
    assert_all_same(weighted, as_they_are(evidence), assert_same)


@cache
def without_a_third(evidence):
    """Which rows are left out, and what is found without them."""
    out = torch.arange(len(evidence)) % 3 == 0
    return out, in_both_forms(evidence.rows(~out), evidence)


def test_rows_of_weight_zero_have_no_effect_whatever_they_hold(evidence, assert_same):
    out, expected = without_a_third(evidence)
    columns = {name: values.clone() for name, values in evidence.columns.items()}
    garbage = torch.tensor([torch.nan, torch.inf, -torch.inf])
    for values in columns.values():
        kinds = garbage[torch.arange(int(out.sum())) % 3].to(values.dtype)
        kinds = kinds.reshape(-1, *[1] * (values.ndim - 1)).expand_as(values[out])
        values[out] = kinds if values.is_floating_point() else 99
    spoilt = evidence.with_columns(**columns).rows(weights=(~out).double())
    actual = in_both_forms(spoilt, evidence)
    assert_all_same(actual, expected, assert_same)
    assert {estimate.n for estimate in actual.values()} == {int((~out).sum())}


@pytest.mark.of_sums
def test_row_order_is_irrelevant(evidence, assert_same):
    weights, expected = weighed(evidence)
    shuffled = torch.randperm(len(evidence), generator=torch.Generator().manual_seed(0))
    weighted = evidence.with_columns(weights=weights)
    actual = in_both_forms(weighted.rows(shuffled), evidence)
    assert_all_same(actual, expected, assert_same)


def optimistic(name, estimate):
    """Whether the value is known to be too high, so that it may lie above a narrow interval."""
    return estimate.note.startswith("optimistic") or name.endswith("_discrimination")


def unbiased_square(name):
    """Whether the value estimates a square without bias: it may be negative, its interval never."""
    return "_squared_debiased" in name


@pytest.mark.of_sums
def test_interval_holds_the_value_and_grows_with_the_level(evidence):
    wide, narrow = evidence.from_rows, cal.evaluate(evidence.rows(), evidence.metrics, level=0.5)
    for name, outer in wide.items():
        inner = narrow[name]
        if optimistic(name, outer) and outer.low is not None:
            assert outer.low <= inner.low < inner.high <= outer.high, name
            assert outer.low < outer.value, name
            continue
        if outer.low is None:
            assert outer.high is outer.level is None, name
            assert outer.method.startswith("not available: "), name
            assert len(outer.method) > len("not available: "), name
            continue
        assert (outer.level, inner.level) == (0.95, 0.5)
        ends = [outer.low, inner.low, outer.value, inner.high, outer.high]
        floored = outer.noise_floor is not None or "no noise floor" in outer.note
        noisy = floored and "debiased" not in name
        if noisy:  # noise adds to it: it may lie above its interval
            assert all(map(operator.le, entries(outer.low), entries(outer.value))), name
            del ends[2]
        elif unbiased_square(name):
            assert outer.low >= 0, name
            ends[2] = max(outer.value, 0.0)
        for one in zip(*map(entries, ends), strict=True):
            assert list(one) == sorted(one), name
            assert one[0] < one[-1], name


def test_tally_gives_the_estimate_of_rows_or_bounds_how_far_it_is_off(evidence):
    exact = evidence.from_rows
    in_float32 = any(column.dtype == torch.float32 for column in evidence.columns.values())
    largest = 0.02 if in_float32 else 0.01  # those rows crowd at the ends
    for name, estimate in evidence.from_tallies.items():
        if not isinstance(exact.metrics[name], RowMetric):
            assert estimate == exact[name], name
            continue
        found, true = (
            torch.tensor(entries(each.value), dtype=torch.float64)
            for each in (estimate, exact[name])
        )
        assert torch.equal(found.isnan(), true.isnan()), name
        if bool(true.isnan().any()):
            assert "undefined: " in exact[name].note, name
            continue
        if estimate.method.endswith("needs rows or replicates"):  # the sums tell the value itself
            assert found == pytest.approx(true, abs=1e-12), name
            assert exact[name].low is not None, name
            continue
        assert estimate.bound is not None, name
        assert f"from the grid, at most {up(estimate.bound)} off" in estimate.note, name
        off = found - true
        assert off.abs().max() <= estimate.bound + 1e-12, name
        assert estimate.bound < (0.1 if name in WIDE else largest), name
        for end in ("low", "high") if estimate.low is not None and "cox" not in name else ():
            slack = 2 * estimate.bound + 1e-12
            if REPLICATES & set(exact[name].method.split()):  # drawn of other cells
                slack += 0.2 * (exact[name].high - exact[name].low)
            near = pytest.approx(getattr(exact[name], end), abs=slack)
            assert getattr(estimate, end) == near, name


def up(bound):
    """Two digits, rounded up."""
    rounded = Context(prec=2, rounding=ROUND_UP).create_decimal_from_float(bound)
    return f"{float(rounded):.2g}"


@pytest.mark.of_sums
def test_tallies_from_a_file_give_the_same_estimates(evidence, tmp_path):
    evidence.tallies.save(tmp_path / "tallies")
    again = cal.evaluate(cal.load_tallies(tmp_path / "tallies"), evidence.summed)
    assert again.to_json() == evidence.from_tallies.to_json()


def test_number_read_from_a_tally_is_the_value_of_its_estimate(evidence):
    for name, estimate in evidence.from_tallies.items():
        metric = evidence.from_tallies.metrics[name]
        number = metric.read(evidence.tallies.tally_of(metric.statistic))
        told = pytest.approx(number.reshape(-1).tolist(), nan_ok=True)
        assert entries(estimate.value) == told, name


def test_one_row_gives_numbers_in_range_or_says_why_not(evidence):
    for name, estimate in cal.evaluate(evidence.rows(slice(0, 1)), evidence.metrics).items():
        assert estimate.n == 1, name
        if any(map(math.isnan, entries(estimate.value))):
            assert "undefined: " in estimate.note, name
            continue
        least, greatest = range_of(evidence, name)
        assert all(least <= e <= greatest for e in entries(estimate.value)), name


def test_values_lie_in_the_range_that_the_registry_states(evidence):
    for name, estimate in evidence.from_rows.items():
        if any(map(math.isnan, entries(estimate.value))):
            assert "undefined: " in estimate.note, name
            continue
        least, greatest = range_of(evidence, name)
        assert all(least <= e <= greatest for e in entries(estimate.value)), name


def range_of(evidence, name):
    """Least and greatest value of a name; a metric that was given itself is a calibration error."""
    if name not in evidence.metrics:
        return 0, 1
    return entry_of(name, evidence.rows().n_classes)[0].range


def test_rows_of_another_kind_are_refused_by_name(evidence):
    rows = evidence.rows()
    for name in sorted(set(METRICS) - set(cal.metrics.fitting(rows))):
        with pytest.raises(InputError, match=r" must .*; got .*"):
            cal.evaluate(rows, [name])
        with pytest.raises(InputError, match=r" must .*; got .*"):
            cal.evaluate(cal.tally(rows, [name]), [name])


def test_unlabelled_predictions_are_refused_by_every_metric():
    rows = cal.predictions(probs=[0.25, 0.75])
    for name in METRICS:
        metric = resolve(name, 2)
        assert isinstance(metric, Metric)
        if type(rows) not in metric.reads:
            continue
        with pytest.raises(InputError, match="labels must be given to evaluate predictions"):
            metric(rows)
