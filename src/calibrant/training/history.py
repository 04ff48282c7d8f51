"""What a training tells about itself: a record of every epoch, and how far it is."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from torch import Tensor

__all__ = ["EpochRecord", "OnEpoch", "Progress", "Watch"]

Watch: TypeAlias = Callable[[Tensor, Tensor], Mapping[str, float]]
"""Metrics by name, of the outputs of the network and the labels of all rows of a part."""


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """Losses and metrics after an epoch, each over all rows of a part at once.

    Both parts are measured in the same way: by the network as it predicts, without dropout,
    and never as a mean over batches, which differs for losses that are not means of rows.

    Attributes
    ----------
    epoch : int
        Passes over the training rows so far, from 1.
    learning_rate : float
        Of this epoch.
    train_loss, validation_loss : float
        The loss that is trained.
    score : str
        Name of the score by which epochs are judged: ``"log_loss"``, ``"mse"`` or ``"loss"``.
    train_score, validation_score : float
        That score; see `Scores`.
    calibrated_score : float or None
        Score of the validation rows after calibration, where it decides.
    train_watched, validation_watched : Mapping[str, float]
        The watched metrics.
    """

    epoch: int
    learning_rate: float
    train_loss: float
    validation_loss: float
    score: str
    train_score: float
    validation_score: float
    calibrated_score: float | None = None
    train_watched: Mapping[str, float] = field(default_factory=dict[str, float])
    validation_watched: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def is_finite(self) -> bool:
        """Whether every loss is a finite number."""
        losses = (self.train_loss, self.validation_loss)
        scores = (self.train_score, self.validation_score)
        return all(math.isfinite(value) for value in (*losses, *scores))

    def to_row(self) -> dict[str, int | float]:
        """Everything by name: score and watched metrics with ``train_`` and ``validation_``.

        Examples
        --------
        >>> record = EpochRecord(1, 0.002, 0.7, 0.7, "mse", 0.6, 0.6, None, {"r": 0.5}, {"r": 0.4})
        >>> list(record.to_row())[-4:]
        ['train_mse', 'validation_mse', 'train_r', 'validation_r']
        """
        row: dict[str, int | float] = {
            "epoch": self.epoch,
            "learning_rate": self.learning_rate,
            "train_loss": self.train_loss,
            "validation_loss": self.validation_loss,
            f"train_{self.score}": self.train_score,
            f"validation_{self.score}": self.validation_score,
        }
        if self.calibrated_score is not None:
            row[f"validation_calibrated_{self.score}"] = self.calibrated_score
        return row | {
            **{f"train_{name}": value for name, value in self.train_watched.items()},
            **{f"validation_{name}": value for name, value in self.validation_watched.items()},
        }


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is.

    Attributes
    ----------
    epoch, max_epochs : int
        Epochs done, and at most to do.
    best_epoch : int
        Best epoch so far.
    seconds_left : float
        At most, at the pace so far; less when patience ends the training sooner.
    """

    epoch: int
    max_epochs: int
    best_epoch: int
    seconds_left: float


OnEpoch: TypeAlias = Callable[[EpochRecord, Progress], None]
"""Called after every epoch; a KeyboardInterrupt in it ends the training well."""
