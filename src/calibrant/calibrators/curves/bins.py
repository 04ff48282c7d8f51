"""Curves given by bins: one probability for all scores of a bin."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float64, Int64
from scipy.special import expit
from torch import Tensor

from calibrant.calibrators.curves.base import ProbCurves, refused
from calibrant.calibrators.curves.class_scores import ClassScores, Scale, n_curves
from calibrant.calibrators.curves.groups import Groups
from calibrant.calibrators.curves.knots import check_spans

__all__ = ["BinCurves", "Bins", "edges_before", "mass_cuts", "put_together", "stated_in"]


@dataclass(frozen=True, kw_only=True, eq=False)
class BinCurves(ProbCurves):
    """Curves of bins ``(lo, hi]``; the outer ones reach to the ends of the scale.

    Attributes
    ----------
    start : Int64[Tensor, "curve_and_end"]
        Where the bins of every curve start, and where the last ends; one curve for two classes,
        one a class beyond.
    edge : Float64[Tensor, "edge"]
        Edges between the bins of every curve, one fewer than bins, rising.
    prob : Float64[Tensor, "bin"]
        Calibrated probability.
    scale : "prob" or "log-odds"
        What the edges are.
    """

    start: Int64[Tensor, " curve_and_end"]
    edge: Float64[Tensor, " edge"]
    prob: Float64[Tensor, " bin"]
    scale: Scale

    def __post_init__(self) -> None:
        count = n_curves(self.n_classes)
        check_spans(self.start, len(self.prob), count, self.n)
        if len(self.edge) != len(self.prob) - count:
            raise refused("hold an edge between two bins", f"{len(self.edge)}")
        if not bool(((self.prob >= 0) & (self.prob <= 1)).all()):
            raise refused("state probabilities", "others")
        for first, end in self._spans():
            if not bool((self.edge[first : end - 1].diff() > 0).all()):
                raise refused("have rising edges", "others")
        if bool(self.edge.isnan().any()):
            raise refused("hold edges", "NaN")

    def _spans(self) -> list[tuple[int, int]]:
        """Where the edges of every curve start, and one beyond where they end."""
        return [(a - k, b - k) for k, (a, b) in enumerate(pairwise(self.start.tolist()))]

    def curves(self, scores: ClassScores) -> Float64[Tensor, "row curve"]:
        """See `ProbCurves.curves`; edges are rounded to the dtype that was declared."""
        given = scores.on(self.scale).values
        edge, prob = self.edge.to(given.device, given.dtype).double(), self.prob.to(given.device)
        columns: list[Tensor] = []
        for k, (first, end) in enumerate(self._spans()):
            at = given[:, k].detach().double().contiguous()
            columns.append(prob[first + k + torch.searchsorted(edge[first : end - 1], at)])
        return torch.stack(columns, dim=-1)

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        count = self.start.diff()
        if len(count) == 1:
            low, high = float(self.prob.min()), float(self.prob.max())
            return f"{int(count)} bins that state {low:.4f} to {high:.4f}"
        return f"{len(count)} curves of {int(count.min())} to {int(count.max())} bins"


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Bins of one curve: the edges between them, and what they state."""

    edge: Float64[np.ndarray, " edge"]
    prob: Float64[np.ndarray, " bin"]


def put_together(
    curves: list[Bins],
) -> tuple[Int64[Tensor, " curve_and_end"], Float64[Tensor, " edge"], Float64[Tensor, " bin"]]:
    """Starts, edges and probabilities of several curves, end to end."""
    start = np.cumsum([0, *(len(each.prob) for each in curves)])
    edge = np.concatenate([each.edge for each in curves]).astype(np.float64)
    prob = np.concatenate([each.prob for each in curves])
    return torch.from_numpy(start), torch.from_numpy(edge), torch.from_numpy(prob)


def mass_cuts(groups: Groups, share: Float64[np.ndarray, " cut"]) -> Int64[np.ndarray, " cut"]:
    """Index of the first group beyond each share of the weight; ties are never split.

    A group lies where the middle of its weight does.

    Examples
    --------
    >>> from calibrant.calibrators.curves.groups import grouped
    >>> groups = grouped(np.array([0.1, 0.2, 0.3, 0.4]), np.ones(4, dtype=bool), None, "prob")
    >>> mass_cuts(groups, np.array([0.5, 0.75]))
    array([2, 3])
    """
    middle = np.cumsum(groups.w) - groups.w / 2
    return np.searchsorted(middle, share * groups.w.sum())


def edges_before(groups: Groups, cuts: Int64[np.ndarray, " cut"]) -> Float64[np.ndarray, " cut"]:
    """Edge between each of some groups, none the first, and the one before it.

    It is half way in the dtype that was declared, or the lower score where there is nothing
    between the two.
    """
    low, high = groups.scores(cuts - 1), groups.scores(cuts)
    with np.errstate(invalid="ignore", over="ignore"):
        middle = (low + (high - low) / 2).astype(groups.dtype)
    return np.where(np.isfinite(middle) & (middle < high), middle, low).astype(np.float64)


def stated_in(groups: Groups) -> Float64[np.ndarray, " group"]:
    """Probability that every group stated."""
    score = groups.scores().astype(np.float64)
    return expit(score) if groups.scale == "log-odds" else score
