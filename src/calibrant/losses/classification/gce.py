"""Generalized cross entropy: from the log loss to the mean absolute error, for noisy labels."""

from typing import Annotated, final

import torch

from calibrant.errors import InputError
from calibrant.losses.rows import Labels, PerRow, Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number
from calibrant.losses.true_class_loss import LogProb, TrueClassLoss, of_true_class

__all__ = ["GeneralizedCrossEntropyLoss", "generalized_cross_entropy"]


def generalized_cross_entropy(logits: Scores, labels: Labels, *, q: Number = 0.7) -> PerRow:
    """Generalized cross entropy of every row, :math:`(1 - p_y^q) / q`.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices in ``[0, class)``, or probabilities: the loss is then its mean under them.
    q : float in (0, 1], default 0.7
        How little a row counts whose label is unlikely: 1 is :math:`1 - p_y`, and towards 0 it
        becomes cross entropy.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses in [0, 1/q], without loss of digits near p = 1 and for small q.

    References
    ----------
    .. [1] Zhang and Sabuncu. "Generalized Cross Entropy Loss for Training Deep Neural Networks
       with Noisy Labels." NeurIPS 2018, equation 6.

    Examples
    --------
    >>> generalized_cross_entropy(torch.zeros(1, 2), torch.tensor([0]), q=1)  # 1 - 1/2
    tensor([0.5000])
    """
    return of_true_class(logits, labels, lambda log_p: _generalized(log_p, q))


def _generalized(log_p: LogProb, q: Number) -> LogProb:
    return -torch.expm1(q * log_p) / q


@final
class GeneralizedCrossEntropyLoss(TrueClassLoss):
    """Weighted mean of `generalized_cross_entropy` over a batch."""

    q: Annotated[float, Bounds(above=0.0, hint="Towards 0 it is cross entropy.")] = 0.7

    def __post_init__(self) -> None:
        """Check the upper end, which is allowed."""
        super().__post_init__()
        if self.q > 1:
            raise InputError("q", "be at most 1", f"{self.q}", "1 is the mean absolute error.")

    def of_log_prob(self, log_p: LogProb) -> LogProb:
        """See `generalized_cross_entropy`."""
        return _generalized(log_p, self.q)
