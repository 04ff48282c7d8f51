"""Focal loss: cross entropy that fades as a row becomes easy."""

from typing import Annotated, final

import torch
from torch import Tensor

from calibrant.losses.row_loss import RowLoss
from calibrant.losses.rows import Labels, PerRow, Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number

__all__ = ["FocalLoss", "focal_loss"]


def focal_loss(logits: Scores, labels: Labels, *, gamma: Number = 2.0) -> PerRow:
    r"""Focal loss of every row, :math:`-\sum_k q_k (1 - p_k)^\gamma \log p_k`, in nats.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices in ``[0, class)``, or probabilities q: the loss is then its mean under q.
    gamma : float, default 2.0
        Focus on hard rows, at least 0; 0 is cross entropy.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, each at least 0 and at most the row's cross entropy.

    Notes
    -----
    :math:`\log(1 - p_k)` is the log-sum-exp of the other classes, so value and
    gradient stay finite where :math:`1 - p_k` itself would round to 0. Its floor is the
    least finite number: with all others masked, gamma = 0 would else give 0 times infinity.

    References
    ----------
    .. [1] Lin et al. "Focal Loss for Dense Object Detection." ICCV 2017.

    Examples
    --------
    >>> focal_loss(torch.zeros(1, 2), torch.tensor([0]), gamma=2.0)  # 0.5**2 * ln 2
    tensor([0.1733])
    """
    log_probs = logits.log_softmax(1)
    if labels.ndim < logits.ndim:
        true_class = labels.unsqueeze(1)
        log_p_true = log_probs.gather(1, true_class)
        log_p_rest = _without(log_probs, true_class).logsumexp(1, keepdim=True)
        return -((gamma * log_p_rest).exp() * log_p_true).squeeze(1)
    log_p_rest = _log_complement(log_probs)
    fade = (gamma * log_p_rest).exp()
    return -(labels * fade * torch.where(labels == 0, 0, log_probs)).sum(1)


def _without(log_probs: Scores, one_class: Tensor) -> Scores:
    """Log-probabilities with that of one class at the least finite number."""
    return log_probs.scatter(1, one_class, torch.finfo(log_probs.dtype).min)


def _log_complement(log_probs: Scores) -> Scores:
    r""":math:`\log(1 - p_k)` of every class.

    Only the likeliest class can round to 1: its complement is summed from the others. The others
    are at most 1/2, where ``log1p(-p)`` is exact.
    """
    top = log_probs.argmax(1, keepdim=True)
    others = _without(log_probs, top)
    return torch.log1p(-others.exp()).scatter(1, top, others.logsumexp(1, keepdim=True))


@final
class FocalLoss(RowLoss):
    """Weighted mean of `focal_loss` over a batch; the focus comes from unweighted probabilities."""

    gamma: Annotated[float, Bounds(at_least=0.0, hint="0 is cross entropy.")] = 2.0

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `focal_loss`."""
        return focal_loss(logits, labels, gamma=self.gamma)
