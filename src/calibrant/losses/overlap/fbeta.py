"""Soft F-beta: F1 where a miss counts beta squared times a false alarm."""

from typing import Annotated, Literal, final

from jaxtyping import Float
from torch import Tensor

from calibrant.losses.overlap.quotient import share
from calibrant.losses.overlap_loss import Counts, OverlapLoss
from calibrant.losses.rows import GivenLabels, GivenScores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number

__all__ = ["SoftFBetaLoss", "soft_fbeta_loss"]


@final
class SoftFBetaLoss(OverlapLoss):
    r"""One minus soft F-beta, with soft counts of every class.

    .. math:: \frac{FP + \beta^2 FN}{(1 + \beta^2) TP + FP + \beta^2 FN}

    Parameters
    ----------
    beta : float, default 1.0
        How many times as much recall counts as precision, at least 0. 1 is F1; 0 is precision;
        towards infinity, recall.

    References
    ----------
    .. [1] Van Rijsbergen. "Information Retrieval." 2nd edition, 1979, chapter 7.
    .. [2] Lee et al. "Surrogate regret bounds for generalized classification performance metrics."
       Machine Learning 110, 2021: linear-fractional measures of expected counts.

    Examples
    --------
    Of yes alone: p = .5 twice with one yes gives counts .5, .5, .5.

    >>> import torch
    >>> SoftFBetaLoss(2)(torch.zeros(2), torch.tensor([1, 0]))  # (.5 + 4 * .5) / (5 * .5 + 2.5)
    tensor(0.5000)
    """

    ignores_scale = True

    beta: Annotated[float, Bounds(at_least=0.0, hint="1 is F1, 2 favours recall.")] = 1.0

    def of_counts(self, tp: Counts, fp: Counts, fn: Counts) -> Counts:
        """See `OverlapLoss.of_counts`."""
        precision, recall = 1 / (1 + self.beta**2), self.beta**2 / (1 + self.beta**2)
        error = precision * fp + recall * fn
        return share(error, tp + error)


def soft_fbeta_loss(
    logits: GivenScores,
    labels: GivenLabels,
    *,
    beta: Number = 1.0,
    average: Literal["macro", "micro"] = "macro",
    absent: Literal["keep", "skip"] = "keep",
) -> Float[Tensor, ""]:
    """One minus soft F-beta of all rows; see `SoftFBetaLoss`.

    Examples
    --------
    >>> import torch
    >>> soft_fbeta_loss(torch.zeros(2, 2), torch.tensor([0, 1]), beta=0.5)  # counts .5, .5, .5
    tensor(0.5000)
    """
    return SoftFBetaLoss(beta, average=average, absent=absent).forward(logits, labels)
