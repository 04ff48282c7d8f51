"""Watched metrics: what they read after every epoch."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.base import TallyMetric
from calibrant.metrics.resolving import resolve
from calibrant.prediction.door import predictions
from calibrant.statistics.bundle import tally_rows

__all__ = ["Watcher"]


@dataclass(frozen=True, slots=True)
class Watcher:
    """Values of metrics by name, of the logits and labels of a part, read from its tallies.

    No interval is computed. A metric that rows give exactly, such as the area under the ROC
    curve, is read from the score grid within its stated bound.

    Attributes
    ----------
    names : tuple of str
        Metrics that are one number.
    class_names : tuple of str
        By class index.

    Raises
    ------
    InputError
        When a name is unknown, or its metric is not one number for these classes, or needs the
        rows in memory.
    """

    names: tuple[str, ...]
    class_names: tuple[str, ...]

    def __post_init__(self) -> None:
        n_classes = len(self.class_names)
        for name, value in self._read(torch.eye(n_classes), torch.arange(n_classes)).items():
            if value.ndim:
                remedy = "Watch an average instead; the metrics of the run show every class."
                raise InputError("watch", "name metrics that are one number", repr(name), remedy)

    def __call__(self, logits: Tensor, labels: Tensor) -> Mapping[str, float]:
        """Value of every metric over all rows."""
        return {name: float(value) for name, value in self._read(logits, labels).items()}

    def _read(self, logits: Tensor, labels: Tensor) -> dict[str, Tensor]:
        rows = predictions(logits=logits, labels=labels, class_names=self.class_names)
        metrics = {name: self._metric(name) for name in self.names}
        tallies = tally_rows(rows, [metric.statistic for metric in metrics.values()])
        return {name: one.read(tallies.tally_of(one.statistic)) for name, one in metrics.items()}

    def _metric(self, name: str) -> TallyMetric:
        metric = resolve(name, len(self.class_names))
        if isinstance(metric, TallyMetric):
            return metric
        remedy = "The metrics of the run may name it."
        raise InputError("watch", "name metrics that sums can tell", repr(name), remedy)
