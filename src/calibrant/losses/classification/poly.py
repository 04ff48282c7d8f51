"""Poly-1: cross entropy with a free leading coefficient of its series in 1 - p."""

from typing import Annotated, final

import torch

from calibrant.losses.rows import Labels, PerRow, Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number
from calibrant.losses.true_class_loss import LogProb, TrueClassLoss, of_true_class

__all__ = ["Poly1Loss", "poly1_loss"]


def poly1_loss(logits: Scores, labels: Labels, *, epsilon: Number = 1.0) -> PerRow:
    r"""Poly-1 loss of every row, :math:`-\log p_y + \epsilon (1 - p_y)`.

    :math:`-\log p = \sum_j (1 - p)^j / j`; its first coefficient becomes :math:`1 + \epsilon`.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices in ``[0, class)``, or probabilities: the loss is then its mean under them.
    epsilon : float, default 1.0
        What is added to the coefficient, at least -1; 0 is cross entropy.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, at least 0.

    References
    ----------
    .. [1] Leng et al. "PolyLoss: A Polynomial Expansion Perspective of Classification Loss
       Functions." ICLR 2022, equation 6.

    Examples
    --------
    >>> poly1_loss(torch.zeros(1, 2), torch.tensor([0]), epsilon=2)  # ln 2 + 2 / 2
    tensor([1.6931])
    """
    return of_true_class(logits, labels, lambda log_p: _poly1(log_p, epsilon))


def _poly1(log_p: LogProb, epsilon: Number) -> LogProb:
    return -log_p - epsilon * torch.expm1(log_p)


@final
class Poly1Loss(TrueClassLoss):
    """Weighted mean of `poly1_loss` over a batch."""

    epsilon: Annotated[float, Bounds(at_least=-1.0, hint="0 is cross entropy.")] = 1.0

    def of_log_prob(self, log_p: LogProb) -> LogProb:
        """See `poly1_loss`."""
        return _poly1(log_p, self.epsilon)
