"""Tallies of as many rows as are planned: a pilot's sums, multiplied."""

from dataclasses import replace

from calibrant.errors import InputError
from calibrant.metrics.base import Metric, TallyMetric
from calibrant.statistics.pair_moments import PairMoments
from calibrant.statistics.tally import Tally
from calibrant.statistics.target_moments import TargetMoments

__all__ = ["check_scalable", "scaled"]


def scaled(tally: Tally, factor: float) -> Tally:
    """Sums as if every row had come `factor` times, which need not be whole."""
    members = tuple(scaled(member, factor) for member in tally.members)
    return replace(tally, table=tally.table * factor, members=members)


def check_scalable(metric: Metric, name: str) -> TallyMetric:
    """Metric whose interval is read from sums of rows.

    Raises
    ------
    InputError
        If only rows in memory tell it, or its sums are of other things than rows or are kept as
        digits, which cannot be multiplied.
    """
    rule, remedy = "be such as sums over rows can tell", "Plan by another metric."
    if not isinstance(metric, TallyMetric):
        raise InputError("metric", rule, f"{name}, which needs the rows themselves", remedy)
    for leaf in metric.statistic.leaves():
        if leaf.whole:
            raise InputError("metric", rule, f"{name}, whose sums are not of rows", remedy)
        if isinstance(leaf, (PairMoments, TargetMoments)):
            raise InputError("metric", rule, f"{name}, whose sums are kept as digits", remedy)
    return metric
