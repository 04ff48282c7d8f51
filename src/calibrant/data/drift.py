"""Drift of the columns of new rows against the training rows, added up batch by batch."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from jaxtyping import Int64
from scipy import stats

from calibrant.data.columns import numbers_of
from calibrant.data.encode import Encoder

__all__ = ["WORTH_NOTING", "ColumnDrift", "Drift", "chance", "stability_index"]

WORTH_NOTING = 0.2  # index from which a scorecard is usually looked at again
LEVEL = 0.999  # of the index that no drift stays below


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """How far one column of new rows is from what training saw.

    Parameters
    ----------
    column : str
        Its name; of a date, that of the part.
    psi : float
        Population stability index over the deciles or levels of the training rows, missing
        among them; at least 0.
    missing_before, missing_now : float
        Share of rows without a value, in training and now.
    outside_range : int
        Rows whose number lies outside those of the training; 0 for a category.
    unseen : int
        Rows whose level no training row has; 0 for a number.
    note : str
        Sentence on the drift where there is any worth noting; else empty.
    """

    column: str
    psi: float
    missing_before: float
    missing_now: float
    outside_range: int
    unseen: int
    note: str


@dataclass(slots=True, eq=False)
class _Column:
    """Rows by bin, in training and now."""

    before: Int64[np.ndarray, " bin"]
    now: Int64[np.ndarray, " bin"]
    missing_before: int
    missing_now: int = 0
    outside: int = 0
    unseen: int = 0


class Drift:
    """Counts of new rows by column and bin; make one with `Drift.of`.

    Its size does not grow with the rows, and their order and batches have no say. Bins of a
    number are the spans between the deciles of the training rows, those of a category its
    levels; one more is for missing values, and for categories one for unseen levels.
    """

    def __init__(self, encoder: Encoder, columns: dict[str, _Column]) -> None:
        self._encoder = encoder
        self._columns = columns

    @classmethod
    def of(cls, encoder: Encoder) -> "Drift":
        """Drift against the training rows of `encoder`, of no rows yet."""
        columns: dict[str, _Column] = {}
        for name, spread in encoder.spreads.items():
            columns[name] = _unfilled([*spread.rows, spread.missing], spread.missing)
        for name, levels in encoder.levels.items():
            rows = dict(zip(levels.kept, levels.rows, strict=True))
            columns[name] = _unfilled([*levels.rows, 0], rows.get("", 0))
        return cls(encoder, columns)

    def add(self, table: pa.Table) -> None:
        """Count the rows of `table`, cleaned as those of the training."""
        for name, spread in self._encoder.spreads.items():
            column, values = self._columns[name], numbers_of(table, name)
            column.now += np.bincount(spread.span_of(values), minlength=len(column.now))
            column.missing_now += int(np.isnan(values).sum())
            column.outside += spread.n_outside(values)
        unseen = self._encoder.counts_of(table).unseen
        for name, texts in self._encoder.placed(table).items():
            column, levels = self._columns[name], self._encoder.levels[name]
            column.now += np.bincount(levels.place_of(texts), minlength=len(column.now))
            column.missing_now += int((texts == "").sum())
            column.unseen += unseen.get(name, 0)

    def report(self) -> tuple[ColumnDrift, ...]:
        """Drift of every column that is fed, numbers first; nothing where no row was added.

        An index is worth noting beyond .2 and beyond what chance gives (see `chance`).
        """
        return tuple(
            _judged(name, column) for name, column in self._columns.items() if column.now.any()
        )


def stability_index(before: Int64[np.ndarray, " bin"], now: Int64[np.ndarray, " bin"]) -> float:
    r"""Population stability index :math:`\sum (q - p) \ln (q / p)` of rows by bin, at least 0.

    A bin that is empty on one side counts there as half a row; one that is empty on both is
    left out.

    Parameters
    ----------
    before, now : Int64[ndarray, "bin"]
        Rows by bin, at least one on each side; :math:`p` and :math:`q` are their shares.

    References
    ----------
    .. [1] Siddiqi, N. "Credit Risk Scorecards." Wiley 2006.

    Examples
    --------
    >>> rows = np.array([50, 50]), np.array([75, 25])  # 1/4 ln 3/2 - 1/4 ln 1/2 = 1/4 ln 3
    >>> round(stability_index(*rows), 4)
    0.2747
    """
    there = (before > 0) | (now > 0)
    p = np.where(before[there] > 0, before[there], 0.5) / before.sum()
    q = np.where(now[there] > 0, now[there], 0.5) / now.sum()
    return float(((q - p) * np.log(q / p)).sum())


def chance(n_bins: int, n_before: int, n_now: int) -> float:
    """Index that two samples of one population stay below in 999 of 1,000 pairs, about.

    Without drift it is distributed as chi-square with one degree of freedom less than there
    are bins, times the sum of both 1/n, where no bin expects few rows.

    References
    ----------
    .. [1] Yurdakul, B. "Statistical Properties of Population Stability Index." Western
       Michigan University 2018.
    """
    if n_bins < 2:
        return 0.0
    return float(stats.chi2.ppf(LEVEL, n_bins - 1)) * (1 / n_before + 1 / n_now)


def _unfilled(before: list[int], missing: int) -> _Column:
    """Column of which no new row is counted yet."""
    return _Column(np.array(before, np.int64), np.zeros(len(before), np.int64), missing)


def _judged(name: str, column: _Column) -> ColumnDrift:
    """Drift of one column, with a note where it is worth one."""
    n_before, n_now = int(column.before.sum()), int(column.now.sum())
    psi = stability_index(column.before, column.now)
    n_bins = int(((column.before > 0) | (column.now > 0)).sum())
    by_chance = chance(n_bins, n_before, n_now)
    before, now = column.missing_before / n_before, column.missing_now / n_now
    note = ""
    if psi > max(WORTH_NOTING, by_chance):
        details = [f"population stability index {psi:.2f}, by chance up to {by_chance:.2f}"]
        if now != before:
            details.append(f"missing in {now:.1%} of the rows, in training in {before:.1%}")
        if column.outside:
            details.append(f"outside the training's range in {column.outside / n_now:.1%}")
        if column.unseen:
            details.append(f"of a level that training had not in {column.unseen / n_now:.1%}")
        note = f"{name!r} differs from the training rows: {'; '.join(details)}."
    return ColumnDrift(name, psi, before, now, column.outside, column.unseen, note)
