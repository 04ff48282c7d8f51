"""Proper scores: least, on average, for who states the true probabilities."""

import math

from calibrant.metrics.catalogue.entry import Entry

__all__ = ["ENTRIES"]

_SCORES = "calibrant.metrics.proper.scores"

ENTRIES = (
    Entry(
        name="log_loss",
        home=f"{_SCORES}:LogLoss",
        says="mean of -log p of what came out, in nats",
        range=(0, math.inf),
        direction="lower",
        statistic="moments",
        kinds=("predictions", "events"),
        source="Good 1952",
        page="log-loss",
        aliases=("nll", "cross_entropy"),
    ),
    Entry(
        name="brier",
        home=f"{_SCORES}:Brier",
        says="squared error summed over classes, 0 to 2",
        range=(0, 2),
        direction="lower",
        statistic="moments",
        kinds=("predictions", "events"),
        source="Brier 1950",
        page="brier",
    ),
    Entry(
        name="brier_binary",
        home=f"{_SCORES}:BrierBinary",
        says="squared error of the positive class, 0 to 1",
        range=(0, 1),
        direction="lower",
        statistic="moments",
        kinds=("predictions", "events"),
        source="Brier 1950",
        page="brier",
        needs=("two classes",),
    ),
    Entry(
        name="spherical",
        home="calibrant.metrics.proper.spherical:SphericalScore",
        says="mean of p of what came out over the norm of p",
        range=(0, 1),
        direction="higher",
        statistic="moments",
        kinds=("predictions", "events"),
        source="Gneiting and Raftery 2007",
        page="spherical",
        aliases=("spherical_score",),
    ),
    Entry(
        name="brier_skill",
        home="calibrant.metrics.proper.skill:BrierSkill",
        says="share of the Brier score of the base rates that is saved",
        range=(-math.inf, 1),
        direction="higher",
        statistic="moments and class shares",
        kinds=("predictions", "events"),
        source="Murphy 1988",
        page="brier",
        aliases=("brier_skill_score", "bss"),
    ),
    Entry(
        name="log_loss_skill",
        home="calibrant.metrics.proper.skill:LogLossSkill",
        says="share of the log loss of the base rates that is saved",
        range=(-math.inf, 1),
        direction="higher",
        statistic="moments and class shares",
        kinds=("predictions", "events"),
        source="McFadden 1974",
        page="log-loss",
    ),
)
