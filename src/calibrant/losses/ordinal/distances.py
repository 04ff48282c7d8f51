"""Distances between ordered classes: EMD of the cumulative probabilities, and soft labels."""

from typing import Annotated, Literal, final

import torch
from torch import Tensor

from calibrant.losses.row_loss import RowLoss
from calibrant.losses.rows import Labels, PerRow, Scores, at_label, truth_of
from calibrant.losses.settings import Bounds

__all__ = ["EMD2Loss", "SORDLoss", "emd2_loss"]


def emd2_loss(logits: Scores, labels: Labels) -> PerRow:
    r"""Squared distance of the cumulative probabilities of every row, :math:`\sum_k (P_k - Q_k)^2`.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities, classes in their order; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices in ``[0, class)``, or probabilities q.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses in [0, class - 1]: as much as the classes that a sure row is away from the truth.

    References
    ----------
    .. [1] Hou, Yu and Samaras. "Squared Earth Mover's Distance-based Loss for Training Deep Neural
       Networks." 2016; as a score of probabilities, the ranked probability score of Epstein 1969.

    Examples
    --------
    >>> emd2_loss(torch.zeros(1, 4), torch.tensor([0]))  # (3/4)**2 + (2/4)**2 + (1/4)**2
    tensor([0.8750])
    """
    return (logits.softmax(1) - truth_of(logits, labels)).cumsum(1).square().sum(1)


@final
class EMD2Loss(RowLoss):
    """Weighted mean of `emd2_loss` over a batch."""

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `emd2_loss`."""
        return emd2_loss(logits, labels)


@final
class SORDLoss(RowLoss):
    r"""Cross entropy to soft labels that fall with the distance from the true class, in nats.

    The label of class y is :math:`q_k \propto \exp(-s |k - y|^a)` over the classes that are not
    masked.

    Parameters
    ----------
    scale : float, default 1
        s, at least 0; the larger, the nearer to cross entropy.
    power : 1 or 2, default 2
        a: the distance, or its square.

    References
    ----------
    .. [1] Diaz and Marathe. "Soft Labels for Ordinal Regression." CVPR 2019.

    Examples
    --------
    >>> SORDLoss()(torch.zeros(1, 3), torch.tensor([0]))  # whatever the label, ln 3
    tensor(1.0986)
    """

    scale: Annotated[float, Bounds(at_least=0.0)] = 1.0
    power: Literal[1, 2] = 2

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `RowLoss.per_row`."""
        return at_label(-logits.log_softmax(1), self._softened(logits, labels))

    def _softened(self, logits: Scores, labels: Labels) -> Scores:
        """Soft labels of every row."""
        places = torch.arange(logits.shape[1], device=logits.device)
        possible = logits != -torch.inf
        if labels.ndim < logits.ndim:
            along = places.view(1, -1, *[1] * (logits.ndim - 2))
            closeness = -self.scale * self._distance(along - labels.unsqueeze(1)).to(logits.dtype)
            return torch.where(possible, closeness, -torch.inf).softmax(1)
        table = self._distance(places - places.unsqueeze(1)).to(logits.dtype)
        closeness = (-self.scale * table).softmax(1)
        # no matrix product: under autocast it would round the labels to half precision
        spread = (labels.movedim(1, -1).unsqueeze(-1) * closeness).sum(-2)
        spread = torch.where(possible, spread.movedim(-1, 1), 0)
        total = spread.sum(1, keepdim=True)
        return spread / torch.where(total > 0, total, 1)  # the label of an absent row is all 0

    def _distance(self, steps: Tensor) -> Tensor:
        """Distance of classes that many steps apart."""
        return steps.abs() if self.power == 1 else steps.square()
