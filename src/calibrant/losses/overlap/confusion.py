"""Soft confusion of yes and no: the four counts that measures with true negatives need."""

from abc import ABC

from calibrant.losses.rows import Scores
from calibrant.losses.sum_loss import SumLoss

__all__ = ["ConfusionLoss"]


class ConfusionLoss(SumLoss, ABC):
    r"""Function of the soft counts of every class against all others: tp, fp, fn, tn.

    They are the sums of :math:`\min(p, y)`, :math:`(p - y)_+`, :math:`(y - p)_+` and
    :math:`\min(1 - p, 1 - y)`, none of them negative, so that their products round to no
    negative number either.
    """

    ignores_scale = True

    def addends(self, probs: Scores, truth: Scores) -> tuple[Scores, ...]:
        """See `SumLoss.addends`."""
        over, under = (probs - truth).relu(), (truth - probs).relu()
        return truth - under, over, under, (1 - truth) - over

    def asks(self, sums: Scores) -> bool:
        """Whether the columns are questions, answered yes or no, and not exclusive classes."""
        return self.multilabel or sums.shape[-1] == 1
