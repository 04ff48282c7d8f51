"""Bands of the ROC and of the precision-recall curve, at each point by itself."""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float64
from torch import Tensor
from torch.nn.functional import pad

from calibrant.metrics.inference.resampling import N_REPLICATES
from calibrant.metrics.ranking.curve_point import too_few
from calibrant.metrics.ranking.of_class import no_spread, steps_of_class
from calibrant.metrics.ranking.steps import Masses, Steps
from calibrant.metrics.ranking.thinned import replicated_steps, thinned
from calibrant.metrics.settings import checked_level
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies

__all__ = ["CurveBand", "precision_recall_band", "roc_band"]

POINTS = 100
SIDES = ("positive", "negative")

Points = Float64[np.ndarray, " point"]
Places = Float64[Tensor, " point"]
Heights = Float64[Tensor, "*replicate point"]
Corners = Float64[Tensor, "*replicate corner"]
Read = Callable[[Steps, Places], Heights]


@dataclass(frozen=True, slots=True, eq=False)
class CurveBand:
    """A curve at even places, and an interval at each of them.

    Attributes
    ----------
    at : Float64[ndarray, "point"]
        Places on the horizontal axis: shares of false alarms, or recalls.
    value : Float64[ndarray, "point"]
        The curve there, tied rows shared out at random; NaN where it has no value.
    low, high : Float64[ndarray, "point"]
        Ends of the interval at each place by itself; NaN where `why` says why.
    level : float
        Coverage of each interval.
    why : str
        Why there is no band; empty where there is.
    """

    at: Points
    value: Points
    low: Points
    high: Points
    level: float
    why: str = ""

    def to_frame(self) -> pd.DataFrame:
        """The curve and its band as a table."""
        names = [field.name for field in fields(self)][:4]
        return pd.DataFrame({name: getattr(self, name) for name in names})


def roc_band(
    rows: Rows | Tallies, *, class_name: str | int | None = None, level: float = 0.95
) -> CurveBand:
    """Recall at 101 shares of false alarms, each with its interval.

    Parameters
    ----------
    rows : Predictions, Events or Tallies
        What is ranked; for what tallies must hold see `threshold_table`.
    class_name : str or int, optional
        Class against the rest, by name or index; needed beyond two classes.
    level : float, default 0.95
        Coverage of the interval at each place by itself. That all hold at once is less likely.

    Notes
    -----
    The intervals lie between percentiles of the Bayesian bootstrap, drawn of some two hundred
    steps. They take ten effective rows of either side, hard labels, and rows that do not come in
    clusters.

    Raises
    ------
    InputError
        If there is no such class, the tallies do not hold its scores, or `level` is none.

    References
    ----------
    .. [1] Gu, Ghosal, Roy. "Bayesian Bootstrap Estimation of ROC Curve." Statistics in Medicine
       27, 2008.

    Examples
    --------
    >>> import calibrant as cal
    >>> band = roc_band(cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1]))
    >>> band.value[[0, 49, 50, 100]].tolist(), band.why
    ([0.5, 0.5, 1.0, 1.0], 'too few positive rows: an interval takes 10 effective ones')
    """
    return _band(rows, class_name, level, np.arange(POINTS + 1) / POINTS, _recall)


def precision_recall_band(
    rows: Rows | Tallies, *, class_name: str | int | None = None, level: float = 0.95
) -> CurveBand:
    """Precision at 100 recalls above 0, each with its interval; for the arguments see `roc_band`.

    Between two thresholds hits and false alarms grow together, which is no straight line.

    References
    ----------
    .. [1] Davis, Goadrich. "The Relationship between Precision-Recall and ROC Curves." ICML 2006.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    >>> precision_recall_band(rows).value[[0, 49, 99]].round(4).tolist()
    [1.0, 1.0, 0.6667]
    """
    return _band(rows, class_name, level, np.arange(1, POINTS + 1) / POINTS, _precision)


def _band(
    rows: Rows | Tallies, class_name: str | int | None, level: float, at: Points, read: Read
) -> CurveBand:
    level = checked_level(level)
    steps = steps_of_class(rows, class_name)
    places, nothing = torch.from_numpy(at), np.full_like(at, np.nan)
    whole = min(float(steps.up.sum()), float(steps.down.sum())) > 0
    value = read(steps, places).numpy() if whole else nothing
    why = too_few(steps, SIDES) or no_spread(rows, steps)
    if why:
        return CurveBand(at, value, nothing, nothing, level, why)
    drawn = read(replicated_steps(thinned(steps)[0], N_REPLICATES), places)
    low, high = np.quantile(drawn.numpy(), ((1 - level) / 2, (1 + level) / 2), axis=0)
    return CurveBand(at, value, low, high, level)


def _recall(steps: Steps, at: Places) -> Heights:
    """Recall at shares of false alarms, straight lines between; the highest where it rises."""
    hits, alarms = _begun(steps.hits), _begun(steps.alarms)
    return _between(at * alarms[..., -1:], alarms, hits, right=True) / hits[..., -1:]


def _precision(steps: Steps, at: Places) -> Heights:
    """Precision at recalls; the highest that a recall is reached with."""
    hits, alarms = _begun(steps.hits), _begun(steps.alarms)
    chosen = at * hits[..., -1:]
    return chosen / (chosen + _between(chosen, hits, alarms, right=False))


def _begun(reached: Masses) -> Corners:
    """Sums down to every step, and nothing before the first."""
    return pad(reached, (1, 0))


def _between(at: Heights, x: Corners, y: Corners, *, right: bool) -> Heights:
    """Height of a line through corners that rise; where it is upright, of its right or left end."""
    slack = 1e-12 * x[..., -1:]
    after = torch.searchsorted(x, at + slack if right else at - slack, right=right)
    after = after.clamp_(1, x.shape[-1] - 1)
    (x0, x1), (y0, y1) = ((of.gather(-1, after - 1), of.gather(-1, after)) for of in (x, y))
    share = torch.where(x1 > x0, (at - x0) / torch.where(x1 > x0, x1 - x0, 1), 1)
    return y0 + share.clamp(0, 1) * (y1 - y0)
