"""Asymmetric loss: a focal loss of many questions whose answer is mostly no."""

from dataclasses import KW_ONLY
from typing import Annotated, ClassVar, final

import torch
from jaxtyping import Float, Int
from torch import Tensor

from calibrant.losses.classification.yes_no import (
    check_is_question,
    log_no_and_yes,
    question_batch,
)
from calibrant.losses.row_loss import RowLoss
from calibrant.losses.rows import Labels, PerRow, Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.single import MakeBatch
from calibrant.losses.spec import Number

__all__ = ["AsymmetricLoss", "asymmetric_loss"]

_GAMMA = Bounds(at_least=0.0, hint="0 leaves the focus out.")


def asymmetric_loss(
    logits: Float[Tensor, "*shape"],
    labels: Int[Tensor, "*shape"] | Float[Tensor, "*shape"],
    *,
    gamma_neg: Number = 4.0,
    gamma_pos: Number = 0.0,
    clip: Number = 0.05,
) -> Float[Tensor, "*shape"]:
    r"""Asymmetric loss of every entry, in nats, of which every one is a question.

    :math:`-y (1 - p)^{\gamma_+} \log p - (1 - y)\, p_m^{\gamma_-} \log(1 - p_m)`, with
    :math:`p_m = \max(p - m, 0)`.

    Parameters
    ----------
    logits : Float[Tensor, "*shape"]
        Log-odds of yes.
    labels : Int[Tensor, "*shape"] or Float[Tensor, "*shape"]
        Answers 0 and 1, or probabilities y of yes.
    gamma_neg, gamma_pos : float, default 4.0 and 0.0
        Focus where the answer is no, and where it is yes; at least 0.
    clip : float in [0, 1), default 0.05
        m: what is stated for a no up to here costs nothing.

    Returns
    -------
    Float[Tensor, "*shape"]
        Losses, at least 0; with both gammas and the clip 0, binary cross entropy.

    Notes
    -----
    Nothing is clamped: the loss of a yes at log-odds -100 is 100, its gradient -1. Only the clip
    itself bounds the loss of a no, at :math:`-\log m`.

    References
    ----------
    .. [1] Ridnik et al. "Asymmetric Loss For Multi-Label Classification." ICCV 2021, equation 7.

    Examples
    --------
    >>> both = torch.tensor([1, 0])  # ln 2; 0.45**4 * -ln 0.55
    >>> asymmetric_loss(torch.zeros(2), both)
    tensor([0.6931, 0.0245])
    """
    pairs = torch.stack((torch.zeros_like(logits), logits), dim=-1).flatten(0, -2)
    losses = _of_pairs(pairs, labels.flatten(), gamma_neg, gamma_pos, clip)
    return losses.reshape(logits.shape)


def _of_pairs(
    logits: Scores, yes: Tensor, gamma_neg: Number, gamma_pos: Number, clip: Number
) -> PerRow:
    """Losses of questions with no and yes at axis 1, and answers as one number each."""
    tiny = torch.finfo(logits.dtype).tiny
    log_no, log_yes = log_no_and_yes(logits)
    if clip > 0:
        log_no = (log_no.exp() + clip).clamp(max=1).log()
    stated = (-torch.expm1(log_no)).clamp(min=tiny)  # p_m; its floor as in `focal_loss`
    missing = (-torch.expm1(log_yes)).clamp(min=tiny)
    of_no, of_yes = -(stated**gamma_neg) * log_no, -(missing**gamma_pos) * log_yes
    if not yes.is_floating_point():
        return torch.where(yes == 1, of_yes, of_no)
    return torch.where(yes == 0, 0, yes * of_yes) + torch.where(yes == 1, 0, (1 - yes) * of_no)


@final
class AsymmetricLoss(RowLoss):
    """Weighted mean of `asymmetric_loss` over all entries; its paper sums (`reduction="sum"`).

    Parameters
    ----------
    gamma_neg, gamma_pos, clip : float
        See `asymmetric_loss`.
    multilabel : True
        Every entry is a question. One logit a row ``(row,)`` is one question, and so are two
        logits ``(row, 2)`` with one label a row.
    """

    batch_for: ClassVar[MakeBatch] = staticmethod(question_batch)

    gamma_neg: Annotated[float, _GAMMA] = 4.0
    gamma_pos: Annotated[float, _GAMMA] = 0.0
    clip: Annotated[float, Bounds(at_least=0.0, below=1.0, hint="0 is none.")] = 0.05
    _: KW_ONLY
    multilabel: bool = True

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `asymmetric_loss`."""
        check_is_question(logits)
        yes = labels[:, 1] if labels.ndim == logits.ndim else labels
        return _of_pairs(logits, yes, self.gamma_neg, self.gamma_pos, self.clip)
