"""Keys, runs, pooled blocks and hashes of the kernel against those of NumPy and SciPy."""

import numpy as np
import pytest
import torch
from scipy.optimize import isotonic_regression

import calibrant as cal
from calibrant.calibrators.curves import groups, insertion, packing, pooling
from calibrant.calibrators.curves.isotonic import IsotonicCalibration
from calibrant.kernel import curves, library
from calibrant.prediction import row_hashes

pytestmark = pytest.mark.skipif(library.kernel() is None, reason=library.told())

REALS = [np.float32, np.float64]


def scores(dtype, n=2000):
    """Ties, both zeros, and numbers of every size, in disorder."""
    rng = np.random.default_rng(0)
    some = rng.normal(size=n) * 10.0 ** rng.integers(-30, 30, size=n)
    some[::5] = rng.integers(-3, 4, size=len(some[::5]))
    some[:2] = [0.0, -0.0]
    return rng.permutation(some).astype(dtype), rng.random(n) < 0.4


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("near", [False, True], ids=["all", "probabilities"])
def test_keys_are_those_of_numpy(dtype, near):
    score, hit = scores(dtype)
    score = np.abs(score) / (1 + np.abs(score)) if near else score
    found, expected = packing.packed(score, hit), packing._packed(score, hit)
    assert found.dtype == expected.dtype == (np.int32 if near and dtype == np.float32 else np.int64)
    assert np.array_equal(found, expected)
    assert np.array_equal(packing.unpacked(found >> 1).astype(dtype), score)


@pytest.mark.parametrize("strange", [np.inf, -np.inf, 5e-324, 1e300, -1e300, np.nan])
def test_what_does_not_come_back_from_a_key_has_none(strange):
    score, hit = scores(np.float64, 100)
    score[50] = strange
    assert packing.packed(score, hit) is None
    assert packing._packed(score, hit) is None


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_runs_are_those_of_unique(dtype):
    rng = np.random.default_rng(1)
    ordered = np.sort(rng.integers(-300, 300, size=1000).astype(dtype))
    bits, w, wy = curves.runs(ordered)
    expected, place = np.unique(ordered >> 1, return_inverse=True)
    assert bits.dtype == dtype
    assert np.array_equal(bits, expected)
    assert np.array_equal(w, np.bincount(place))
    assert np.array_equal(wy, np.bincount(place, ordered & 1))
    assert [len(each) for each in curves.runs(ordered[:1])] == [1, 1, 1]


@pytest.mark.parametrize("most", [1, 2, 40])
@pytest.mark.parametrize("n", [1, 2, 1500])
def test_blocks_are_those_of_scipy(most, n):
    rng = np.random.default_rng(most)
    w = rng.integers(1, most + 1, size=n).astype(float)
    wy = rng.binomial(w.astype(int), np.linspace(0.2, 0.7, n)).astype(float)
    first, sum_w, sum_wy = curves.pool(w, wy)
    fit = isotonic_regression(wy / w, weights=w)
    np.testing.assert_allclose(np.repeat(sum_wy / sum_w, np.diff(first, append=n)), fit.x, 1e-12)
    assert np.array_equal(sum_w, np.add.reduceat(w, first))
    assert np.array_equal(sum_wy, np.add.reduceat(wy, first))
    assert (np.diff(sum_wy / sum_w) > 0).all()


@pytest.mark.parametrize("strange", [0.5, 0.0, -1.0, np.nan, np.inf, 2.0**27, 1e300])
def test_other_weights_than_whole_ones_are_left_to_scipy(strange):
    w, wy = np.ones(5), np.array([0.0, 1.0, 0.0, 1.0, 1.0])
    w[2] = strange
    assert curves.pool(w, wy) is None
    w[2], wy[2] = 1, strange
    if strange != 0:
        assert curves.pool(w, wy) is None
    many = np.full(3, 2.0**26)
    assert curves.pool(many, many) is None  # products of sums would round


@pytest.mark.parametrize("most", [1, 3])
def test_a_row_more_is_stated_as_by_numpy(most, monkeypatch):
    rng = np.random.default_rng(most)
    w = rng.integers(1, most + 1, size=700).astype(float)
    wy = rng.binomial(w.astype(int), np.linspace(0.2, 0.7, 700)).astype(float)
    found = insertion.inserted(w, wy)
    monkeypatch.setattr(curves, "kernel", lambda: None)
    for one, expected in zip(found, insertion.inserted(w, wy), strict=True):
        assert np.array_equal(one, expected)


def test_bridges_between_points_that_are_not_there_are_left_alone():
    x = y = np.arange(5.0)
    trials = np.zeros(1), np.ones(1)
    for ends in ([-1, 0, 1, 4], [0, 0, 1, 5], [1, 0, 1, 4], [0, 5, 1, 4], [0, 0, 4, 3]):
        assert curves.bridges(x, y, np.array(ends)[:, None], trials, 9) is None
    assert curves.bridges(x, y, np.array([0, 1, 2, 4])[:, None], trials, 9) is not None


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("n_classes", [1, 3, 10])
def test_hashes_are_those_of_numpy(dtype, n_classes, monkeypatch):
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(3000, n_classes, generator=generator, dtype=dtype)
    values[:3, 0] = torch.tensor([0.0, -0.0, -torch.inf])
    found = row_hashes.row_hashes(values)
    monkeypatch.setattr(curves, "kernel", lambda: None)
    expected = row_hashes.row_hashes(values)
    assert torch.equal(found, expected)
    assert torch.equal(row_hashes.row_hashes(values.T.contiguous().T), expected)


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("digits", [2, 17], ids=["ties", "no ties"])
def test_isotonic_maps_are_the_same_with_and_without(dtype, digits, monkeypatch):
    rng = np.random.default_rng(2)
    probs = rng.random(5000).round(digits).astype(dtype)
    rows = cal.predictions(probs=probs, labels=(rng.random(5000) < probs**2).astype(int))
    found = IsotonicCalibration().fit(rows)
    for home in (curves, row_hashes):
        monkeypatch.setattr(home, "kernel", lambda: None, raising=False)
    expected = IsotonicCalibration().fit(rows)
    assert found.fit_rows == expected.fit_rows
    assert torch.equal(found.score, expected.score)
    assert torch.equal(found.prob, expected.prob)
    assert groups.runs is curves.runs
    assert pooling.pool is curves.pool
