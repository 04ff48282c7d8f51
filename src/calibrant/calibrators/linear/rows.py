"""What a linear calibrator reads of a row: its scores, so that a shift of logits says nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor

from calibrant.calibrators.scores import log_probs
from calibrant.errors import FitError
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form

__all__ = ["FLOOR", "FitRows", "centred", "floored", "ruled_out"]

FLOOR = -87.33654475055310  # logarithm of the smallest normal number of float32
CHUNK = 1 << 18  # scores that are looked at together


def floored(form: Form) -> Float64[Tensor, "row class"]:
    """Log-probability of every class, no lower than that of float32's smallest normal number."""
    return log_probs(form).clamp(min=FLOOR)


def ruled_out(form: Form) -> Bool[Tensor, "row class"] | None:
    """Classes with probability 0; None where there are none, unless a graph is traced."""
    out = log_probs(form) == -torch.inf
    return out if torch.compiler.is_compiling() or bool(out.any()) else None


def centred(
    scores: Float64[Tensor, "row class"], out: Bool[Tensor, "row class"] | None
) -> Float64[Tensor, "row class"]:
    """Scores less their mean over the classes of the row that are not ruled out."""
    if out is None:
        return scores - scores.mean(dim=-1, keepdim=True)
    kept = (~out).double()
    mean = (scores * kept).sum(dim=-1, keepdim=True) / kept.sum(dim=-1, keepdim=True)
    return scores - mean


@dataclass(frozen=True, slots=True, eq=False)
class FitRows:
    """Scores of the rows of a fit and what came out; weights sum to 1.

    `out` says which classes are ruled out and stay so.
    """

    scores: Float64[Tensor, "row class"]
    out: Bool[Tensor, "row class"] | None
    weight: Float64[Tensor, " row"]
    hard: Int64[Tensor, " row"] | None
    soft: Float64[Tensor, "row class"] | None

    @classmethod
    def of(
        cls,
        rows: Predictions,
        scores: Float64[Tensor, "row class"],
        out: Bool[Tensor, "row class"] | None = None,
    ) -> "FitRows":
        """Rows of a fit, with the scores that a method reads of them.

        Raises
        ------
        FitError
            If a label has probability 0, and stays so.
        """
        weight = rows.weight()
        found = cls(scores, out, weight / weight.sum(), rows.hard, rows.soft)
        if out is not None:
            impossible = int((found.stated(out.double()) > 0).sum())
            if impossible:
                raise FitError(
                    f"log loss is infinite whatever the parameters: {impossible} of {len(rows)} "
                    "rows give probability 0 to what came out. Use a model that rules nothing out, "
                    "or a calibrator that mixes classes."
                )
        return found

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return self.scores.shape[1]

    def stated(self, columns: Float64[Tensor, "row class"]) -> Float64[Tensor, " row"]:
        """Entries of what came out."""
        if self.soft is not None:
            return (self.soft * columns).sum(dim=-1)
        assert self.hard is not None
        return columns.gather(-1, self.hard[:, None]).squeeze(-1)

    def without_stated(self, probs: Float64[Tensor, "row class"]) -> Float64[Tensor, "row class"]:
        """Probabilities less what came out, in their place."""
        if self.soft is not None:
            return probs.sub_(self.soft)
        assert self.hard is not None
        less = torch.full((len(probs), 1), -1.0, dtype=probs.dtype, device=probs.device)
        return probs.scatter_add_(-1, self.hard[:, None], less)

    def frequencies(self) -> Float64[Tensor, " class"]:
        """Weighted share of every class among what came out."""
        if self.soft is not None:
            return self.weight @ self.soft
        assert self.hard is not None
        return self.hard.bincount(self.weight, minlength=self.n_classes)

    def chunks(self) -> Iterator["FitRows"]:
        """Runs of rows, small enough to be looked at together."""
        step = max(1, CHUNK // self.n_classes)
        if step >= len(self.scores):
            yield self
            return
        for start in range(0, len(self.scores), step):
            part = slice(start, start + step)
            yield FitRows(
                self.scores[part],
                None if self.out is None else self.out[part],
                self.weight[part],
                None if self.hard is None else self.hard[part],
                None if self.soft is None else self.soft[part],
            )
