"""Pilot: what an interval would be, had a factor times the rows come."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

from calibrant.errors import CalibrantWarning, InputError
from calibrant.metrics.base import Metric, sums_of
from calibrant.metrics.binless.smooth import SmoothCalibrationError
from calibrant.metrics.estimate import Estimate
from calibrant.planning.classwise import ClasswiseError, classwise_at
from calibrant.planning.clustered import blocks_of_pilot, scaled_blocks
from calibrant.planning.scaled import check_scalable, scaled
from calibrant.prediction.rows import Rows
from calibrant.statistics.blocks import Blocked, Size
from calibrant.statistics.bundle import Tallies, tally_rows

__all__ = ["Pilot", "pilot_of"]


@dataclass(frozen=True, slots=True)
class Pilot:
    """Rows that came, and what more of the like would tell.

    Attributes
    ----------
    n : int
        Number of rows.
    at : callable
        Estimate of a factor times the rows.
    in_clusters : bool
        Whether they depend on each other.
    n_clusters : int or None
        Clusters that they came in; None of tallies, which do not count them.
    """

    n: int
    at: Callable[[float], Estimate]
    in_clusters: bool
    n_clusters: int | None


def pilot_of(pilot: Rows | Tallies, metric: Metric, name: str, level: float) -> Pilot:
    """Pilot of rows, or of tallies of such, by the metric to be planned.

    Raises
    ------
    InputError
        If these do not tell its interval, or it cannot be multiplied.
    """
    rows = None if isinstance(pilot, Tallies) else pilot
    if rows is not None and rows.clusters is None and isinstance(metric, ClasswiseError):
        of_classes = classwise_at(rows, metric, level)
        return Pilot(rows.n_present, of_classes, in_clusters=False, n_clusters=None)
    summed = check_scalable(metric, name)
    sums = [summed.statistic]
    if rows is not None and rows.clusters is not None:
        sums += sums_of(rows, summed)
    tallies = pilot if isinstance(pilot, Tallies) else tally_rows(pilot, sums)
    if not tallies.holds(summed.statistic):
        remedy = "Tally the pilot with it among the metrics."
        raise InputError("pilot", f"hold the sums of {name}", "tallies of others", remedy)
    in_clusters = tallies.holds(Blocked(Size()))
    blocks, most = blocks_of_pilot(tallies, summed, name) if in_clusters else (None, 0)
    tally, names = tallies.tally_of(summed.statistic), tallies.class_names

    def at(factor: float) -> Estimate:
        with warnings.catch_warnings():  # what cells cost is no matter of width
            warnings.simplefilter("ignore", CalibrantWarning)
            plain = summed.estimate(scaled(tally, factor), level=level, class_names=names)
        if blocks is None:
            return plain
        many = scaled_blocks(blocks, factor, most)
        return summed.estimate_clusters(plain, many, level=level)

    if blocks is not None and isinstance(metric, SmoothCalibrationError) and at(1.0).low == 0:
        # intervals of fresh clusters were up to half as wide again: docs/adr/0044
        got, remedy = "an interval that reaches 0", "Bring more clusters, or plan by ece."
        raise InputError("pilot", f"show {name} beyond chance, in clusters", got, remedy)
    clusters = None if rows is None else rows.present().clusters
    n_clusters = None if clusters is None else len(clusters.codes.unique())
    return Pilot(tallies.n, at, in_clusters, n_clusters)
