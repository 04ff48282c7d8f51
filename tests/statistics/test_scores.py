"""Numbers that rank: equal where what is stated is equal, and never against the cells."""

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.statistics.cells import fine_cell_of
from calibrant.statistics.class_grids import N_CLASS_CELLS
from calibrant.statistics.score_grid import N_CELLS
from calibrant.statistics.scores import class_scores, pair_scores, scores_of


def near_edges(dtype):
    """Numbers on some edges of cells and a few steps off, their complements, and both tails."""
    rng = np.random.default_rng(0)
    edges = rng.integers(1, N_CELLS, 400) / N_CELLS
    runs = [edges.astype(dtype), (1 - edges).astype(dtype), rng.random(400).astype(dtype)]
    for to in (0, 1):
        some = runs[0:2]
        for _ in range(3):
            some = [np.nextafter(run, dtype(to)) for run in some]
            runs += some
    tails = 10 ** -rng.uniform(2, 20, 300)
    ends = np.array([0.0, 1e-300, 1e-40, 0.5, 1.0])
    return np.concatenate([*runs, *(np.array(x, dtype) for x in (tails, 1 - tails, ends))])


def assert_ordered_as(cells, scores):
    """Equal scores share a cell, and higher ones lie in no lower cell."""
    order = np.lexsort((cells, scores))
    assert (np.diff(cells[order]) >= 0).all()
    tied = np.diff(scores[order]) == 0
    assert (np.diff(cells[order])[tied] == 0).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_confidences_are_ordered_as_their_cells(dtype):
    probs = near_edges(dtype)
    events, scores = scores_of(cal.predictions(probs=probs, labels=[0] * len(probs)), "top_label")
    cells = fine_cell_of(events.prob, N_CELLS, mirrored=events.mirrored)
    assert_ordered_as(cells.numpy(), scores.values.numpy())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_classes_of_one_column_are_ordered_as_their_cells(dtype):
    probs = near_edges(dtype)
    rows = cal.predictions(probs=probs, labels=[0] * len(probs))
    prob = torch.from_numpy(probs)
    cells = [fine_cell_of(prob, N_CLASS_CELLS, mirrored=k == 0).numpy() for k in range(2)]
    for own, scores in zip(cells, class_scores(rows), strict=True):
        assert_ordered_as(own, scores.values.numpy())
        assert len(scores.values.unique()) == len(prob.unique())  # no order is lost
    assert_ordered_as(np.concatenate(cells), pair_scores(rows).numpy())


@pytest.mark.parametrize("view", ["positive", "top_label"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_shift_of_the_logits_of_a_row_changes_no_digit(n_classes, view):
    if (n_classes, view) == (3, "positive"):
        return
    generator = torch.Generator().manual_seed(0)
    logits = (8 * torch.randn(500, n_classes, generator=generator) * 64).round() / 64
    shifted = logits + torch.randint(-512, 512, (500, 1), generator=generator)
    one, other = (cal.predictions(logits=each, labels=[0] * 500) for each in (logits, shifted))
    assert torch.equal(scores_of(one, view)[1].values, scores_of(other, view)[1].values)
    for own, same in zip(class_scores(one), class_scores(other), strict=True):
        assert torch.equal(own.values, same.values)


def test_two_columns_of_float32_are_ordered_as_their_cells():
    rng = np.random.default_rng(1)
    edges = np.concatenate([rng.integers(1, N_CELLS, 2000) / N_CELLS, [0.25, 0.5] * 200])
    shift = rng.normal(0, 3, len(edges))
    logits = np.stack((shift, shift + np.log(edges) - np.log1p(-edges)), axis=1).astype("f4")
    rows = cal.predictions(logits=logits, labels=[0] * len(edges))
    for view in ("positive", "top_label"):
        events, scores = scores_of(rows, view)
        assert_ordered_as(fine_cell_of(events.prob, N_CELLS).numpy(), scores.values.numpy())


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("n", [3, 7, 100, 1000])
def test_complements_that_are_written_alike_are_one_confidence(dtype, n):
    part = np.arange(1, n)
    probs = np.concatenate((part / n, (n - part) / n)).astype(dtype)
    _, scores = scores_of(cal.predictions(probs=probs, labels=[0] * len(probs)), "top_label")
    assert len(scores.values.unique()) == n // 2
    stated = scores.as_prob(scores.values).numpy()
    np.testing.assert_allclose(stated, np.maximum(probs, 1 - probs), rtol=0, atol=1e-7)


def test_tails_that_round_to_one_keep_their_order():
    probs = np.array([1e-20, 1e-10, 1e-9, 1.0, 1 - 2.0**-24], dtype="f4")
    _, scores = scores_of(cal.predictions(probs=probs, labels=[0] * 5), "top_label")
    assert scores.values.argsort().tolist() == [4, 2, 1, 0, 3]
