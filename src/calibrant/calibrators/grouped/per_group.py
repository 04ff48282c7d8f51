"""A calibrator for every group of rows, drawn towards the one of all rows."""

import math
from dataclasses import dataclass, field
from typing import ClassVar

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.calibrators.base import Calibrator, FittedCalibrator
from calibrant.calibrators.grouped.residual import (
    evidence_of,
    fitted_residual,
    pull_of,
    stated,
)
from calibrant.calibrators.scores import in_form_of, log_probs
from calibrant.calibrators.temperature import TemperatureScaling
from calibrant.errors import InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.codes import Codes
from calibrant.prediction.forms import Form

__all__ = ["GroupedMaps", "PerGroup"]

FEW = 30  # rows of a group, below which it is said


@dataclass(frozen=True, kw_only=True, eq=False)
class GroupedMaps(FittedCalibrator):
    """Fitted calibrator: that of all rows, then a temperature and offsets of the row's group.

    Attributes
    ----------
    pooled : FittedCalibrator
        Fitted on all rows; it alone serves rows of groups that the fit has not seen.
    groups : tuple of str
        Names of the groups of the fit.
    counts : Int64[Tensor, "group"]
        Rows of each.
    sharpness : Float64[Tensor, "group"]
        By what log-probabilities are multiplied, above 0; 1 changes nothing.
    offsets : Float64[Tensor, "group class"]
        What is added to them; 0 changes nothing.
    spread_of_sharpness, spread_of_offsets : float
        Standard deviations between groups that the rows speak for; 0 where groups differ by no
        more than chance.
    """

    method: ClassVar[str] = "per_group"
    pooled: FittedCalibrator
    groups: tuple[str, ...]
    counts: Int64[Tensor, " group"]
    sharpness: Float64[Tensor, " group"]
    offsets: Float64[Tensor, "group class"]
    spread_of_sharpness: float
    spread_of_offsets: float

    def __post_init__(self) -> None:
        n, remedy = len(self.groups), "Fit the calibrator again."
        shapes = (tuple(self.counts.shape), tuple(self.sharpness.shape), tuple(self.offsets.shape))
        if shapes != ((n,), (n,), (n, self.n_classes)) or self.pooled.n_classes != self.n_classes:
            raise InputError("groups", "have an entry each in every array", f"{shapes}", remedy)
        finite = bool(self.sharpness.isfinite().all()) and bool(self.offsets.isfinite().all())
        if not finite or not bool((self.sharpness > 0).all()):
            raise InputError("sharpness", "be finite and above 0, offsets finite", "others", remedy)
        if not (0 <= self.spread_of_sharpness < 9 and 0 <= self.spread_of_offsets < 9):
            got = f"{self.spread_of_sharpness} and {self.spread_of_offsets}"
            raise InputError("spreads", "be finite and at least 0", got, remedy)

    def restate(self, predictions: Predictions) -> Form:
        """See `FittedCalibrator.restate`.

        Raises
        ------
        InputError
            If the predictions have no groups.
        """
        place = self._places(_groups(predictions)).to(predictions.device)
        form = self.pooled.restate(predictions)
        scores = stated(log_probs(form))
        sharpness = torch.cat((self.sharpness, torch.ones(1, dtype=torch.float64)))
        nothing = torch.zeros(1, self.n_classes, dtype=torch.float64)
        offsets = torch.cat((self.offsets, nothing)).to(scores.device)
        mapped = sharpness.to(scores.device)[place, None] * scores + offsets[place]
        return in_form_of(form, mapped.log_softmax(dim=-1))

    def _places(self, groups: Codes) -> Int64[Tensor, " row"]:
        """Number of every row's group; one past the last where the fit has not seen it."""
        known = {name: k for k, name in enumerate(self.groups)}
        numbers = [known.get(name, len(known)) for name in groups.names]
        return torch.tensor(numbers, dtype=torch.int64)[groups.codes.cpu()]

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        told = f"{len(self.groups)} groups about {self.pooled.found}"
        if not self.spread_of_sharpness and not self.spread_of_offsets:
            return f"{told}; they differ by no more than chance, and all have the same map"
        parts = [told]
        low, high = float(self.sharpness.min()), float(self.sharpness.max())
        if self.spread_of_sharpness:
            parts.append(f"sharpness of groups between {low:.3g} and {high:.3g} times that")
        if self.spread_of_offsets:
            parts.append(f"offsets up to {float(self.offsets.abs().max()):.3g}")
        few = int((self.counts < FEW).sum())
        if few:
            parts.append(f"{few} groups of fewer than {FEW} rows stay near the map of all rows")
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class PerGroup(Calibrator[GroupedMaps]):
    r"""Fits a calibrator on all rows, and mends it for each group as far as its rows speak.

    With :math:`z` the log-probabilities that the pooled calibrator gives, a row of group
    :math:`g` gets softmax of :math:`\gamma_g z + b_g`. Groups are taken as drawn from a
    population about the pooled fit: the variance between them is estimated by moments from
    the slopes of log loss, freed of what chance alone would show, and one over it is the
    strength of a penalty towards :math:`\gamma = 1` and :math:`b = 0` (empirical Bayes). A
    group of many rows goes its own way, one of few stays near the others, and where groups
    differ by no more than chance all stay together.

    Parameters
    ----------
    calibrator : Calibrator, default TemperatureScaling(penalty=2.0)
        Fitted on all rows.
    offsets : bool, default True
        Whether groups have offsets, which mend other shares of the classes, besides sharpness.

    References
    ----------
    .. [1] DerSimonian and Laird. "Meta-analysis in Clinical Trials." Controlled Clinical Trials
       7, 1986: the variance between groups by moments.
    .. [2] Morris. "Parametric Empirical Bayes Inference: Theory and Applications." JASA 78, 1983.

    Examples
    --------
    >>> import calibrant as cal
    >>> labels = [1] * 90 + [0] * 10 + [1] * 60 + [0] * 40
    >>> rows = cal.predictions(logits=[1.0] * 200, labels=labels, groups=["a"] * 100 + ["b"] * 100)
    >>> fitted = PerGroup().fit(rows)
    >>> fitted.groups
    ('a', 'b')
    >>> a, b = (fitted.transform(rows).probs[k] for k in (0, 100))
    >>> 0.85 < a < 0.9 and 0.6 < b < 0.65  # near 90 % and 60 %, drawn towards 75 %
    True
    """

    calibrator: Calibrator[FittedCalibrator] = field(
        default_factory=lambda: TemperatureScaling(penalty=2.0)
    )
    offsets: bool = True

    def __post_init__(self) -> None:
        _check_calibrator(self.calibrator)

    def fitted_to(self, rows: Predictions) -> GroupedMaps:
        """See `Calibrator.fitted_to`.

        Raises
        ------
        InputError
            If the rows have no groups.
        FitError
            If the calibrator has no fit on all rows.
        """
        codes = _groups(rows)
        pooled = self.calibrator.fitted_to(rows)
        scores = stated(log_probs(pooled.restate(rows)))
        place = codes.codes.to(rows.device)
        found = [k for k in range(len(codes.names)) if bool((place == k).any())]
        parts = [(scores[place == k], rows.take(place == k)) for k in found]
        pull = pull_of([evidence_of(*part) for part in parts], offsets=self.offsets)
        fits = torch.stack([fitted_residual(*part, pull) for part in parts]).cpu()
        return GroupedMaps(
            n_classes=rows.n_classes,
            n=len(rows),
            pooled=pooled,
            groups=tuple(codes.names[k] for k in found),
            counts=torch.tensor([len(part) for _, part in parts], dtype=torch.int64),
            sharpness=fits[:, 0].clone(),
            offsets=fits[:, 1:].clone(),
            spread_of_sharpness=1 / math.sqrt(pull.sharpness),
            spread_of_offsets=1 / math.sqrt(pull.offsets),
        )


def _check_calibrator(calibrator: object) -> None:
    """Raise unless it is one for all rows."""
    if not isinstance(calibrator, Calibrator) or isinstance(calibrator, PerGroup):
        got = type(calibrator).__name__
        raise InputError("calibrator", "be one for all rows", got, "Pass its settings.")


def _groups(predictions: Predictions) -> Codes:
    if predictions.groups is None:
        remedy = "Pass groups= to calibrant.predictions."
        raise InputError("groups", "be given to calibrate by group", "none", remedy)
    return predictions.groups
