"""Rows that `metrics_speed.py` measures on, and the right values of metrics in float64."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from scipy.optimize import isotonic_regression
from scipy.stats import rankdata
from torch import Tensor

__all__ = ["N_BINS", "Batch", "auroc", "brier", "classwise", "gap_of", "log_loss", "miscalibration"]

N_BINS = 15


@dataclass(frozen=True)
class Batch:
    """Float32 probabilities and int64 labels; probabilities of one axis are of a positive class."""

    probs: Tensor
    labels: Tensor

    @classmethod
    def draw(cls, n_rows: int, n_classes: int) -> "Batch":
        """A model that is near calibrated where there are two classes, and too sure beyond."""
        generator = torch.Generator().manual_seed(0)
        if n_classes == 1:
            probs = torch.rand(n_rows, generator=generator)
            came = torch.rand(n_rows, generator=generator) < probs**1.2
            return cls(probs, came.long())
        logits = 2 * torch.randn(n_rows, n_classes, generator=generator)
        labels = torch.multinomial((logits / 1.5).softmax(-1), 1, generator=generator)
        return cls(logits.softmax(-1), labels.squeeze(-1))

    def head(self, share: float) -> "Batch":
        """The first rows."""
        n = max(100, round(share * len(self.labels)))
        return Batch(self.probs[:n], self.labels[:n])

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return 2 if self.probs.ndim == 1 else self.probs.shape[1]

    @cached_property
    def p(self) -> Any:
        """Probabilities as a NumPy array."""
        return self.probs.numpy()

    @cached_property
    def y(self) -> Any:
        """Labels as a NumPy array."""
        return self.labels.numpy()

    @cached_property
    def top(self) -> tuple[Any, Any]:
        """Confidence in float64, and whether the likeliest class came out."""
        p = self.p.astype(np.float64)
        if p.ndim == 1:
            return np.maximum(p, 1 - p), ((p >= 0.5) == self.y).astype(np.float64)
        return p.max(axis=1), (p.argmax(axis=1) == self.y).astype(np.float64)


def gap_of(prob: Any, outcome: Any) -> float:
    """ECE in float64, of bins (lo, hi]."""
    bins = np.clip(np.ceil(prob * N_BINS).astype(np.int64) - 1, 0, N_BINS - 1)
    sums = np.bincount(bins, prob - outcome, N_BINS)
    return float(np.abs(sums).sum() / len(prob))


def classwise(batch: Batch) -> float:
    """Mean over classes of the ECE of each against the rest."""
    one = batch.p[:, None] if batch.p.ndim == 1 else batch.p
    columns = one.astype(np.float64)
    ks = [1] if batch.p.ndim == 1 else range(batch.n_classes)
    return float(np.mean([gap_of(columns[:, j], batch.y == k) for j, k in enumerate(ks)]))


def brier(batch: Batch) -> float:
    """Squared error summed over classes; of the positive class where there are two."""
    p = batch.p.astype(np.float64)
    if p.ndim == 1:
        return float(np.square(p - batch.y).mean())
    true = np.take_along_axis(p, batch.y[:, None], axis=1)
    return float((np.square(p).sum(axis=1) - 2 * true[:, 0] + 1).mean())


def log_loss(batch: Batch) -> float:
    """Minus the log of the probability of what came out."""
    p = batch.p.astype(np.float64)
    if p.ndim == 1:
        return float(-np.log(np.where(batch.y == 1, p, 1 - p)).mean())
    return float(-np.log(np.take_along_axis(p, batch.y[:, None], axis=1)).mean())


def auroc(batch: Batch) -> float:
    """Mann and Whitney's statistic; the mean over classes beyond two."""
    columns = (
        [(batch.p, 1)] if batch.p.ndim == 1 else zip(batch.p.T, range(batch.n_classes), strict=True)
    )
    areas = []
    for score, k in columns:
        hit = batch.y == k
        n_hits = int(hit.sum())
        above = rankdata(score)[hit].sum() - n_hits * (n_hits + 1) / 2
        areas.append(above / n_hits / (len(score) - n_hits))
    return float(np.mean(areas))


def miscalibration(batch: Batch) -> float:
    """Brier score less that of the isotonic fit; ties are one point of the fit."""
    p, y = batch.p.astype(np.float64), batch.y.astype(np.float64)
    _, place, count = np.unique(p, return_inverse=True, return_counts=True)
    fit = isotonic_regression(np.bincount(place, y) / count, weights=count).x[place]
    return float(np.square(p - y).mean() - np.square(fit - y).mean())
