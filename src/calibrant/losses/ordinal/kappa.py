"""Soft kappa: agreement beyond chance, where near misses count as near."""

from typing import Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.losses.rows import GivenLabels, GivenScores, Scores
from calibrant.losses.sum_loss import SumLoss

__all__ = ["SoftQWKLoss", "soft_qwk_loss"]


@final
class SoftQWKLoss(SumLoss):
    r"""One minus the weighted kappa of soft counts: disagreement over that expected by chance.

    .. math::
        1 - \kappa = \frac{\sum_n \sum_{jk} q_{nj} p_{nk} |j - k|^a}
        {\sum_{jk} |j - k|^a \, Q_j P_k / N}

    with Q and P the sums of labels q and stated probabilities p over the N rows. It is 0 for
    perfect agreement, 1 for that of chance, and above 1 for less. Where all rows are of one class
    it is 1 whatever is stated, and 0 if that class is all that is stated. Of yes and no it is
    Cohen's kappa; that of several questions is averaged.

    Parameters
    ----------
    power : 1 or 2, default 2
        a: linear or quadratic weights.

    References
    ----------
    .. [1] Cohen. "Weighted Kappa." Psychological Bulletin 70, 1968.
    .. [2] de la Torre, Puig and Valls. "Weighted Kappa Loss Function for Multi-Class Classification
       of Ordinal Data in Deep Learning." Pattern Recognition Letters 105, 2018. They minimise the
       logarithm of this.

    Examples
    --------
    Disagreement 0 + 1 + 0; by chance, over classes 0, 1, 2 that are (1, 1, 1) and stated (1, 0, 2):
    (1 (0 + 2 * 4) + 1 (1 + 2) + 1 (4 + 0)) / 3 = 5.

    >>> probs = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    >>> SoftQWKLoss(inputs="probs")(probs, torch.tensor([0, 1, 2]))  # 1 / 5
    tensor(0.2000)
    """

    ignores_scale = True

    power: Literal[1, 2] = 2

    def addends(self, probs: Scores, truth: Scores) -> tuple[Scores, ...]:
        """See `SumLoss.addends`: disagreement, what is stated, what is true, and one per row."""
        if self._asks(probs.shape[1]):
            wrong = probs * (1 - truth) + (1 - probs) * truth
        else:
            wrong = probs * self._distance(truth, axis=1)
        return wrong, probs, truth, torch.ones_like(truth)

    def read(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
        """See `SumLoss.read`."""
        n_rows = sums[..., -1:, :]
        shares = sums / torch.where(n_rows > 0, n_rows, 1)  # products of sums might overflow
        wrong, stated, true, _ = shares.unbind(-2)
        if self._asks(sums.shape[-1]):
            chance = stated * (1 - true) + (1 - stated) * true
        else:
            wrong = wrong.sum(-1, keepdim=True)
            chance = (stated * self._distance(true, axis=-1)).sum(-1, keepdim=True)
        return (wrong / torch.where(chance > 0, chance, 1)).mean(-1)

    def _asks(self, n_columns: int) -> bool:
        """Whether the columns are questions, answered yes or no, and not exclusive classes."""
        return self.multilabel or n_columns == 1

    def _distance(self, shares: Tensor, *, axis: int) -> Tensor:
        """Mean distance of every class from those that have shares, to the power."""
        below = _to_lower(shares, axis, self.power)
        return below + _to_lower(shares.flip(axis), axis, self.power).flip(axis)


def soft_qwk_loss(logits: GivenScores, labels: GivenLabels) -> Float[Tensor, ""]:
    """One minus the quadratic weighted kappa of all rows; see `SoftQWKLoss`."""
    return SoftQWKLoss().forward(logits, labels)


def _to_lower(shares: Tensor, axis: int, power: Literal[1, 2]) -> Tensor:
    """Mean distance of every class from the lower ones, to the power.

    Sums of sums, with no difference in which digits would cancel: one class up, the distance has
    grown by the share S of all classes so far, and the square by S and twice the distance.
    """
    up_to = shares.cumsum(axis)
    distance = _before(up_to, axis)
    return distance if power == 1 else _before(up_to + 2 * distance, axis)


def _before(steps: Tensor, axis: int) -> Tensor:
    """Sum of the steps before every one."""
    first, others = steps.narrow(axis, 0, 1), steps.narrow(axis, 0, steps.shape[axis] - 1)
    return torch.cat((torch.zeros_like(first), others), axis).cumsum(axis)
