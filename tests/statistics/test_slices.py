"""Tallies of groups are held by what is in them, and groups without end are refused."""

import pytest
import torch

import calibrant as cal
from calibrant.statistics.group_limit import MOST_GROUPS
from calibrant.statistics.slices import SparseTable


def rows_of(n_rows, n_groups):
    generator = torch.Generator().manual_seed(0)
    probs = torch.rand(n_rows, generator=generator)
    labels = (torch.rand(n_rows, generator=generator) < probs).long()
    return cal.predictions(probs=probs, labels=labels, groups=torch.arange(n_rows) % n_groups)


@pytest.mark.parametrize("held", [[], [3], [0, 5, 11], list(range(12))])
def test_table_comes_back_bit_for_bit(held):
    table = torch.zeros(2, 3, 4, dtype=torch.float64)
    table.reshape(2, -1)[:, held] = torch.rand(2, len(held), dtype=torch.float64)
    again = SparseTable.of(table).whole()
    assert again.shape == table.shape
    assert torch.equal(again, table)


def test_infinite_and_undefined_sums_are_held():
    table = torch.zeros(1, 1000, dtype=torch.float64)
    table[0, 7], table[0, 9] = torch.inf, torch.nan
    sparse = SparseTable.of(table)
    assert sparse.values.numel() == 2
    torch.testing.assert_close(sparse.whole(), table, equal_nan=True)


def test_tallies_of_small_groups_take_the_memory_of_their_rows():
    tallies = cal.tally(rows_of(400, 20))
    held = sum(
        tensor.untyped_storage().nbytes()
        for _, tables in tallies.slices._held.values()
        for table in tables.values()
        for tensor in (table.values, table.buckets)
        if tensor is not None
    )
    assert held < 400 * 2000  # of bytes a row; dense tables take three million a group
    both = tallies + tallies
    assert both.slices["3"].parts.keys() == tallies.slices["3"].parts.keys()
    grid = next(s for s in tallies.parts if "ScoreGrid" in str(s))
    total = sum(part.parts[grid].table for part in both.slices.values())
    torch.testing.assert_close(total, both.parts[grid].table)


def test_more_groups_than_can_be_evaluated_are_refused_at_once():
    rows = rows_of(MOST_GROUPS + 1, MOST_GROUPS + 1)
    for ask in (cal.evaluate, cal.tally):
        with pytest.raises(cal.InputError, match="groups must be at most 10,000; got 10,001"):
            ask(rows, ["accuracy"])


def test_progress_hears_of_every_group():
    heard = []
    cal.evaluate(rows_of(6, 3), ["accuracy"], progress=lambda *told: heard.append(told))
    assert heard == [(1, 3), (2, 3), (3, 3)]
