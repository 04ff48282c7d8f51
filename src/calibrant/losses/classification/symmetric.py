"""Symmetric cross entropy: cross entropy and its reverse, for noisy labels."""

from typing import Annotated, final

import torch

from calibrant.losses.rows import Labels, PerRow, Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number
from calibrant.losses.true_class_loss import LogProb, TrueClassLoss, of_true_class

__all__ = ["SymmetricCrossEntropyLoss", "symmetric_cross_entropy"]

_FACTOR = Bounds(at_least=0.0, hint="0 leaves the part out.")


def symmetric_cross_entropy(
    logits: Scores,
    labels: Labels,
    *,
    alpha: Number = 0.1,
    beta: Number = 1.0,
    log_zero: Number = -4.0,
) -> PerRow:
    r"""Symmetric cross entropy of every row, :math:`-\alpha \log p_y - \beta A (1 - p_y)`.

    The reverse cross entropy :math:`-\sum_k p_k \log q_k` of a hard label q, in which A stands for
    the logarithm of 0, is :math:`-A (1 - p_y)`.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices in ``[0, class)``, or probabilities: the loss is then its mean under them.
    alpha, beta : float, default 0.1 and 1.0
        Factors of cross entropy and of its reverse, at least 0.
    log_zero : float, default -4.0
        A, below 0.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, at least 0.

    References
    ----------
    .. [1] Wang et al. "Symmetric Cross Entropy for Robust Learning with Noisy Labels." ICCV 2019,
       equations 6 and 7.

    Examples
    --------
    >>> symmetric_cross_entropy(torch.zeros(1, 2), torch.tensor([0]))  # 0.1 ln 2 + 4 / 2
    tensor([2.0693])
    """
    return of_true_class(logits, labels, lambda log_p: _both(log_p, alpha, beta * log_zero))


def _both(log_p: LogProb, alpha: Number, reverse: Number) -> LogProb:
    return -alpha * log_p + reverse * torch.expm1(log_p)


@final
class SymmetricCrossEntropyLoss(TrueClassLoss):
    """Weighted mean of `symmetric_cross_entropy` over a batch."""

    alpha: Annotated[float, _FACTOR] = 0.1
    beta: Annotated[float, _FACTOR] = 1.0
    log_zero: Annotated[float, Bounds(below=0.0, hint="-4 is the paper's.")] = -4.0

    def of_log_prob(self, log_p: LogProb) -> LogProb:
        """See `symmetric_cross_entropy`."""
        return _both(log_p, self.alpha, self.beta * self.log_zero)
