"""Hashes and sketches of rows: order, precision, parts, size."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from calibrant.errors import InputError
from calibrant.prediction.row_hashes import row_hashes
from calibrant.prediction.row_sketch import MOST, RowSketch


def values(n, k, seed=0, dtype=torch.float32):
    return torch.randn(n, k, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def same(a, b):
    return (
        (a.n, a.fingerprint) == (b.n, b.fingerprint)
        and torch.equal(a.hashes, b.hashes)
        and torch.equal(a.counts, b.counts)
    )


@pytest.mark.parametrize("n_classes", [1, 2, 3, 10, 1000])
def test_hash_is_that_of_the_float64_copy_whatever_the_stride_and_the_run(n_classes):
    narrow = values(300, n_classes)
    hashes = row_hashes(narrow)
    assert torch.equal(hashes, row_hashes(narrow.double()))
    assert torch.equal(hashes[::3], row_hashes(narrow[::3]))
    assert torch.equal(hashes[250:], row_hashes(narrow[250:]))
    assert torch.equal(hashes, row_hashes(narrow.T.contiguous().T))


def test_zeros_of_both_signs_are_equal_and_ruled_out_classes_count():
    one, other, out = row_hashes(torch.tensor([[0.0, 1.0], [-0.0, 1.0], [-torch.inf, 1.0]]))
    assert one == other != out


@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param(lambda g: g.integers(0, 101, (100_000, 3)) / 100, id="two decimals"),
        pytest.param(lambda g: g.integers(0, 256, (100_000, 4)).astype(float), id="whole"),
        pytest.param(lambda g: 2.0 ** g.integers(-60, 60, (100_000, 3)), id="powers of two"),
        pytest.param(lambda g: g.random(100_000, dtype=np.float32)[:, None], id="float32"),
    ],
)
def test_different_rows_have_different_hashes(drawn):
    rows = torch.from_numpy(drawn(np.random.default_rng(0)))
    assert len(row_hashes(rows).unique()) == len(rows.unique(dim=0))


def test_hashes_spread_evenly_over_their_range():
    hashes = row_hashes(torch.linspace(0, 1, 100_001, dtype=torch.float64)).numpy()
    share, _ = np.histogram(hashes.astype(float), bins=100, range=(-(2.0**63), 2.0**63))
    assert ((share - 1000) ** 2 / 1000).sum() == pytest.approx(99, abs=60)  # chi-square of 99


def test_sketch_of_few_rows_holds_all_of_them_with_their_counts():
    rows = values(50, 3)
    sketch = RowSketch.of(row_hashes(torch.cat((rows, rows[:10]))))
    assert sketch.n == 60
    assert len(sketch.hashes) == 50
    assert int(sketch.counts.sum()) == 60
    assert not sketch.is_cut


@pytest.mark.parametrize("n", [100, 40_000, 200_000])
def test_order_and_parts_of_the_rows_do_not_matter(n):
    rows = values(n, 2)
    whole = RowSketch.of(row_hashes(rows))
    order = torch.randperm(n, generator=torch.Generator().manual_seed(1))
    assert same(RowSketch.of(row_hashes(rows[order])), whole)
    cuts = [0, n // 50, n // 2, n // 2, n]
    parts = [RowSketch.of(row_hashes(rows[a:b])) for a, b in pairwise(cuts)]
    assert same(RowSketch.sum(parts), whole)
    assert same(RowSketch.sum(reversed(parts)), whole)


def test_of_many_rows_the_smallest_hashes_are_kept_and_no_more():
    rows = values(300_000, 1)
    hashes = row_hashes(rows)
    sketch = RowSketch.of(hashes)
    found, counts = np.unique(hashes.numpy(), return_counts=True)
    np.testing.assert_array_equal(sketch.hashes, found[:MOST])
    np.testing.assert_array_equal(sketch.counts, counts[:MOST])
    assert sketch.is_cut
    assert sketch.hashes.nbytes + sketch.counts.nbytes == 16 * MOST


def test_many_rows_of_few_values_are_kept_whole():
    values = torch.tensor([0.0, 0.5, 1.0]).repeat(50_000)
    sketch = RowSketch.of(row_hashes(values))
    assert sketch.counts.tolist() == [50_000] * 3
    assert not sketch.is_cut


@pytest.mark.parametrize(
    ("n", "fingerprint", "hashes", "counts"),
    [
        (3, 6, [1, 2], [1, 1]),  # a row is missing
        (2, 4, [1, 2], [1, 1]),  # another sum
        (2, 3, [2, 1], [1, 1]),  # out of order
        (1, 3, [1, 2], [0, 1]),  # a hash of no row
        (2, -3, [-2, -1], [1, 1]),  # a negative sum
    ],
)
def test_what_is_no_sketch_is_refused(n, fingerprint, hashes, counts):
    with pytest.raises(InputError, match="row sketch must be one of rows"):
        RowSketch(
            n=n,
            fingerprint=fingerprint,
            hashes=torch.tensor(hashes),
            counts=torch.tensor(counts),
        )
