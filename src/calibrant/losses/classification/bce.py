"""Binary cross entropy: the log loss of questions, with a price for each of the two errors."""

from dataclasses import KW_ONLY
from typing import Annotated, ClassVar, final

import torch
from jaxtyping import Float, Int
from torch import Tensor

from calibrant.losses.classification.yes_no import check_is_question, question_batch
from calibrant.losses.rows import Form, Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.single import MakeBatch
from calibrant.losses.spec import Number
from calibrant.losses.true_class_loss import FactorLoss, LogProb, of_true_class

__all__ = ["BinaryCrossEntropyLoss", "binary_cross_entropy"]

_WEIGHT = Bounds(at_least=0.0, hint="1 is plain cross entropy.")


def binary_cross_entropy(
    logits: Float[Tensor, "*shape"],
    labels: Int[Tensor, "*shape"] | Float[Tensor, "*shape"],
    *,
    fp_weight: Number = 1.0,
    fn_weight: Number = 1.0,
) -> Float[Tensor, "*shape"]:
    r"""Binary cross entropy of every entry, in nats, of which every one is a question.

    :math:`-b\, y \log \sigma(z) - a\, (1 - y) \log(1 - \sigma(z))`, with a for false alarms and b
    for misses.

    Parameters
    ----------
    logits : Float[Tensor, "*shape"]
        Log-odds of yes.
    labels : Int[Tensor, "*shape"] or Float[Tensor, "*shape"]
        Answers 0 and 1, or probabilities y of yes.
    fp_weight, fn_weight : float, default 1.0
        Factor of the loss where the answer is no, where a false alarm threatens, and where it is
        yes, where a miss does; at least 0.

    Returns
    -------
    Float[Tensor, "*shape"]
        Losses, at least 0; the gradient is :math:`a (1 - y) p - b\, y (1 - p)`.

    References
    ----------
    .. [1] Good. "Rational Decisions." Journal of the Royal Statistical Society B 14, 1952.

    Examples
    --------
    >>> both = torch.tensor([0, 1])
    >>> binary_cross_entropy(torch.zeros(2), both, fn_weight=5)  # ln 2, 5 ln 2
    tensor([0.6931, 3.4657])
    """
    pairs = torch.stack((torch.zeros_like(logits), logits), dim=-1).flatten(0, -2)
    answers = labels.flatten()
    if labels.is_floating_point():
        answers = torch.stack((1 - answers, answers), dim=1).to(logits.dtype)
    factors = logits.new_tensor([fp_weight, fn_weight])
    losses = of_true_class(pairs, answers, torch.neg, factors=factors)
    return losses.reshape(logits.shape)


@final
class BinaryCrossEntropyLoss(FactorLoss):
    """Weighted mean of `binary_cross_entropy` over all entries.

    Parameters
    ----------
    fp_weight, fn_weight : float, default 1.0
        See `binary_cross_entropy`. They belong to the loss: a mean does not divide by them.
    multilabel : True
        Every entry is a question. One logit a row ``(row,)`` is one question, and so are two
        logits ``(row, 2)`` with one label a row.

    Examples
    --------
    >>> loss = BinaryCrossEntropyLoss(fn_weight=5)
    >>> loss(torch.zeros(2, 1), torch.tensor([[0], [1]]))  # (1 + 5) ln 2 / 2
    tensor(2.0794)
    """

    batch_for: ClassVar[MakeBatch] = staticmethod(question_batch)

    fp_weight: Annotated[float, _WEIGHT] = 1.0
    fn_weight: Annotated[float, _WEIGHT] = 1.0
    _: KW_ONLY
    multilabel: bool = True

    def of_log_prob(self, log_p: LogProb) -> LogProb:
        """See `binary_cross_entropy`."""
        return -log_p

    def class_factors(self, logits: Scores, form: Form) -> Tensor | None:
        """See `FactorLoss.class_factors`: those of no and yes."""
        if form == "classes":
            check_is_question(logits)
        if self.fp_weight == self.fn_weight == 1:
            return None
        factors = logits.new_tensor([self.fp_weight, self.fn_weight])
        return factors.view(2, *[1] * (logits.ndim - 2))
