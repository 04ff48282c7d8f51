"""Mean gaps: what is stated on average less what happens, of every class or of the top label."""

from typing import final

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.losses.calibration.top_label import Answers, top_label
from calibrant.losses.rows import Scores
from calibrant.losses.sum_loss import SumLoss

__all__ = ["DCALoss", "MDCALoss"]


@final
class MDCALoss(SumLoss):
    r"""Mean over classes of :math:`|\bar p_k - \bar y_k|`: stated on average, and how often it is.

    A function of sums: the gaps of processes and shards add up before their size is taken.

    References
    ----------
    .. [1] Hebbalaguppe et al. "A Stitch in Time Saves Nine: A Train-Time Regularizing Loss for
       Improved Neural Network Calibration." CVPR 2022.

    Examples
    --------
    >>> even = torch.zeros(2, 2)  # states 1/2 and 1/2; both rows are of class 0
    >>> MDCALoss()(even, torch.tensor([0, 0]))  # mean of |1/2 - 1| and |1/2 - 0|
    tensor(0.5000)
    """

    ignores_scale = True

    def addends(self, probs: Scores, truth: Scores) -> tuple[Scores, ...]:
        """See `SumLoss.addends`: the gap, and the row."""
        return probs - truth, torch.ones_like(probs)

    def read(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
        """See `SumLoss.read`."""
        return _mean_gap(sums)


@final
class DCALoss(SumLoss):
    r"""Size of mean confidence less accuracy, :math:`|\bar r - \bar c|`, of the top label.

    Correctness is a step and has no gradient: only the confidence moves. Of questions, every one
    has its own top label, yes or no, and the loss is the mean over them.

    References
    ----------
    .. [1] Liang et al. "Improved Trainable Calibration Method for Neural Networks on Medical
       Imaging Classification." BMVC 2020.

    Examples
    --------
    >>> even = torch.tensor([[1.0, 0.0], [1.0, 0.0]])  # states .7311, right once of twice
    >>> DCALoss()(even, torch.tensor([0, 1]))
    tensor(0.2311)
    """

    ignores_scale = True

    def addends(self, probs: Scores, truth: Scores) -> tuple[Answers, ...]:
        """See `SumLoss.addends`: the gap of the top label, and the row."""
        stated, right = top_label(probs, truth, are_questions=self.multilabel)
        return stated - right, torch.ones_like(stated)

    def read(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
        """See `SumLoss.read`."""
        return _mean_gap(sums)


def _mean_gap(sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
    """Mean over classes of the size of the gap, over the weight of its rows."""
    gap, weight = sums.unbind(-2)
    return (gap / torch.where(weight > 0, weight, 1)).abs().mean(-1)
