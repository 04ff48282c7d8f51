"""AUC margin: a square for AUC that needs sums alone, not pairs."""

from typing import Annotated, final

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.losses.ranking.ranked import Answers, Scored
from calibrant.losses.rows import Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number
from calibrant.losses.sum_loss import SumLoss

__all__ = ["AucMarginLoss", "auc_margin_loss"]

Sums = Float[Tensor, "*more class"]
_IMRATIO = Bounds(above=0.0, below=1.0, hint="Without it, every class counts alike.")
_ANY = Bounds(hint="Without it, the best for the rows at hand.")


@final
class AucMarginLoss(SumLoss):
    r"""Variance of p among positive and among negative rows, and what their means lack of a margin.

    .. math:: \min_{a, b} \max_{\alpha \ge 0}\; E_+[(p - a)^2] + E_-[(p - b)^2]
              + 2 \alpha (m + E_-[p] - E_+[p]) - \alpha^2

    At the best a, b and alpha for the rows at hand, which is the default, this is
    :math:`Var_+ + Var_- + (m + E_-[p] - E_+[p])_+^2`. While the means lack of the margin, it is the
    mean of :math:`(m - (p_i - p_j))^2` over all pairs. Numbers for them give the loss at that
    state of the min-max game, as its own optimisers want it.

    A question without rows of both kinds has loss 0 and leaves the mean over questions.

    Parameters
    ----------
    margin : float, default 1.0
        Difference of the means from which on they cost nothing, above 0.
    imratio : float in (0, 1), optional
        Share of positive rows r in the data: version 1 of the loss, its terms weighted by
        (1 - r) P, r N and r (1 - r), with P and N the shares in the batch. Without it, version 2.
    a, b, alpha : float, optional
        State of the game, the same for every question.

    References
    ----------
    .. [1] Yuan et al. "Large-scale Robust Deep AUC Maximization: A New Surrogate Loss and Empirical
       Studies on Medical Image Classification." ICCV 2021, equation 4.
    .. [2] Ying, Wen and Lyu. "Stochastic Online AUC Maximization." NeurIPS 2016, theorem 1.

    Examples
    --------
    >>> probs, labels = torch.tensor([0.9, 0.1, 0.4, 0.7]), torch.tensor([1, 0, 0, 1])
    >>> AucMarginLoss(inputs="probs")(probs, labels)  # .1**2 + .15**2 + (1 + .25 - .8)**2
    tensor(0.2350)
    """

    ignores_scale = True

    margin: Annotated[float, Bounds(above=0.0, hint="Probabilities differ by 1 at most.")] = 1.0
    imratio: Annotated[float, _IMRATIO] | None = None
    a: Annotated[float, _ANY] | None = None
    b: Annotated[float, _ANY] | None = None
    alpha: Annotated[float, _ANY] | None = None

    def addends(self, probs: Scores, truth: Scores) -> tuple[Scores, ...]:
        """See `SumLoss.addends`: positive and negative rows, with their errors to the power 1, 2.

        Errors, not p: where all is well they are small, and so are their squares' roundings.
        """
        short, false = 1 - probs, 1 - truth
        return (
            truth,
            truth * short,
            truth * short.square(),
            false,
            false * probs,
            false * probs.square(),
        )

    def read(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
        """See `SumLoss.read`."""
        n_positive, short, short_2, n_negative, over, over_2 = sums.unbind(-2)
        short, short_2 = _means(n_positive, short, short_2)
        over, over_2 = _means(n_negative, over, over_2)
        spread_positive = _spread(short, short_2, None if self.a is None else 1 - self.a)
        spread_negative = _spread(over, over_2, self.b)
        if self.imratio is None:
            of_positive, of_negative, of_margin = 1.0, 1.0, 1.0
        else:
            total = n_positive + n_negative
            share = n_positive / torch.where(total > 0, total, 1)
            of_positive = (1 - self.imratio) * share
            of_negative, of_margin = self.imratio * (1 - share), self.imratio * (1 - self.imratio)
        lack = of_margin * self.margin + of_negative * over - of_positive * (1 - short)
        alpha = (lack / of_margin).relu() if self.alpha is None else self.alpha
        apart = 2 * alpha * lack - of_margin * alpha**2
        losses = of_positive * spread_positive + of_negative * spread_negative + apart
        ranked = (n_positive > 0) & (n_negative > 0)
        return torch.where(ranked, losses, 0).sum(-1) / ranked.sum(-1).clamp(min=1)


def _means(number: Sums, first: Sums, second: Sums) -> tuple[Sums, Sums]:
    """Means of errors and of their squares."""
    number = torch.where(number > 0, number, 1)
    return first / number, second / number


def _spread(mean: Sums, mean_square: Sums, centre: Number | None) -> Sums:
    """Mean squared distance from a centre; from the mean, if there is none."""
    if centre is None:
        return mean_square - mean.square()
    return mean_square - 2 * centre * mean + centre**2


def auc_margin_loss(logits: Scored, labels: Answers, *, margin: Number = 1.0) -> Float[Tensor, ""]:
    """AUC margin loss of all rows, at the best a, b and alpha for them; see `AucMarginLoss`.

    Examples
    --------
    >>> auc_margin_loss(torch.zeros(2), torch.tensor([0, 1]))  # no spread, no lead: 0 + 0 + 1**2
    tensor(1.)
    """
    return AucMarginLoss(float(margin)).forward(logits, labels)
