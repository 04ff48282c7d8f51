"""Quality focal loss: the focal loss of soft labels, least where the label is stated exactly."""

from typing import Annotated, final

import torch

from calibrant.losses.log_prob import log_prob_at, log_probs
from calibrant.losses.row_loss import RowLoss
from calibrant.losses.rows import Labels, PerRow, Scores, at_label
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number

__all__ = ["QualityFocalLoss", "quality_focal_loss"]


def quality_focal_loss(logits: Scores, labels: Labels, *, beta: Number = 2.0) -> PerRow:
    r"""Quality focal loss of every row, :math:`-d^\beta \sum_k q_k \log p_k`, in nats.

    :math:`d = \frac12 \sum_k |q_k - p_k|` is the distance between label and prediction: of a
    question :math:`|y - p|`, as in the paper, and of a hard label :math:`1 - p_y`, which makes it
    the focal loss.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices in ``[0, class)``, or probabilities q, such as the quality of a box.
    beta : float, default 2.0
        Focus on rows that are far off, at least 0; 0 is cross entropy.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, each at least 0 and at most the row's cross entropy.

    References
    ----------
    .. [1] Li et al. "Generalized Focal Loss: Learning Qualified and Distributed Bounding Boxes for
       Dense Object Detection." NeurIPS 2020, equation 6.

    Examples
    --------
    >>> answer = torch.tensor([[0.25, 0.75]])
    >>> quality_focal_loss(torch.zeros(1, 2), answer)  # 0.25**2 * ln 2
    tensor([0.0433])
    """
    if labels.ndim < logits.ndim:
        log_p = log_prob_at(logits, labels)
        distance = -torch.expm1(log_p)
        entropy = -log_p
    else:
        log_p = log_probs(logits)
        rest = -torch.expm1(log_p)
        # 1 - p - (1 - q) keeps the digits of 1 - p, which q - p loses next to 1
        gap = torch.where(labels > 0.5, rest - (1 - labels), labels - log_p.exp())
        distance = gap.abs().sum(1) / 2
        entropy = at_label(-log_p, labels)
    tiny = torch.finfo(logits.dtype).tiny
    return distance.clamp(min=tiny) ** beta * entropy


@final
class QualityFocalLoss(RowLoss):
    """Weighted mean of `quality_focal_loss`; for sigmoid scores as in the paper, `multilabel`."""

    beta: Annotated[float, Bounds(at_least=0.0, hint="0 is cross entropy.")] = 2.0

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `quality_focal_loss`."""
        return quality_focal_loss(logits, labels, beta=self.beta)
