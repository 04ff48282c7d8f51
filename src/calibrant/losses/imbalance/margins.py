"""LDAM: cross entropy with a margin that is the wider the rarer the true class is."""

from collections.abc import Iterable
from typing import Annotated, SupportsFloat, final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from calibrant.losses.classification.crossentropy import cross_entropy
from calibrant.losses.imbalance.counted import CountedLoss
from calibrant.losses.log_prob import ABSENT, log_probs
from calibrant.losses.rows import Labels, PerRow, Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number
from calibrant.losses.weights import counts_of

__all__ = ["LdamLoss", "ldam_loss"]


def ldam_loss(
    logits: Scores,
    labels: Labels,
    *,
    class_counts: Tensor | Iterable[SupportsFloat],
    max_m: Number = 0.5,
    s: Number = 30.0,
) -> PerRow:
    r"""Cross entropy of every row at :math:`s (z - m_y e_y)`, :math:`m_k \propto n_k^{-1/4}`.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Cosines of features and class vectors, in [-1, 1], as the margins are; other numbers are
        taken as they are. Minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices in ``[0, class)``, or probabilities q: the loss is then its mean under q.
    class_counts : Tensor or numbers, shape (class,)
        Rows of every class, or their total weight, in the training rows.
    max_m : float, default 0.5
        Margin of the rarest class that has rows, at least 0; one without rows has it too.
    s : float, default 30.0
        Scale of the logits, above 0.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses in nats, at least the cross entropy at the logits times s.

    References
    ----------
    .. [1] Cao et al. "Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss."
       NeurIPS 2019, equations 12 and 13.

    Examples
    --------
    >>> even, rare = torch.zeros(1, 2), torch.tensor([1])
    >>> ldam_loss(even, rare, class_counts=[16, 1], s=1.0)  # ln(1 + e**0.5)
    tensor([0.9741])
    >>> ldam_loss(even, 1 - rare, class_counts=[16, 1], s=1.0)  # ln(1 + e**0.25)
    tensor([0.8259])
    """
    return _ldam(logits, labels, _margins(counts_of(class_counts), max_m), s)


def _margins(class_counts: Float[Tensor, " class"], max_m: Number) -> Float[Tensor, " class"]:
    """Margins of the classes, the largest `max_m`."""
    counts = class_counts.double()
    least = torch.where(counts > 0, counts, torch.inf).amin()
    return max_m * (least / torch.maximum(counts, least)) ** 0.25


def _ldam(logits: Scores, labels: Labels, margins: Float[Tensor, " class"], s: Number) -> PerRow:
    """See `ldam_loss`; the loss of a class is the softplus of its log-odds against it."""
    margins = (s * margins).to(logits)
    scaled = s * logits
    if labels.ndim < logits.ndim:
        true_class = labels.unsqueeze(1)
        lowered = scaled.gather(1, true_class) - margins[true_class]
        return cross_entropy(scaled.scatter(1, true_class, lowered), labels)
    log_p = torch.where(labels == 0, ABSENT, log_probs(scaled))  # infinite ones may not count
    rest = (-torch.expm1(log_p)).clamp(min=torch.finfo(log_p.dtype).tiny)
    against = rest.log() - log_p + margins.view(-1, *[1] * (logits.ndim - 2))
    return -(labels * F.logsigmoid(-against)).sum(1)


@final
class LdamLoss(CountedLoss):
    """Weighted mean of `ldam_loss` over a batch.

    Parameters
    ----------
    max_m, s : float
        See `ldam_loss`.
    class_counts : Tensor or numbers, shape (class,), keyword
        See `CountedLoss`; `bind` fills it.

    Examples
    --------
    >>> LdamLoss(s=1.0).bind([16, 1])(torch.zeros(1, 2), torch.tensor([1]))  # ln(1 + e**0.5)
    tensor(0.9741)
    """

    max_m: Annotated[float, Bounds(at_least=0.0, hint="0 is no margin.")] = 0.5
    s: Annotated[float, Bounds(above=0.0, hint="Cosines need some 30.")] = 30.0

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `ldam_loss`."""
        return _ldam(logits, labels, _margins(self.counts_for(logits), self.max_m), self.s)
