"""Course: a training between two epochs, and the next epoch of it."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn

from calibrant.errors import FitError
from calibrant.training.epoch import Measure, loss_in, train_epoch
from calibrant.training.history import EpochRecord
from calibrant.training.optimizer import Optimizer
from calibrant.training.origin import origin_of
from calibrant.training.settings import TrainSettings
from calibrant.training.stopping import EarlyStopping

__all__ = ["Course"]


@dataclass(slots=True, eq=False)
class Course:
    """A training between two epochs; what is in here decides all that follows.

    No random generator is part of it: the order of rows and the dropout of an epoch follow
    from `seed` and the number of the epoch.

    Attributes
    ----------
    network : nn.Module
        In the state of the last epoch, not of the best.
    optimizer : Optimizer
        Over the parameters of `network`.
    measure : Measure
        Loss and rows.
    stopping : EarlyStopping
        The best state so far.
    settings : TrainSettings
        How to train.
    seed : int
        At least 0.
    history : list of EpochRecord
        One for every epoch so far.
    origin : str
        Hash of the network, the loss and the rows that the training starts from, taken when
        the course is made.
    """

    network: nn.Module
    optimizer: Optimizer
    measure: Measure
    stopping: EarlyStopping
    settings: TrainSettings
    seed: int
    history: list[EpochRecord] = field(default_factory=list[EpochRecord])
    origin: str = field(init=False)

    def __post_init__(self) -> None:
        measure = self.measure
        self.origin = origin_of(self.network, measure.loss, measure.train, measure.validation)

    @property
    def epochs_left(self) -> int:
        """Epochs still to do, at most; 0 when patience is at its end."""
        return 0 if self.stopping.is_over else self.settings.max_epochs - len(self.history)

    def advance(self) -> EpochRecord:
        """Train for the next epoch, and measure.

        Raises
        ------
        FitError
            When a loss is not finite.
        """
        epoch, rows = len(self.history) + 1, self.measure.train
        rate = self.settings.learning_rate_in(epoch)
        with _randomness(self.seed, epoch, rows.labels.device):
            train_epoch(
                self.network,
                loss_in(self.measure.loss, epoch),
                self.optimizer,
                rows,
                batch_size=self.settings.batch_size_for(len(rows)),
                learning_rate=rate,
            )
        record = self.measure(self.network, epoch=epoch, learning_rate=rate)
        if not record.is_finite:
            raise FitError(
                f"the loss is not finite after epoch {epoch}: {record.train_loss} on training "
                f"rows, {record.validation_loss} on validation rows. "
                f"Lower learning_rate (now {self.settings.learning_rate:g})."
            )
        self.history.append(record)
        self.stopping.see(epoch, self._criterion(record), self.network)
        return record

    def _criterion(self, record: EpochRecord) -> float:
        """What decides whether the epoch is the best."""
        calibrated = record.calibrated_score
        if self.settings.stop_by == "calibrated":
            assert calibrated is not None  # it was asked for
            return calibrated
        if self.settings.stop_by == "loss":
            return record.validation_loss
        return record.validation_score


@contextmanager
def _randomness(seed: int, epoch: int, device: torch.device) -> Generator[None]:
    """Context with global generators of its own, which follow from `seed` and `epoch`."""
    mixed = int(np.random.SeedSequence([seed, epoch]).generate_state(1)[0])
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(mixed)
        yield
