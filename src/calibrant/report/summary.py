"""RunSummary: everything that the report of a training run needs, as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.reliability import ReliabilityTable

__all__ = [
    "ColumnUse",
    "Repairs",
    "RunSummary",
    "SplitSizes",
    "TrainingHistory",
    "TrueCalibrationError",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnUse:
    """What one column of the table was used for, and why."""

    name: str
    role: str  # "target", "number", "category", "identifier", "dropped", "split"
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitSizes:
    """How many rows trained, calibrated and tested, and how they were chosen."""

    train: int
    validation: int
    test: int
    how: str  # a sentence: "Stratified by class, seed 0."


@dataclass(frozen=True, slots=True, kw_only=True)
class Repairs:
    """What was mended before training; every value in it was learned from training rows.

    `imputed` maps a column to its number of missing values, `unseen` maps a column to its number
    of values outside the categories of the training rows. Columns with none are left out.
    """

    imputed: Mapping[str, int] = field(default_factory=dict[str, int])
    unseen: Mapping[str, int] = field(default_factory=dict[str, int])
    rows_without_target: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingHistory:
    """Curves of a training: one list per name, all as long as ``columns["epoch"]``.

    The names ``train_loss``, ``validation_loss`` and ``validation_log_loss`` are drawn; all are
    listed in the table. NaN is allowed and shows as a gap.
    """

    columns: Mapping[str, Sequence[int] | Sequence[float]]
    best_epoch: int  # a value of columns["epoch"]
    stopped: str  # a sentence: "No better validation log loss in 10 epochs."
    loss: str  # the canonical spec: "0.5*ce(balanced) + 0.5*soft_f1"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueCalibrationError:
    """Calibration error against known probabilities; only generated data can have one.

    `before` and `after` are E|E[eta | p] - p| in units of probability, over `n` fresh rows.
    """

    before: float
    after: float | None
    n: int
    how: str  # a sentence: what was averaged over what


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """Everything that the report of a training run needs, as plain data.

    Sentences end with a full stop and hold plain text: the report escapes every string.
    Names of classes come from `before`.
    """

    title: str
    source: str  # a sentence: "sales.csv: 8,523 rows, 12 columns."
    target: str  # a sentence: "OutletSales above the median of the training rows, 1794.33."
    columns: Sequence[ColumnUse]
    split: SplitSizes
    repairs: Repairs
    training: TrainingHistory

    calibrator: str  # a sentence: "Calibrated on ...", or "Left uncalibrated, because ..."
    before: Evaluation  # of the test rows
    after: Evaluation | None  # None when the probabilities were left as they were
    reliability_before: Mapping[str, ReliabilityTable]  # by view: "top_label", "positive" (K = 2)
    reliability_after: Mapping[str, ReliabilityTable] | None
    confusion: Sequence[
        Sequence[float]
    ]  # [true class][predicted class], weights of test rows, final
    truth: TrueCalibrationError | None = None

    notes: Sequence[str] = ()  # warnings and notices, a sentence each
    interrupted: bool = False
    device: str = "cpu"
    command: str = ""  # "calibrant train sales.csv --target OutletSales --out run"
    recipe: str = ""  # the text of recipe.toml
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
