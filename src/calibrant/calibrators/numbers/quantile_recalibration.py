"""Quantile recalibration: levels are renamed by how often they held."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.calibrators.numbers.base import FittedNumberCalibrator, NumberCalibrator
from calibrant.calibrators.numbers.row_curves import curves_of
from calibrant.errors import InputError
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.spreads import Quantiles

__all__ = ["QuantileRecalibration", "RenamedLevels"]

LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
MOST = 1000  # knots that are kept


@dataclass(frozen=True, kw_only=True, eq=False)
class RenamedLevels(FittedNumberCalibrator):
    """Fitted calibrator: the quantile of level p is that which held with frequency p.

    Attributes
    ----------
    levels : tuple of float
        Of the quantiles that are stated for normal distributions; quantiles keep theirs.
    held : Float64[Tensor, "knot"]
        Frequencies, rising.
    scores : Float64[Tensor, "knot"]
        Normal scores of the levels that held so often, rising.
    """

    method: ClassVar[str] = "quantile_recalibration"
    levels: tuple[float, ...]
    held: Float64[Tensor, " knot"]
    scores: Float64[Tensor, " knot"]

    def __post_init__(self) -> None:
        fits = len(self.held) == len(self.scores) > 0 and bool(self.scores.isfinite().all())
        rises = bool((self.held.diff() > 0).all()) and bool((self.scores.diff() >= 0).all())
        within = bool((self.held > 0).all()) and bool((self.held < 1).all())
        if not (fits and rises and within and all(0 < level < 1 for level in self.levels)):
            remedy = "Fit the calibrator again."
            raise InputError("knots", "be rising, frequencies between 0 and 1", "others", remedy)

    def of(self, numbers: Numbers) -> Numbers:
        """See `FittedNumberCalibrator.of`; the point becomes the median."""
        curves, spread = curves_of(numbers), numbers.spread
        levels = spread.levels if isinstance(spread, Quantiles) else self.levels
        values = curves.number_at(self._scores((*levels, 0.5)).to(numbers.device))
        quantiles = Quantiles(levels, values[:, :-1].cummax(dim=1).values)
        return replace(numbers, predicted=values[:, -1].clone(), spread=quantiles)

    def _scores(self, levels: tuple[float, ...]) -> Float64[Tensor, " level"]:
        """Scores that held with frequencies `levels`; beyond the ends those of the ends."""
        held, scores = self.held.numpy(force=True), self.scores.numpy(force=True)
        return torch.from_numpy(np.interp(np.asarray(levels), held, scores))

    @property
    def found(self) -> str:
        """See `FittedNumberCalibrator.found`."""
        low, high = torch.special.ndtr(self._scores((0.05, 0.95))).tolist()
        return f"levels {low:.3g} and {high:.3g} held as often as 0.05 and 0.95 should"


@dataclass(frozen=True, slots=True)
class QuantileRecalibration(NumberCalibrator[RenamedLevels]):
    r"""Renames levels, so that quantiles hold as often as they say.

    For each row the level at which its target lies, :math:`u_i = F_i(y_i)`, is found. Their
    distribution function is the best monotone map from stated levels to frequencies; its
    inverse says which stated level holds with frequency p. It goes through the middle of the
    step at every level that occurred, and is straight in between on the scale of normal scores.

    Parameters
    ----------
    levels : tuple of float, default (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
        Of the quantiles that a normal distribution is turned into.

    References
    ----------
    .. [1] Kuleshov, Fenner, Ermon. "Accurate Uncertainties for Deep Learning Using Calibrated
       Regression." ICML 2018.

    Examples
    --------
    >>> import calibrant as cal
    >>> targets = [-4.0, -2.0, 0.0, 2.0, 4.0]  # twice as far out as standard normals
    >>> rows = cal.numbers(predicted=[0.0] * 5, targets=targets, std=[1.0] * 5)
    >>> fitted = QuantileRecalibration(levels=(0.1, 0.5, 0.9)).fit(rows)
    >>> fitted.transform(rows).spread.values[0].tolist()  # the middle of the steps of 1/5
    [-4.0, 0.0, 4.0]
    """

    levels: tuple[float, ...] = LEVELS

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.levels, self.levels[1:], strict=False))
        if not self.levels or not rising or not all(0 < level < 1 for level in self.levels):
            remedy = "(0.05, 0.5, 0.95) would do."
            raise InputError("levels", "rise between 0 and 1", f"{self.levels}", remedy)

    def fitted_to(self, rows: Numbers) -> RenamedLevels:
        """See `NumberCalibrator.fitted_to`."""
        targets, weight = rows.targets, rows.weight().cpu()
        assert targets is not None  # checked before
        score = curves_of(rows).score_of(targets).cpu()
        scores, place = score.unique(return_inverse=True)
        mass = torch.zeros(len(scores), dtype=torch.float64).index_add_(0, place, weight)
        held = (mass.cumsum(0) - mass / 2) / mass.sum()
        if len(scores) > MOST:
            even = torch.linspace(float(held[0]), float(held[-1]), MOST, dtype=torch.float64)
            thinned = np.interp(even.numpy(), held.numpy(), scores.numpy())
            held, scores = even, torch.from_numpy(thinned)
        return RenamedLevels(n=len(rows), levels=self.levels, held=held, scores=scores)
