"""Slope and curvature of log loss in the inverse temperature, in one pass over the rows."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form, Logits, PositiveLogits, PositiveProbs

__all__ = ["Chunk", "Slopes", "held", "slopes_of"]

CHUNK = 1 << 16  # scores that are looked at together: they stay in the cache
FEW = 1 << 14  # exponentials that are no work for two threads


@dataclass(frozen=True, slots=True)
class Slopes:
    """First and second derivative of a total log loss in the inverse temperature.

    `n_impossible` rows have labels to which the model gives probability 0.
    """

    slope: float = 0.0
    curvature: float = 0.0
    n_impossible: int = 0

    def __add__(self, other: "Slopes") -> "Slopes":
        return Slopes(
            self.slope + other.slope,
            self.curvature + other.curvature,
            self.n_impossible + other.n_impossible,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Log-probabilities up to a constant of the row, at most 0, with what came out."""

    scores: Float64[Tensor, "row class"]
    weight: Float64[Tensor, " row"] | None
    hard: Int64[Tensor, " row"] | None
    soft: Float64[Tensor, "row class"] | None
    room: Float64[Tensor, "row class"]

    def slopes(self, beta: float) -> Slopes:
        """Derivatives at an inverse temperature; at infinity the likeliest classes share."""
        tilt = self._ties if beta == math.inf else _exp(torch.mul(self.scores, beta, out=self.room))
        first, second = self._moments(tilt)
        stated = self._stated(self.scores)
        found = Slopes(self._sum(first - stated), self._sum(second))
        return found if math.isfinite(found.slope) else self._slopes_without_masked(beta)

    def _slopes_without_masked(self, beta: float) -> Slopes:
        """The same where classes have probability 0, and minus infinity would spoil the sums."""
        masked = self.scores == -torch.inf
        finite = self.scores.masked_fill(masked, 0)
        tilt = (beta * finite).exp() if beta < math.inf else self._ties
        first, second = self._moments(tilt.masked_fill(masked, 0), finite)
        impossible = self._stated(masked.double()) > 0
        slope = self._sum(first - self._stated(finite))
        return Slopes(slope, self._sum(second), int(impossible.sum()))

    @property
    def _ties(self) -> Float64[Tensor, "row class"]:
        return (self.scores == 0).double()

    def _moments(
        self, tilt: Float64[Tensor, "row class"], scores: Float64[Tensor, "row class"] | None = None
    ) -> tuple[Float64[Tensor, " row"], Float64[Tensor, " row"]]:
        """Mean and variance of the scores under probabilities in proportion to `tilt`, spent."""
        scores = self.scores if scores is None else scores
        ones = torch.ones(scores.shape[1], dtype=torch.float64, device=scores.device)
        total = tilt @ ones
        mean = tilt.mul_(scores) @ ones / total
        square = tilt.mul_(scores) @ ones / total
        return mean, (square - mean * mean).clamp_(min=0)

    def _stated(self, scores: Float64[Tensor, "row class"]) -> Float64[Tensor, " row"]:
        """Scores of what came out."""
        if self.soft is not None:
            return (self.soft * scores).sum(dim=-1)
        assert self.hard is not None
        return scores.gather(-1, self.hard[:, None]).squeeze(-1)

    def _sum(self, column: Float64[Tensor, " row"]) -> float:
        return float(column.sum() if self.weight is None else self.weight @ column)


def slopes_of(rows: Predictions, beta: float) -> Slopes:
    """Derivatives of the total log loss of present, labelled rows."""
    found = Slopes()
    for chunk in _chunks(rows):
        found += chunk.slopes(beta)
    return found


def _exp(room: Float64[Tensor, "row class"]) -> Float64[Tensor, "row class"]:
    """Exponentials in place; few are left to NumPy, for torch wakes all threads for any number."""
    if room.numel() > FEW or room.device.type != "cpu":
        return room.exp_()
    np.exp(room.numpy(), out=room.numpy())
    return room


def held(rows: Predictions) -> Chunk | None:
    """Few rows as one chunk, whose scores are made once for all looks; None of too many."""
    return next(_chunks(rows)) if len(rows) * rows.n_classes <= CHUNK else None


def _chunks(rows: Predictions) -> Iterator[Chunk]:
    n, n_classes = len(rows), rows.n_classes
    step = max(1, min(n, CHUNK // n_classes))
    scores, room = (
        torch.empty((step, n_classes), dtype=torch.float64, device=rows.device) for _ in range(2)
    )
    form, hard, soft = rows.declared, rows.hard, rows.soft
    weight = None if rows.weights is None else rows.weight()
    for start in range(0, n, step):
        part = slice(start, start + step)
        size = min(step, n - start)
        yield Chunk(
            _scores(type(form)(form.values[part]), scores[:size]),
            None if weight is None else weight[part],
            None if hard is None else hard[part],
            None if soft is None else soft[part],
            room[:size],
        )


def _scores(form: Form, into: Float64[Tensor, "row class"]) -> Float64[Tensor, "row class"]:
    """Log-probabilities up to a constant of the row, at most 0, written into `into`."""
    odds = _odds(form)
    if odds is not None:  # a reduction over an axis of two is many times slower
        into[:, 0] = (-odds).clamp(max=0)
        into[:, 1] = odds.clamp(max=0)
        return into
    into.copy_(form.values)
    if not isinstance(form, Logits):
        into.log_()
    return into.sub_(into.amax(dim=-1, keepdim=True))


def _odds(form: Form) -> Float64[Tensor, " row"] | None:
    """Log-odds of two classes; None of any other number."""
    if isinstance(form, PositiveLogits):
        return form.values.double()
    if isinstance(form, PositiveProbs):
        return form.values.double().logit()
    if form.n_classes != 2:
        return None
    scores = form.values.double() if isinstance(form, Logits) else form.values.double().log()
    return scores[:, 1] - scores[:, 0]
