"""Confidence histograms count rows."""

import numpy as np
import pytest
from matplotlib.patches import StepPatch

from calibrant.errors import InputError
from calibrant.figures import confidence_histogram
from calibrant.metrics.binned.reliability import ReliabilityTable


def test_steps_are_the_rows_of_every_bin(table: ReliabilityTable):
    ax = confidence_histogram({"all": table})
    (steps,) = [patch for patch in ax.patches if isinstance(patch, StepPatch)]
    values, edges, _ = steps.get_data()
    np.testing.assert_array_equal(values, [10, 0, 30, 60])
    np.testing.assert_array_equal(edges, [0, 0.25, 0.5, 0.75, 1])


def test_before_and_after_are_named_and_differ_without_colour(
    table: ReliabilityTable, empty_table: ReliabilityTable
):
    ax = confidence_histogram({"before": table, "after": empty_table})
    first, second = ax.patches
    assert first.get_linestyle() != second.get_linestyle()
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["before", "after"]


@pytest.mark.parametrize("n", [0, 4])
def test_number_of_tables_that_cannot_be_told_apart_is_refused(table: ReliabilityTable, n: int):
    with pytest.raises(InputError, match=f"tables must hold one to three tables; got {n}"):
        confidence_histogram({str(k): table for k in range(n)})
