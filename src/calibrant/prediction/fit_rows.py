"""Rows of a fit do not pass for others: the guard that every evaluation goes through."""

from dataclasses import replace
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.passed import Passed
from calibrant.prediction.row_overlap import Overlap, overlap_of

__all__ = ["fit_rows_among", "others_than_fit"]

LOOKED_AT = 1000  # rows that tell whether values are rounded
DIGITS = 6  # decimals, before and after the point, that rounded values have at most

Anything = TypeVar("Anything")


def others_than_fit(
    rows: Anything, *, allow_fit_rows: bool, argument: str = "rows"
) -> Anything | Predictions:
    """The rows themselves, found to be others than those that their calibrators were fitted on.

    Rows that went through no calibrator, and what keeps no rows, are others by definition. If
    rows of a fit are allowed, and there are some, a note of the result says so.

    Raises
    ------
    InputError
        If rows of a fit are among them and these are not allowed.
    """
    if not isinstance(rows, Predictions) or not rows.passed:
        return rows
    told: list[str] = []
    for found in fit_rows_among(rows):
        if found is None:
            continue
        same = f"{'about ' if found.is_about else ''}{found.n_same:,} of {found.n:,} rows"
        if not allow_fit_rows:
            raise InputError(
                argument,
                "be others than the rows that the calibrator was fitted on",
                f"{same} that equal some of these, more than chance explains",
                "Evaluate on other rows; or pass allow_fit_rows=True to look at the fit itself.",
            )
        told.append(f"{same} equal rows of the fit of their calibrator, which it suits too well")
    return replace(rows, passed=(), notes=(*rows.notes, *dict.fromkeys(told)))


def fit_rows_among(rows: Predictions) -> tuple[Overlap | None, ...]:
    """For each calibrator that the rows went through: how many of them its fit has seen.

    None where no more equal rows of the fit than chance explains.
    """
    return tuple(_overlap(rows, passed) for passed in rows.passed)


def _overlap(rows: Predictions, passed: Passed) -> Overlap | None:
    """Overlap of the rows that count with those of one fit."""
    hashes = passed.hashes
    if rows.weights is not None:
        hashes = hashes[(rows.weights > 0).cpu()]
    step = -(-len(rows) // LOOKED_AT)
    some = passed.take(slice(None, None, max(step, 1))).values
    return overlap_of(passed.fit_rows, hashes.numpy(), rounded=_are_rounded(some))


def _are_rounded(values: Float[Tensor, "row *class"]) -> bool:
    """Whether most rows hold nothing but short decimals, as float32 has them."""
    wide = values.detach().reshape(len(values), -1).to("cpu", torch.float64).numpy()
    finite = np.where(np.isfinite(wide), wide, 0.0)
    before = np.floor(np.log10(np.maximum(np.abs(finite), 0.1))) + 1
    scale = 10.0 ** (DIGITS - np.clip(before, 0, DIGITS))
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite on both sides
        short = (np.round(finite * scale) / scale).astype(np.float32) == finite.astype(np.float32)
    return bool(short.all(axis=1).mean() > 0.5)
