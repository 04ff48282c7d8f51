"""What every row adds to the gaps of the bins of one model."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float64, Int64
from scipy.sparse import csr_array

from calibrant.metrics.binned.equal_mass import bin_of_groups
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.cells import cell_of
from calibrant.statistics.power_sums import sum_by
from calibrant.statistics.score_grid import Closed, View
from calibrant.statistics.scores import scores_of

__all__ = ["RowGaps", "class_events", "equal_mass_gaps", "row_gaps"]

Each = Float64[np.ndarray, " bin"]


@dataclass(frozen=True, eq=False)
class RowGaps:
    """Contributions of rows to the gaps of all bins, of one event a row or of several.

    Attributes
    ----------
    bins : Int64[ndarray, "event row"]
        Bin of every row for every event; those of the events follow each other.
    added : Float64[ndarray, "event row"]
        Share of the row in all weight times stated less observed.
    scatter : Float64[ndarray, "event row"]
        Variance of `added`, were the probability true; 0 for soft labels.
    mass : Float64[ndarray, "row"]
        Share of the row in all weight.
    n_bins : int
        Bins of one event.
    """

    bins: Int64[np.ndarray, "event row"]
    added: Float64[np.ndarray, "event row"]
    scatter: Float64[np.ndarray, "event row"]
    mass: Float64[np.ndarray, " row"]
    n_bins: int

    @property
    def n_all(self) -> int:
        """Bins of all events."""
        return len(self.bins) * self.n_bins

    @cached_property
    def gap(self) -> Each:
        """Stated less observed of every bin, times its share of weight."""
        return self._summed(self.added)

    @cached_property
    def share(self) -> Each:
        """Share of weight in every bin."""
        return self._summed(np.broadcast_to(self.mass, self.bins.shape))

    @cached_property
    def stated_noise(self) -> Each:
        """Variance of the gap, were every probability true."""
        return self._summed(self.scatter)

    @property
    def place(self) -> Each:
        """Middle of every bin, in [0, 1]."""
        return np.tile((np.arange(self.n_bins) + 0.5) / self.n_bins, len(self.bins))

    @property
    def event(self) -> Int64[np.ndarray, " bin"]:
        """Event that every bin is of."""
        return np.repeat(np.arange(len(self.bins)), self.n_bins)

    def contributions(self, *, of_squares: bool) -> csr_array:
        r"""Contributions by row and bin, whose covariance is the noise of the gaps.

        Of squared gaps over shares, :math:`d^2 / P`, the shares are estimates too: a row moves one
        by :math:`2 (d / P) (u - d / 2 P)` to first order, so that half the mean gap is taken off.
        """
        added = self.added
        if of_squares:
            mean = self.gap / np.where(self.share > 0, self.share, 1)
            added = added - self.mass * mean[self.bins] / 2
        rows = np.broadcast_to(np.arange(len(self.mass)), self.bins.shape)
        at = (rows.reshape(-1), self.bins.reshape(-1))
        return csr_array((added.reshape(-1), at), shape=(len(self.mass), self.n_all))

    def _summed(self, entries: Float64[np.ndarray, "event row"]) -> Each:
        return np.bincount(self.bins.reshape(-1), entries.reshape(-1), minlength=self.n_all)


def row_gaps(events: Sequence[Events], n_bins: int, closed: Closed = "right") -> RowGaps:
    """Contributions of rows that all count, for bins of equal width."""
    return _gaps(events, [_bins(one, n_bins, closed) for one in events], n_bins)


def equal_mass_gaps(rows: Rows, view: View, n_bins: int) -> RowGaps:
    """Contributions of rows that all count, for bins of equal weight, whose edges are as given."""
    events, scores = scores_of(rows, view)
    steps, rank = scores.values.unique(return_inverse=True)  # rising
    bins = bin_of_groups(sum_by(rank, events.weight(), len(steps)), n_bins)[rank]
    return _gaps([events], [bins.numpy(force=True)], n_bins)


def _gaps(
    events: Sequence[Events], bins_of: Sequence[Int64[np.ndarray, " row"]], n_bins: int
) -> RowGaps:
    weight = events[0].weight().numpy(force=True)
    mass = weight / weight.sum()
    bins, added, scatter = [], [], []
    for k, one in enumerate(events):
        bins.append(k * n_bins + bins_of[k])
        stated, outcome = (
            column.double().numpy(force=True) for column in (one.stated, one.outcome)
        )
        added.append(mass * (stated - outcome))
        is_hard = one.outcome.dtype == torch.bool
        scatter.append(np.square(mass) * stated * (1 - stated) * is_hard)
    return RowGaps(np.stack(bins), np.stack(added), np.stack(scatter), mass, n_bins)


def class_events(rows: Predictions) -> list[Events]:
    """Event of every class: it came out, against the probability stated for it."""
    soft, hard = rows.soft, rows.hard
    if rows.is_positive:
        one = rows.positive()
        other = ~one.outcome if one.outcome.dtype == torch.bool else 1 - one.outcome
        mirrored = torch.ones_like(one.prob, dtype=torch.bool)
        return [Events(one.prob, other, rows.weights, mirrored), one]
    probs = rows.full_probs
    return [
        Events(probs[:, k], hard == k if soft is None else soft[:, k], rows.weights)
        for k in range(rows.n_classes)
    ]


def _bins(events: Events, n_bins: int, closed: Closed) -> Int64[np.ndarray, " row"]:
    mirrored = False if events.mirrored is None else events.mirrored
    if closed == "right":
        return cell_of(events.prob, n_bins, mirrored=mirrored).numpy(force=True)
    opposite = not mirrored if isinstance(mirrored, bool) else ~mirrored
    return n_bins - 1 - cell_of(events.prob, n_bins, mirrored=opposite).numpy(force=True)
