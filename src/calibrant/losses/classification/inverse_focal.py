"""Inverse focal loss: cross entropy that presses on where a row is easy already."""

from typing import Annotated, final

from calibrant.losses.rows import Labels, PerRow, Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number
from calibrant.losses.true_class_loss import LogProb, TrueClassLoss, of_true_class

__all__ = ["InverseFocalLoss", "inverse_focal_loss"]


def inverse_focal_loss(logits: Scores, labels: Labels, *, gamma: Number = 2.0) -> PerRow:
    r"""Inverse focal loss of every row, :math:`-(1 + p_y)^\gamma \log p_y`, in nats.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices in ``[0, class)``, or probabilities: the loss is then its mean under them.
    gamma : float, default 2.0
        Weight of easy rows, at least 0; 0 is cross entropy.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, from 1 to :math:`2^\gamma` times the row's cross entropy.

    References
    ----------
    .. [1] Wang, Feng and Zhang. "Rethinking Calibration of Deep Neural Networks: Do Not Be Afraid
       of Overconfidence." NeurIPS 2021.

    Examples
    --------
    >>> import torch
    >>> inverse_focal_loss(torch.zeros(1, 2), torch.tensor([0]))  # 1.5**2 * ln 2
    tensor([1.5596])
    """
    return of_true_class(logits, labels, lambda log_p: _pressed(log_p, gamma))


def _pressed(log_p: LogProb, gamma: Number) -> LogProb:
    return -((1 + log_p.exp()) ** gamma) * log_p


@final
class InverseFocalLoss(TrueClassLoss):
    """Weighted mean of `inverse_focal_loss` over a batch."""

    gamma: Annotated[float, Bounds(at_least=0.0, hint="0 is cross entropy.")] = 2.0

    def of_log_prob(self, log_p: LogProb) -> LogProb:
        """See `inverse_focal_loss`."""
        return _pressed(log_p, self.gamma)
