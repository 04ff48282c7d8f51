"""Spreads that enter by the door of numbers: what is refused, and what comes in as it is."""

import math

import numpy as np
import pandas as pd
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.prediction.spreads import Ensemble, NormalSpread, Quantiles

NAN = math.nan
ONES = [1.0, 1.0]
THREE = {0.1: [0.0, 1.0], 0.5: [1.0, 2.0], 0.9: [3.0, 2.0]}


def test_a_normal_spread_stands_beside_the_point():
    rows = cal.numbers(predicted=[1.0, 2.0], targets=[1, 4], std=[0.5, 2])
    assert isinstance(rows.spread, NormalSpread)
    assert rows.spread.std.tolist() == [0.5, 2.0]
    assert rows.predicted.tolist() == [1.0, 2.0]


def test_the_point_of_members_is_their_mean_unless_it_is_given():
    members = np.array([[1.0, 3.0, 2.0], [0.0, 0.0, 6.0]], dtype=np.float32)
    rows = cal.numbers(members=members, targets=[1, 4])
    assert isinstance(rows.spread, Ensemble)
    assert rows.predicted.tolist() == [2.0, 2.0]
    given = cal.numbers(predicted=[5.0, 6.0], members=members, targets=[1, 4])
    assert given.predicted.tolist() == [5.0, 6.0]


def test_members_of_images_lie_along_axis_one():
    members = torch.arange(2 * 3 * 4 * 5, dtype=torch.float64).reshape(2, 3, 4, 5)
    rows = cal.numbers(members=members, targets=torch.zeros(2, 4, 5))
    assert rows.spread.members.shape == (40, 3)
    assert rows.spread.members[21].tolist() == members[1, :, 0, 1].tolist()
    assert rows.predicted[21] == members[1, :, 0, 1].mean()


def test_quantiles_are_sorted_by_level_and_the_median_is_the_point():
    rows = cal.numbers(quantiles={0.9: [3.0], 0.5: [2.0], 0.1: [1.0]}, targets=[1])
    assert isinstance(rows.spread, Quantiles)
    assert rows.spread.levels == (0.1, 0.5, 0.9)
    assert rows.spread.values.tolist() == [[1.0, 2.0, 3.0]]
    assert rows.predicted.tolist() == [2.0]


def test_quantiles_that_cross_by_rounding_alone_come_in_without_crossing():
    low, high = np.float32([0.1, 5.0]), np.float32([0.1, 6.0])
    low[0] = np.nextafter(high[0], np.float32(1))
    rows = cal.numbers(predicted=ONES, quantiles={0.1: low, 0.9: high}, targets=ONES)
    assert bool((rows.spread.values.diff(dim=1) >= 0).all())


@pytest.mark.parametrize(
    "given",
    [
        {"predicted": torch.arange(4.0), "std": torch.arange(1.0, 5.0)},
        {"members": torch.arange(12.0).reshape(4, 3)},
        {"quantiles": {0.25: torch.arange(4.0), 0.5: torch.arange(4.0) + 1}},
    ],
    ids=["std", "members", "quantiles"],
)
def test_rows_that_are_taken_out_keep_their_spread(given):
    rows = cal.numbers(**given, targets=torch.zeros(4), weights=[1.0, 0.0, 1.0, 1.0])
    for some in (
        rows.take(slice(2, 4)),
        rows.take(torch.tensor([2, 3])),
        rows.present().take(slice(1, None)),
    ):
        kept = next(
            getattr(some.spread, name)
            for name in ("std", "members", "values")
            if hasattr(some.spread, name)
        )
        whole = next(
            getattr(rows.spread, name)
            for name in ("std", "members", "values")
            if hasattr(rows.spread, name)
        )
        assert torch.equal(kept, whole[2:])
    assert sum(len(chunk) for chunk in rows.chunks(4)) == 3


@pytest.mark.parametrize(
    "spoilt",
    [
        {"predicted": [1.0, NAN], "std": [1.0, -1.0]},
        {"members": [[1.0, 2.0], [NAN, math.inf]]},
        {"quantiles": {0.5: [1.0, 3.0], 0.9: [2.0, NAN]}},
        {"quantiles": {0.5: [1.0, 3.0], 0.9: [2.0, 1.0]}},
    ],
)
def test_rows_of_weight_zero_may_state_anything(spoilt):
    rows = cal.numbers(**spoilt, targets=[2.0, NAN], weights=[1.0, 0.0]).present()
    assert len(rows) == 1
    assert rows.errors.isfinite().all()


@pytest.mark.usefixtures("no_type_checker")
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"predicted": ONES, "std": [1.0, 0.0]}, r"std must be above 0 .*; got 0 at row 1. It is"),
        ({"predicted": ONES, "std": [NAN, 1.0]}, r"std must be .*; got nan at row 0. Drop or fill"),
        ({"predicted": ONES, "std": [math.inf, 1.0]}, r"std must be .*; got inf at row 0"),
        ({"predicted": ONES, "std": [1.0]}, r"std must state rows of shape \(2,\).*; got \(1,\)"),
        ({"std": ONES}, "predicted must be given where neither members nor a median are stated"),
        ({}, "predicted must be given where neither .*; got none. Pass predicted=, members="),
        ({"members": ONES}, r"members must have shape \(row, member\); got \(2,\)"),
        (
            {"members": [[1.0, NAN], ONES]},
            r"members must be finite .*; got \(1, nan\) at row 0. Dr",
        ),
        ({"members": [[1.0, 2e50], ONES]}, r"members must be finite .* at row 0. Scale"),
        ({"members": [ONES]}, r"targets must have shape \(1,\), that of predicted; got \(2,\)"),
        ({"quantiles": [ONES]}, "quantiles must be a mapping from level to array; got list"),
        ({"quantiles": {}}, "quantiles must be a mapping .*; got an empty mapping"),
        ({"quantiles": {1.0: ONES}}, "quantiles must have levels between 0 and 1; got 1.0"),
        ({"quantiles": {"0.5": ONES}}, "quantiles must have levels between 0 and 1; got '0.5'"),
        ({"quantiles": {0.1: ONES}}, "predicted must be given"),
        (
            {"quantiles": {0.5: ONES, 0.5 + 1e-12: ONES}},
            "quantiles must have distinct levels; got 0.5 and 0.500000000001",
        ),
        ({"quantiles": {0.5: ONES, 0.9: [1.0]}}, r"quantiles\[0.9\] must have shape \(2,\)"),
        ({"quantiles": {0.5: ["a", "b"]}}, r"quantiles\[0.5\] must hold numbers; got 'a' at row 0"),
        (
            {"quantiles": {0.5: ONES, 0.9: [NAN, 1]}},
            r"quantiles must be finite .*nan\) at row 0. Dro",
        ),
        (
            {"quantiles": {**THREE, 0.9: [3.0, 1.5]}},
            r"quantiles must not fall from one level to the next \(0.1, 0.5, 0.9\); got "
            r"\(1, 2, 1.5\) at row 1. Sort the quantiles of every row",
        ),
        (
            {"predicted": ONES, "std": ONES, "quantiles": THREE},
            "std and quantiles must not be given together; got 2 of them. State one",
        ),
        (
            {
                "predicted": pd.Series(ONES, index=["a", "b"]),
                "std": pd.Series(ONES, index=["b", "a"]),
            },
            "std must have the index of predicted in its order",
        ),
    ],
)
def test_bad_spreads_are_refused_with_the_row(columns, message):
    with pytest.raises(InputError, match=message):
        cal.numbers(**columns, targets=ONES)


def test_weights_that_would_overflow_beside_members_are_refused():
    with pytest.raises(InputError, match="weights must be at most"):
        cal.numbers(members=[[1e40, 1.0]], predicted=[1.0], targets=[1.0], weights=[1e30])
