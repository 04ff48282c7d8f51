"""From a file of labelled predictions to a fitted calibrator, and what it did to these rows."""

from collections.abc import Mapping
from dataclasses import dataclass

from calibrant.calibrators.base import Calibrator, FittedCalibrator
from calibrant.calibrators.named import get
from calibrant.data.columns import listed
from calibrant.errors import InputError
from calibrant.metrics.evaluate import evaluate
from calibrant.metrics.evaluation import Evaluation
from calibrant.pipeline.file_rows import rows_of_file
from calibrant.pipeline.prediction_source import Question
from calibrant.prediction.base import Predictions
from calibrant.selection.auto import AutoCalibration
from calibrant.selection.chosen import Chosen

__all__ = ["METRICS", "FileCalibration", "calibrate_file"]

METRICS = ("log_loss", "brier", "ece")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FileCalibration:
    """A calibrator fitted to the rows of a file.

    Attributes
    ----------
    fitted : FittedCalibrator
        The calibrator.
    class_names : tuple of str
        Classes, by index.
    before, after : Evaluation
        Of the rows of the fit, which it suits too well.
    notes : tuple of str
        What was done to read the rows.
    """

    fitted: FittedCalibrator
    class_names: tuple[str, ...]
    before: Evaluation
    after: Evaluation
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the method, of an automatic choice that of what was chosen."""
        return self.fitted.name if isinstance(self.fitted, Chosen) else self.fitted.method

    @property
    def evidence(self) -> str:
        """Table of the candidates and why one was chosen; empty where none was to be."""
        return str(self.fitted) if isinstance(self.fitted, Chosen) else ""

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON, without arrays."""
        told: Mapping[str, Evaluation] = {"before": self.before, "after": self.after}
        record: dict[str, object] = {
            "method": self.fitted.method,
            "found": self.fitted.found,
            "n": self.fitted.n,
            "classes": list(self.class_names),
            "on_fit_rows": {when: one.to_dict() for when, one in told.items()},
            "notes": list(self.notes),
        }
        if isinstance(self.fitted, Chosen):
            record |= {"chosen": self.fitted.name, "why": self.fitted.why}
        return record


def calibrate_file(question: Question, method: str, *, seed: int) -> FileCalibration:
    """Calibrator of a name fitted to the labelled predictions of a file.

    Raises
    ------
    InputError
        If the file cannot be read, holds tallies, or there is no such method.
    FitError
        If the rows do not determine the fit.
    """
    calibrator: Calibrator[FittedCalibrator] = (
        AutoCalibration(seed=seed) if method == "auto" else get(method)
    )
    found = rows_of_file(question)
    rows = found.rows
    if not isinstance(rows, Predictions):
        remedy = "Name the file of the rows themselves."
        raise InputError("file", "hold rows to fit on", "tallies", remedy)
    fitted = calibrator.fit(rows)
    names = list(METRICS)
    return FileCalibration(
        fitted=fitted,
        class_names=rows.class_names,
        before=evaluate(rows, names),
        after=evaluate(fitted.transform(rows), names, allow_fit_rows=True),
        notes=(*found.notes, *_unseen(rows)),
    )


def _unseen(rows: Predictions) -> tuple[str, ...]:
    """A note on the classes that did not come out in any row of the fit."""
    hard = rows.present().hard
    assert hard is not None  # files hold class labels
    counts = hard.bincount(minlength=rows.n_classes).tolist()
    unseen = [name for name, n in zip(rows.class_names, counts, strict=True) if n == 0]
    if not unseen:
        return ()
    return (f"no row is of {listed(unseen)}, so that the fit knows nothing of what came out so",)
