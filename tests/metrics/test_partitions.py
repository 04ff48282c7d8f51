"""Laws of addition: however rows are cut and ordered, their tallies give the same digits."""

import json
import os
from dataclasses import replace
from functools import cache, reduce
from operator import add

import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import calibrant as cal
from calibrant.errors import InputError
from calibrant.statistics.bundle import Tallies
from calibrant.statistics.exact_sums import number_of
from calibrant.statistics.pair_moments import PairMoments
from calibrant.statistics.target_moments import TargetMoments

pytestmark = pytest.mark.filterwarnings(
    "ignore:.* from the grid may be:calibrant.errors.CalibrantWarning"  # half the rows are tied
)

GENERATE = (Phase.explicit, Phase.reuse, Phase.generate)  # an example that fails costs seconds
COUNTS = ("count", "infinite_count")


@st.composite
def partitions(draw, n=300):
    """An order of rows, and cuts of it; a part may be of one row."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(draw(st.integers(0, 99))))
    cuts = sorted(draw(st.sets(st.integers(1, n - 1), max_size=4)))
    parts = torch.tensor_split(order, cuts)
    return draw(st.permutations(parts))


def weighed(evidence):
    return (torch.arange(len(evidence)) % 3).double() + 0.5


def number_of_digits(digits):
    return torch.tensor(float(number_of(digits.tolist())), dtype=torch.float64)


def assert_equal_tables(actual, expected):
    for statistic, tally in expected.parts.items():
        for column in statistic.columns:
            got = actual.parts[statistic][column]
            if column in COUNTS and got.equal(got.round()):
                assert torch.equal(got, tally[column]), (statistic, column)
            wanted = tally[column]
            if isinstance(
                statistic, (TargetMoments, PairMoments)
            ):  # digits may carry: their number is the sum
                got, wanted = (number_of_digits(digits) for digits in (got, wanted))
            scale = wanted.abs().max()
            assert (got - wanted).abs().max() <= 1e-12 * scale, (statistic, column)


def tally_of(evidence, index, *, with_weights):
    weights = weighed(evidence) if index is None else weighed(evidence)[index]
    some = {"weights": weights} if with_weights else {}
    return cal.tally(evidence.rows(index, **some), evidence.summed)


@cache
def one_shot(evidence, with_weights):
    """Tallies of all rows at once."""
    return tally_of(evidence, None, with_weights=True) if with_weights else evidence.tallies


@cache
def weighed_estimates(evidence):
    """What they tell of rows with weights."""
    return cal.evaluate(one_shot(evidence, with_weights=True), evidence.summed)


def in_parts(evidence, parts, *, with_weights):
    return reduce(add, (tally_of(evidence, part, with_weights=with_weights) for part in parts))


@settings(max_examples=6, deadline=None)
@given(parts=partitions(), with_weights=st.booleans())
def test_any_partition_and_order_gives_the_one_shot_sums(evidence, with_weights, parts):
    merged = in_parts(evidence, parts, with_weights=with_weights)
    assert_equal_tables(merged, one_shot(evidence, with_weights))


@pytest.mark.of_sums
@settings(max_examples=4 if "CALIBRANT_LONG" in os.environ else 1, deadline=None, phases=GENERATE)
@given(parts=partitions())
def test_estimates_of_a_partition_are_the_one_shot_ones(evidence, parts, assert_same):
    merged = in_parts(evidence, parts, with_weights=True)
    found = cal.evaluate(merged, evidence.summed)
    once = weighed_estimates(evidence)
    for name in once:
        assert_same(found[name], once[name], hint=name)
        assert found[name].n == once[name].n == len(evidence)
        assert found[name].method == once[name].method


@pytest.mark.of_sums
def test_nine_printed_digits_do_not_depend_on_the_partition(evidence):
    def digits(evaluation):
        return json.loads(evaluation.to_json(), parse_float=lambda n: f"{float(n):.9g}")

    parts = torch.arange(len(evidence)).split(37)
    tallies = reduce(add, (cal.tally(evidence.rows(part), evidence.summed) for part in parts))
    assert digits(cal.evaluate(tallies, evidence.summed)) == digits(evidence.from_tallies)


def test_a_tally_of_no_rows_is_zero(evidence):
    tallies = evidence.tallies
    for statistic, tally in tallies.parts.items():
        zero = statistic.zero(tallies.n_classes)
        assert torch.equal((zero + tally).table, tally.table)
        assert torch.equal((tally + zero).table, tally.table)


def test_metrics_of_no_rows_are_undefined_and_have_no_interval(evidence):
    tallies = evidence.tallies
    nothing = {statistic: statistic.zero(tallies.n_classes) for statistic in tallies.parts}
    for name, estimate in cal.evaluate(replace(tallies, parts=nothing), evidence.summed).items():
        assert estimate.n == 0, name
        assert estimate.low is None, name
        assert estimate.method.startswith("not available: "), name


def test_addition_does_not_change_what_is_added(all_evidence):
    rows = all_evidence["many"].rows()
    one, other = cal.tally(rows), cal.tally(rows)
    total = one + other
    for statistic, tally in one.parts.items():
        assert torch.equal(tally.table, other.parts[statistic].table)
        assert torch.equal(total.parts[statistic].table, 2 * tally.table)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            lambda: cal.tally(cal.events(probs=[0.5], outcomes=[1])),
            "kind, predictions; got events",
        ),
        (lambda: cal.tally(cal.predictions(probs=[[0.5, 0.25, 0.25]], labels=[1])), "class_names"),
        (lambda: cal.tally(cal.predictions(probs=[0.5], labels=[1]), ["ece"]), "same statistics"),
    ],
)
def test_tallies_of_unlike_things_do_not_add(other, message):
    one = cal.tally(cal.predictions(probs=[0.5], labels=[1]))
    with pytest.raises(InputError, match=message):
        one + other()


def test_notes_of_both_parts_stay_once():
    rows = cal.predictions(probs=[[1.0, 1.0]], labels=[0], normalize=True)
    both = cal.tally(rows) + cal.tally(rows)
    assert isinstance(both, Tallies)
    assert both.notes == rows.notes
    assert len(both.notes) == 1
