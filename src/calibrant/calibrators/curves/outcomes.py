"""What came out, curve by curve, and the targets that Platt puts in the place of 0 and 1."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.calibrators.curves.class_scores import n_curves
from calibrant.calibrators.shards import Shards
from calibrant.prediction.base import Predictions

__all__ = ["Targets", "class_weights", "outcomes", "smoothed", "targets_of"]

Weight = TypeVar("Weight", float, Tensor)


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Probability that stands for a row of the class, and for one of the rest, of every curve.

    Attributes
    ----------
    low, high : Float64[Tensor, "curve"]
        In the place of 0 and of 1.
    """

    low: Float64[Tensor, " curve"]
    high: Float64[Tensor, " curve"]

    def of(self, outcome: Float64[Tensor, "*row curve"]) -> Float64[Tensor, "*row curve"]:
        """Targets of outcomes, those in between for soft labels."""
        return self.low + outcome * (self.high - self.low)


def targets_of(
    yes: Float64[Tensor, " curve"], total: Float64[Tensor, ""], *, smoothing: bool
) -> Targets:
    r"""Targets for curves whose classes have the weight `yes` of a `total`.

    With smoothing they are :math:`(N_+ + 1) / (N_+ + 2)` and :math:`1 / (N_- + 2)`: the means of
    a uniform prior that saw all rows of one side.

    References
    ----------
    .. [1] Platt. "Probabilistic Outputs for Support Vector Machines and Comparisons to
       Regularized Likelihood Methods." Advances in Large Margin Classifiers, 1999.

    Examples
    --------
    >>> three = torch.tensor([3.0]).double()
    >>> targets = targets_of(three, torch.tensor(4.0).double(), smoothing=True)
    >>> targets.low, targets.high  # 1 / (1 + 2) and (3 + 1) / (3 + 2)
    (tensor([0.3333], dtype=torch.float64), tensor([0.8000], dtype=torch.float64))
    """
    if not smoothing:
        return Targets(torch.zeros_like(yes), torch.ones_like(yes))
    return Targets(*_platt(yes, (total - yes).clamp(min=0)))


def smoothed(share: Float64[np.ndarray, " block"], yes: float, total: float) -> np.ndarray:
    """Platt's targets of the shares of one curve, whose class has the weight `yes` of a `total`.

    Examples
    --------
    >>> smoothed(np.array([0.0, 1.0]), 3.0, 4.0).round(4)  # 1 / (1 + 2) and (3 + 1) / (3 + 2)
    array([0.3333, 0.8   ])
    """
    low, high = _platt(yes, max(total - yes, 0.0))
    return low + share * (high - low)


def _platt(yes: Weight, no: Weight) -> tuple[Weight, Weight]:
    """What stands for 0 and for 1 where the two sides have these weights."""
    return 1 / (no + 2), (yes + 1) / (yes + 2)


def outcomes(rows: Predictions) -> Float64[Tensor, "row curve"]:
    """Whether the class of every curve came out, or the probability with which it did."""
    if rows.soft is not None:
        return rows.soft[:, 1:] if rows.n_classes == 2 else rows.soft
    hard = rows.hard
    assert hard is not None
    if rows.n_classes == 2:
        return hard[:, None].double()
    return torch.nn.functional.one_hot(hard, rows.n_classes).double()


def class_weights(shards: Shards) -> tuple[Float64[Tensor, " curve"], Float64[Tensor, ""]]:
    """Weight of the rows in which the class of every curve came out, and of all rows."""
    total = torch.zeros((), dtype=torch.float64)
    yes = torch.zeros(n_curves(shards.n_classes), dtype=torch.float64)
    for rows in shards:
        weight = rows.weight()
        total += weight.sum().cpu()
        if rows.soft is not None:
            yes += (weight @ outcomes(rows)).cpu()
            continue
        hard = rows.hard
        assert hard is not None
        by_class = torch.bincount(hard, weight, rows.n_classes)
        yes += by_class[1:].cpu() if rows.n_classes == 2 else by_class.cpu()
    return yes, total
