"""Proper scores beside the log loss: Brier's and the spherical one, both bounded."""

from typing import final

import torch

from calibrant.losses.row_loss import RowLoss
from calibrant.losses.rows import Labels, PerRow, Scores, at_label, truth_of

__all__ = ["BrierLoss", "SphericalLoss", "brier_loss", "spherical_loss"]


def brier_loss(logits: Scores, labels: Labels) -> PerRow:
    r"""Brier score of every row, :math:`\sum_k (p_k - q_k)^2`, in [0, 2].

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices in ``[0, class)``, or probabilities q.

    References
    ----------
    .. [1] Brier. "Verification of Forecasts Expressed in Terms of Probability." Monthly Weather
       Review 78, 1950: the sum over classes, twice the score of one class of two.

    Examples
    --------
    >>> brier_loss(torch.zeros(1, 2), torch.tensor([0]))  # (1/2 - 1)**2 + (1/2)**2
    tensor([0.5000])
    """
    return (logits.softmax(1) - truth_of(logits, labels)).square().sum(1)


def spherical_loss(logits: Scores, labels: Labels) -> PerRow:
    r"""One minus the spherical score of every row, :math:`1 - \sum_k q_k p_k / \|p\|`, in [0, 1].

    Parameters
    ----------
    logits, labels
        See `brier_loss`.

    References
    ----------
    .. [1] Gneiting and Raftery. "Strictly Proper Scoring Rules, Prediction, and Estimation."
       JASA 102, 2007: the pseudospherical score with alpha = 2.

    Examples
    --------
    >>> spherical_loss(torch.zeros(1, 4), torch.tensor([0]))  # 1 - (1/4) / sqrt(4/16)
    tensor([0.5000])
    """
    log_probs = logits.log_softmax(1)
    log_norm = (2 * log_probs).logsumexp(1, keepdim=True) / 2
    return at_label(-torch.expm1(log_probs - log_norm), labels)


@final
class BrierLoss(RowLoss):
    """Weighted mean of `brier_loss` over a batch."""

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `brier_loss`."""
        return brier_loss(logits, labels)


@final
class SphericalLoss(RowLoss):
    """Weighted mean of `spherical_loss` over a batch."""

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `spherical_loss`."""
        return spherical_loss(logits, labels)
