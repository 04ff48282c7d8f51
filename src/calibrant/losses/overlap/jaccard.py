"""Jaccard: the overlap over the union of what is stated and what is true."""

from typing import Annotated, Literal, final

from jaxtyping import Float
from torch import Tensor

from calibrant.losses.overlap.quotient import share
from calibrant.losses.overlap_loss import Counts, OverlapLoss
from calibrant.losses.rows import GivenLabels, GivenScores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number

__all__ = ["JaccardLoss", "jaccard_loss"]


@final
class JaccardLoss(OverlapLoss):
    r"""One minus soft intersection over union of every class.

    .. math:: 1 - \frac{TP + s}{TP + FP + FN + s} = \frac{FP + FN}{TP + FP + FN + s}

    Parameters
    ----------
    smooth : float, default 1.0
        What is added above and below, s, in rows or pixels, at least 0.

    References
    ----------
    .. [1] Rahman and Wang. "Optimizing Intersection-Over-Union in Deep Neural Networks for Image
       Segmentation." ISVC 2016.
    .. [2] Wang et al. "Jaccard Metric Losses: Optimizing the Jaccard Index with Soft Labels."
       NeurIPS 2023: the absolute difference in place of the product.

    Examples
    --------
    >>> import torch
    >>> JaccardLoss()(torch.zeros(4), torch.tensor([1, 1, 0, 0]))  # 1 - (1 + 1) / (1 + 1 + 1 + 1)
    tensor(0.5000)
    """

    smooth: Annotated[float, Bounds(at_least=0.0, hint="0 is the quotient itself.")] = 1.0

    def of_counts(self, tp: Counts, fp: Counts, fn: Counts) -> Counts:
        """See `OverlapLoss.of_counts`."""
        return share(fp + fn, tp + fp + fn + self.smooth)


def jaccard_loss(
    logits: GivenScores,
    labels: GivenLabels,
    *,
    smooth: Number = 1.0,
    over: Literal["batch", "sample"] = "batch",
    average: Literal["macro", "micro"] = "macro",
    absent: Literal["keep", "skip"] = "keep",
) -> Float[Tensor, ""]:
    """One minus soft intersection over union of all rows; see `JaccardLoss`."""
    loss = JaccardLoss(smooth, over=over, average=average, absent=absent)
    return loss.forward(logits, labels)
