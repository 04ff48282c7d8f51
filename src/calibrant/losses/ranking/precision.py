"""Smooth AP: one minus average precision, with a sigmoid for the step between two rows."""

from typing import Annotated, final

from jaxtyping import Bool, Float
from torch import Tensor

from calibrant.losses.ranking.ranked import Answers, Ranked, RankingLoss, Scored
from calibrant.losses.rows import Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number

__all__ = ["SmoothApLoss", "smooth_ap_loss"]


@final
class SmoothApLoss(RankingLoss):
    r"""One minus the mean, over positive rows i, of a smooth precision at the rank of i.

    .. math:: \frac{1 + \sum_{j \ne i, y_j = 1} \sigma((p_j - p_i)/\tau)}
                   {1 + \sum_{j \ne i} \sigma((p_j - p_i)/\tau)}

    Rows are ranked by probability. As `tau` goes to 0, it becomes 1 - average precision. A row of
    weight k counts as k copies, so the scale of weights matters: those of one copy have a
    distance to themselves. A soft label is a positive row of its share and a negative one of
    the rest.

    Parameters
    ----------
    tau : float, default 0.01
        Difference of probability over which an order is decided, above 0.

    References
    ----------
    .. [1] Brown et al. "Smooth-AP: Smoothing the Path Towards Large-Scale Image Retrieval."
       ECCV 2020, equation 9.

    Examples
    --------
    >>> import torch
    >>> probs, labels = torch.tensor([0.9, 0.8, 0.7]), torch.tensor([1, 0, 1])
    >>> SmoothApLoss(tau=0.001, inputs="probs")(probs, labels)  # 1 - (1/1 + 2/3) / 2
    tensor(0.1667)
    """

    ignores_scale = False

    tau: Annotated[float, Bounds(above=0.0, hint="0.01 is the paper's.")] = 0.01

    def scores_of(self, logits: Scores) -> Scores:
        """See `RankingLoss.scores_of`: probabilities."""
        return logits.softmax(1)

    def of_questions(
        self, scores: Ranked, truth: Ranked, weights: Ranked
    ) -> tuple[Float[Tensor, " question"], Bool[Tensor, " question"]]:
        """See `RankingLoss.of_questions`."""
        positive = weights * truth
        total = positive.sum(0)
        ahead = ((scores.unsqueeze(0) - scores.unsqueeze(1)) / self.tau).sigmoid()  # of j before i
        # a row is half ahead of itself: the other half makes its own rank 1
        rank = 0.5 + (weights.unsqueeze(0) * ahead).sum(1)
        hits = 0.5 + (positive.unsqueeze(0) * ahead).sum(1)
        missed = (positive * (1 - hits / rank)).sum(0)
        return missed / total.masked_fill(total == 0, 1), total > 0


def smooth_ap_loss(logits: Scored, labels: Answers, *, tau: Number = 0.01) -> Float[Tensor, ""]:
    """One minus smooth average precision of all rows; see `SmoothApLoss`.

    Examples
    --------
    >>> import torch
    >>> smooth_ap_loss(torch.zeros(2), torch.tensor([0, 1]))  # a tie: 1 - 1 / (1 + 1/2)
    tensor(0.3333)
    """
    return SmoothApLoss(float(tau)).forward(logits, labels)
