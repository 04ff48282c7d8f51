"""What a training tells about itself: a record of every epoch, and how far it is."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from torch import Tensor

__all__ = ["EpochRecord", "OnEpoch", "Progress", "Watch"]

Watch: TypeAlias = Callable[[Tensor, Tensor], Mapping[str, float]]
"""Metrics by name, of the logits (row, class) and the labels of all rows of a part."""


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
    train_log_loss, validation_log_loss : float
        Log loss in nats; the validation rows' decides when to stop.
    train_watched, validation_watched : Mapping[str, float]
        The watched metrics.
    """

    epoch: int
    learning_rate: float
    train_loss: float
    validation_loss: float
    train_log_loss: float
    validation_log_loss: float
    train_watched: Mapping[str, float] = field(default_factory=dict[str, float])
    validation_watched: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def is_finite(self) -> bool:
        """Whether every loss is a finite number."""
        losses = (self.train_loss, self.validation_loss)
        log_losses = (self.train_log_loss, self.validation_log_loss)
        return all(math.isfinite(value) for value in (*losses, *log_losses))

    def to_row(self) -> dict[str, int | float]:
        """Everything by name: watched metrics as ``train_<name>`` and ``validation_<name>``.

        Examples
        --------
        >>> record = EpochRecord(1, 0.002, 0.7, 0.7, 0.6, 0.6, {"f1": 0.5}, {"f1": 0.4})
        >>> list(record.to_row())[-2:]
        ['train_f1', 'validation_f1']
        """
        return {
            "epoch": self.epoch,
            "learning_rate": self.learning_rate,
            "train_loss": self.train_loss,
            "validation_loss": self.validation_loss,
            "train_log_loss": self.train_log_loss,
            "validation_log_loss": self.validation_log_loss,
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
        Epoch of the lowest validation log loss so far.
    seconds_left : float
        At most, at the pace so far; less when patience ends the training sooner.
    """

    epoch: int
    max_epochs: int
    best_epoch: int
    seconds_left: float


OnEpoch: TypeAlias = Callable[[EpochRecord, Progress], None]
"""Called after every epoch; a KeyboardInterrupt in it ends the training well."""
