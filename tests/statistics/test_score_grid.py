"""The score grid: which events it counts, and the bins that are read from it."""

import jaxtyping
import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.class_grids import N_CLASS_CELLS, ClassGrids
from calibrant.statistics.score_grid import N_CELLS, ScoreGrid, coarsen

DIVISORS = [n for n in range(1, N_CELLS + 1) if N_CELLS % n == 0]


def tally_of(rows, grid):
    return tally_rows(rows, [grid]).parts[grid]


def binary(n=2000):
    generator = torch.Generator().manual_seed(0)
    probs = torch.rand(n, generator=generator, dtype=torch.float64)
    probs[: n // 2] = (probs[: n // 2] * 60).round() / 60
    return probs, (torch.rand(n, generator=generator) < probs).long()


def test_number_of_cells_has_63_divisors_and_the_customary_bins_among_them():
    assert len(DIVISORS) == 63
    assert {10, 12, 15, 16, 20, 24, 25, 30, 50, 64, 100} <= set(DIVISORS)


@pytest.mark.parametrize("closed", ["right", "left"])
@pytest.mark.parametrize("view", ["positive", "top_label"])
def test_every_binning_is_read_from_one_grid(view, closed):
    probs, labels = binary()
    rows = cal.predictions(probs=probs, labels=labels)
    tally = tally_of(rows, ScoreGrid(view, closed=closed))
    for n in DIVISORS[:50]:
        own = ScoreGrid(view, n, closed)
        direct = tally_of(rows, own)
        for column in ("count", "w", "wp", "wy", "wwpp"):
            got, expected = coarsen(tally, column, n), direct[column]
            np.testing.assert_allclose(got, expected, atol=1e-11, err_msg=f"{column} of {n}")


def test_bins_that_do_not_tile_the_cells_get_a_grid_of_their_own():
    assert ScoreGrid.holding("positive", 15) == ScoreGrid("positive")
    assert ScoreGrid.holding("positive", 7) == ScoreGrid("positive", 7)
    assert ClassGrids.holding(20) == ClassGrids(N_CLASS_CELLS)
    assert ClassGrids.holding(7) == ClassGrids(7)


def test_top_label_of_a_positive_probability_is_the_likelier_side():
    rows = cal.predictions(probs=[0.2, 0.5, 0.8], labels=[0, 0, 0])
    tally = tally_of(rows, ScoreGrid("top_label", 10))
    assert tally["count"].tolist() == [0, 0, 0, 0, 1, 0, 0, 2, 0, 0]  # .8, .5 and .8
    assert tally["wy"].tolist() == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]  # one half is positive
    assert float(tally["wp"].sum()) == pytest.approx(0.8 + 0.5 + 0.8)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_declaring_one_column_or_both_fills_the_same_cells(dtype):
    probs, labels = binary()
    probs = (probs * 4096).round().clamp(1, 4095) / 4096  # complements are exact
    one = cal.predictions(probs=probs.to(dtype), labels=labels)
    both = cal.predictions(probs=torch.stack((1 - probs, probs), -1).to(dtype), labels=labels)
    for grid in (ScoreGrid("positive"), ScoreGrid("top_label"), ClassGrids()):
        assert torch.equal(tally_of(one, grid).table, tally_of(both, grid).table), grid


def test_class_grids_hold_a_positive_grid_for_every_class():
    generator = torch.Generator().manual_seed(1)
    probs = torch.randn(500, 3, generator=generator, dtype=torch.float64).softmax(-1)
    labels = torch.randint(3, (500,), generator=generator)
    weights = torch.rand(500, generator=generator)
    grids = tally_of(cal.predictions(probs=probs, labels=labels, weights=weights), ClassGrids(20))
    for k in range(3):
        one = cal.predictions(probs=probs[:, k], labels=labels == k, weights=weights)
        expected = tally_of(one, ScoreGrid("positive", 20)).table
        np.testing.assert_allclose(grids.table[:, k], expected, atol=1e-12)


def test_class_grids_of_soft_labels_sum_what_each_class_got():
    probs = torch.tensor([[0.5, 0.25, 0.25], [0.125, 0.125, 0.75]], dtype=torch.float64)
    soft = torch.tensor([[0.2, 0.8, 0.0], [0.1, 0.0, 0.9]], dtype=torch.float64)
    grids = tally_of(cal.predictions(probs=probs, labels=soft), ClassGrids(4))
    assert grids["wy"].sum(-1).tolist() == pytest.approx([0.3, 0.8, 0.9])
    assert grids["wyy"].sum(-1).tolist() == pytest.approx([0.05, 0.64, 0.81])
    assert grids["wpy"].sum(-1).tolist() == pytest.approx([0.1125, 0.2, 0.675])


def test_positive_view_needs_two_classes():
    rows = cal.predictions(probs=[[0.5, 0.25, 0.25]], labels=[0])
    with pytest.raises(
        InputError, match=r"must have two classes for the positive-class view; got 3"
    ):
        tally_of(rows, ScoreGrid("positive"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (("foo",), r"view must be a known choice; got 'foo'\. Choose top_label or positive"),
        (("positive", 10, "up"), "closed must be a known choice; got 'up'"),
        (("positive", 0), "n_cells must be a whole number, at least 1; got 0"),
        (("positive", 2.5), r"n_cells must be a whole number, at least 1; got 2\.5"),
        (("positive", 10**15), "n_cells must be at most 1,000,000; got 1,000,000,000,000,000"),
    ],
)
def test_settings_of_a_grid_are_checked(settings, message, monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    with pytest.raises(InputError, match=message):
        ScoreGrid(*settings)
