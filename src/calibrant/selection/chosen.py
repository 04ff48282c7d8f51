"""Chosen: the calibrator that cross-validation prefers, with the evidence on all candidates."""

import math
from dataclasses import dataclass
from typing import ClassVar, final

from calibrant.calibrators.base import FittedCalibrator
from calibrant.calibrators.identity import Identity
from calibrant.errors import InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form

__all__ = ["Chosen"]

HEADS = ("", "candidate", "log loss", "95 % interval", "less identity", "95 % interval", "behind")


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Chosen(FittedCalibrator):
    """Fitted calibrator that was chosen among several, and the table of all of them.

    The columns of the table have an entry a candidate, from the simplest on; the first is
    identity. Of candidates without a finite cross-validated log loss those entries are NaN, or
    infinite, and `notes` says why.

    Attributes
    ----------
    name : str
        The candidate that was chosen.
    winner : FittedCalibrator
        It, fitted on all rows.
    names : tuple of str
        Candidates.
    log_loss, low, high : tuple of float
        Cross-validated log loss in nats, and its 95 % interval.
    difference, difference_low, difference_high : tuple of float
        Log loss less that of identity on the same rows, and its 95 % interval.
    behind, error : tuple of float
        Log loss less that of the best candidate, and the standard error of that difference.
    notes : tuple of str
        Why a candidate was not tried or has lost outright; else empty.
    n_folds : int
        Folds; 0 where nothing was cross-validated.
    standard_errors : float
        Within how many of them of the best the simplest was taken.
    """

    method: ClassVar[str] = "auto"
    name: str
    winner: FittedCalibrator
    names: tuple[str, ...]
    log_loss: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    difference: tuple[float, ...]
    difference_low: tuple[float, ...]
    difference_high: tuple[float, ...]
    behind: tuple[float, ...]
    error: tuple[float, ...]
    notes: tuple[str, ...]
    n_folds: int
    standard_errors: float

    def __post_init__(self) -> None:
        lengths = {len(column) for column in (self.names, self.notes, *self._columns)}
        if len(lengths) != 1 or self.name not in self.names:
            got = f"{self.name} among {len(self.names)} names"
            raise InputError(
                "chosen", "hold an entry a candidate in each column", got, "Fit again."
            )
        if self.winner.n_classes != self.n_classes:
            rule, got = f"have {self.n_classes} classes", f"{self.winner.n_classes}"
            raise InputError("winner", rule, got, "Fit again.")

    @property
    def _columns(self) -> tuple[tuple[float, ...], ...]:
        ends = (self.low, self.high, self.difference_low, self.difference_high)
        return (self.log_loss, self.difference, self.behind, self.error, *ends)

    def restate(self, predictions: Predictions) -> Form:
        """See `FittedCalibrator.restate`; that of the winner."""
        return self.winner.restate(predictions)

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`; that of the winner."""
        return self.winner.found

    @property
    def is_identity(self) -> bool:
        """Whether probabilities stay as they are."""
        return isinstance(self.winner, Identity)

    @property
    def why(self) -> str:
        """Sentences: what was chosen, and the evidence."""
        found = self.found if self.found.startswith(self.name) else f"{self.name}: {self.found}"
        told = "Left uncalibrated" if self.is_identity else f"Chosen: {found}"
        if not self.n_folds:
            return f"{told}, because {self.notes[0]}."
        mine, none = self.names.index(self.name), self.log_loss[0]
        rows = f"{self.n:,} rows in {self.n_folds} folds"
        tried = [k for k, note in enumerate(self.notes) if not note]
        if len(tried) < 2 and self.is_identity:
            reasons = [
                f"{n} {note}" for n, note in zip(self.names[1:], self.notes[1:], strict=True)
            ]
            return f"{told}: there is no other candidate left ({'; '.join(reasons) or rows})."
        parts = [f"{told}."]
        if not self.is_identity:
            parts.append(_compared(self.log_loss[mine], none))
        best = min(tried, key=lambda k: self.log_loss[k])
        if best != mine:
            parts.append(
                f"{self.names[best]} has a cross-validated log loss of {self.log_loss[best]:.4f}, "
                f"lower by {self.behind[mine]:.2g} with a standard error of "
                f"{self.error[mine]:.2g}: too little to prefer it to what is simpler"
            )
        elif self.is_identity:
            parts.append(f"No candidate has a cross-validated log loss below {none:.4f}")
        return f"{parts[0]} {'. '.join(parts[1:])} ({rows})."

    def __str__(self) -> str:
        cells = [HEADS, *(self._cells(k) for k in range(len(self.names)))]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join(
                cell.ljust(width) if k < 2 else cell.rjust(width)
                for k, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in cells
        ]
        for k, note in enumerate(self.notes, start=1):
            lines[k] = f"{lines[k]}  {note}" if note else lines[k]
        return "\n".join([*lines, self.why])

    def _cells(self, k: int) -> tuple[str, ...]:
        """Row of the printed table."""
        mark = "*" if self.names[k] == self.name else ""
        if math.isnan(self.log_loss[k]):
            return (mark, self.names[k], "", "", "", "", "")
        behind = f"{self.behind[k]:.4f} +- {self.error[k]:.4f}"
        return (
            mark,
            self.names[k],
            f"{self.log_loss[k]:.4f}",
            _ends(self.low[k], self.high[k], ""),
            "" if k == 0 or not math.isfinite(self.difference[k]) else f"{self.difference[k]:+.4f}",
            _ends(self.difference_low[k], self.difference_high[k], "+"),
            "" if not math.isfinite(self.behind[k]) or self.behind[k] == 0 else behind,
        )


def _ends(low: float, high: float, sign: str) -> str:
    return f"[{low:{sign}.4f}, {high:{sign}.4f}]" if math.isfinite(low) else ""


def _compared(with_it: float, none: float) -> str:
    """Sentence about the two log losses, with as many decimals as tell them apart."""
    if math.isinf(none):
        return f"Log loss is infinite as the rows are, and {with_it:.4f} cross-validated with it"
    n_decimals = next((d for d in range(4, 10) if f"{with_it:.{d}f}" != f"{none:.{d}f}"), 10)
    texts = f"{with_it:.{n_decimals}f} with it and {none:.{n_decimals}f} without it"
    return f"Cross-validated log loss is {texts}"
