"""How parameters make scores: one scale for all classes, one for each, or a full matrix."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor

__all__ = ["EachClass", "FullMatrix", "OneScale", "Shape"]

Params = Float64[Tensor, " parameter"]
Scores = Float64[Tensor, "row class"]
Hessian = Float64[Tensor, "parameter parameter"]


@dataclass(frozen=True, slots=True)
class Shape(ABC):
    """A linear map from parameters to the scores that are made of a row's scores."""

    n_classes: int

    @property
    @abstractmethod
    def size(self) -> int:
        """Number of parameters, intercepts last."""

    @abstractmethod
    def made(self, scores: Scores, params: Params) -> Scores:
        """Scores that the parameters make of those of the rows."""

    @abstractmethod
    def pulled(self, scores: Scores, residual: Scores) -> Params:
        """Slope in the parameters of the sum of `residual` times the scores made."""

    @abstractmethod
    def hessian(self, scores: Scores, probs: Scores, weight: Float64[Tensor, " row"]) -> Hessian:
        """Curvature of the weighted log loss of some rows in the parameters."""

    @abstractmethod
    def nearly_inverse(
        self, scores: Scores, spread: Scores, ridge: Params
    ) -> Callable[[Params], Params]:
        """Rough inverse of curvature and ridge; `spread` is weight times p (1 - p)."""


class EachClass(Shape):
    """A scale and an intercept for every class: ``v[k] x[k] + b[k]``."""

    @property
    def size(self) -> int:
        """See `Shape.size`."""
        return 2 * self.n_classes

    def made(self, scores: Scores, params: Params) -> Scores:
        """See `Shape.made`."""
        scale, intercept = params.split(self.n_classes)
        return torch.addcmul(intercept, scores, scale)

    def pulled(self, scores: Scores, residual: Scores) -> Params:
        """See `Shape.pulled`."""
        return torch.cat(((residual * scores).sum(dim=0), residual.sum(dim=0)))

    def hessian(self, scores: Scores, probs: Scores, weight: Float64[Tensor, " row"]) -> Hessian:
        """See `Shape.hessian`."""
        both = torch.cat((probs * scores, probs), dim=-1)
        found = both.T @ (both * -weight[:, None])
        weighted = probs * weight[:, None]
        of_scale = weighted * scores
        cross, k = of_scale.sum(dim=0), self.n_classes
        found.diagonal().add_(torch.cat(((of_scale * scores).sum(dim=0), weighted.sum(dim=0))))
        found[:k, k:].diagonal().add_(cross)
        found[k:, :k].diagonal().add_(cross)
        return found

    def nearly_inverse(
        self, scores: Scores, spread: Scores, ridge: Params
    ) -> Callable[[Params], Params]:
        """See `Shape.nearly_inverse`: by blocks of two, one of every class."""
        k = self.n_classes
        of_scale = spread * scores
        cross = of_scale.sum(dim=0)
        diagonal = torch.cat(((of_scale * scores).sum(dim=0), spread.sum(dim=0))) + ridge
        first, last = (diagonal * (1 + 1e-9) + 1e-12).split(k)
        determinant = first * last - cross * cross

        def apply(residual: Params) -> Params:
            one, other = residual.split(k)
            return torch.cat(
                (
                    (last * one - cross * other) / determinant,
                    (first * other - cross * one) / determinant,
                )
            )

        return apply


class OneScale(Shape):
    """One scale for all classes and an intercept for each: ``beta x[k] + b[k]``."""

    @property
    def size(self) -> int:
        """See `Shape.size`."""
        return 1 + self.n_classes

    def made(self, scores: Scores, params: Params) -> Scores:
        """See `Shape.made`."""
        return torch.addcmul(params[1:], scores, params[:1])

    def pulled(self, scores: Scores, residual: Scores) -> Params:
        """See `Shape.pulled`."""
        return torch.cat(((residual * scores).sum()[None], residual.sum(dim=0)))

    def hessian(self, scores: Scores, probs: Scores, weight: Float64[Tensor, " row"]) -> Hessian:
        """See `Shape.hessian`: that of a scale of every class, added up."""
        k = self.n_classes
        each = EachClass(k).hessian(scores, probs, weight)
        tied = torch.cat((each[:k].sum(dim=0, keepdim=True), each[k:]))
        return torch.cat((tied[:, :k].sum(dim=1, keepdim=True), tied[:, k:]), dim=1)

    def nearly_inverse(
        self, scores: Scores, spread: Scores, ridge: Params
    ) -> Callable[[Params], Params]:
        """See `Shape.nearly_inverse`: by the diagonal."""
        of_scale = (spread * scores * scores).sum()[None]
        diagonal = torch.cat((of_scale, spread.sum(dim=0))) + ridge + 1e-12
        return lambda residual: residual / diagonal


class FullMatrix(Shape):
    """A matrix and an intercept: ``sum over l of W[k, l] x[l] + b[k]``, W row by row."""

    @property
    def size(self) -> int:
        """See `Shape.size`."""
        return self.n_classes * (self.n_classes + 1)

    def parts(self, params: Params) -> tuple[Float64[Tensor, "made class"], Float64[Tensor, " k"]]:
        """Matrix and intercept."""
        k = self.n_classes
        return params[: k * k].view(k, k), params[k * k :]

    def made(self, scores: Scores, params: Params) -> Scores:
        """See `Shape.made`."""
        matrix, intercept = self.parts(params)
        return torch.addmm(intercept, scores, matrix.T)

    def pulled(self, scores: Scores, residual: Scores) -> Params:
        """See `Shape.pulled`."""
        return torch.cat(((residual.T @ scores).reshape(-1), residual.sum(dim=0)))

    def hessian(self, scores: Scores, probs: Scores, weight: Float64[Tensor, " row"]) -> Hessian:
        """See `Shape.hessian`."""
        k, n = self.n_classes, len(scores)
        both = torch.cat(((probs[:, :, None] * scores[:, None, :]).view(n, k * k), probs), dim=-1)
        found = both.T @ (both * -weight[:, None])
        for one in range(k):  # what a class has in common with itself
            weighted = weight * probs[:, one]
            rows = slice(one * k, one * k + k)
            cross = weighted @ scores
            found[rows, rows] += scores.T @ (scores * weighted[:, None])
            found[rows, k * k + one] += cross
            found[k * k + one, rows] += cross
            found[k * k + one, k * k + one] += weighted.sum()
        return found

    def nearly_inverse(
        self, scores: Scores, spread: Scores, ridge: Params
    ) -> Callable[[Params], Params]:
        """See `Shape.nearly_inverse`: the second moments of all rows serve every class.

        Intercepts are scaled so that their ridge is that of the matrix; the diagonal, whose ridge
        may be far weaker, is solved for by itself besides.
        """
        k = self.n_classes
        alone = (spread * scores.square()).sum(dim=0) + self.parts(ridge)[0].diagonal() + 1e-12
        of_row, of_class = spread.sum(dim=1), spread.sum(dim=0)
        of_entry, of_intercept = (float(part.mean()) for part in self.parts(ridge))
        unit = max(1.0, math.sqrt(of_entry / of_intercept)) if of_intercept > 0 else 1.0
        wide = torch.cat((scores, torch.full_like(scores[:, :1], unit)), dim=1)
        moments = wide.T @ (wide * of_row[:, None]) / of_row.sum().clamp(min=1e-300)
        values, vectors = torch.linalg.eigh(moments)
        scale = of_class[:, None] * values.clamp(min=1e-9) + of_entry + 1e-12

        def apply(residual: Params) -> Params:
            of_matrix, of_intercept = self.parts(residual)
            both = torch.cat((of_matrix, unit * of_intercept[:, None]), dim=1)
            found = (both @ vectors / scale) @ vectors.T
            found[:, :k].diagonal().add_(of_matrix.diagonal() / alone)
            return torch.cat((found[:, :k].reshape(-1), unit * found[:, k]))

        return apply
