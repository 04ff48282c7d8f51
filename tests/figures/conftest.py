"""Tables to draw, written down by hand."""

import math

import pytest

from calibrant.metrics.binned.reliability import ReliabilityTable

NAN = math.nan


@pytest.fixture
def table() -> ReliabilityTable:
    """Four bins, the second of them empty."""
    return ReliabilityTable(
        view="top_label",
        lower=(0.0, 0.25, 0.5, 0.75),
        upper=(0.25, 0.5, 0.75, 1.0),
        n=(10, 0, 30, 60),
        weight=(10.0, 0.0, 30.0, 60.0),
        stated=(0.2, NAN, 0.6, 0.9),
        observed=(0.1, NAN, 0.5, 0.95),
        low=(0.02, NAN, 0.33, 0.86),
        high=(0.4, NAN, 0.67, 0.98),
        level=0.95,
    )


@pytest.fixture
def empty_table() -> ReliabilityTable:
    """Two bins that hold nothing."""
    return ReliabilityTable(
        view="top_label",
        lower=(0.0, 0.5),
        upper=(0.5, 1.0),
        n=(0, 0),
        weight=(0.0, 0.0),
        stated=(NAN, NAN),
        observed=(NAN, NAN),
        low=(NAN, NAN),
        high=(NAN, NAN),
        level=0.95,
    )
