"""Metrics of predicted numbers."""

import math

from calibrant.metrics.catalogue.entry import Entry

__all__ = ["ENTRIES"]

_ERRORS = "calibrant.metrics.numbers.errors"

ENTRIES = (
    Entry(
        name="mse",
        home=f"{_ERRORS}:MeanSquaredError",
        says="mean squared error of predicted numbers",
        range=(0, math.inf),
        direction="lower",
        statistic="moments",
        kinds=("numbers",),
        source="Gneiting 2011",
        page="regression-errors",
        aliases=("mean_squared_error",),
    ),
    Entry(
        name="rmse",
        home=f"{_ERRORS}:RootMeanSquaredError",
        says="its root, in the target's unit",
        range=(0, math.inf),
        direction="lower",
        statistic="moments",
        kinds=("numbers",),
        source="Gneiting 2011",
        page="regression-errors",
        aliases=("root_mean_squared_error",),
    ),
    Entry(
        name="mae",
        home=f"{_ERRORS}:MeanAbsoluteError",
        says="mean distance of predicted from true",
        range=(0, math.inf),
        direction="lower",
        statistic="moments",
        kinds=("numbers",),
        source="Gneiting 2011",
        page="regression-errors",
        aliases=("mean_absolute_error",),
    ),
    Entry(
        name="r2",
        home="calibrant.metrics.numbers.explained:RSquared",
        says="share of the targets' spread explained",
        range=(-math.inf, 1),
        direction="higher",
        statistic="target moments",
        kinds=("numbers",),
        source="Kvalseth 1985",
        page="r2",
        aliases=("r_squared",),
    ),
)
