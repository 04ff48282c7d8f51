"""Tallies: what a statistic may read, what adds up, and what does not depend on chunks."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.decided.accuracy import Hit
from calibrant.metrics.proper.scores import NegativeLogLikelihood, SquaredError
from calibrant.prediction.base import Predictions
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.confusion import Confusion
from calibrant.statistics.moments import Moments
from calibrant.statistics.score_grid import ScoreGrid
from calibrant.statistics.tally import Statistic

STATISTICS = [
    ScoreGrid("positive"),
    ScoreGrid("top_label", 7),
    ClassGrids(),
    Confusion(),
    Moments(Hit()),
    Moments(NegativeLogLikelihood()),
    Moments(SquaredError(positive=True)),
]
every_statistic = pytest.mark.parametrize("statistic", STATISTICS, ids=str)


def rows(n=1000, **others):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(n, 2, generator=generator, dtype=torch.float64)
    labels = torch.randint(2, (n,), generator=generator)
    return cal.predictions(logits=logits, labels=labels, **others)


def table_of(statistic, predictions):
    return tally_rows(predictions, [statistic]).parts[statistic].table


@every_statistic
def test_columns_and_buckets_make_up_the_table(statistic):
    table = table_of(statistic, rows())
    assert table.shape == (len(statistic.columns), *statistic.shape(2))
    assert table.dtype == torch.float64


@every_statistic
def test_sums_do_not_depend_on_the_size_of_chunks(statistic):
    whole = table_of(statistic, rows())
    pieces = statistic.zero(2)
    for chunk in rows().chunks(64):
        statistic.add(chunk, pieces.table)
    np.testing.assert_allclose(pieces.table, whole, rtol=1e-12, atol=1e-12)


@every_statistic
def test_adding_to_a_table_keeps_what_it_held(statistic):
    table = statistic.zero(2).table + 1
    statistic.add(rows(), table)
    np.testing.assert_allclose(table - 1, table_of(statistic, rows()), rtol=0, atol=1e-10)


@every_statistic
def test_weights_enter_once_and_squared(statistic):
    once, thrice = rows(weights=torch.ones(1000)), rows(weights=torch.full((1000,), 3.0))
    for column, before, after in zip(
        statistic.columns, table_of(statistic, once), table_of(statistic, thrice), strict=True
    ):
        factor = 1 if column.endswith("count") else 9 if column.startswith("ww") else 3
        np.testing.assert_allclose(after, factor * before, rtol=1e-12, err_msg=column)


@every_statistic
def test_rows_are_counted_beyond_the_whole_numbers_of_float32(statistic):
    before = statistic.zero(2).table + 2**24
    table = before.clone()
    statistic.add(rows(1), table)
    added = (table - before)[statistic.columns.index("count")].sum()
    assert added == (2 if isinstance(statistic, ClassGrids) else 1)  # an entry for each class


def test_refuses_to_add_tallies_of_different_bins():
    with pytest.raises(InputError, match=r"other must be a tally of ScoreGrid\(.*n_cells=10"):
        ScoreGrid("positive", 10).zero(2) + ScoreGrid("positive", 20).zero(2)


def test_refuses_to_add_tallies_of_different_classes():
    with pytest.raises(InputError, match=r"of shape \(3, 2, 2\); got .* of shape \(3, 4, 4\)"):
        Confusion().zero(2) + Confusion().zero(4)


def test_says_which_rows_a_statistic_reads():
    chosen = cal.decisions(predicted=[0, 1], labels=[0, 1])
    with pytest.raises(InputError, match=r"rows must be predictions or events for ScoreGrid.*deci"):
        tally_rows(chosen, [ScoreGrid("positive")])
    with pytest.raises(InputError, match=r"rows must be predictions for ClassGrids.*got events"):
        tally_rows(cal.events(probs=[0.5], outcomes=[1]), [ClassGrids()])


def test_labels_must_be_given():
    with pytest.raises(InputError, match=r"labels must be given to evaluate predictions; got none"):
        tally_rows(cal.predictions(probs=[0.5]), [Confusion()])


def test_statistic_that_is_asked_for_twice_is_taken_once():
    tallies = tally_rows(rows(), [Confusion(), Confusion()])
    assert list(tallies.parts) == [Confusion()]
    assert tallies.parts[Confusion()]["count"].sum() == 1000


def test_infinite_scores_are_counted_apart():
    certain = cal.predictions(probs=[1.0, 1.0, 0.5], labels=[0, 1, 1], weights=[2.0, 1.0, 1.0])
    moments = Moments(NegativeLogLikelihood())
    tally = tally_rows(certain, [moments]).parts[moments]
    assert float(tally["infinite_count"]) == 1
    assert float(tally["infinite_w"]) == 2
    assert float(tally["wv"]) == pytest.approx(0.6931471805599453)  # ln 2, of the last row


@dataclass(frozen=True, slots=True)
class RowsSeen(Statistic):
    """A new statistic: number of rows."""

    columns: ClassVar[tuple[str, ...]] = ("count",)
    reads: ClassVar[tuple[type, ...]] = (Predictions,)

    def shape(self, n_classes):
        """See `Statistic.shape`."""
        del n_classes
        return ()

    def add(self, rows, table):
        """See `Statistic.add`."""
        table += len(rows)


@pytest.mark.parametrize("weights", [None, torch.arange(1000) % 2])
def test_new_statistic_needs_no_more_than_shape_and_add(weights):
    tally = tally_rows(rows(weights=weights), [RowsSeen()]).parts[RowsSeen()]
    assert float(tally["count"]) == (1000 if weights is None else 500)
    assert float((tally + tally)["count"]) == 2 * float(tally["count"])
