"""Newton's method for many small convex problems at once, one for each curve."""

from dataclasses import dataclass
from itertools import combinations
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor

from calibrant.errors import FitError

__all__ = ["Loss", "Sums", "least", "least_with_floor"]

MOST = 60  # steps; a problem with an optimum takes about ten
TOLERANCE = 1e-8  # of the last step, which squares what is left


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """A loss of every curve and its derivatives, summed over all rows.

    Attributes
    ----------
    loss : Float64[Tensor, "curve"]
        In nats.
    slope : Float64[Tensor, "curve parameter"]
        Gradient.
    curvature : Float64[Tensor, "curve parameter parameter"]
        Matrix of second derivatives.
    """

    loss: Float64[Tensor, " curve"]
    slope: Float64[Tensor, "curve parameter"]
    curvature: Float64[Tensor, "curve parameter parameter"]


@runtime_checkable
class Loss(Protocol):
    """A convex loss of the parameters of every curve; a pass over the rows."""

    def sums(
        self, parameters: Float64[Tensor, "curve parameter"], curves: Int64[Tensor, " curve"]
    ) -> Sums:
        """Sums of some of the `curves` at their `parameters`; infinite loss where it has none."""
        ...


def least(
    loss: Loss,
    start: Float64[Tensor, "curve parameter"],
    curves: Int64[Tensor, " curve"],
    free: tuple[int, ...],
) -> tuple[Float64[Tensor, "curve parameter"], Float64[Tensor, " curve"], Bool[Tensor, " curve"]]:
    """Parameters with the least loss, their losses, and whether the steps came to an end.

    Only the parameters `free` move. Where rows leave a direction open, the parameters stay as
    near to `start` as they can. A step that raises the loss is halved, and so is a start that says
    nothing of where the least is. Where a direction that had curvature loses it, the loss falls
    for ever, and the steps came to no end.
    """
    found, at = _begun(loss, start, curves, free)
    value = at.loss.clone()
    done, lost = torch.zeros((2, len(start)), dtype=torch.bool)
    first = None
    for _ in range(MOST):
        rows = (~done).nonzero().squeeze(-1)
        if not len(rows):
            break
        step = torch.zeros_like(found[rows])
        step[:, list(free)], rank = _step(at, free)
        if first is None:
            first = rank
        promised = (step * at.slope).sum(dim=-1)  # at most 0
        size, trial = torch.ones_like(promised), at
        for _ in range(MOST):
            trial = loss.sums(found[rows] + size[:, None] * step, curves[rows])
            slack = 1e-13 * at.loss.abs() + 1e-300  # what rounding may add
            worse = ~(trial.loss <= at.loss + 1e-4 * size * promised + slack)
            if not bool(worse.any()):
                break
            size = torch.where(worse, size / 2, size)
        found[rows] += size[:, None] * step
        value[rows] = trial.loss
        near = step.abs().amax(dim=-1) <= TOLERANCE * (1 + found[rows].abs().amax(dim=-1))
        done[rows], lost[rows] = near, rank < first[rows]
        at = Sums(trial.loss[~near], trial.slope[~near], trial.curvature[~near])
    return found, value, done & ~lost


def _begun(
    loss: Loss,
    start: Float64[Tensor, "curve parameter"],
    curves: Int64[Tensor, " curve"],
    free: tuple[int, ...],
) -> tuple[Float64[Tensor, "curve parameter"], Sums]:
    """Parameters to start from, and the sums there: `start`, halved while its step is wild.

    Far out the loss of wrong rows is a straight line in float64: without curvature there is no
    step, and with next to none one that promises more than the whole loss, which is at least 0.
    """
    found, at = start.clone(), loss.sums(start, curves)
    if not bool(torch.isfinite(at.curvature).all()):
        raise FitError(
            "no curve can be fitted, for squares of log-odds are not finite. Divide the logits."
        )
    index = list(free)
    for _ in range(MOST):
        step, _ = _step(at, free)
        promised = -(step * at.slope[:, index]).sum(dim=-1)
        flat = at.curvature.diagonal(dim1=-2, dim2=-1)[:, index] == 0
        wild = (flat & (at.slope[:, index] != 0)).any(dim=-1) | (promised > 2 * at.loss)
        if not bool(wild.any()):
            break
        found[wild] /= 2
        at = loss.sums(found, curves)
    return found, at


def _step(
    at: Sums, free: tuple[int, ...]
) -> tuple[Float64[Tensor, "curve free"], Int64[Tensor, " curve"]]:
    """Newton's step, and the number of directions in which the curvature is not mere rounding.

    There is no step along the others.
    """
    index = list(free)
    slope, curvature = at.slope[:, index], at.curvature[:, index][:, :, index]
    size = curvature.diagonal(dim1=-2, dim2=-1).sqrt()
    scale = torch.where(size > 0, 1 / size, 0)
    values, vectors = torch.linalg.eigh(scale[:, :, None] * curvature * scale[:, None, :])
    kept = values > 1e-13 * values[:, -1:].clamp(min=1e-300)
    along = (vectors * (scale * slope)[:, :, None]).sum(dim=-2)
    along = torch.where(kept, along / torch.where(kept, values, 1), 0)
    return -scale * (vectors * along[:, None, :]).sum(dim=-1), kept.sum(dim=-1)


def least_with_floor(
    loss: Loss, start: Float64[Tensor, "curve parameter"], n_floored: int
) -> tuple[Float64[Tensor, "curve parameter"], Bool[Tensor, " curve"]]:
    """Parameters with the least loss, the first `n_floored` of them at least 0, and if found.

    A convex loss is least at 0 in some of the floored parameters and free in the rest: where the
    free optimum breaks the floor, every such face is tried.
    """
    n = start.shape[1]
    everything = torch.arange(len(start))
    best, _, found = least(loss, start, everything, tuple(range(n)))
    below = (best[:, :n_floored] < 0).any(dim=-1)
    curves = below.nonzero().squeeze(-1)
    if not len(curves):
        return best, found
    least_loss = torch.full((len(curves),), torch.inf, dtype=torch.float64)
    chosen, ended = start[curves].clone(), torch.zeros(len(curves), dtype=torch.bool)
    for k in range(1, n_floored + 1):
        for zero in combinations(range(n_floored), k):
            free = tuple(j for j in range(n) if j not in zero)
            at = start[curves].clone()
            at[:, list(zero)] = 0
            if free:
                face, value, good = least(loss, at, curves, free)
            else:
                face, value = at, loss.sums(at, curves).loss
                good = torch.ones(len(curves), dtype=torch.bool)
            better = (face[:, :n_floored] >= 0).all(dim=-1) & (value < least_loss)
            chosen = torch.where(better[:, None], face, chosen)
            least_loss = torch.where(better, value, least_loss)
            ended = torch.where(better, good, ended)
    best[curves], found[curves] = chosen, ended
    return best, found
