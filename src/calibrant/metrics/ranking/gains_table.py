"""The gains table: what each share of the rows, ranked highest first, holds."""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float64

from calibrant.metrics.ranking.of_class import steps_of_class
from calibrant.metrics.ranking.top_share import positives_in
from calibrant.metrics.settings import check_bins
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies

__all__ = ["GainsTable", "gains_table"]

Column = Float64[np.ndarray, " share"]


@dataclass(frozen=True, slots=True, eq=False)
class GainsTable:
    """Positives in equal shares of the rows, the highest ranked first.

    Attributes
    ----------
    share : Float64[ndarray, "share"]
        Share of all rows down to here, by weight.
    positives : Float64[ndarray, "share"]
        Weight of positives in this share alone.
    rate : Float64[ndarray, "share"]
        Share of positives in it.
    lift : Float64[ndarray, "share"]
        That over the share of positives among all rows.
    captured : Float64[ndarray, "share"]
        Share of all positives down to here.
    cumulative_lift : Float64[ndarray, "share"]
        That over `share`.
    """

    share: Column
    positives: Column
    rate: Column
    lift: Column
    captured: Column
    cumulative_lift: Column

    def to_frame(self) -> pd.DataFrame:
        """The columns as a table."""
        return pd.DataFrame({field.name: getattr(self, field.name) for field in fields(self)})


def gains_table(
    rows: Rows | Tallies, *, class_name: str | int | None = None, n_bins: int = 10
) -> GainsTable:
    """Gains and lift by equal shares of the rows: of the positive class, or of a class by name.

    Tied rows that straddle the end of a share are shared out evenly. From tallies rows of one
    cell count as tied.

    Parameters
    ----------
    rows : Predictions, Events or Tallies
        What is ranked; for what tallies must hold see `threshold_table`.
    class_name : str or int, optional
        Class against the rest, by name or index; needed beyond two classes.
    n_bins : int, default 10
        Number of shares.

    Raises
    ------
    InputError
        If `n_bins` is below 1, there is no such class, or the tallies do not hold its scores.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    >>> table = gains_table(rows, n_bins=4)
    >>> table.captured.tolist(), table.lift.tolist()
    ([0.5, 0.5, 1.0, 1.0], [2.0, 0.0, 2.0, 0.0])
    """
    check_bins(n_bins)
    steps = steps_of_class(rows, class_name)
    share = torch.arange(1, n_bins + 1, dtype=torch.float64) / n_bins
    down_to = positives_in(steps, share) if len(steps.scores) else torch.zeros_like(share)
    total, positives = float((steps.up + steps.down).sum()), float(steps.up.sum())
    each = np.diff(down_to.numpy(), prepend=0.0).clip(min=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = each / np.float64(total / n_bins)
        captured = down_to.numpy() / np.float64(positives)
        lift = rate / np.float64(positives) * total
    return GainsTable(share.numpy(), each, rate, lift, captured, captured / share.numpy())
