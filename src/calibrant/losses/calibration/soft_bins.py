"""Soft-binned calibration error: a row belongs to all bins, to the nearest the most."""

from typing import Annotated, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.losses.calibration.top_label import Answers, top_label
from calibrant.losses.rows import Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.sum_loss import SumLoss

__all__ = ["SoftBinnedECELoss"]


@final
class SoftBinnedECELoss(SumLoss):
    r"""Calibration error of the top label over bins with soft edges.

    A row of confidence r belongs to bin m, of centre :math:`\xi_m = (m - 1/2) / M`, by the share
    :math:`u_m \propto \exp(-(r - \xi_m)^2 / T)`. With S the sum of u over the rows, and g that of
    u times confidence less correctness,

    .. math:: \left( \sum_m \frac{S_m}{n} \left| \frac{g_m}{S_m} \right|^p \right)^{1/p}

    A function of sums: shards and processes add up before the size of a gap is taken.

    Parameters
    ----------
    n_bins : int, default 15
        M, at least 1.
    temperature : float, default 0.01
        T, at least 1e-4; the smaller, the sharper the edges.
    norm : 1 or 2, default 2
        p: the mean gap, or the root of the mean square.

    References
    ----------
    .. [1] Karandikar et al. "Soft Calibration Objectives for Neural Networks." NeurIPS 2021.

    Examples
    --------
    >>> even = torch.tensor([[1.0, 0.0], [1.0, 0.0]])  # states .7311 twice, right once
    >>> SoftBinnedECELoss()(even, torch.tensor([0, 1]))  # whatever the bins: one gap
    tensor(0.2311)
    """

    ignores_scale = True

    n_bins: Annotated[int, Bounds(at_least=1.0)] = 15
    temperature: Annotated[float, Bounds(at_least=1e-4)] = 0.01
    norm: Literal[1, 2] = 2

    def addends(self, probs: Scores, truth: Scores) -> tuple[Answers, ...]:
        """See `SumLoss.addends`: of every bin, its share of the row, and of the row's gap."""
        stated, right = top_label(probs, truth, are_questions=self.multilabel)
        bins = torch.arange(self.n_bins, dtype=stated.dtype, device=stated.device)
        centres = (bins + 0.5) / self.n_bins
        near = -(stated.unsqueeze(0) - centres.view(-1, *[1] * stated.ndim)).square()
        shares = (near / self.temperature).softmax(0)
        return (*shares.unbind(0), *(shares * (stated - right)).unbind(0))

    def read(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
        """See `SumLoss.read`; of questions, the mean of their errors."""
        share, gap = sums.unflatten(-2, (2, self.n_bins)).unbind(-3)
        total = share.sum(-2)
        total = torch.where(total > 0, total, 1)
        if self.norm == 1:
            return (gap.abs().sum(-2) / total).mean(-1)
        squares = (gap.square() / torch.where(share > 0, share, 1)).sum(-2) / total
        none = squares == 0  # the root has an infinite slope there
        return torch.where(none, 0, torch.where(none, 1, squares).sqrt()).mean(-1)
