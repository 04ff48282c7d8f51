"""Penalty on a model that does not rise, or fall, with a feature."""

from collections.abc import Callable, Sequence
from math import inf
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from calibrant.errors import InputError
from calibrant.losses.presence import require_tensors, weighed
from calibrant.losses.single import reduced
from calibrant.losses.spec import Number
from calibrant.losses.weights import relative

__all__ = ["MonotonicityPenalty"]

Model = Callable[[Tensor], Tensor]
Feature = int | str
Slopes = Float[Tensor, "row chosen"]


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
    rising, falling : sequence of int or str
        Features, by column or by name, with which the output must rise and fall; at least one, and
        none in both.
    names : sequence of str, optional
        Names of all features, in the order of the columns.
    of_class : int, default -1
        Class whose log-odds count, the last of two by default; scores without an axis of classes
        are taken as they are.
    margin : float, default 0
        Least slope, per unit of the feature.
    step : float, optional
        Slopes are (f(x + step) - f(x)) / step, of pairs of rows that differ in one feature alone:
        for features that jump, as from 0 to 1, and models without a useful derivative.

    References
    ----------
    .. [1] Sill and Abu-Mostafa. "Monotonicity Hints." NIPS 1996: pairs, as with `step`.
    .. [2] Gupta et al. "How to Incorporate Monotonicity in Deep Networks While Preserving
       Flexibility?" 2019.
    .. [3] Liu et al. "Certified Monotonic Neural Networks." NeurIPS 2020.

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
        rising: Sequence[Feature] = (),
        falling: Sequence[Feature] = (),
        *,
        names: Sequence[str] | None = None,
        of_class: int = -1,
        margin: Number = 0.0,
        step: Number | None = None,
    ) -> None:
        super().__init__()
        self.names = None if names is None else tuple(names)
        self.rising, self.falling = (
            tuple(map(self._column, features)) for features in (rising, falling)
        )
        columns = [*self.rising, *self.falling]
        if not columns or len(set(columns)) < len(columns) or min(columns) < 0:
            rule = "name at least one column, from 0 on, and none twice"
            got = f"rising={self.rising}, falling={self.falling}"
            raise InputError("features", rule, got, "Count the columns of the model's input.")
        if not 0 <= margin < inf:
            remedy = "It is the least slope that is asked for."
            raise InputError("margin", "be finite and at least 0", f"{margin}", remedy)
        if step is not None and not 0 < step < inf:
            remedy = "Leave it out for derivatives."
            raise InputError("step", "be finite and above 0", f"{step}", remedy)
        self.of_class, self.margin = of_class, float(margin)
        self.step = None if step is None else float(step)

    def _column(self, feature: Feature) -> int:
        """Column of a feature."""
        if not isinstance(feature, str):
            return feature
        if self.names is None or feature not in self.names:
            got, known = repr(feature), ", ".join(self.names or ())
            remedy = f"There are: {known}." if known else "Give names=, or columns."
            raise InputError("features", "be among the names", got, remedy)
        return self.names.index(feature)

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
        scale = relative(scale.to(torch.promote_types(scale.dtype, violations.dtype)))
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
        if self.step is None:
            slopes = self._derivatives(model, points.detach())
        else:
            slopes = self._differences(model, points.detach(), self.step)
        slopes = slopes.to(torch.promote_types(slopes.dtype, torch.float32))
        n_rising = len(self.rising)
        chosen = torch.cat((slopes[:, :n_rising], -slopes[:, n_rising:]), dim=1)
        return (self.margin - chosen).relu()

    def _derivatives(self, model: Model, points: Tensor) -> Slopes:
        """Derivatives in the chosen features, differentiable unless gradients are off."""
        slopes = None
        with torch.enable_grad():
            leaf = points.requires_grad_()
            total = self._score(model(leaf)).sum()
            if total.requires_grad:
                (slopes,) = torch.autograd.grad(total, leaf, create_graph=True, allow_unused=True)
        if slopes is None:
            remedy = "A model that rounds or detaches has none: give step=."
            raise InputError("model", "depend on the features", "no derivative", remedy)
        chosen = slopes[:, [*self.rising, *self.falling]]
        return chosen if torch.is_grad_enabled() else chosen.detach()

    def _differences(self, model: Model, points: Tensor, step: float) -> Slopes:
        """What one step in every chosen feature changes, per unit; one call of the model."""
        columns = [*self.rising, *self.falling]
        n_rows, n_columns = len(points), len(columns)
        moves = points.new_zeros(n_columns, points.shape[1])
        moves[range(n_columns), columns] = step
        moved = (points.unsqueeze(1) + moves).flatten(0, 1)
        scores = self._score(model(torch.cat((points, moved))))
        return (scores[n_rows:].view(n_rows, n_columns) - scores[:n_rows, None]) / step

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
        own = f"rising={self.rising}, falling={self.falling}, margin={self.margin}"
        return own if self.step is None else f"{own}, step={self.step}"
