"""Metrics of classes in an order."""

import math

from calibrant.metrics.catalogue.entry import Entry

__all__ = ["ENTRIES"]

_CUMULATIVE = "calibrant.metrics.ordinal.cumulative"
_DISTANCE = "calibrant.metrics.ordinal.distance"

ENTRIES: tuple[Entry, ...] = (
    Entry(
        name="rps",
        home=f"{_CUMULATIVE}:RankedProbabilityScore",
        says="squared gaps of cumulative probabilities, summed over cuts",
        range=(0, math.inf),
        direction="lower",
        statistic="moments",
        kinds=("predictions",),
        source="Epstein 1969; Murphy 1971",
        page="ordinal",
        aliases=("ranked_probability_score",),
        needs=("order",),
    ),
    Entry(
        name="rps_normalised",
        home=f"{_CUMULATIVE}:RankedProbabilityScore",
        says="squared gaps of cumulative probabilities, mean over cuts",
        range=(0, 1),
        direction="lower",
        statistic="moments",
        kinds=("predictions",),
        source="Epstein 1969; Murphy 1971",
        page="ordinal",
        aliases=("rps_normalized",),
        settings={"normalised": True},
        needs=("order",),
    ),
    Entry(
        name="expected_distance",
        home=f"{_CUMULATIVE}:ExpectedDistance",
        says="distance of a class drawn as stated from the true one, in classes",
        range=(0, math.inf),
        direction="lower",
        statistic="moments",
        kinds=("predictions",),
        source="elementary",
        page="ordinal",
        needs=("order",),
    ),
    Entry(
        name="ordinal_mae",
        home=f"{_DISTANCE}:OrdinalMAE",
        says="distance of the class chosen from the true one, in classes",
        range=(0, math.inf),
        direction="lower",
        statistic="confusion",
        kinds=("predictions", "decisions"),
        source="Gaudette, Japkowicz 2009",
        page="ordinal",
        needs=("order",),
    ),
    Entry(
        name="adjacent_accuracy",
        home=f"{_DISTANCE}:AdjacentAccuracy",
        says="share of rows whose chosen class is the true one or beside it",
        range=(0, 1),
        direction="higher",
        statistic="confusion",
        kinds=("predictions", "decisions"),
        source="elementary",
        page="ordinal",
        aliases=("accuracy_within",),
        number="within",
        needs=("order",),
    ),
)
