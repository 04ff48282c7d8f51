"""The columns of a grid against sums that plain Python takes row by row."""

import numpy as np
import pytest
import torch

from calibrant.statistics.power_sums import COLUMNS, add_power_sums, sum_by

N_BUCKETS = 5


def drawn(n=60):
    generator = torch.Generator().manual_seed(0)
    bucket = torch.randint(N_BUCKETS - 1, (n,), generator=generator)  # the last stays empty
    prob, soft, weight = torch.rand(3, n, generator=generator, dtype=torch.float64)
    return bucket, prob, soft, weight + 0.5


def by_hand(bucket, prob, outcome, weight):
    table = {column: [0.0] * N_BUCKETS for column in COLUMNS}
    rows = zip(bucket.tolist(), prob.tolist(), outcome.tolist(), weight.tolist(), strict=True)
    for b, p, y, w in rows:
        for column in COLUMNS:
            term = 1.0
            for letter in "" if column == "count" else column:
                term *= {"w": w, "p": p, "y": y}[letter]
            table[column][b] += term
    return torch.tensor([table[column] for column in COLUMNS], dtype=torch.float64)


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_every_column_is_the_product_that_its_name_spells(hard, weighted):
    bucket, prob, soft, weight = drawn()
    outcome = soft > 0.5 if hard else soft
    table = torch.ones(len(COLUMNS), N_BUCKETS, dtype=torch.float64)
    add_power_sums(table, bucket, prob, outcome, weight if weighted else None)
    each = weight if weighted else torch.ones_like(weight)
    expected = 1 + by_hand(bucket, prob, outcome.double(), each)
    np.testing.assert_allclose(table, expected, atol=1e-12)


def test_soft_labels_that_are_whole_fill_the_columns_as_hard_ones_do():
    bucket, prob, soft, weight = drawn()
    tables = torch.zeros(2, len(COLUMNS), N_BUCKETS, dtype=torch.float64)
    add_power_sums(tables[0], bucket, prob, soft > 0.5, weight)
    add_power_sums(tables[1], bucket, prob, (soft > 0.5).double(), weight)
    np.testing.assert_allclose(tables[0], tables[1], atol=1e-12)


def test_sum_by_counts_where_there_are_no_values():
    bucket = torch.tensor([2, 0, 2])
    assert sum_by(bucket, None, 4).tolist() == [1, 0, 2, 0]
    assert sum_by(bucket, torch.tensor([1.0, 2.0, 4.0]).double(), 4).tolist() == [2, 0, 5, 0]
