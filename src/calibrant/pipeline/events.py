"""What happens in a run, told as it happens: one frozen class per event."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from calibrant.metrics.evaluation import Evaluation
from calibrant.pipeline.truth import TrueError
from calibrant.report.contest import Contest
from calibrant.report.summary import ColumnUse

__all__ = [
    "BaselineFitted",
    "Calibrated",
    "ColumnsUsed",
    "Compared",
    "EpochEnded",
    "Event",
    "Listener",
    "Measured",
    "Resumed",
    "RowsSplit",
    "TableMended",
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
class TableMended:
    """What was guessed about the file, what was mended, and what may be amiss.

    `mended` counts rows by kind of repair and column, `repeats` the rows that equal an earlier
    one in all features; `suggestions` and `warnings` are sentences.
    """

    how_read: Sequence[str]
    mended: Mapping[str, Mapping[str, int]]
    repeats: int
    suggestions: Sequence[str]
    warnings: Sequence[str]


@dataclass(frozen=True, slots=True)
class ColumnsUsed:
    """Every column has a role."""

    columns: Sequence[ColumnUse]


@dataclass(frozen=True, slots=True)
class TargetLabelled:
    """What is predicted is known; `how` is a sentence."""

    how: str


@dataclass(frozen=True, slots=True)
class RowsSplit:
    """Rows of the three parts; `how` is a sentence, `per_class` counts training rows.

    Of several folds, the numbers are those of the first.
    """

    train: int
    validation: int
    test: int
    how: str
    n_folds: int
    per_class: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Resumed:
    """Training goes on where an interrupted one ended, or from the start; `how` is a sentence."""

    how: str


@dataclass(frozen=True, slots=True)
class TrainingStarted:
    """A network stands and its loss is bound; `which` says which, where there are several."""

    which: str
    loss: str
    device: str
    n_features: int
    n_weights: int
    max_epochs: int


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """Losses of an epoch, the best epoch so far, and the time left at most.

    The two losses are of the trained kind; `score` is that of the validation rows, log loss in
    nats or the mean squared error, as `score_name` says. `watched` are metrics of these rows.
    """

    epoch: int
    train_loss: float
    validation_loss: float
    score_name: str
    score: float
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
class BaselineFitted:
    """A simpler model is fitted on the same rows; `how` is a sentence."""

    name: str
    how: str


@dataclass(frozen=True, slots=True)
class Measured:
    """The test rows are evaluated, before and after calibration."""

    before: Evaluation
    after: Evaluation


@dataclass(frozen=True, slots=True)
class Compared:
    """The network is set beside its baselines and its own seeds."""

    contest: Contest


@dataclass(frozen=True, slots=True)
class TruthMeasured:
    """True calibration errors, before and after; generated data alone can tell them."""

    before: TrueError
    after: TrueError


@dataclass(frozen=True, slots=True)
class Written:
    """The run folder is whole and bears its name; `verdict` opens its report, line by line."""

    out: Path
    verdict: tuple[str, ...] = ()


Event: TypeAlias = (
    TableRead
    | TableMended
    | ColumnsUsed
    | TargetLabelled
    | RowsSplit
    | Resumed
    | TrainingStarted
    | EpochEnded
    | TrainingEnded
    | Calibrated
    | BaselineFitted
    | Measured
    | Compared
    | TruthMeasured
    | Written
)
Listener: TypeAlias = Callable[[Event], None]


def unheard(event: Event) -> None:
    """Listener that does nothing."""
