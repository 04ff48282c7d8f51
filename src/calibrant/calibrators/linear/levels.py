"""Rough inverse of the curvature of a matrix, in two levels: few unknowns exactly, the rest alone.

What moves the log loss most are, of every class, its intercept, its entry of the diagonal and one
direction that all scores share. Newton's equations of these alone are solved exactly, classes
coupled; the rest of every class has a scale of its own along each common direction [1]_.

References
----------
.. [1] Nocedal and Wright. "Numerical Optimization." 2nd edition, 2006, section 7.1: conjugate
   gradients for Newton's equations, preconditioned.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["Curvature", "two_levels"]

ROWS = 12  # looked at for every class
KINDS = 3  # unknowns of a class: along what is shared, of its own score, and alone
LEAST = 1e-12

Matrix = Float[Tensor, "made class"]
Params = Float[Tensor, " parameter"]


@dataclass(frozen=True, slots=True, eq=False)
class Curvature:
    """Where the log loss is looked at, and the ridge of matrix and intercept.

    All numbers are of one dtype; what is found is of the same.
    """

    scores: Float[Tensor, "row class"]
    probs: Float[Tensor, "row class"]
    weight: Float[Tensor, " row"]
    of_matrix: Matrix
    of_intercept: Float[Tensor, " class"]

    def part(self) -> "Curvature":
        """That of some rows, evenly spaced, in the place of all: a dozen a class are enough."""
        step = len(self.scores) // (ROWS * self.scores.shape[1])
        if step < 2:
            return self
        weight = self.weight[::step]
        if not bool(weight.any()):
            return self
        weight = weight * (self.weight.sum() / weight.sum())
        scores, probs = self.scores[::step], self.probs[::step]
        return Curvature(scores, probs, weight, self.of_matrix, self.of_intercept)


def two_levels(all_rows: Curvature) -> Callable[[Params], Params]:
    """Rough inverse, positive definite, of log loss and ridge; matrix row by row, intercepts last.

    A part of the rows tells the curvature. The ridge of all entries off the diagonal is taken for
    that of their mean.
    """
    at = all_rows.part()
    k = at.scores.shape[1]
    spread = at.probs * (1 - at.probs) * at.weight[:, None]
    of_row, of_class = spread.sum(dim=1), spread.sum(dim=0)
    moments = at.scores.T @ (at.scores * of_row[:, None]) / of_row.sum().clamp(min=1e-30)
    values, vectors = torch.linalg.eigh(moments)
    diagonal = at.of_matrix.diagonal()
    off = float(at.of_matrix.sum() - diagonal.sum()) / max(1, k * (k - 1))
    scale = of_class[:, None] * values.clamp(min=1e-9) + off + LEAST
    shared = vectors[:, -1]
    factor = _factor(at, shared)

    def apply(residual: Params) -> Params:
        of_matrix, of_intercept = residual[: k * k].view(k, k), residual[k * k :]
        along = of_matrix @ shared
        few = torch.stack((along, of_matrix.diagonal(), of_intercept), dim=-1).view(-1, 1)
        first, own, alone = torch.cholesky_solve(few, factor).view(k, KINDS).unbind(dim=-1)
        found = torch.addr(of_matrix, along, shared, alpha=-1)
        found = (found @ vectors / scale) @ vectors.T
        found.addr_(first - found @ shared, shared)
        found.diagonal().add_(own)
        return torch.cat((found.reshape(-1), alone))

    return apply


def _factor(at: Curvature, shared: Float[Tensor, " class"]) -> Float[Tensor, "few few"]:
    """Triangular factor of the curvature in the few unknowns of every class."""
    n, k = at.scores.shape
    common = (at.scores @ shared)[:, None].expand(n, k)
    kinds = torch.stack((common, at.scores, torch.ones_like(at.scores)), dim=-1)
    moved = at.probs[:, :, None] * kinds
    flat = moved.view(n, k * KINDS)
    found = (flat.T @ (flat * -at.weight[:, None])).double().view(k, KINDS, k, KINDS)
    moved.mul_(at.weight[:, None, None])
    # The unknowns of a class share its ridge: entries of the matrix meet along what is shared.
    ridge = torch.zeros(k, KINDS, KINDS, dtype=torch.float64, device=at.scores.device)
    diagonal = at.of_matrix.diagonal()
    ridge[:, 0, 0] = at.of_matrix @ shared.square()
    ridge[:, 0, 1] = ridge[:, 1, 0] = diagonal * shared
    ridge[:, 1, 1] = diagonal
    ridge[:, 2, 2] = at.of_intercept
    for one in range(KINDS):
        own = (moved * kinds[:, :, one : one + 1]).sum(dim=0)
        found[:, one].diagonal(dim1=0, dim2=1).add_((own + ridge[:, one]).T)
    whole = found.view(k * KINDS, k * KINDS)
    whole.diagonal().mul_(1 + 1e-6).add_(LEAST)
    factor, failed = torch.linalg.cholesky_ex(whole)
    if int(failed):  # rounding made it indefinite: each unknown alone
        factor = torch.diag(whole.diagonal().clamp(min=LEAST).sqrt())
    return factor.to(at.scores.dtype)
