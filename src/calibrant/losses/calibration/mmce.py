"""MMCE: how far confidence and correctness are apart, seen through a kernel."""

from typing import Annotated, final

import torch
from jaxtyping import Float, Int
from torch import Tensor

from calibrant.losses.batch_loss import BatchLoss
from calibrant.losses.calibration.top_label import likeliest
from calibrant.losses.settings import Bounds

__all__ = ["MMCELoss", "WeightedMMCELoss"]

_WIDTH = Bounds(at_least=0.05, hint="The paper has 0.4.")

PerRow = Float[Tensor, " row"]


@final
class MMCELoss(BatchLoss):
    r"""Maximum mean calibration error of the stated top label, in [0, 1].

    With stated confidence r, correctness c (under a soft label, its probability) and weights that
    add up to 1,

    .. math:: \sqrt{\sum_{i,j} w_i w_j (c_i - r_i)(c_j - r_j) \exp(-|r_i - r_j| / \text{width})}

    The sum over pairs is exact and takes a sort, not a matrix: the kernel is a product of two
    factors once the rows are in order.

    Parameters
    ----------
    width : float, default 0.4
        Distance at which the kernel has fallen to 1/e, at least 0.05.

    References
    ----------
    .. [1] Kumar, Sarawagi and Jain. "Trainable Calibration Measures from Kernel Mean Embeddings."
       ICML 2018, equation 4.

    Examples
    --------
    >>> sure = torch.tensor([[0.0, 0.0]])  # states 1/2, and is right: |1 - 1/2|
    >>> MMCELoss()(sure, torch.tensor([0]))
    tensor(0.5000)
    """

    width: Annotated[float, _WIDTH] = 0.4

    def whole(
        self,
        logits: Float[Tensor, "row class"],
        labels: Int[Tensor, " row"] | Float[Tensor, "row class"],
        weights: PerRow,
    ) -> Float[Tensor, ""]:
        """See `BatchLoss.whole`."""
        stated, right = _top_label(logits, labels)
        total = weights.sum()
        gap = weights * (right - stated) / torch.where(total > 0, total, 1)
        return _kernel_norm(gap, stated, self.width)


@final
class WeightedMMCELoss(BatchLoss):
    r"""MMCE with the rows that are right and those that are wrong counted alike.

    As `MMCELoss`, with :math:`(1 - r_i)` of a right row over the weight of all right ones, less
    :math:`r_i` of a wrong row over that of all wrong ones. The paper's answer to networks that are
    right on nearly every training row. It is least where confidences are true of rows of which half
    are right, so below those of the rows as they are, where most are right. A widespread form
    divides by the number of pairs once more, so that it fades as the batch grows.

    Parameters
    ----------
    width : float, default 0.4
        Distance at which the kernel has fallen to 1/e, at least 0.05.

    References
    ----------
    .. [1] Kumar, Sarawagi and Jain. "Trainable Calibration Measures from Kernel Mean Embeddings."
       ICML 2018, equation 6.

    Examples
    --------
    >>> sure = torch.tensor([[0.0, 0.0], [0.0, 0.0]])  # (1 - 1/2) / 1 - (1/2) / 1
    >>> WeightedMMCELoss()(sure, torch.tensor([0, 1]))
    tensor(0.)
    """

    width: Annotated[float, _WIDTH] = 0.4

    def whole(
        self,
        logits: Float[Tensor, "row class"],
        labels: Int[Tensor, " row"] | Float[Tensor, "row class"],
        weights: PerRow,
    ) -> Float[Tensor, ""]:
        """See `BatchLoss.whole`."""
        stated, right = _top_label(logits, labels)
        of_right, of_wrong = weights * right, weights * (1 - right)
        n_right, n_wrong = of_right.sum(), of_wrong.sum()
        gap = of_right * (1 - stated) / torch.where(n_right > 0, n_right, 1)
        gap = gap - of_wrong * stated / torch.where(n_wrong > 0, n_wrong, 1)
        return _kernel_norm(gap, stated, self.width)


def _top_label(
    logits: Float[Tensor, "row class"], labels: Int[Tensor, " row"] | Float[Tensor, "row class"]
) -> tuple[PerRow, PerRow]:
    """Confidence in the likeliest class, and the probability that it is right."""
    probs = logits.softmax(1)
    guess = likeliest(probs)
    stated = probs.gather(1, guess).squeeze(1)
    if labels.ndim == logits.ndim:
        return stated, labels.gather(1, guess).squeeze(1)
    return stated, (guess.squeeze(1) == labels).to(stated.dtype)


def _kernel_norm(gap: PerRow, stated: PerRow, width: float) -> Float[Tensor, ""]:
    r"""Root of :math:`\sum_{ij} g_i g_j \exp(-|r_i - r_j| / \text{width})`.

    In rising order of r the kernel is :math:`e^{-r_i / w} e^{r_j / w}` for j before i. Measured
    from the middle of [0, 1], the exponents stay within 10 for the least width.
    """
    order = stated.detach().argsort()
    gaps, at = gap[order].double(), (stated[order].double() - 0.5) / width
    before = (gaps * at.exp()).cumsum(0) - gaps * at.exp()
    pairs = gaps.square().sum() + 2 * (gaps * (-at).exp() * before).sum()
    none = pairs <= 0  # but for rounding a square; the root has an infinite slope there
    return torch.where(none, 0, torch.where(none, 1, pairs).sqrt()).to(gap.dtype)
