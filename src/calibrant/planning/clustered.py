"""Blocks of clusters of as many clusters as are planned: a pilot's, with their spread."""

import math
from dataclasses import replace

import numpy as np

from calibrant.errors import InputError
from calibrant.metrics.base import NO_BLOCKS, TallyMetric
from calibrant.metrics.inference.blocks import FEWEST_CLUSTERS, Blocks
from calibrant.planning.scaled import scaled
from calibrant.statistics.blocks import Blocked
from calibrant.statistics.bundle import Tallies
from calibrant.statistics.tally import Tally

__all__ = ["blocks_of_pilot", "check_clusters", "scaled_blocks"]


def check_clusters(argument: str, n_effective: float) -> None:
    """Raise `InputError` if so few clusters do not tell their own spread."""
    if n_effective < FEWEST_CLUSTERS:
        remedy = "Fewer do not tell how clusters differ: bring more of them."
        got = f"{n_effective:.1f}"
        raise InputError(argument, f"come in {FEWEST_CLUSTERS} effective clusters", got, remedy)


def blocks_of_pilot(tallies: Tallies, metric: TallyMetric, name: str) -> tuple[Blocks, int]:
    """Blocks that tell the interval of a metric, and how many there may be of such.

    Raises
    ------
    InputError
        If the metric has no interval of rows in clusters, the tallies do not keep its sums by
        cluster, or there are too few clusters.
    """
    rule = "have an interval of rows in clusters"
    if metric.rough:
        raise InputError("metric", rule, f"{name}: {metric.rough}", "Plan by another metric.")
    blocks = Blocks.of(tallies, metric.block_statistic)
    if blocks is None:
        raise InputError("metric", rule, f"{name}: {NO_BLOCKS}", "Plan by another metric.")
    check_clusters("pilot", blocks.n_effective)
    leaves = [leaf for leaf in metric.block_statistic.leaves() if not leaf.whole]
    return blocks, min(Blocked(leaf).n_blocks(tallies.n_classes) for leaf in leaves)


def scaled_blocks(blocks: Blocks, factor: float, most: int) -> Blocks:
    r"""Blocks as if every cluster had come `factor` times, at least once.

    They are `most` at the greatest. Up to that number each comes again as a block of its own; what
    is left of the factor, f, makes a block :math:`f \bar B + \sqrt f (B - \bar B)`, with the mean
    :math:`\bar B` of all: sums and covariance are then those of so many clusters.
    """
    m = len(blocks.tallies)
    times = max(1, min(most // m, math.floor(factor)))
    each = factor / times
    if each != 1:
        mean = scaled(blocks.total, 1 / m)
        tallies = tuple(_spread(part, mean, each) for part in blocks.tallies)
        middle = blocks.weight.mean()
        weight = each * middle + math.sqrt(each) * (blocks.weight - middle)
        blocks = Blocks(tallies, weight)
    return Blocks(blocks.tallies * times, np.tile(blocks.weight, times))


def _spread(part: Tally, mean: Tally, each: float) -> Tally:
    members = tuple(_spread(a, b, each) for a, b in zip(part.members, mean.members, strict=True))
    table = each * mean.table + math.sqrt(each) * (part.table - mean.table)
    return replace(part, table=table, members=members)
