"""Dual focal loss: the focus looks at the runner-up too, against over- and underconfidence."""

from typing import Annotated, final

import torch

from calibrant.losses.log_prob import log_probs
from calibrant.losses.row_loss import RowLoss
from calibrant.losses.rows import Labels, PerRow, Scores, at_label
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number

__all__ = ["DualFocalLoss", "dual_focal_loss"]


def dual_focal_loss(logits: Scores, labels: Labels, *, gamma: Number = 5.0) -> PerRow:
    r"""Dual focal loss of every row, :math:`-(1 - p_y + p_j)^\gamma \log p_y`, in nats.

    :math:`p_j` is the largest probability below :math:`p_y`, 0 where there is none.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices in ``[0, class)``, or probabilities: the loss is then its mean under them.
    gamma : float, default 5.0
        Focus, at least 0; 0 is cross entropy.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, each at least the focal loss and at most the row's cross entropy. A class that ties
        with the true one is not below it.

    References
    ----------
    .. [1] Tao, Dong and Xu. "Dual Focal Loss for Calibration." ICML 2023, equation 4.

    Examples
    --------
    >>> logits = torch.tensor([[0.5, 0.3, 0.2]]).log()
    >>> dual_focal_loss(logits, torch.tensor([0]), gamma=2)  # (1 - 0.5 + 0.3)**2 * ln 2
    tensor([0.4436])
    """
    log_p = log_probs(logits)
    rest = -torch.expm1(log_p) + _next_below(log_p.exp(), logits)
    fade = rest.clamp(min=torch.finfo(log_p.dtype).tiny) ** gamma
    possible = torch.where(log_p == -torch.inf, 0, log_p)  # infinity times a fade has no gradient
    losses = torch.where(log_p == -torch.inf, torch.inf, -fade * possible)
    return at_label(losses, labels)


def _next_below(probs: Scores, logits: Scores) -> Scores:
    """Largest probability in the row that is smaller, of every class; 0 for the smallest.

    Logits say which is smaller: those that tie may have probabilities that differ by a rounding.
    """
    ordered, places = logits.detach().sort(dim=1, stable=True)
    before = probs.gather(1, places)[:, :-1]
    below = torch.where(ordered[:, :-1] < ordered[:, 1:], before, 0).cummax(dim=1).values
    return torch.zeros_like(probs).scatter(1, places[:, 1:], below)


@final
class DualFocalLoss(RowLoss):
    """Weighted mean of `dual_focal_loss` over a batch."""

    gamma: Annotated[float, Bounds(at_least=0.0, hint="0 is cross entropy.")] = 5.0

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `dual_focal_loss`."""
        return dual_focal_loss(logits, labels, gamma=self.gamma)
