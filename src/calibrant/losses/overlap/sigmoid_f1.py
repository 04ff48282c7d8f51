"""Sigmoid F1: soft F1 of probabilities that a steep sigmoid has brought near decisions."""

from typing import Annotated, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.losses.overlap.quotient import share
from calibrant.losses.overlap_loss import Counts, OverlapLoss
from calibrant.losses.rows import GivenLabels, GivenScores, Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number

__all__ = ["SigmoidF1Loss", "sigmoid_f1_loss"]


@final
class SigmoidF1Loss(OverlapLoss):
    r"""One minus soft F1 of :math:`\sigma(b (z + \eta))`, with z the log-odds of every class.

    The steeper the sigmoid, the nearer the counts are to those of decisions, and the fewer rows
    have a gradient. Log-odds are those of a class against all others together; of questions, the
    logits themselves, as in the paper.

    Parameters
    ----------
    slope : float, default 1.0
        b, at least 0. The paper writes beta.
    offset : float, default 0.0
        eta, in log-odds. Minus the threshold at which decisions will be taken.

    References
    ----------
    .. [1] Benedict et al. "sigmoidF1: A Smooth F1 Score Surrogate Loss for Multilabel
       Classification." TMLR 2022, equation 8.

    Examples
    --------
    >>> SigmoidF1Loss(2.0, 0.5)(torch.tensor([0.0, -1.0]), torch.tensor([1, 0]))  # p .7311, .2689
    tensor(0.2689)
    """

    ignores_scale = True

    slope: Annotated[float, Bounds(at_least=0.0, hint="1 is soft F1 itself.")] = 1.0
    offset: float = 0.0

    def probs_of(self, logits: Scores) -> Scores:
        """See `SumLoss.probs_of`: the sigmoid of scaled and shifted log-odds."""
        if self.slope == 1 and self.offset == 0:
            return logits.softmax(1)
        return (self.slope * (_log_odds(logits) + self.offset)).sigmoid()

    def of_counts(self, tp: Counts, fp: Counts, fn: Counts) -> Counts:
        """See `OverlapLoss.of_counts`."""
        return share(fp + fn, 2 * tp + fp + fn)


def _log_odds(logits: Scores) -> Scores:
    """Log-odds of every class; a class that is masked has the least finite ones.

    The likeliest class is subtracted first, so that only its own odds need the others' sum.
    """
    least = torch.finfo(logits.dtype).min / 4
    log_probs = logits.log_softmax(1).clamp(min=least)
    top = log_probs.argmax(1, keepdim=True)
    others = log_probs.scatter(1, top, least)
    rest = torch.log1p(-others.exp()).scatter(1, top, others.logsumexp(1, keepdim=True))
    return log_probs - rest


def sigmoid_f1_loss(
    logits: GivenScores,
    labels: GivenLabels,
    *,
    slope: Number = 1.0,
    offset: Number = 0.0,
    average: Literal["macro", "micro"] = "macro",
    absent: Literal["keep", "skip"] = "keep",
) -> Float[Tensor, ""]:
    """One minus soft F1 with a steeper sigmoid; see `SigmoidF1Loss`."""
    return SigmoidF1Loss(slope, offset, average=average, absent=absent).forward(logits, labels)
