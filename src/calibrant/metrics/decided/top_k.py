"""Top-k accuracy: the class that came out is among the k likeliest."""

from dataclasses import dataclass
from numbers import Integral
from typing import ClassVar

import torch
from jaxtyping import Bool, Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.means import MeanScore
from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.moments import RowScore

__all__ = ["TopKAccuracy", "TopKHit"]


@dataclass(frozen=True, slots=True)
class TopKHit(RowScore):
    """1 where the class that came out is among the k likeliest; of soft labels their share.

    Of classes stated alike the lower index comes first; of two classes, class 1.
    """

    k: int
    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        assert isinstance(rows, Predictions)  # checked where rows are tallied
        if self.k >= rows.n_classes:
            return torch.ones(len(rows), dtype=torch.float64, device=rows.device)
        if self.k == 1:
            return rows.credit
        stated = rows.declared.values  # beyond two classes: logits rank as probabilities do
        if rows.soft is not None:
            return (rows.soft * self._chosen(stated)).sum(dim=-1)
        assert rows.hard is not None
        true_class = rows.hard[:, None]
        own = stated.gather(-1, true_class)
        least = self._least(stated)
        hit = (own > least).squeeze(-1)
        last = (own == least).squeeze(-1).nonzero().squeeze(-1)  # the k-th, or tied with it
        if len(last):
            stated, own, true_class = stated[last], own[last], true_class[last]
            before = torch.arange(stated.shape[1], device=stated.device) < true_class
            ahead = (stated > own) | ((stated == own) & before)
            hit[last] = ahead.sum(dim=-1) < self.k
        return hit.double()

    def _chosen(self, stated: Tensor) -> Bool[Tensor, "row class"]:
        """Whether a class is among the k likeliest of its row."""
        least = self._least(stated)
        above, level = stated > least, stated == least
        room = self.k - above.sum(dim=-1, keepdim=True)
        return above | (level & (level.cumsum(dim=-1) <= room))

    def _least(self, stated: Tensor) -> Tensor:
        """Greatest but k - 1 of every row; faster than counting what lies above the true class."""
        return stated.topk(self.k, dim=-1, sorted=False).values.amin(dim=-1, keepdim=True)


@dataclass(frozen=True, slots=True)
class TopKAccuracy(MeanScore):
    """Share of rows whose true class is among the k likeliest, in [0, 1].

    At k = 1 it is `Accuracy`, ties included; with k classes or fewer it is 1, whatever the
    model. Of classes stated alike the lower index comes first. Of soft labels, the mean
    probability of the k likeliest classes. The interval is Wilson's.

    Parameters
    ----------
    k : int, default 5
        At least 1.

    References
    ----------
    .. [1] Russakovsky et al. "ImageNet Large Scale Visual Recognition Challenge." IJCV 115,
       2015: with k = 5.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]], labels=[1, 2])
    >>> TopKAccuracy(2)(rows).value
    0.5
    """

    k: int = 5
    higher_is_better: ClassVar[bool | None] = True
    is_share: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.k is True or not isinstance(self.k, Integral) or int(self.k) < 1:
            rule = "be a whole number, at least 1"
            raise InputError("k", rule, f"{self.k!r}", "5 is customary for many classes.")

    @property
    def score(self) -> TopKHit:
        """See `MeanScore.score`."""
        return TopKHit(int(self.k))
