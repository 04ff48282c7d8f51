"""Calibrator: settings that are fitted, and the fitted value that transforms."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, Generic, TypeVar, final

from torch import Tensor

from calibrant.calibrators.module import CalibratorModule, Stated
from calibrant.calibrators.plain import BESIDE, record_of
from calibrant.calibrators.saving import save_calibrator
from calibrant.errors import InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form
from calibrant.prediction.row_hashes import row_hashes
from calibrant.prediction.row_sketch import RowSketch

__all__ = ["Calibrator", "FittedCalibrator", "FittedMap", "check_labelled", "check_predictions"]


@dataclass(frozen=True, kw_only=True)
class FittedCalibrator(ABC):
    """What a fit found: a transform of predictions. Subclasses are frozen dataclasses.

    Their fields are numbers, words, float64 or int64 tensors, other fitted calibrators, and
    tuples of these; `__post_init__` raises `InputError` for values that no fit finds. So every
    fitted calibrator can be saved, and a file cannot bring in what a fit would not.

    Attributes
    ----------
    n_classes : int
        Number of classes of the rows of the fit; a positive class counts its complement.
    n : int
        Number of rows of the fit, absent ones left out.
    fit_rows : RowSketch or None
        Which these rows were, so that they are not taken for others in an evaluation; hashes,
        no data. None for a value that comes from no fit.
    """

    method: ClassVar[str]  # as it is named in files and reports
    n_classes: int
    n: int
    fit_rows: RowSketch | None = field(default=None, repr=False, compare=False, metadata=BESIDE)

    @final
    def transform(self, predictions: Predictions) -> Predictions:
        """Recalibrated predictions; labels, weights, groups and the array kind stay.

        They carry the sketch of the rows of the fit along, for `calibrant.evaluate` to see.

        Raises
        ------
        InputError
            If `predictions` are none, or have another number of classes than the rows of the fit.
        """
        check_predictions(predictions)
        if predictions.n_classes != self.n_classes:
            rule = f"have {self.n_classes} classes, as the rows of the fit had"
            remedy = "Fit on rows of the same classes."
            raise InputError("predictions", rule, f"{predictions.n_classes}", remedy)
        return predictions.restated(self.restate(predictions), self.fit_rows)

    @abstractmethod
    def restate(self, predictions: Predictions) -> Form:
        """Calibrated form of `predictions`: one number a row where one was declared."""

    @property
    @abstractmethod
    def found(self) -> str:
        """What the fit found, in words, without a full stop."""

    @final
    def to_dict(self, arrays: dict[str, Tensor] | None = None) -> dict[str, object]:
        """Plain data that describes the fit, for JSON.

        Tensors are written out as lists, or put into `arrays` under the names that stand in
        their places. See `calibrant.calibrators.named.restored` for the way back.
        """
        return record_of(self, arrays)

    @final
    def save(
        self, folder: str | Path, *, class_names: Sequence[str] | None = None, force: bool = False
    ) -> None:
        """Write the calibrator into a new folder, whole or not at all.

        `calibrant.load_calibrator` gives it back, the same to the bit. Equal fits give equal
        bytes. The folder holds JSON with checksums, arrays, and hashes of the rows of the fit.

        Parameters
        ----------
        folder : str or Path
            Where to write; its parent must exist.
        class_names : sequence of str, optional
            Names of the classes, by index, to be kept with it.
        force : bool, default False
            Replace an older calibrator.

        Raises
        ------
        InputError
            If there is not one name a class.
        OutputError
            When the folder exists and `force` is not given, holds other files, or cannot be
            written.
        """
        if class_names is not None and len(class_names) != self.n_classes:
            rule, remedy = f"be {self.n_classes}, one a class", "Pass those of the predictions."
            raise InputError("class_names", rule, f"{len(class_names)}", remedy)
        arrays: dict[str, Tensor] = {}
        record = self.to_dict(arrays)
        save_calibrator(folder, record, arrays, self.fit_rows, class_names=class_names, force=force)


@dataclass(frozen=True, kw_only=True)
class FittedMap(FittedCalibrator):
    """A fitted calibrator that looks at nothing but what was declared for a row."""

    @final
    def restate(self, predictions: Predictions) -> Form:
        """See `FittedCalibrator.restate`."""
        return self.of(predictions.declared)

    @abstractmethod
    def of(self, form: Form) -> Form:
        """Calibrated form: one number a row where one was declared.

        It is made of differentiable torch operations wherever the method has a slope.
        """

    @final
    def to_module(self, form: Stated) -> CalibratorModule:
        """Torch module that turns what a network states into calibrated logits.

        ``torch.nn.Sequential(network, fitted.to_module("logits"))`` is one module. It takes
        (row, class), (row, class, ...) or, of two classes, one number a row, and gives logits of
        the same shape. Arrays of the fit are its buffers, in float64.

        Parameters
        ----------
        form : "logits" or "probs"
            What the network states.

        Raises
        ------
        InputError
            If `form` is neither.
        """
        arrays: dict[str, Tensor] = {}
        self.to_dict(arrays)
        return CalibratorModule(self, form, arrays)


Fitted_co = TypeVar("Fitted_co", bound=FittedCalibrator, covariant=True)


class Calibrator(ABC, Generic[Fitted_co]):
    """Settings of a calibration method. Subclasses are frozen dataclasses."""

    whole: ClassVar[bool] = False  # rows keep the shape that came in, and absent ones their place

    @final
    def fit(self, predictions: Predictions) -> Fitted_co:
        """Fit on labelled rows that the model was not trained on; weights and soft labels count.

        Raises
        ------
        InputError
            If `predictions` are none, have no labels, or a number of classes that the method
            does not know.
        FitError
            If the rows do not determine the fit.
        """
        check_labelled(predictions)
        rows = predictions.present()
        sketch = RowSketch.of(row_hashes(rows.declared.values))
        return replace(self.fitted_to(predictions if self.whole else rows), fit_rows=sketch)

    @abstractmethod
    def fitted_to(self, rows: Predictions) -> Fitted_co:
        """What `fit` returns, of rows that are labelled and, unless `whole`, all present."""


def check_predictions(rows: object) -> None:
    """Raise `InputError` unless `rows` came through `calibrant.predictions`."""
    if not isinstance(rows, Predictions):
        remedy = "Declare them: calibrant.predictions(probs=...) or (logits=...)."
        rule = "be declared to calibrant"
        raise InputError("predictions", rule, type(rows).__name__, remedy)


def check_labelled(rows: object) -> None:
    """Raise `InputError` unless `rows` are predictions with labels."""
    check_predictions(rows)
    assert isinstance(rows, Predictions)
    if rows.truth is None:
        raise InputError("labels", "be given to fit on", "none", "Pass labelled predictions.")
