"""Pairwise AUC: a smooth upper bound of the share of pairs that are in the wrong order."""

from typing import Annotated, Literal, final

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.ranking.ranked import Answers, Ranked, RankingLoss, Scored, log_odds
from calibrant.losses.ranking.sorted_pairs import squared_hinge_of_pairs
from calibrant.losses.rows import Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number

__all__ = ["PairwiseAucLoss", "pairwise_auc_loss"]


@final
class PairwiseAucLoss(RankingLoss):
    r"""Mean of :math:`\varphi(s_i - s_j)` over all pairs of a positive row i and a negative row j.

    The scores s are log-odds. In place of the step at 0, whose mean is 1 - AUC, there stands
    :math:`\log(1 + e^{-d})` or :math:`(m - d)_+^2`. A pair weighs the product of its
    rows' weights; a soft label is a positive row of its share and a negative one of the rest. The
    squared hinge takes a sort, the logistic function a matrix of all pairs.

    Parameters
    ----------
    surrogate : "logistic" or "squared_hinge", default "logistic"
        Function of the difference; for many thousand rows, the second. Both are consistent: scores
        that minimise them have the best AUC that can be had.
    margin : float, default 1.0
        Difference of log-odds from which on a pair costs nothing, with the squared hinge.

    References
    ----------
    .. [1] Gao and Zhou. "On the Consistency of AUC Pairwise Optimization." IJCAI 2015.
    .. [2] Yan et al. "Optimizing Classifier Performance via an Approximation to the
       Wilcoxon-Mann-Whitney Statistic." ICML 2003 (the hinge to a power).

    Examples
    --------
    >>> loss = PairwiseAucLoss("squared_hinge")
    >>> scores, labels = torch.tensor([2.0, 0.5, 0.0]), torch.tensor([1, 0, 1])
    >>> loss(scores, labels)  # leads 1.5 and -0.5: (0 + 1.5**2) / 2
    tensor(1.1250)
    """

    surrogate: Literal["logistic", "squared_hinge"] = "logistic"
    margin: Annotated[float, Bounds(above=0.0, hint="In log-odds.")] = 1.0

    def __post_init__(self) -> None:
        """Check what goes together."""
        super().__post_init__()
        if self.surrogate == "logistic" and self.margin != 1:
            rule, remedy = "go with squared_hinge", "The logistic surrogate has no margin."
            raise InputError("margin", rule, f"{self.margin!r} with logistic", remedy)

    def scores_of(self, logits: Scores) -> Scores:
        """See `RankingLoss.scores_of`: log-odds."""
        return log_odds(logits)

    def of_questions(
        self, scores: Ranked, truth: Ranked, weights: Ranked
    ) -> tuple[Float[Tensor, " question"], Bool[Tensor, " question"]]:
        """See `RankingLoss.of_questions`."""
        positive, negative = weights * truth, weights * (1 - truth)
        n_positive, n_negative = positive.sum(0), negative.sum(0)
        positive = positive / torch.where(n_positive > 0, n_positive, 1)
        negative = negative / torch.where(n_negative > 0, n_negative, 1)
        if self.surrogate == "squared_hinge":
            losses = squared_hinge_of_pairs(scores, positive, negative, self.margin)
        else:
            costs = F.softplus(scores.unsqueeze(0) - scores.unsqueeze(1))
            losses = (positive.unsqueeze(1) * negative.unsqueeze(0) * costs).sum((0, 1))
        return losses, (n_positive > 0) & (n_negative > 0)


def pairwise_auc_loss(
    logits: Scored,
    labels: Answers,
    *,
    surrogate: Literal["logistic", "squared_hinge"] = "logistic",
    margin: Number = 1.0,
) -> Float[Tensor, ""]:
    """Pairwise AUC loss of all rows; see `PairwiseAucLoss`.

    Examples
    --------
    >>> pairwise_auc_loss(torch.zeros(2, 2), torch.tensor([0, 1]))  # one pair, a tie: ln 2
    tensor(0.6931)
    """
    loss = PairwiseAucLoss(surrogate, float(margin))
    return loss.forward(logits, labels)
