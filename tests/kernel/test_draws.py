"""Sums over draws, and looks at labels: the kernel against NumPy."""

import numpy as np
import pytest
import torch

from calibrant.kernel import draws, library, scans

pytestmark = pytest.mark.skipif(library.kernel() is None, reason=library.told())


@pytest.mark.parametrize("n_gaps", [0, 1, 15, 64])
@pytest.mark.parametrize("n_draws", [2, 511, 512, 513, 2048])
def test_sums_of_sizes_have_the_bits_of_numpy(n_gaps, n_draws):
    r = np.random.default_rng(n_gaps)
    noise, gap = r.normal(size=(n_gaps, n_draws)), r.normal(size=n_gaps)
    expected = np.abs(noise + gap[:, None]).sum(axis=0)
    assert draws.folded_sums(noise, gap).tolist() == expected.tolist()


def test_draws_and_gaps_that_lie_apart_are_read_in_their_order():
    r = np.random.default_rng(0)
    noise, gap = r.normal(size=(700, 8)).T, r.normal(size=16)[::2]
    expected = np.abs(noise + gap[:, None]).sum(axis=0)
    np.testing.assert_allclose(draws.folded_sums(noise, gap), expected, rtol=1e-14)
    whole = np.ascontiguousarray(noise)
    np.testing.assert_allclose(draws.folded_sums(whole, gap), expected, rtol=1e-14)


@pytest.mark.parametrize("without", [False, True])
@pytest.mark.parametrize("sizes", [(1, 1, 1), (3, 129, 511), (5, 4, 4096)])
def test_a_draw_has_the_value_of_the_masses_below_it(sizes, without, monkeypatch):
    n_rows, n_masses, n_draws = sizes
    r = np.random.default_rng(n_masses)
    uniform = r.random((n_rows + 2, n_draws)).round(2)  # ties among draws, and with masses
    order = uniform.argsort(axis=1, kind="stable")
    rank, ordered = order.argsort(axis=1), np.take_along_axis(uniform, order, axis=1)
    mass = np.sort(r.random((n_rows, n_masses)).round(2), axis=1)
    mass[-1, -1] = 0.3  # draws above the last mass, if few
    mass[-1] = np.sort(mass[-1])
    value, rows = r.normal(size=(n_rows, n_masses + 1)), np.arange(n_rows)[::-1].copy() + 1
    if without:
        monkeypatch.setattr(draws, "kernel", lambda: None)
    found = draws.looked_up(ordered, rank, rows, mass, value)
    for i, row in enumerate(rows):
        below = (mass[i][None, :] < uniform[row][:, None]).sum(axis=1)
        assert found[i].tolist() == value[i][below].tolist()


@pytest.mark.parametrize("wrong", [-1, 10, 2**62, -(2**63)])
@pytest.mark.parametrize("place", [0, 1, 63, 1000])
def test_one_label_that_is_no_class_is_seen_wherever_it_is(wrong, place):
    labels = torch.arange(1001) % 10
    assert scans.all_within(labels, 10)
    labels[place] = wrong
    assert not scans.all_within(labels, 10)
