"""TrainSettings: how a network is trained."""

import math
from dataclasses import dataclass

from calibrant.errors import InputError

__all__ = ["OPTIMIZERS", "TrainSettings"]

OPTIMIZERS = ("adamw", "adam", "sgd")


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """How a network is trained.

    Attributes
    ----------
    optimizer : "adamw", "adam" or "sgd"
        What takes the steps; see `calibrant.training.optimizer`.
    learning_rate : float
        Size of the steps, at the start.
    schedule : "constant" or "cosine"
        Course of the learning rate; the cosine falls from epoch to epoch, towards 0 after
        `max_epochs`.
    weight_decay : float
        Of parameters with two or more axes; biases and norms do not decay.
    batch_size : int, optional
        Rows of a step, at least 2. Without it, the power of two at or below a sixteenth of the
        training rows, within 32 and 256.
    max_epochs : int
        Passes over the training rows, at most.
    patience : int
        Epochs without a better one after which training ends.
    min_gain : float
        By how much it must be lower to count; see `EarlyStopping`.
    stop_by : "score", "calibrated" or "loss"
        What of the validation rows decides which epoch is best: a proper score (log loss in
        nats; of means, the mean squared error; of other numbers, the loss itself), the same
        after calibration, or the loss that is trained.
    threads : int, optional
        Processor threads, at most one for every core; without it one, see
        `calibrant.training.device.chosen_threads`.
    """

    optimizer: str = "adamw"
    learning_rate: float = 2e-3
    schedule: str = "constant"
    weight_decay: float = 0.01
    batch_size: int | None = None
    max_epochs: int = 150
    patience: int = 10
    min_gain: float = 0.0
    stop_by: str = "score"
    threads: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.learning_rate < math.inf:
            rule, remedy = "be finite and above 0", "0.002 is the default."
            raise InputError("learning_rate", rule, f"{self.learning_rate}", remedy)
        words = {
            "optimizer": (self.optimizer, OPTIMIZERS),
            "schedule": (self.schedule, ("constant", "cosine")),
            "stop_by": (self.stop_by, ("score", "calibrated", "loss")),
        }
        for name, (word, known) in words.items():
            if word not in known:
                raise InputError(name, f"be one of {', '.join(known)}", repr(word), "Choose one.")
        for name, number in (("weight_decay", self.weight_decay), ("min_gain", self.min_gain)):
            if not 0 <= number < math.inf:
                raise InputError(name, "be finite and at least 0", f"{number}", "0 is none.")
        if self.batch_size is not None and self.batch_size < 2:
            rule, remedy = "be at least 2", "Batch norm needs two rows."
            raise InputError("batch_size", rule, f"{self.batch_size}", remedy)
        counts = {"max_epochs": self.max_epochs, "patience": self.patience, "threads": self.threads}
        for name, count in counts.items():
            if count is not None and count < 1:
                raise InputError(name, "be at least 1", f"{count}", "Give a larger number.")

    def batch_size_for(self, n_rows: int) -> int:
        """Rows of a step when there are `n_rows` to train on.

        Examples
        --------
        >>> [TrainSettings().batch_size_for(n) for n in (100, 1150, 5454)]  # 1150 / 16 = 71.9
        [32, 64, 256]
        """
        if self.batch_size is not None:
            return self.batch_size
        return min(256, max(32, 2 ** ((n_rows // 16).bit_length() - 1)))

    def learning_rate_in(self, epoch: int) -> float:
        """Learning rate of an epoch, counted from 1.

        Examples
        --------
        >>> settings = TrainSettings(schedule="cosine", max_epochs=10)
        >>> settings.learning_rate_in(1), settings.learning_rate_in(6)
        (0.002, 0.001)
        """
        if self.schedule == "constant":
            return self.learning_rate
        return self.learning_rate * (1 + math.cos(math.pi * (epoch - 1) / self.max_epochs)) / 2
