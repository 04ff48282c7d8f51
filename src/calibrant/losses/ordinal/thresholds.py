"""CORAL, CORN and CONDOR: one yes or no for every threshold between neighbouring classes."""

from typing import final

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor

from calibrant.losses.ordinal.level_loss import LevelLoss, Levels, PerRow

__all__ = ["CONDORLoss", "CORALLoss", "CORNLoss", "coral_probs", "corn_probs"]

Ordered = Int[Tensor, "row *axes"]


@final
class CORALLoss(LevelLoss):
    r"""Sum over the thresholds k of the binary cross entropy of "above k", in nats.

    Of K classes there are K - 1 logits :math:`z_k`, of :math:`y > k`. With one output whose
    thresholds are biases, the logits fall with k and the ranks never contradict each other.

    References
    ----------
    .. [1] Cao, Mirjalili and Raschka. "Rank Consistent Ordinal Regression for Neural Networks with
       Application to Age Estimation." Pattern Recognition Letters 140, 2020.

    Examples
    --------
    >>> CORALLoss()(torch.zeros(1, 2), torch.tensor([1]))  # above 0, not above 1: 2 ln 2
    tensor(1.3863)
    """

    def n_classes(self, n_scores: int) -> int:
        """See `LevelLoss.n_classes`: one more."""
        return n_scores + 1

    def per_row(self, scores: Levels, labels: Ordered) -> PerRow:
        """See `LevelLoss.per_row`."""
        return -F.logsigmoid(_signed(scores, labels)).sum(1)


@final
class CORNLoss(LevelLoss):
    r"""Mean over the thresholds asked of the binary cross entropy of "above k, if above k - 1".

    A row of class y is asked the thresholds 0 to y: further ones are beyond it. The mean is over
    all questions of the batch, as in the paper, so that a row counts as often as it is asked;
    ``reduction="sum"`` and ``"none"`` add up its questions.

    References
    ----------
    .. [1] Shi, Cao and Raschka. "Deep Neural Networks for Rank-Consistent Ordinal Regression Based
       on Conditional Probabilities." Pattern Analysis and Applications 26, 2023.

    Examples
    --------
    >>> rows, labels = torch.zeros(2, 2), torch.tensor([0, 2])
    >>> CORNLoss(reduction="sum")(rows, labels)  # asked once and twice: 3 ln 2
    tensor(2.0794)
    """

    def n_classes(self, n_scores: int) -> int:
        """See `LevelLoss.n_classes`: one more."""
        return n_scores + 1

    def per_row(self, scores: Levels, labels: Ordered) -> PerRow:
        """See `LevelLoss.per_row`."""
        return _of_conditions(scores, labels)

    def asked(self, labels: Ordered, n_scores: int) -> PerRow:
        """See `LevelLoss.asked`: thresholds up to the class."""
        return (labels + 1).clamp(max=n_scores).to(torch.get_default_dtype())


@final
class CONDORLoss(LevelLoss):
    r"""Log loss of the class, by the answers to "above k, if above k - 1" up to it, in nats.

    The questions of a row are those of `CORNLoss`, and `corn_probs` are the probabilities. Here
    every row counts once, however often it is asked: this is :math:`-\ln p_y` of them, whose least
    value is that of maximum likelihood.

    References
    ----------
    .. [1] Jenkinson, Oliver, Khezeli, Kalantari and Klee. "Universally Rank Consistent Ordinal
       Regression in Neural Networks." 2021.

    Examples
    --------
    >>> rows, labels = torch.zeros(2, 2), torch.tensor([0, 2])
    >>> CONDORLoss()(rows, labels)  # probabilities 1/2 and 1/4: (ln 2 + ln 4) / 2
    tensor(1.0397)
    """

    def n_classes(self, n_scores: int) -> int:
        """See `LevelLoss.n_classes`: one more."""
        return n_scores + 1

    def per_row(self, scores: Levels, labels: Ordered) -> PerRow:
        """See `LevelLoss.per_row`."""
        return _of_conditions(scores, labels)


def coral_probs(logits: Levels) -> Float[Tensor, "row class *axes"]:
    """Probabilities of the classes from the logits of `CORALLoss`.

    Where a threshold is stated as likelier than a lower one, which one output with biases rules
    out, the lower one's probability goes for both: so none is negative, and their sum is 1.

    Examples
    --------
    >>> coral_probs(torch.tensor([[0.0, -torch.inf]]))  # above 0 or not, never above 1
    tensor([[0.5000, 0.5000, 0.0000]])
    """
    return _between(logits.sigmoid().cummin(1).values)


def corn_probs(logits: Levels) -> Float[Tensor, "row class *axes"]:
    """Probabilities of the classes from the logits of `CORNLoss` and `CONDORLoss`.

    Examples
    --------
    >>> corn_probs(torch.zeros(1, 2))  # 1/2, then 1/2 of the rest
    tensor([[0.5000, 0.2500, 0.2500]])
    """
    return _between(F.logsigmoid(logits).cumsum(1).exp())


def _between(above: Levels) -> Float[Tensor, "row class *axes"]:
    """Probabilities of the classes from those of being above every threshold, falling."""
    one, none = torch.ones_like(above[:, :1]), torch.zeros_like(above[:, :1])
    return torch.cat((one, above), 1) - torch.cat((above, none), 1)


def _level_of(scores: Levels) -> Int[Tensor, "one level *ones"]:
    """Threshold of every score, in a shape that broadcasts to them."""
    levels = torch.arange(scores.shape[1], device=scores.device)
    return levels.view(1, -1, *[1] * (scores.ndim - 2))


def _of_conditions(scores: Levels, labels: Ordered) -> PerRow:
    """Sum of the binary cross entropies of the thresholds that a row is asked, those up to it."""
    asked = labels.unsqueeze(1) >= _level_of(scores)
    scores = torch.where(asked, scores, 0)
    return torch.where(asked, -F.logsigmoid(_signed(scores, labels)), 0).sum(1)


def _signed(scores: Levels, labels: Ordered) -> Levels:
    """Scores of what is true: as they are above the threshold, and their negatives below."""
    above: Bool[Tensor, "row level *axes"] = labels.unsqueeze(1) > _level_of(scores)
    return torch.where(above, scores, -scores)
