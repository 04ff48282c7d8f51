"""Rows on which rankings are tried, and metrics read from their grid."""

import warnings
from collections.abc import Callable

import numpy as np
import pytest

import calibrant as cal
from calibrant.errors import CalibrantWarning
from calibrant.metrics.base import RowMetric
from calibrant.metrics.estimate import Estimate
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import tally_rows

ReadGrid = Callable[[RowMetric, Rows], Estimate]


@pytest.fixture(scope="session")
def from_grid() -> ReadGrid:
    """Estimate of a metric from the tally of rows, whatever its bound."""

    def read(metric: RowMetric, rows: Rows) -> Estimate:
        tally = tally_rows(rows, [metric.statistic]).parts[metric.statistic]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CalibrantWarning)
            return metric.estimate(tally, level=0.95, class_names=rows.class_names)

    return read


def _hard_probs(kind: str, rng: np.random.Generator) -> np.ndarray:
    if kind == "calibrated":
        return rng.uniform(size=10_000)
    if kind == "one percent":
        return 1 / (1 + np.exp(6 - 1.5 * rng.normal(size=20_000)))
    if kind == "one in ten thousand":
        return 1 / (1 + np.exp(11 - 1.5 * rng.normal(size=20_000)))
    if kind == "crowded":
        return 0.5 + 1e-4 * rng.uniform(-1, 1, size=1000)
    if kind == "tied":
        return rng.integers(1, 30, size=400) / 30
    return np.concatenate((np.zeros(20), np.ones(20), rng.uniform(0, 1e-9, size=60)))


KINDS = ("calibrated", "one percent", "one in ten thousand", "crowded", "tied", "at the ends")


@pytest.fixture(params=KINDS, scope="session")
def hard_columns(request: pytest.FixtureRequest) -> dict[str, np.ndarray]:
    """Probabilities that are true, labels and weights: of inputs on which grids are coarse."""
    rng = np.random.default_rng(0)
    probs = _hard_probs(request.param, rng)
    labels = (rng.uniform(size=len(probs)) < probs).astype(int)
    labels[:2] = [1, 0]
    return {"probs": probs, "labels": labels, "weights": rng.integers(1, 5, len(probs)) / 2}


@pytest.fixture(params=["alike", "weighted", "soft"], scope="session")
def hard_rows(hard_columns: dict[str, np.ndarray], request: pytest.FixtureRequest) -> Rows:
    """Rows of the hard inputs: alike, with weights, or with soft labels."""
    columns = dict(hard_columns)
    if request.param != "weighted":
        del columns["weights"]
    if request.param == "soft":
        columns["labels"] = 0.9 * columns["labels"] + 0.05
    return cal.predictions(**columns)
