"""What the report of a training run needs, as plain data: its background, and the evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from calibrant.comparison.difference import Difference
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation import Evaluation
from calibrant.report.contest import Contest
from calibrant.report.evidence.curves import Curves
from calibrant.report.evidence.drawn import DrawnRows
from calibrant.report.evidence.worst_rows import WorstRow

__all__ = [
    "Background",
    "ColumnUse",
    "NumberRunSummary",
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
    """How many rows trained, calibrated and tested, and how they were chosen.

    Of several folds, each is the test once; the numbers are then those of the first.
    """

    train: int
    validation: int
    test: int
    how: str  # a sentence: "Stratified by class, seed 0."
    folds: int = 1
    repeats_together: bool = True  # rows that are equal in all features were kept on one side


@dataclass(frozen=True, slots=True, kw_only=True)
class Repairs:
    """What was mended before training; every value in it was learned from training rows.

    `how_read` says in sentences what was guessed about the file. `mended` maps a kind of repair,
    such as "padding" or "alias", to its rows by column. `imputed` maps a column to its number of
    missing values, `unseen` maps a column to its number of values outside the categories of the
    training rows. Columns with none are left out. `repeats` counts rows that equal an earlier
    one in all features.
    """

    how_read: Sequence[str] = ()
    mended: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])
    repeats: int = 0
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
    which: str = ""  # "fold 1 of 5, seed 3", where there are several


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
class CalibratorUse:
    """A calibrator of the run: whose, which, and on which rows it was fitted and judged.

    `n_same` test rows equal rows of the fit, by their hashes; None where no more do than chance
    explains.
    """

    whose: str  # "network", "logistic regression, fold 2"
    method: str
    n_fit: int  # validation rows
    n_judged: int  # test rows
    n_same: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Where the numbers of a run come from, whatever it predicts.

    Sentences end with a full stop and hold plain text: the report escapes every string.
    """

    title: str
    source: str  # a sentence: "sales.csv: 8,523 rows, 12 columns."
    target: str  # a sentence: "OutletSales above the median of the training rows, 1794.33."
    columns: Sequence[ColumnUse]
    split: SplitSizes
    repairs: Repairs
    trainings: Sequence[TrainingHistory]  # one a network, the first of them drawn
    calibrators: Sequence[CalibratorUse] = ()  # of every fold: the network's, then baselines'
    contest: Contest | None = None  # the network beside baselines, and beside its own seeds

    suggestions: Sequence[str] = ()  # repairs that the table may want, a sentence each
    suggested_aliases: str = ""  # the lines of a recipe that would apply those about levels
    warnings: Sequence[str] = ()  # leaks that the table may have, a sentence each
    notes: Sequence[str] = ()  # warnings and notices, a sentence each
    interrupted: bool = False
    device: str = "cpu"
    command: str = ""  # "calibrant train sales.csv --target OutletSales --out run"
    recipe: str = ""  # the text of recipe.toml
    versions: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """Everything that the report of a run needs which predicts classes.

    Names of classes come from `before`.
    """

    background: Background
    calibrator: str  # a sentence: "Calibrated on ...", or "Left uncalibrated, because ..."
    before: Evaluation  # of the test rows
    after: Evaluation | None  # None when the probabilities were left as they were
    change: Difference | None  # log loss after less before, row by row; None where `after` is
    curves_before: Curves
    curves_after: Curves | None
    confusion: Sequence[
        Sequence[float]
    ]  # [true class][predicted class], weights of test rows, final
    truth: TrueCalibrationError | None = None
    worst: Sequence[WorstRow] = ()  # of the final probabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRunSummary:
    """Everything that the report of a run needs which predicts numbers.

    Errors are predicted less true, in units of the target.
    """

    background: Background
    evaluation: Evaluation  # of the test rows: "r2", "rmse", "mae", "mse", as far as measured
    mean_rmse: float  # of predicting the mean of the test rows for each of them
    baselines: Mapping[str, Evaluation]  # by the name of the rival: "r2" and "rmse"
    bias: Difference  # mean predicted less mean true
    errors: Mapping[float, Estimate]  # quantiles of the errors, by share of the rows
    distances: Mapping[float, Estimate]  # quantiles of their sizes, by share of the rows
    drawn: DrawnRows
