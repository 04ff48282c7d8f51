"""What is left to mend of one group: a temperature and offsets, drawn towards none."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.prediction.base import Predictions

__all__ = ["FLOOR", "Evidence", "Pull", "evidence_of", "fitted_residual", "pull_of", "stated"]

FLOOR = math.log(torch.finfo(torch.float32).tiny)  # of log-probabilities: -87.3
LEAST = 0.1  # pull of parameters that groups seem to differ in without limit
LEAST_TOLD = 1.0  # information below which one confident error makes the slope what it is


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Slopes of a group's log likelihood where it is like all rows, and their variances."""

    slope: Float64[Tensor, " parameter"]
    information: Float64[Tensor, " parameter"]


@dataclass(frozen=True, slots=True)
class Pull:
    """Strength with which a parameter is drawn towards that of all rows; infinite: it is that."""

    sharpness: float
    offsets: float


def stated(log_probs: Float64[Tensor, "row class"]) -> Float64[Tensor, "row class"]:
    """Log-probabilities that are no lower than `FLOOR`."""
    return log_probs.clamp(min=FLOOR)


def _truth(rows: Predictions) -> Float64[Tensor, "row class"]:
    """Weight of every row in the class that came out."""
    weight = rows.weight()
    if rows.soft is not None:
        return weight[:, None] * rows.soft
    hard = rows.hard
    assert hard is not None  # labels were checked
    truth = torch.zeros(len(rows), rows.n_classes, dtype=torch.float64, device=rows.device)
    return truth.scatter_(-1, hard[:, None], weight[:, None])


def evidence_of(scores: Float64[Tensor, "row class"], rows: Predictions) -> Evidence:
    """Of a group's `rows`, whose calibrated log-probabilities are `scores`.

    The first parameter is the inverse temperature, the others are the offsets.
    """
    truth, weight = _truth(rows), rows.weight()[:, None]
    probs = scores.softmax(dim=-1)
    mean = (probs * scores).sum(dim=-1, keepdim=True)
    slope = torch.cat(((truth * (scores - mean)).sum()[None], (truth - weight * probs).sum(dim=0)))
    spread = (weight * probs * (scores - mean).square()).sum()[None]
    information = torch.cat((spread, (weight * probs * (1 - probs)).sum(dim=0)))
    return Evidence(slope, information)


def pull_of(evidence: list[Evidence], *, offsets: bool) -> Pull:
    r"""Pulls that fit how much groups differ: one over the variance between them.

    Each slope :math:`s` with variance :math:`I` stands for a one-step estimate :math:`s / I`
    of the group's departure, itself uncertain by :math:`1 / I`. The variance :math:`\tau^2`
    between groups is that which makes :math:`\sum s^2 / I` what it is expected to be,
    :math:`m + \tau^2 \sum I` for :math:`m` terms; at least 0, where groups differ by no more
    than chance. Slopes with an information below 1, whose estimates are off by as much as the
    whole, are left out.
    """
    slopes = torch.stack([one.slope for one in evidence])
    information = torch.stack([one.information for one in evidence])
    sharpness = _pull(slopes[:, :1], information[:, :1])
    return Pull(sharpness, _pull(slopes[:, 1:], information[:, 1:]) if offsets else math.inf)


def _pull(slopes: Tensor, information: Tensor) -> float:
    told = information > LEAST_TOLD
    if not bool(told.any()):
        return math.inf
    excess = float((slopes[told].square() / information[told]).sum()) - int(told.sum())
    if slopes.shape[1] == 2:  # the offsets of two classes are one number
        kept = told[:, 0]
        excess = float((slopes[kept, 0].square() / information[kept, 0]).sum())
        excess = 2 * (excess - int(kept.sum()))
    if excess <= 0:
        return math.inf
    return max(LEAST, float(information[told].sum()) / excess)


def fitted_residual(
    scores: Float64[Tensor, "row class"], rows: Predictions, pull: Pull
) -> Float64[Tensor, " parameter"]:
    r"""Inverse temperature and offsets with the least penalised log loss of a group.

    The penalty is :math:`\lambda (\gamma - 1 - \log \gamma)` of the inverse temperature and
    :math:`\mu |b|^2 / 2` of the offsets: convex, so that Newton's method with steps halved
    finds the only minimum.
    """
    truth, weight = _truth(rows), rows.weight()
    free = torch.zeros(1 + rows.n_classes, dtype=torch.bool, device=rows.device)
    free[0], free[1:] = math.isfinite(pull.sharpness), math.isfinite(pull.offsets)
    at = torch.zeros(1 + rows.n_classes, dtype=torch.float64, device=rows.device)
    at[0] = 1.0
    if not bool(free.any()):
        return at
    value = _objective(at, scores, truth, weight, pull)
    for _ in range(100):
        slope, curve = _derivatives(at, scores, truth, weight, pull)
        step = torch.zeros_like(at)
        step[free] = torch.linalg.solve(curve[free][:, free], slope[free])
        decrement = float(slope @ step)
        if decrement < 1e-20 * max(1.0, abs(value)):
            break
        size = 1.0
        while size > 1e-12:
            tried = at - size * step
            found = _objective(tried, scores, truth, weight, pull)
            if found <= value - 1e-4 * size * decrement:
                break
            size /= 2
        else:
            break  # what is left is rounding
        at, value = tried, found
    return at


def _objective(at: Tensor, scores: Tensor, truth: Tensor, weight: Tensor, pull: Pull) -> float:
    if float(at[0]) <= 0:
        return math.inf
    logits = at[0] * scores + at[1:]
    loss = float((weight * logits.logsumexp(dim=-1)).sum() - (truth * logits).sum())
    if math.isfinite(pull.sharpness):
        loss += pull.sharpness * (float(at[0]) - 1 - math.log(float(at[0])))
    if math.isfinite(pull.offsets):
        loss += pull.offsets * float(at[1:].square().sum()) / 2
    return loss


def _derivatives(
    at: Tensor, scores: Tensor, truth: Tensor, weight: Tensor, pull: Pull
) -> tuple[Tensor, Tensor]:
    """Slope and curvature of the penalised log loss."""
    probs = (at[0] * scores + at[1:]).softmax(dim=-1)
    weighted = weight[:, None] * probs
    mean = (probs * scores).sum(dim=-1)
    slope = torch.empty_like(at)
    slope[0] = (weighted * scores).sum() - (truth * scores).sum()
    slope[1:] = (weighted - truth).sum(dim=0)
    curve = torch.empty(len(at), len(at), dtype=torch.float64, device=at.device)
    curve[0, 0] = (weighted * (scores - mean[:, None]).square()).sum()
    curve[0, 1:] = curve[1:, 0] = (weighted * (scores - mean[:, None])).sum(dim=0)
    curve[1:, 1:] = torch.diag(weighted.sum(dim=0)) - probs.T @ weighted
    if math.isfinite(pull.sharpness):
        slope[0] += pull.sharpness * (1 - 1 / at[0])
        curve[0, 0] += pull.sharpness / at[0].square()
    if math.isfinite(pull.offsets):
        slope[1:] += pull.offsets * at[1:]
        curve.diagonal()[1:] += pull.offsets
    return slope, curve
