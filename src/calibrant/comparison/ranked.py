"""Difference of two areas or precisions of a ranking, by the influence of every row on both."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.comparison.by_influence import difference_by_influence
from calibrant.comparison.difference import Difference, unsure
from calibrant.comparison.pair import Pair
from calibrant.metrics.ranking.average_precision import (
    OneVsRestAveragePrecision,
    PositiveAveragePrecision,
)
from calibrant.metrics.ranking.class_average import OneVsRest
from calibrant.metrics.ranking.one_vs_rest import OneVsRestAUROC
from calibrant.metrics.ranking.positive import PositiveAUROC
from calibrant.metrics.ranking.roc_points import Gini
from calibrant.metrics.ranking.sides import support_of
from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.scores import class_scores, pair_scores, scores_of

__all__ = ["Ranking", "ranked_difference"]

Ranking = PositiveAUROC | PositiveAveragePrecision | OneVsRest | Gini


@dataclass(frozen=True, slots=True, eq=False)
class _Influence:
    """A number and how far every row moves it."""

    value: float
    moved: Float64[Tensor, " row"]


def ranked_difference(metric: Ranking, pair: Pair, level: float) -> Difference:
    """AUROC, Gini or average precision of the first less that of the second; macro or of a class.

    Of AUROC this is DeLong's test for two correlated curves: every row's placements under both
    models are subtracted before they are squared, and summed over clusters as Obuchowski does, with
    the factor m / (m - 1) of m clusters. Of
    averages over classes the influences are averaged, since classes share their rows.

    References
    ----------
    .. [1] DeLong et al. "Comparing the Areas under Two or More Correlated Receiver Operating
       Characteristic Curves." Biometrics 44, 1988. Obuchowski. "Nonparametric Analysis of
       Clustered ROC Curve Data." Biometrics 53, 1997.
    """
    first, second = (_influence(metric, rows) for rows in (pair.a, pair.b))
    scale = 2.0 if isinstance(metric, Gini) else 1.0  # twice the area less one
    value = scale * (first.value - second.value)
    if math.isnan(value):
        return unsure(value, pair.n, pair.n_effective, "no class has rows on both sides")
    moved = scale * _freed(pair) * (first.moved - second.moved).numpy(force=True)
    if value == 0 and np.abs(moved).max() <= 1e-15:
        return unsure(0.0, pair.n, pair.n_effective, "both rank the rows the same")
    is_area = isinstance(metric, PositiveAUROC | OneVsRestAUROC | Gini)
    method = "DeLong, paired (t)" if is_area else "infinitesimal jackknife, paired (t)"
    return difference_by_influence(value, moved, pair, level, method)


def _freed(pair: Pair) -> float:
    r"""Root of what clusters, instead of rows, make the variance unbiased by.

    Influences come with the factors n / (n - 1) of the rows of either side. Of m clusters it is
    :math:`\frac{m}{m - 1}` instead of :math:`\frac{n}{n - 1}`, so 1 where each row is a cluster.
    """
    if pair.units is None:
        return 1.0
    m, n = pair.n_effective, 1 / float(np.square(pair.weight / pair.weight.sum()).sum())
    return math.sqrt(m / max(m - 1, 1e-300) * (n - 1) / n)


def _influence(metric: Ranking, rows: Rows) -> _Influence:
    weight = rows.weight()
    if not isinstance(metric, OneVsRest):
        area = not isinstance(metric, PositiveAveragePrecision)
        of = OneVsRestAUROC() if area else OneVsRestAveragePrecision()
        events, scores = scores_of(rows, "positive")
        one = of.of_hard(scores.values, events.outcome, weight)
        return _Influence(one.value, one.influence)
    assert isinstance(rows, Predictions)  # as the metric reads
    hard = rows.hard
    assert hard is not None  # checked where the method is chosen
    if metric.average == "micro":
        classes = torch.arange(rows.n_classes, device=rows.device)[:, None]
        positive = (hard == classes).reshape(-1)
        one = metric.of_hard(pair_scores(rows), positive, weight.repeat(rows.n_classes))
        return _Influence(one.value, one.influence.view(rows.n_classes, -1).sum(0))
    return _averaged(metric, rows, hard, weight)


def _averaged(
    metric: OneVsRest, rows: Predictions, hard: Tensor, weight: Float64[Tensor, " row"]
) -> _Influence:
    """Mean over the classes that have a value; shares of classes are estimates, too."""
    support = support_of(rows)
    total, value, moved = 0.0, 0.0, torch.zeros_like(weight)
    own = torch.full_like(support, math.nan)
    for k, scores in enumerate(class_scores(rows)):
        one = metric.of_hard(scores.values, hard == k, weight)
        if math.isnan(one.value):
            continue
        share = float(support[k]) if metric.average == "weighted" else 1.0
        own[k] = one.value
        total, value = total + share, value + share * one.value
        moved += share * one.influence
    if not total:
        return _Influence(math.nan, moved)
    value, moved = value / total, moved / total
    if metric.average == "weighted":
        each = own[hard]
        moved = moved + weight * torch.where(each.isnan(), 0, each - value) / support.sum()
    return _Influence(value, moved)
