"""Bounds of values read from a grid."""

import math

import pytest

from calibrant.metrics.bounds import from_grid, with_bound
from calibrant.metrics.estimate import Estimate

GIVEN = Estimate(0.5, None, None, None, 3, "some method")


def test_unknown_bound_stays_unknown():
    assert math.isnan(with_bound(GIVEN, math.nan).bound)
    assert math.isnan(from_grid(GIVEN, math.nan, "some number").bound)


@pytest.mark.parametrize(("bound", "told"), [(0.0, 0.0), (1e-16, 0.0), (0.004, 0.004)])
def test_bound_of_rounding_alone_is_none(bound, told):
    assert with_bound(GIVEN, bound).bound == told
