"""Class distance weighted cross entropy: what is stated for far classes costs most."""

from typing import Annotated, final

import torch
from torch import Tensor

from calibrant.losses.row_loss import RowLoss
from calibrant.losses.rows import Labels, PerRow, Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number

__all__ = ["CDWCELoss", "cdw_ce_loss"]


def cdw_ce_loss(logits: Scores, labels: Labels, *, alpha: Number = 2.0) -> PerRow:
    r"""Cross entropy of what is stated for wrong classes, weighted by their distance.

    Of a row it is :math:`-\sum_k |k - y|^\alpha \ln(1 - p_k)`.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities, classes in their order; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices in ``[0, class)``, or probabilities, under which distances are averaged.
    alpha : float, default 2
        Power of the distance, at least 0. With 0 all wrong classes count alike.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, at least 0, in nats. The logarithm is exact where p rounds to 1.

    References
    ----------
    .. [1] Polat, Ergenc, Kani, Alahdab, Atug and Temizel. "Class Distance Weighted Cross-Entropy
       Loss for Ulcerative Colitis Severity Estimation." MIUA 2022.

    Examples
    --------
    >>> cdw_ce_loss(torch.zeros(1, 3), torch.tensor([0]))  # (1 + 4) ln(3/2)
    tensor([2.0273])
    """
    weights = _distances(logits, labels, alpha)
    return -(weights * torch.where(weights > 0, _log_of_rest(logits), 0)).sum(1)


@final
class CDWCELoss(RowLoss):
    """Weighted mean of `cdw_ce_loss` over a batch.

    Parameters
    ----------
    alpha : float, default 2
        Power of the distance, at least 0.
    """

    alpha: Annotated[float, Bounds(at_least=0.0, hint="2 squares the distance.")] = 2.0

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `cdw_ce_loss`."""
        return cdw_ce_loss(logits, labels, alpha=self.alpha)


def _log_of_rest(logits: Scores) -> Scores:
    """Log of one minus the probability of every class.

    Where that is the largest of the row, it comes from the logits of the others, for one minus it
    may round to 0; all others are at most 1/2.
    """
    log_probs = logits.log_softmax(1)
    largest = logits.argmax(1, keepdim=True)
    is_largest = torch.zeros_like(logits, dtype=torch.bool).scatter(1, largest, 1)
    others = torch.where(is_largest, -torch.inf, log_probs)
    has_others = (others != -torch.inf).any(1, keepdim=True)  # without, the sum has no gradient
    rest = torch.where(has_others, others, 0).logsumexp(1, keepdim=True)
    rest = torch.where(has_others, rest, -torch.inf)
    return torch.where(is_largest, rest, torch.log1p(-others.exp()))


def _distances(logits: Scores, labels: Labels, alpha: Number) -> Tensor:
    """Distance of every class from the true one, to the power; 0 at the true one for any power."""
    n_classes = logits.shape[1]
    places = torch.arange(n_classes, device=logits.device)
    table = places.to(logits.dtype) ** alpha  # of all distances that there are
    table = torch.where(places > 0, table, 0)
    if labels.ndim < logits.ndim:
        along = places.view(1, -1, *[1] * (logits.ndim - 2))
        return table[(along - labels.unsqueeze(1)).abs()]
    square = table[(places - places.unsqueeze(1)).abs()]
    # no matrix product: under autocast it would round the distances to half precision
    return (labels.movedim(1, -1).unsqueeze(-1) * square).sum(-2).movedim(-1, 1)
