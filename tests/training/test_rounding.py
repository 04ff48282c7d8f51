"""Rounding: what is not in doubt has the same bits after every order of additions."""

import math

import numpy as np
import pytest
import torch

from calibrant.training.rounding import rounded, undecided

STEP = 2.0**-23


@pytest.mark.parametrize("unit", [2.0**-20, 1.0, 2.0**30])
@pytest.mark.parametrize("size", [1e-8, 1e-3, 1.0, 50.0])
def test_decided_rows_keep_their_bits_however_the_sums_err(unit, size):
    generator = torch.Generator().manual_seed(0)
    stated = unit * size * torch.randn(20_000, 3, generator=generator, dtype=torch.float64)
    middles = (stated / (unit * STEP)).floor() + 0.5
    doubtful = torch.rand(stated.shape, generator=generator) < 0.1  # many ties, or nearly
    stated = torch.where(doubtful, middles * unit * STEP * (1 + 1e-15), stated)
    error = torch.randn(stated.shape, generator=generator, dtype=torch.float64)
    other = stated + 1e-13 * (unit + stated.abs().amax(dim=1, keepdim=True)) * error
    decided = ~undecided(stated, unit)
    assert torch.equal(rounded(stated, unit)[decided], rounded(other, unit)[decided])
    assert not torch.equal(rounded(stated, unit), rounded(other, unit))
    assert 0.5 < float(decided.double().mean()) < 0.8  # .9**3 = .73 have no tie


def test_few_values_are_in_doubt():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(100_000, 2, generator=generator, dtype=torch.float64).log_softmax(dim=1)
    # two values, of each 2 * 2**-38 * (1 + about 1.3) in 2**-23 are in doubt: 2.8e-4
    share = float(undecided(logits, 1.0).double().mean())
    assert share == pytest.approx(2.8e-4, rel=0.4)


@pytest.mark.parametrize("size", [1.5, 3.0, 100.0, 1e6])
def test_values_above_the_unit_are_within_three_quarters_of_a_last_bit(size):
    stated = torch.linspace(size, 1.3 * size, 1001, dtype=torch.float64)
    found = rounded(stated, 1.0)
    last_bit = np.spacing(found.numpy())  # half for float32, and half of at most half before
    assert (np.abs(found.double().numpy() - stated.numpy()) <= 0.75 * last_bit).all()


def test_values_below_the_unit_are_multiples_of_its_step():
    stated = torch.linspace(-1, 1, 1001, dtype=torch.float64)
    found = rounded(stated, 1.0).double()
    assert float((found - stated).abs().max()) <= STEP / 2
    assert torch.equal(found / STEP, (found / STEP).round())


def test_another_unit_is_another_scale_alone():
    stated = torch.linspace(-3, 3, 1001, dtype=torch.float64)
    assert torch.equal(rounded(stated * 2**40, 2.0**40), rounded(stated, 1.0) * 2**40)
    assert torch.equal(undecided(stated * 2**40, 2.0**40), undecided(stated, 1.0))


def test_large_values_of_a_row_spread_doubt_over_it():
    near = 0.5 * STEP + 2.0**-34  # 16 times the doubt of a row whose values are small
    rows = torch.tensor([[near, 1.0], [near, 100.0]], dtype=torch.float64)
    assert undecided(rows, 1.0).tolist() == [False, True]


def test_masked_classes_stay_masked():
    rows = torch.tensor([[-math.inf, 0.25], [0.5 * STEP, -math.inf]], dtype=torch.float64)
    assert rounded(rows, 1.0)[0].tolist() == [-math.inf, 0.25]
    assert undecided(rows, 1.0).tolist() == [False, True]


def test_no_rows_are_no_rows():
    empty = torch.zeros(0, 2, dtype=torch.float64)
    assert rounded(empty, 1.0).shape == (0, 2)
    assert undecided(empty, 1.0).shape == (0,)
    assert undecided(empty[:, 0], 1.0).shape == (0,)
