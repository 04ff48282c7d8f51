"""A temperature for every predicted class, drawn towards the one of all rows."""

import math
from dataclasses import dataclass, field
from typing import ClassVar

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.calibrators.base import Calibrator, FittedCalibrator, FittedMap
from calibrant.calibrators.grouped.residual import evidence_of, pull_of, stated
from calibrant.calibrators.scores import in_form_of, log_probs
from calibrant.calibrators.temperature import TemperatureScaling
from calibrant.errors import InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form, Logits, PositiveLogits

__all__ = ["ClassMaps", "PerClass"]

BOUNDS = (1e-6, 1e6)  # of what is left of a temperature; the penalty keeps it far within


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassMaps(FittedMap):
    """Fitted calibrator: that of all rows, then the temperature of the class that is predicted.

    Attributes
    ----------
    pooled : FittedMap
        Fitted on all rows.
    counts : Int64[Tensor, "class"]
        Rows of the fit of which each class is the likeliest.
    sharpness : Float64[Tensor, "class"]
        By what log-probabilities are multiplied where it is, above 0; 1 changes nothing, as where
        the fit has no such row.
    spread : float
        Standard deviation of sharpness between classes that the rows speak for; 0 where classes
        differ by no more than chance.
    """

    method: ClassVar[str] = "per_class"
    pooled: FittedMap
    counts: Int64[Tensor, " class"]
    sharpness: Float64[Tensor, " class"]
    spread: float

    def __post_init__(self) -> None:
        k, remedy = self.n_classes, "Fit the calibrator again."
        shapes = (tuple(self.counts.shape), tuple(self.sharpness.shape))
        if shapes != ((k,), (k,)) or self.pooled.n_classes != k:
            raise InputError("sharpness", "have an entry a class", f"{shapes}", remedy)
        if not bool(self.sharpness.isfinite().all()) or not bool((self.sharpness > 0).all()):
            raise InputError("sharpness", "be finite and above 0", "others", remedy)
        if not 0 <= self.spread < 9:
            raise InputError("spread", "be finite and at least 0", f"{self.spread}", remedy)

    def of(self, form: Form) -> Form:
        """See `FittedMap.of`; a probability of 0 becomes one of 1e-38."""
        calibrated = self.pooled.of(form)
        scores = stated(log_probs(calibrated))
        chosen = self.sharpness.to(scores.device)[_chosen(calibrated)]
        return in_form_of(form, (chosen[:, None] * scores).log_softmax(dim=-1))

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        told = f"by predicted class about {self.pooled.found}"
        if not self.spread:
            return f"{told}; classes differ by no more than chance, and all have the same map"
        low, high = float(self.sharpness.min()), float(self.sharpness.max())
        return f"{told}; sharpness of classes between {low:.3g} and {high:.3g} times that"


@dataclass(frozen=True, slots=True)
class PerClass(Calibrator[ClassMaps]):
    r"""Fits a calibrator on all rows, and a temperature for the rows of each predicted class.

    With :math:`z` the log-probabilities that the pooled calibrator gives and :math:`k` the
    likeliest class of a row, it gets softmax of :math:`\gamma_k z`. Classes are taken as drawn
    from a population about the pooled fit, as groups are by `PerGroup`: the variance between them
    is estimated by moments from the slopes of log loss, freed of what chance alone would show, and
    one over it is the strength of a penalty towards :math:`\gamma = 1` (empirical Bayes). A class
    that is predicted often goes its own way, a rare one stays near the others, and where classes
    differ by no more than chance all stay together. The likeliest class of a row stays that of the
    pooled calibrator.

    Parameters
    ----------
    calibrator : Calibrator, default TemperatureScaling(penalty=2.0)
        Fitted on all rows; it must look at nothing but what is stated for a row.

    References
    ----------
    .. [1] DerSimonian and Laird. "Meta-analysis in Clinical Trials." Controlled Clinical Trials
       7, 1986: the variance between groups by moments.
    .. [2] Gupta and Ramdas. "Top-label calibration and multiclass-to-binary reductions." ICLR 2022:
       calibration given the predicted class.

    Examples
    --------
    >>> import calibrant as cal
    >>> labels = [1] * 90 + [0] * 10 + [1] * 40 + [0] * 60
    >>> rows = cal.predictions(logits=[1.0] * 100 + [-1.0] * 100, labels=labels)
    >>> one, other = (PerClass().fit(rows).transform(rows).probs[k] for k in (0, 100))
    >>> 0.85 < one < 0.9 and 0.4 > other > 0.35  # near 90 % and 40 %, drawn together
    True
    """

    calibrator: Calibrator[FittedCalibrator] = field(
        default_factory=lambda: TemperatureScaling(penalty=2.0)
    )

    def __post_init__(self) -> None:
        _check_calibrator(self.calibrator)

    def fitted_to(self, rows: Predictions) -> ClassMaps:
        """See `Calibrator.fitted_to`.

        Raises
        ------
        InputError
            If the calibrator looks at more than what is stated for a row.
        FitError
            If it has no fit on all rows.
        """
        pooled = self.calibrator.fitted_to(rows)
        if not isinstance(pooled, FittedMap):
            rule = "look at nothing but what is stated for a row"
            remedy = "Of an automatic choice pass the settings of what was chosen."
            raise InputError("calibrator", rule, type(self.calibrator).__name__, remedy)
        calibrated = pooled.of(rows.declared)
        scores, chosen = stated(log_probs(calibrated)), _chosen(calibrated)
        found = chosen.unique().tolist()
        parts = [(scores[chosen == k], rows.take(chosen == k)) for k in found]
        pull = pull_of([evidence_of(*part) for part in parts], offsets=False)
        sharpness = torch.ones(rows.n_classes, dtype=torch.float64)
        if math.isfinite(pull.sharpness):
            one = TemperatureScaling(bounds=BOUNDS, penalty=pull.sharpness)
            for k, (of_class, part) in zip(found, parts, strict=True):
                sharpness[k] = 1 / one.fitted_to(_stating(part, of_class)).value
        return ClassMaps(
            n_classes=rows.n_classes,
            n=len(rows),
            pooled=pooled,
            counts=chosen.bincount(minlength=rows.n_classes).cpu(),
            sharpness=sharpness,
            spread=1 / math.sqrt(pull.sharpness),
        )


def _check_calibrator(calibrator: object) -> None:
    """Raise unless it is one for all rows."""
    if not isinstance(calibrator, Calibrator) or isinstance(calibrator, PerClass):
        got = type(calibrator).__name__
        raise InputError("calibrator", "be one for all rows", got, "Pass its settings.")


def _stating(rows: Predictions, scores: Float64[Tensor, "row class"]) -> Predictions:
    """Rows that state these logits."""
    if rows.is_positive:
        return rows.restated(PositiveLogits(scores[:, 1] - scores[:, 0]))
    return rows.restated(Logits(scores))


def _chosen(form: Form) -> Int64[Tensor, " row"]:
    """Likeliest class of every row."""
    return form.top_label().guess
