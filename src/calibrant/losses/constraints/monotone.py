"""Penalty on a model that does not rise, or fall, with a feature."""

from collections.abc import Callable, Sequence
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from calibrant.errors import InputError
from calibrant.losses.presence import require_tensors, weighed
from calibrant.losses.single import reduced
from calibrant.losses.spec import Number

__all__ = ["MonotonicityPenalty"]

Model = Callable[[Tensor], Tensor]


@final
class MonotonicityPenalty(nn.Module):
    r"""Mean over rows and features of :math:`(m - s_j \, \partial f / \partial x_j)_+`.

    The sign s is 1 for a feature with which the output must rise and -1 for one with which it must
    fall. The output f of a row is its score; of several classes, the log-odds of one of them,
    :math:`z_k - \log \sum_{j \ne k} e^{z_j}`.

    It holds on the rows that it is shown and around them, and guarantees nothing elsewhere: show it
    rows from all of the region that matters, such as random mixtures of training rows. A model that
    looks at several rows at once (batch norm while training) gets the derivative of all their
    outputs: freeze such layers, or put them into ``eval``, for an exact one.

    Parameters
    ----------
    rising, falling : sequence of int
        Features, by their column, with which the output must rise and fall; at least one, and none
        in both.
    of_class : int, default -1
        Class whose log-odds count, the last of two by default; scores without an axis of classes
        are taken as they are.
    margin : float, default 0
        Least slope, per unit of the feature.

    References
    ----------
    .. [1] Gupta et al. "How to Incorporate Monotonicity in Deep Networks While Preserving
       Flexibility?" 2019, equation 2.
    .. [2] Liu et al. "Certified Monotonic Neural Networks." NeurIPS 2020, section 3.1.

    Examples
    --------
    >>> falls = torch.nn.Linear(2, 1, bias=False)
    >>> falls.weight.data = torch.tensor([[-3.0, 1.0]])
    >>> penalty = MonotonicityPenalty(rising=[0, 1])
    >>> penalty(falls, torch.zeros(5, 2)).item()  # (3 + 0) / 2 in every row
    1.5
    """

    def __init__(
        self,
        rising: Sequence[int] = (),
        falling: Sequence[int] = (),
        *,
        of_class: int = -1,
        margin: Number = 0.0,
    ) -> None:
        super().__init__()
        self.rising, self.falling = tuple(rising), tuple(falling)
        columns = [*self.rising, *self.falling]
        if not columns or len(set(columns)) < len(columns) or min(columns) < 0:
            rule = "name at least one column, from 0 on, and none twice"
            got = f"rising={self.rising}, falling={self.falling}"
            raise InputError("features", rule, got, "Count the columns of the model's input.")
        if not 0 <= margin < float("inf"):
            remedy = "It is the least slope that is asked for."
            raise InputError("margin", "be finite and at least 0", f"{margin}", remedy)
        self.of_class, self.margin = of_class, float(margin)

    def forward(
        self,
        model: Model,
        features: Float[Tensor, "row feature"],
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> Float[Tensor, ""]:
        """Penalty at the rows of `features`, with a gradient for the parameters of `model`.

        Parameters
        ----------
        model : callable
            From features to scores ``(row,)``, ``(row, 1)``, or logits ``(row, class)``.
        features : Float[Tensor, "row feature"]
            Where the slopes are taken.
        weights : Tensor of shape (row,), optional
            How much every row counts, at least 0.
        mask : Tensor of shape (row,), optional
            Which rows count; what the others hold is not shown to the model.
        """
        violations = self.violations(model, features, weights, mask=mask)
        kept, scale = weighed(features.shape[:1], weights, mask)
        if scale is None:
            scale = torch.ones_like(violations[:, 0]) if kept is None else kept
        return reduced(violations.mean(1), scale.to(violations.dtype), "mean")

    def violations(
        self,
        model: Model,
        features: Float[Tensor, "row feature"],
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> Float[Tensor, "row chosen"]:
        """Missing slope of every row and chosen feature, those that must rise first; at least 0."""
        require_tensors(features=features, weights=weights, mask=mask)
        largest = max(*self.rising, *self.falling, 0)
        if features.ndim != 2 or features.shape[1] <= largest:
            rule = f"have shape (row, feature) with a column {largest}"
            got, remedy = f"shape {tuple(features.shape)}", "Columns count from 0."
            raise InputError("features", rule, got, remedy)
        kept, _ = weighed(features.shape[:1], weights, mask)
        points = features if kept is None else torch.where(kept.unsqueeze(1), features, 0)
        with torch.enable_grad():
            points = points.detach().requires_grad_()
            scores = self._score(model(points))
            (slopes,) = torch.autograd.grad(scores.sum(), points, create_graph=True)
        chosen = torch.cat((slopes[:, list(self.rising)], -slopes[:, list(self.falling)]), dim=1)
        return (self.margin - chosen).relu()

    def _score(self, outputs: Tensor) -> Tensor:
        """One number a row that must rise or fall."""
        if outputs.ndim == 1:
            return outputs
        if outputs.ndim != 2:
            rule, got = "give scores (row,) or (row, class)", f"shape {tuple(outputs.shape)}"
            raise InputError("model", rule, got, "Average over further axes first.")
        if outputs.shape[1] == 1:
            return outputs[:, 0]
        n_classes = outputs.shape[1]
        others = [k for k in range(n_classes) if k != self.of_class % n_classes]
        return outputs[:, self.of_class] - outputs[:, others].logsumexp(1)

    def extra_repr(self) -> str:
        """Settings, for whoever prints it."""
        return f"rising={self.rising}, falling={self.falling}, margin={self.margin}"
