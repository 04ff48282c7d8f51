"""Profit: what every right and wrong answer earns."""

from typing import final

from jaxtyping import Float
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.overlap.confusion import ConfusionLoss
from calibrant.losses.overlap.quotient import share
from calibrant.losses.rows import GivenLabels, GivenScores
from calibrant.losses.spec import Number

__all__ = ["SoftProfitLoss", "soft_profit_loss"]


@final
class SoftProfitLoss(ConfusionLoss):
    r"""Profit per row that soft decisions forgo against perfect ones, in the unit of the gains.

    .. math:: \frac{FN (g_{tp} - g_{fn}) + FP (g_{tn} - g_{fp})}{TP + FP + FN + TN}

    The expected profit itself is that of perfect decisions, which no network changes, less this
    loss. Of several classes it is the mean over each against all others.

    Parameters
    ----------
    tp_gain, fp_gain, fn_gain, tn_gain : float, default 1.0, 0.0, 0.0, 1.0
        What a row earns that is rightly yes, wrongly yes, wrongly no, rightly no; costs are
        negative. To be right must not earn less than to be wrong. By default the loss is the
        expected error.

    References
    ----------
    .. [1] Elkan. "The Foundations of Cost-Sensitive Learning." IJCAI 2001, section 1.

    Examples
    --------
    A mail costs 1 and a buyer brings 10: with p = .5 each, one buyer in two forgoes
    (.5 * 9 + .5 * 1) / 2.

    >>> import torch
    >>> mail = SoftProfitLoss(tp_gain=9.0, fp_gain=-1.0, fn_gain=0.0, tn_gain=0.0)
    >>> mail(torch.zeros(2), torch.tensor([1, 0]))
    tensor(2.5000)
    """

    tp_gain: float = 1.0
    fp_gain: float = 0.0
    fn_gain: float = 0.0
    tn_gain: float = 1.0

    def __post_init__(self) -> None:
        """Check that the loss has a lower end at perfect decisions."""
        super().__post_init__()
        for right, wrong in (("tp_gain", "fn_gain"), ("tn_gain", "fp_gain")):
            if getattr(self, right) < getattr(self, wrong):
                got = f"{getattr(self, right)} and {getattr(self, wrong)}"
                remedy = "To be right must not earn less than to be wrong."
                raise InputError(right, f"be at least {wrong}", got, remedy)

    def read(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
        """See `SumLoss.read`."""
        tp, fp, fn, tn = sums.unbind(-2)
        forgone = (self.tp_gain - self.fn_gain) * fn + (self.tn_gain - self.fp_gain) * fp
        return share(forgone, tp + fp + fn + tn).mean(-1)


def soft_profit_loss(
    logits: GivenScores,
    labels: GivenLabels,
    *,
    tp_gain: Number = 1.0,
    fp_gain: Number = 0.0,
    fn_gain: Number = 0.0,
    tn_gain: Number = 1.0,
) -> Float[Tensor, ""]:
    """Profit per row that soft decisions forgo; see `SoftProfitLoss`."""
    return SoftProfitLoss(tp_gain, fp_gain, fn_gain, tn_gain).forward(logits, labels)
