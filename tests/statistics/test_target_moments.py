"""Moments of targets and errors against exact rational arithmetic."""

from fractions import Fraction

import pytest
import torch

import calibrant as cal
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.target_moments import TargetMoments, moment_sums


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shift", [0.0, 2.0**30])
def test_sums_are_those_of_rational_arithmetic(weighted, shift):
    generator = torch.Generator().manual_seed(0)
    predicted, targets = torch.randn(2, 60, generator=generator, dtype=torch.float64)
    targets = (64 * targets).round() / 64 + shift  # so that the shift is exact
    predicted = (64 * predicted).round() / 64 + shift
    weights = torch.randint(1, 5, (60,), generator=generator).double() / 4 if weighted else None
    rows = cal.numbers(predicted=predicted, targets=targets, weights=weights)
    found = moment_sums(tally_rows(rows, [TargetMoments()]).parts[TargetMoments()])
    t = [Fraction(value) for value in targets.tolist()]
    e = [
        Fraction(p) - Fraction(v) for p, v in zip(predicted.tolist(), targets.tolist(), strict=True)
    ]
    w = [Fraction(value) for value in (weights.tolist() if weighted else [1.0] * 60)]
    expected = {
        name: sum(
            (
                w[k] ** name.count("w") * e[k] ** name.count("e") * t[k] ** name.count("t")
                for k in range(60)
            ),
            Fraction(),
        )
        for name in TargetMoments.columns
        if name != "count"
    }
    assert found.pop("count") == 60
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert abs(found[name] - value) <= Fraction(1, 10**13) * max(abs(value), 1), name


def test_spread_far_from_zero_is_exact_where_the_numbers_are():
    targets = torch.tensor([2.0**40 - 1, 2.0**40 + 1], dtype=torch.float64)
    halves = [
        cal.tally(cal.numbers(predicted=[0.0], targets=[t]), ["r2"]) for t in targets.tolist()
    ]
    sums = moment_sums((halves[0] + halves[1]).parts[TargetMoments()])
    assert sums["wtt"] - sums["wt"] ** 2 / sums["w"] == 2
