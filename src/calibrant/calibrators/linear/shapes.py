"""How parameters make scores: one scale for all classes, one for each, or a full matrix."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from calibrant.calibrators.linear.levels import Curvature, two_levels

__all__ = ["EachClass", "FullMatrix", "OneScale", "Shape"]

Params = Float[Tensor, " parameter"]
Scores = Float[Tensor, "row class"]
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
        self, scores: Scores, probs: Scores, weight: Float[Tensor, " row"], ridge: Params
    ) -> Callable[[Params], Params]:
        """Rough inverse of curvature and ridge, all in one dtype."""


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
        self, scores: Scores, probs: Scores, weight: Float[Tensor, " row"], ridge: Params
    ) -> Callable[[Params], Params]:
        """See `Shape.nearly_inverse`: by blocks of two, one of every class."""
        k = self.n_classes
        spread = probs * (1 - probs) * weight[:, None]
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
        self, scores: Scores, probs: Scores, weight: Float[Tensor, " row"], ridge: Params
    ) -> Callable[[Params], Params]:
        """See `Shape.nearly_inverse`: by the diagonal."""
        spread = probs * (1 - probs) * weight[:, None]
        of_scale = (spread * scores * scores).sum()[None]
        diagonal = torch.cat((of_scale, spread.sum(dim=0))) + ridge + 1e-12
        return lambda residual: residual / diagonal


class FullMatrix(Shape):
    """A matrix and an intercept: ``sum over l of W[k, l] x[l] + b[k]``, W row by row."""

    @property
    def size(self) -> int:
        """See `Shape.size`."""
        return self.n_classes * (self.n_classes + 1)

    def parts(self, params: Params) -> tuple[Float[Tensor, "made class"], Float[Tensor, " k"]]:
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
        self, scores: Scores, probs: Scores, weight: Float[Tensor, " row"], ridge: Params
    ) -> Callable[[Params], Params]:
        """See `Shape.nearly_inverse`: in two levels."""
        return two_levels(Curvature(scores, probs, weight, *self.parts(ridge)))
