"""Focal loss whose focus depends on the row, FLSD-53: steep where a row is hard."""

from typing import Annotated, final

import torch

from calibrant.losses.rows import Labels, PerRow, Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number
from calibrant.losses.true_class_loss import LogProb, TrueClassLoss, of_true_class

__all__ = ["FocalSampleLoss", "focal_sample_loss"]

_GAMMA = Bounds(at_least=0.0, hint="0 is cross entropy.")


def focal_sample_loss(
    logits: Scores,
    labels: Labels,
    *,
    hard_gamma: Number = 5.0,
    easy_gamma: Number = 3.0,
    threshold: Number = 0.2,
) -> PerRow:
    r"""Focal loss of every row with its own focus, :math:`-(1 - p)^{\gamma(p)} \log p`, in nats.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices in ``[0, class)``, or probabilities: the loss is then its mean under them.
    hard_gamma, easy_gamma : float, default 5.0 and 3.0
        Focus below the threshold, and from it on; at least 0.
    threshold : float in (0, 1), default 0.2
        Probability of the true class at which the focus changes. The loss jumps there, by a factor
        of :math:`(1 - t)` to the power of the difference: .64 by default. The gradient is that of
        the piece on which a row lies, t itself on the easy one.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, each at least 0 and at most the row's cross entropy.

    References
    ----------
    .. [1] Mukhoti et al. "Calibrating Deep Neural Networks using Focal Loss." NeurIPS 2020,
       section 5: FLSD-53.

    Examples
    --------
    >>> hard, easy = torch.tensor([[0.1, 0.9]]).log(), torch.zeros(1, 2)
    >>> focal_sample_loss(hard, torch.tensor([0]))  # 0.9**5 * ln 10
    tensor([1.3597])
    >>> focal_sample_loss(easy, torch.tensor([0]))  # 0.5**3 * ln 2
    tensor([0.0866])
    """
    return of_true_class(
        logits, labels, lambda log_p: _faded(log_p, hard_gamma, easy_gamma, threshold)
    )


def _faded(log_p: LogProb, hard_gamma: Number, easy_gamma: Number, threshold: Number) -> LogProb:
    rest = (-torch.expm1(log_p)).clamp(min=torch.finfo(log_p.dtype).tiny)
    fade = torch.where(log_p.exp() < threshold, rest**hard_gamma, rest**easy_gamma)
    return -fade * log_p


@final
class FocalSampleLoss(TrueClassLoss):
    """Weighted mean of `focal_sample_loss` over a batch."""

    hard_gamma: Annotated[float, _GAMMA] = 5.0
    easy_gamma: Annotated[float, _GAMMA] = 3.0
    threshold: Annotated[float, Bounds(above=0.0, below=1.0)] = 0.2

    def of_log_prob(self, log_p: LogProb) -> LogProb:
        """See `focal_sample_loss`."""
        return _faded(log_p, self.hard_gamma, self.easy_gamma, self.threshold)
