"""Losses of a row that are a function of the probability of its true class, and of nothing else."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, final

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from calibrant.losses.log_prob import ABSENT, log_prob_at, log_probs
from calibrant.losses.row_loss import MeanLoss
from calibrant.losses.rows import Form, Labels, PerRow, Rows, Scores

__all__ = ["FactorLoss", "TrueClassLoss", "of_true_class"]

LogProb = Float[Tensor, "*rows"]


def of_true_class(
    logits: Scores,
    labels: Labels,
    of_log_prob: Callable[[Tensor], Tensor],
    *,
    kept: Bool[Tensor, "row *axes"] | None = None,
    factors: Tensor | None = None,
) -> PerRow:
    r"""Function of log p of the true class, of every row; its mean under a soft label.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices in ``[0, class)``, or probabilities q.
    of_log_prob : function of log-probabilities
        See `FactorLoss.of_log_prob`.
    kept : Bool[Tensor, "row *axes"], optional
        Which rows of hard labels are there; the others have the loss of p = 1/2, gradient 0.
    factors : Tensor, optional
        See `FactorLoss.class_factors`.

    Returns
    -------
    Float[Tensor, "row *axes"]
        :math:`a_y f(\log p_y)`, or :math:`\sum_k q_k a_k f(\log p_k)`.

    Examples
    --------
    >>> of_true_class(torch.zeros(1, 2), torch.tensor([0]), torch.neg)  # -ln 1/2
    tensor([0.6931])
    """
    if labels.ndim < logits.ndim:
        losses = of_log_prob(log_prob_at(logits, labels, kept))
        if factors is None:
            return losses
        true_class = labels.unsqueeze(1)
        return factors.expand_as(logits).gather(1, true_class).squeeze(1) * losses
    log_p = torch.where(labels == 0, ABSENT, log_probs(logits))  # infinite ones may not count
    shares = labels if factors is None else labels * factors
    return (shares * of_log_prob(log_p)).sum(1)


class FactorLoss(MeanLoss, ABC):
    r"""Weighted mean of a function of log p of the true class, times a factor that the class has.

    Like `pos_weight`, the factor belongs to the loss and not to what a mean divides by. Of a soft
    label it is the mean under the label: :math:`\sum_k q_k a_k f(\log p_k)`.
    """

    guards_absent: ClassVar[bool] = True

    @abstractmethod
    def of_log_prob(self, log_p: LogProb) -> LogProb:
        """Loss at a log-probability of the true class, number by number.

        `log_p` has a small relative error also next to 0, so that 1 - p is to be written
        ``-torch.expm1(log_p)``. It may be 0, and minus infinity.
        """

    @abstractmethod
    def class_factors(self, logits: Scores, form: Form) -> Tensor | None:
        """Factors of the classes, classes at axis 0, in a shape that broadcasts to `logits`."""

    @final
    def of_rows(self, rows: Rows) -> PerRow:
        """See `MeanLoss.of_rows`; `pos_weight` is the factor of yes."""
        factors = self.class_factors(rows.logits, rows.form)
        if self.pos_weight is not None:
            yes = self.weight_of_yes(rows.logits, rows.form)
            pair = torch.stack((torch.ones_like(yes), yes))
            pair = pair.view(2, *[1] * (rows.logits.ndim - 2)) if yes.ndim == 0 else pair
            factors = pair if factors is None else factors * pair
        return of_true_class(
            rows.logits, rows.labels, self.of_log_prob, kept=rows.kept, factors=factors
        )


class TrueClassLoss(FactorLoss, ABC):
    """Weighted mean of a function of log p of the true class.

    A loss of your own is one line, and has all options and a gradient in closed form:

    >>> class Miss(TrueClassLoss):
    ...     power: float = 1.0
    ...
    ...     def of_log_prob(self, log_p):
    ...         return (-torch.expm1(log_p)) ** self.power
    >>> Miss(2)(torch.zeros(1, 2), torch.tensor([0]))  # (1 - 1/2) ** 2
    tensor(0.2500)
    """

    @final
    def class_factors(self, logits: Scores, form: Form) -> None:
        """See `FactorLoss.class_factors`: none."""
