"""Fractions that probabilities stand for, against exact fractions."""

from fractions import Fraction

import pytest
import torch

from calibrant.prediction.fractions import CELLS, MOST, stated_fractions


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_complement_of_a_fraction_is_the_fraction_that_is_left(dtype):
    for denominators in (range(1, MOST + 1), [CELLS]):
        exact = [
            (torch.arange(n + 1).double() / n, torch.arange(n, -1, -1).double() / n)
            for n in denominators
        ]
        part, rest = (torch.cat(side) for side in zip(*exact, strict=True))
        own, other = stated_fractions(part.to(dtype)), stated_fractions(rest.to(dtype))
        assert torch.equal(own.prob, part)
        assert torch.equal(own.complement, rest)
        assert torch.equal(own.complement, other.prob)


@pytest.mark.parametrize(("dtype", "digits"), [(torch.float16, 3), (torch.bfloat16, 2)])
def test_short_numbers_stand_for_few_decimals(dtype, digits):
    part = torch.arange(10**digits + 1).double() / 10**digits
    own = stated_fractions(part.to(dtype))
    assert torch.equal(own.complement, part.flip(0))
    assert torch.equal(own.prob, part)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_numbers_in_rising_order_stand_for_numbers_in_rising_order(dtype):
    generator = torch.Generator().manual_seed(0)
    near = torch.randint(1, CELLS, (300,), generator=generator).double() / CELLS
    runs = [near.to(dtype), torch.rand(300, generator=generator, dtype=dtype)]
    for _ in range(4):
        runs.append(torch.nextafter(runs[-2], torch.ones((), dtype=dtype)))
    tails = (10 ** -torch.rand(300, generator=generator, dtype=torch.float64).mul(40)).to(dtype)
    stated = stated_fractions(torch.cat((*runs, tails)).unique())
    assert bool((stated.prob.diff() > 0).all())
    assert bool((stated.complement.diff() <= 0).all())


def test_what_a_number_stands_for_rounds_to_it():
    prob = torch.rand(2000, generator=torch.Generator().manual_seed(0))
    stated = stated_fractions(prob)
    assert torch.equal(stated.prob.float(), prob)
    for p, rest in zip(stated.prob.tolist(), stated.complement.tolist(), strict=True):
        assert abs(1 - Fraction(p) - Fraction(rest)) <= Fraction(2) ** -53


def test_number_that_no_short_fraction_rounds_to_stands_for_itself():
    prob = torch.tensor([1e-12, 3e-8, 0.1234321], dtype=torch.float32)
    assert torch.equal(stated_fractions(prob).prob, prob.double())
    assert torch.equal(stated_fractions(prob).complement, 1 - prob.double())
