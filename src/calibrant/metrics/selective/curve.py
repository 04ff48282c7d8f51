"""The risk-coverage curve: what is risked as more rows are accepted."""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from jaxtyping import Float64

from calibrant.metrics.ranking.of_class import steps_of_view
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies

__all__ = ["RiskCoverageCurve", "risk_coverage_curve"]

Column = Float64[np.ndarray, " threshold"]


@dataclass(frozen=True, slots=True, eq=False)
class RiskCoverageCurve:
    """Coverage and risk at every threshold of confidence, the highest first.

    Attributes
    ----------
    threshold : Float64[ndarray, "threshold"]
        From rows a confidence, from which up rows are accepted; from tallies the edge of a cell,
        above which they are.
    coverage : Float64[ndarray, "threshold"]
        Share of all rows that are accepted.
    risk : Float64[ndarray, "threshold"]
        Share of the accepted rows that are wrong.
    joint_risk : Float64[ndarray, "threshold"]
        Share of all rows that are accepted and wrong: the generalised risk.
    """

    threshold: Column
    coverage: Column
    risk: Column
    joint_risk: Column

    def to_frame(self) -> pd.DataFrame:
        """The columns as a table."""
        return pd.DataFrame({field.name: getattr(self, field.name) for field in fields(self)})


def risk_coverage_curve(rows: Rows | Tallies) -> RiskCoverageCurve:
    """Risk of the rows accepted, against their share, over all thresholds of confidence.

    Parameters
    ----------
    rows : Predictions, Events or Tallies
        From rows every distinct confidence is a threshold; from tallies the edges of the cells
        that hold rows.

    Raises
    ------
    InputError
        If the tallies do not hold the score grid of the likeliest class.

    Examples
    --------
    >>> import calibrant as cal
    >>> curve = risk_coverage_curve(cal.events(probs=[0.9, 0.8, 0.6], outcomes=[1, 0, 1]))
    >>> curve.risk.round(4).tolist(), curve.joint_risk.round(4).tolist()
    ([0.0, 0.5, 0.3333], [0.0, 0.3333, 0.3333])
    """
    steps = steps_of_view(rows, "top_label")
    wrong, accepted = steps.alarms.numpy(), (steps.hits + steps.alarms).numpy()
    total = accepted[-1:]
    return RiskCoverageCurve(
        steps.scores.numpy(), accepted / total, wrong / accepted, wrong / total
    )
