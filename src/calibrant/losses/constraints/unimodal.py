"""Penalty on probabilities of ordered classes that do not fall away from the true one."""

from typing import Annotated, final

from calibrant.losses.row_loss import RowLoss
from calibrant.losses.rows import Labels, PerRow, Scores, truth_of
from calibrant.losses.settings import Bounds

__all__ = ["UnimodalPenalty"]


@final
class UnimodalPenalty(RowLoss):
    r"""Sum over neighbouring classes of how far their probabilities go the wrong way.

    Below the true class probabilities must rise, :math:`(p_k - p_{k+1} + m)_+` for k < y, and from
    it on they must fall, :math:`(p_{k+1} - p_k + m)_+` for k >= y. Of a soft label, the mean under
    it.

    Parameters
    ----------
    margin : float in [0, 1), default 0
        How much they must rise and fall from class to class.

    References
    ----------
    .. [1] Belharbi et al. "Non-parametric Uni-modality Constraints for Deep Ordinal
       Classification." 2019.

    Examples
    --------
    >>> import torch
    >>> probs = torch.tensor([[0.2, 0.1, 0.7]])  # from class 0 on: falls by .1, rises by .6
    >>> UnimodalPenalty()(probs.log(), torch.tensor([0]))
    tensor(0.6000)
    """

    margin: Annotated[float, Bounds(at_least=0.0, below=1.0)] = 0.0

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `RowLoss.per_row`."""
        probs = logits.softmax(1)
        steps = probs[:, 1:] - probs[:, :-1]
        up_to = truth_of(logits, labels).cumsum(1)[:, :-1]  # probability that y <= k
        falls, rises = (self.margin - steps).relu(), (self.margin + steps).relu()
        return ((1 - up_to) * falls + up_to * rises).sum(1)
