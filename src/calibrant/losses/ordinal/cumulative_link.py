"""Cumulative link: one score a row, and cutpoints that cut it into ordered classes."""

from typing import final

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from calibrant.losses.ordinal.cutpoints import CutpointLoss, Cutpoints
from calibrant.losses.ordinal.level_loss import Levels, PerRow

__all__ = ["CumulativeLinkLoss", "cumulative_link_probs"]

Ordered = Int[Tensor, "row *axes"]


@final
class CumulativeLinkLoss(CutpointLoss):
    r"""Log loss of the proportional odds model, in nats.

    With score f and cutpoints :math:`c_0 < c_1 < \dots`, class k has the probability
    :math:`\sigma(c_k - f) - \sigma(c_{k-1} - f)`. Its logarithm is taken as
    :math:`\log \sigma(c_k - f) + \log \sigma(f - c_{k-1}) + \log(1 - e^{c_{k-1} - c_k})`, which
    is exact where the difference itself would round to 0.

    Parameters
    ----------
    cutpoints : sequence of numbers or None
        Fixed cutpoints, rising, one fewer than classes. Without them, they are parameters of the
        loss and learn with the network: pass ``loss.parameters()`` to the optimizer too.
    n_cuts : int or None
        Number of cutpoints to learn, at least 1; they start where equal scores spread the rows
        evenly over the classes.

    References
    ----------
    .. [1] McCullagh. "Regression Models for Ordinal Data." JRSS B 42, 1980.

    Examples
    --------
    >>> loss = CumulativeLinkLoss(cutpoints=[-1.0, 1.0])
    >>> loss(torch.tensor([0.0]), torch.tensor([0]))  # -ln s(-1)
    tensor(1.3133)
    """

    def per_row(self, scores: Levels, labels: Ordered) -> PerRow:
        """See `LevelLoss.per_row`."""
        return -_log_probs(scores.squeeze(1), labels, self.cuts.to(scores.dtype))


def cumulative_link_probs(
    scores: Float[Tensor, "row *axes"], cutpoints: Cutpoints
) -> Float[Tensor, "row class *axes"]:
    """Probabilities of the classes from scores and cutpoints, such as `CumulativeLinkLoss.cuts`.

    Examples
    --------
    >>> cumulative_link_probs(torch.zeros(1), torch.tensor([0.0, torch.inf]))
    tensor([[0.5000, 0.5000, 0.0000]])
    """
    by_class = [
        _log_probs(scores, torch.full_like(scores, k, dtype=torch.int64), cutpoints)
        for k in range(len(cutpoints) + 1)
    ]
    return torch.stack(by_class, dim=1).softmax(1)


def _log_probs(
    scores: Float[Tensor, "row *axes"], labels: Ordered, cutpoints: Cutpoints
) -> Float[Tensor, "row *axes"]:
    """Log-probability of the class of every row."""
    n_cuts = len(cutpoints)
    has_upper, has_lower = labels < n_cuts, labels > 0
    upper = cutpoints[labels.clamp(max=n_cuts - 1)]
    lower = cutpoints[(labels - 1).clamp(min=0)]
    below = torch.where(has_upper, F.logsigmoid(upper - scores), 0)
    above = torch.where(has_lower, F.logsigmoid(scores - lower), 0)
    is_between = has_upper & has_lower
    gap = torch.where(is_between, upper - lower, 1)
    return below + above + torch.where(is_between, torch.log(-torch.expm1(-gap)), 0)
