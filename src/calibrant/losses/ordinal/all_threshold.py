"""All-threshold: one score a row, on the right side of every cutpoint."""

from typing import final

import torch
import torch.nn.functional as F
from jaxtyping import Int
from torch import Tensor

from calibrant.losses.ordinal.cutpoints import CutpointLoss
from calibrant.losses.ordinal.level_loss import Levels, PerRow

__all__ = ["AllThresholdLoss"]


@final
class AllThresholdLoss(CutpointLoss):
    r"""Sum over the cutpoints of the logistic loss of lying on the right side, in nats.

    With score f and cutpoints :math:`c_0 < c_1 < \dots`, it is :math:`\sum_{k < y} \ln(1 +
    e^{c_k - f}) + \sum_{k \ge y} \ln(1 + e^{f - c_k})`: CORAL with one output whose biases are the
    cutpoints. Every class further off adds a term, so that far misses cost more than in
    `CumulativeLinkLoss`. ``coral_probs(scores[:, None] - loss.cuts)`` are the probabilities.

    Parameters
    ----------
    cutpoints : sequence of numbers or None
        Fixed cutpoints, rising, one fewer than classes. Without them, they are parameters of the
        loss and learn with the network: pass ``loss.parameters()`` to the optimizer too.
    n_cuts : int or None
        Number of cutpoints to learn, at least 1.

    References
    ----------
    .. [1] Rennie and Srebro. "Loss Functions for Preference Levels: Regression with Discrete
       Ordered Labels." IJCAI workshop 2005.

    Examples
    --------
    >>> loss = AllThresholdLoss(cutpoints=[0.0, 1000.0])
    >>> loss(torch.tensor([0.0]), torch.tensor([1]))  # ln 2 of the first, nothing of the other
    tensor(0.6931)
    """

    def per_row(self, scores: Levels, labels: Int[Tensor, "row *axes"]) -> PerRow:
        """See `LevelLoss.per_row`."""
        cuts = self.cuts.to(scores.dtype).view(-1, *[1] * (scores.ndim - 2))
        levels = torch.arange(len(cuts), device=scores.device).view(cuts.shape)
        above = scores - cuts
        return -F.logsigmoid(torch.where(labels.unsqueeze(1) > levels, above, -above)).sum(1)
