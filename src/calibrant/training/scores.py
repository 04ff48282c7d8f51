"""Scores: by what an epoch is judged, whatever the loss that is trained."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from calibrant.calibrators.temperature import TemperatureScaling
from calibrant.errors import FitError
from calibrant.prediction.door import predictions
from calibrant.training.rows import LabelledRows

__all__ = ["LogLoss", "MeanSquaredError", "PointScore", "Scores"]

PENALTY = 2.0  # keeps the temperature finite on rows that the network separates


class Scores(ABC):
    """Proper score of the outputs of a network, weighted; the lower the better."""

    name: ClassVar[str]

    @abstractmethod
    def __call__(self, outputs: Float[Tensor, "row *class"], rows: LabelledRows) -> float:
        """Score of all rows, in float64."""

    @abstractmethod
    def calibrated(self, outputs: Float[Tensor, "row *class"], rows: LabelledRows) -> float:
        """Score of the rows after the calibration that suits them best."""


@final
@dataclass(frozen=True, slots=True)
class LogLoss(Scores):
    """Weighted mean of minus the log of the labels' probabilities, in nats."""

    name: ClassVar[str] = "log_loss"

    def __call__(self, outputs: Float[Tensor, "row class"], rows: LabelledRows) -> float:
        """See `Scores.__call__`."""
        per_row = F.cross_entropy(outputs.double(), rows.labels, reduction="none")
        return _mean(per_row, rows)

    def calibrated(self, outputs: Float[Tensor, "row class"], rows: LabelledRows) -> float:
        """Log loss after the best temperature, drawn a little towards 1.

        Where no temperature can be fitted, because the network rules out what came out, it is
        the log loss as it is: infinite.

        References
        ----------
        .. [1] Berta et al. "Rethinking Early Stopping: Refine, Then Calibrate." 2025.
           arXiv:2501.19195.
        """
        stated = predictions(
            logits=outputs.double().cpu(),
            labels=rows.labels.cpu(),
            weights=None if rows.weights is None else rows.weights.cpu(),
        )
        try:
            fitted = TemperatureScaling(penalty=PENALTY).fit(stated)
        except FitError:
            return self(outputs, rows)
        return self(outputs / fitted.value, rows)


@final
@dataclass(frozen=True, slots=True)
class MeanSquaredError(Scores):
    """Weighted mean of the squared error, in squared units of the target."""

    name: ClassVar[str] = "mse"

    def __call__(self, outputs: Float[Tensor, " row"], rows: LabelledRows) -> float:
        """See `Scores.__call__`."""
        return _mean((outputs.double() - rows.labels.double()).square(), rows)

    def calibrated(self, outputs: Float[Tensor, " row"], rows: LabelledRows) -> float:
        """See `Scores.calibrated`: numbers are not calibrated."""
        return self(outputs, rows)


@final
@dataclass(frozen=True, slots=True, eq=False)
class PointScore(Scores):
    """Loss of numbers that are no means, as a score: quantiles are judged as quantiles.

    The mean squared error would prefer the epoch in which a quantile was nearest to the mean.
    """

    name: ClassVar[str] = "loss"

    loss: nn.Module

    def __call__(self, outputs: Float[Tensor, " row"], rows: LabelledRows) -> float:
        """See `Scores.__call__`."""
        return float(self.loss(outputs.double(), rows.labels.double(), rows.weights))

    def calibrated(self, outputs: Float[Tensor, " row"], rows: LabelledRows) -> float:
        """See `Scores.calibrated`: numbers are not calibrated."""
        return self(outputs, rows)


def _mean(per_row: Float[Tensor, " row"], rows: LabelledRows) -> float:
    """Weighted mean."""
    if rows.weights is None:
        return float(per_row.mean())
    weights = rows.weights.double()
    return float((weights * per_row).sum() / weights.sum())
