"""What happens in a run, told as it happens: one frozen class per event."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from calibrant.metrics.evaluation import Evaluation
from calibrant.pipeline.truth import TrueError
from calibrant.report.summary import ColumnUse

__all__ = [
    "Calibrated",
    "ColumnsUsed",
    "EpochEnded",
    "Event",
    "Listener",
    "Measured",
    "RowsSplit",
    "TableRead",
    "TargetLabelled",
    "TrainingEnded",
    "TrainingStarted",
    "TruthMeasured",
    "Written",
    "unheard",
]


@dataclass(frozen=True, slots=True)
class TableRead:
    """The table is in memory; `without_target` of its rows are left out."""

    name: str
    n_rows: int
    n_columns: int
    without_target: int


@dataclass(frozen=True, slots=True)
class ColumnsUsed:
    """Every column has a role."""

    columns: Sequence[ColumnUse]


@dataclass(frozen=True, slots=True)
class TargetLabelled:
    """The classes are known; `how` is a sentence."""

    how: str
    class_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowsSplit:
    """Rows of the three parts; `how` is a sentence, `per_class` counts training rows."""

    train: int
    validation: int
    test: int
    how: str
    per_class: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TrainingStarted:
    """The network stands and its loss is bound."""

    loss: str
    device: str
    n_features: int
    n_weights: int
    max_epochs: int


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """Losses of an epoch, the best epoch so far, and the time left at most.

    The two losses are of the trained kind; the log loss, in nats, decides when to stop.
    `watched` are metrics of the validation rows.
    """

    epoch: int
    train_loss: float
    validation_loss: float
    validation_log_loss: float
    best_epoch: int
    seconds_left: float
    watched: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class TrainingEnded:
    """The best state is restored; `why` is a sentence."""

    n_epochs: int
    best_epoch: int
    why: str
    interrupted: bool


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The calibrator is fitted, or left out; `how` is a sentence."""

    how: str


@dataclass(frozen=True, slots=True)
class Measured:
    """The test rows are evaluated, before and after calibration."""

    before: Evaluation
    after: Evaluation


@dataclass(frozen=True, slots=True)
class TruthMeasured:
    """True calibration errors, before and after; generated data alone can tell them."""

    before: TrueError
    after: TrueError


@dataclass(frozen=True, slots=True)
class Written:
    """The run folder is whole and bears its name."""

    out: Path


Event: TypeAlias = (
    TableRead
    | ColumnsUsed
    | TargetLabelled
    | RowsSplit
    | TrainingStarted
    | EpochEnded
    | TrainingEnded
    | Calibrated
    | Measured
    | TruthMeasured
    | Written
)
Listener: TypeAlias = Callable[[Event], None]


def unheard(event: Event) -> None:
    """Listener that does nothing."""
