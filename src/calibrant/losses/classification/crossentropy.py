"""Cross entropy: the log loss, the proper score that most networks are trained with.

The file is not named after the function: importing it would put the module in its place.
"""

from typing import final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from calibrant.losses.rows import Labels, PerRow, Scores
from calibrant.losses.true_class_loss import LogProb, TrueClassLoss, of_true_class

__all__ = ["CrossEntropyLoss", "cross_entropy"]


def cross_entropy(logits: Scores, labels: Labels) -> PerRow:
    r"""Cross entropy of every row, :math:`-\sum_k q_k \log p_k`, in nats.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices in ``[0, class)``, or probabilities q.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, at least 0, with all their digits also next to 0; infinite where a class that is
        masked is true.

    References
    ----------
    .. [1] Good. "Rational Decisions." Journal of the Royal Statistical Society B 14, 1952.

    Examples
    --------
    >>> cross_entropy(torch.zeros(1, 2), torch.tensor([0]))  # ln 2
    tensor([0.6931])
    """
    return of_true_class(logits, labels, torch.neg)


def _plain_mean(
    logits: Scores, labels: Labels, ignore_index: int, class_weight: Tensor | None
) -> Float[Tensor, ""]:
    """Mean by torch's own kernel; what that does not do, this does as `FrontEnd` does it.

    A training step of a small network takes a tenth longer through `of_rows`.
    """
    kept = labels != ignore_index
    if class_weight is not None:
        kept = kept & (class_weight[torch.where(kept, labels, 0)] != 0)
    logits = torch.where(kept.unsqueeze(1), logits, 0)  # torch lets NaN there into the gradient
    mean = F.cross_entropy(logits, labels, class_weight, ignore_index=ignore_index)
    return torch.where(kept.any(), mean, 0)  # torch gives NaN for no rows


@final
class CrossEntropyLoss(TrueClassLoss):
    """Weighted mean of `cross_entropy` over a batch.

    Examples
    --------
    >>> rare = CrossEntropyLoss(class_weight=[1.0, 3.0])
    >>> rare(torch.zeros(2, 2), torch.tensor([0, 1]))  # (1 ln 2 + 3 ln 2) / (1 + 3)
    tensor(0.6931)
    """

    plain_mean = staticmethod(_plain_mean)

    def of_log_prob(self, log_p: LogProb) -> LogProb:
        """See `cross_entropy`."""
        return -log_p
