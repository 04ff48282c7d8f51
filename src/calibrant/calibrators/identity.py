"""Identity: the calibrator that leaves probabilities as they are."""

from dataclasses import dataclass
from typing import ClassVar

from calibrant.calibrators.base import Calibrator, FittedMap
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form

__all__ = ["Identity", "Unchanged"]


@dataclass(frozen=True, kw_only=True)
class Identity(FittedMap):
    """Fitted calibrator that changes nothing: the form that was declared comes back."""

    method: ClassVar[str] = "identity"

    def of(self, form: Form) -> Form:
        """See `FittedMap.of`."""
        return form

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        return "probabilities as they are"


@dataclass(frozen=True, slots=True)
class Unchanged(Calibrator[Identity]):
    """Leaves probabilities as they are: what every other calibrator has to beat.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.25, 0.75], labels=[0, 1])
    >>> Unchanged().fit(rows).transform(rows).probs
    [0.25, 0.75]
    """

    def fitted_to(self, rows: Predictions) -> Identity:
        """See `Calibrator.fitted_to`."""
        return Identity(n_classes=rows.n_classes, n=len(rows))
