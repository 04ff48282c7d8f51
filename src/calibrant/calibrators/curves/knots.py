"""Curves given by knots, with straight lines of the probability between them."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.calibrators.curves.base import ProbCurves, refused
from calibrant.calibrators.curves.class_scores import ClassScores, Scale, n_curves

__all__ = ["KnotCurves", "Knots", "gathered"]


@dataclass(frozen=True, kw_only=True, eq=False)
class KnotCurves(ProbCurves):
    """Rising curves through knots: flat beyond the outer ones, straight between two.

    Attributes
    ----------
    start : Int64[Tensor, "curve_and_end"]
        Where the knots of every curve start, and where the last ends; one curve for two
        classes, one a class beyond.
    score : Float64[Tensor, "knot"]
        Strictly rising within a curve.
    prob : Float64[Tensor, "knot"]
        Calibrated probability, rising within a curve.
    scale : "prob" or "log-odds"
        What the scores are.
    """

    start: Int64[Tensor, " curve_and_end"]
    score: Float64[Tensor, " knot"]
    prob: Float64[Tensor, " knot"]
    scale: Scale

    def __post_init__(self) -> None:
        check_spans(self.start, len(self.score), n_curves(self.n_classes), self.n)
        if self.score.shape != self.prob.shape:
            raise refused("hold a probability for every knot", f"{len(self.prob)}")
        if not bool(((self.prob >= 0) & (self.prob <= 1)).all()):
            raise refused("state probabilities", "others")
        inner = torch.ones(len(self.score) + 1, dtype=torch.bool)
        inner[self.start] = False
        inner = inner[1:-1]
        if not bool((self.score.diff()[inner] > 0).all() and (self.prob.diff()[inner] >= 0).all()):
            raise refused("rise", "knots that do not")
        if bool(self.score.isnan().any()):
            raise refused("hold scores", "NaN")

    def curves(self, scores: ClassScores) -> Float64[Tensor, "row curve"]:
        """See `ProbCurves.curves`."""
        at = scores.on(self.scale).values
        cuts = self.start.tolist()
        columns = [
            _along(
                at[:, k].double().contiguous(),
                self.score[first:end].to(at.device),
                self.prob[first:end].to(at.device),
                self.scale,
            )
            for k, (first, end) in enumerate(pairwise(cuts))
        ]
        return torch.stack(columns, dim=-1)


def check_spans(start: Tensor, end: int, n_spans: int, n: int) -> None:
    """Raise `InputError` unless `start` cuts ``range(end)`` into as many spans, none empty."""
    good = n >= 1 and start.shape == (n_spans + 1,) and int(start[0]) == 0
    if not good or int(start[-1]) != end or not bool((start.diff() > 0).all()):
        raise refused("have knots or bins each", f"starts {start.tolist()[:5]} of {end}")


def _along(
    at: Float64[Tensor, " row"],
    score: Float64[Tensor, " knot"],
    prob: Float64[Tensor, " knot"],
    scale: Scale,
) -> Float64[Tensor, " row"]:
    """Calibrated probability of every row. At a knot it is that of the knot, to the bit."""
    if len(score) == 1:
        return prob.expand(len(at)) + 0 * torch.where(at.isfinite(), at, 0)
    right = torch.searchsorted(score, at.detach()).clamp(1, len(score) - 1)
    low, high = score[right - 1], score[right]
    below, above = prob[right - 1], prob[right]
    inside = (at > low) & (at < high)
    share = _share(torch.where(inside, at, low), low, high, scale)
    between = below + share * (above - below)
    return torch.where(inside, between, torch.where(at >= high, above, below))


def _share(at: Tensor, low: Tensor, high: Tensor, scale: Scale) -> Float64[Tensor, " row"]:
    """How far `at` has come from `low` to `high`, measured by probability."""
    if scale == "prob":
        return (at - low) / (high - low)
    whole = _rise(low, high)
    return torch.where(whole > 0, _rise(low, at) / torch.where(whole > 0, whole, 1), 0)


def _rise(low: Tensor, high: Tensor) -> Float64[Tensor, " row"]:
    """Difference of the probabilities of two log-odds, near 0 and near 1 alike."""
    flip = low > 0
    return torch.where(flip, -low, high).sigmoid() - torch.where(flip, -high, low).sigmoid()


@dataclass(frozen=True, slots=True, eq=False)
class Knots:
    """Knots of one curve: scores and calibrated probabilities."""

    score: Float64[np.ndarray, " knot"]
    prob: Float64[np.ndarray, " knot"]


def gathered(
    curves: list[Knots],
) -> tuple[Int64[Tensor, " curve_and_end"], Float64[Tensor, " knot"], Float64[Tensor, " knot"]]:
    """Starts, scores and probabilities of several curves, end to end."""
    start = np.cumsum([0, *(len(each.score) for each in curves)])
    score = np.concatenate([each.score for each in curves]).astype(np.float64)
    prob = np.concatenate([each.prob for each in curves])
    return torch.from_numpy(start), torch.from_numpy(score), torch.from_numpy(prob)
