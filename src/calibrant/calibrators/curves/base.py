"""Fitted curves: a rising function of the probability of one class, for each that has one."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.calibrators.base import FittedMap
from calibrant.calibrators.curves.class_scores import (
    ClassScores,
    class_log_odds,
    class_scores,
    n_curves,
)
from calibrant.calibrators.curves.stating import stated_log_odds, stated_probs
from calibrant.errors import InputError
from calibrant.prediction.forms import Form

__all__ = ["CURVES", "LogOddsCurves", "ProbCurves", "check_curves", "refused"]

CURVES = "Fit the calibrator again."
CHUNK = 1 << 18  # scores that are looked at together


@dataclass(frozen=True, kw_only=True, eq=False)
class ProbCurves(FittedMap):
    """Curves from scores to probabilities; of many classes, divided by their sum."""

    @final
    def of(self, form: Form) -> Form:
        """See `FittedMap.of`; the result is declared as probabilities."""
        return _by_chunks(form, lambda part: stated_probs(part, self.curves(class_scores(part))))

    @abstractmethod
    def curves(self, scores: ClassScores) -> Float64[Tensor, "row curve"]:
        """Calibrated probability of class 1 of two, or of each class against the rest."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LogOddsCurves(FittedMap):
    """Curves from log-odds to log-odds; infinite ones stay: what states 0 or 1 goes on so."""

    @final
    def of(self, form: Form) -> Form:
        """See `FittedMap.of`; the result is declared as logits."""
        return _by_chunks(form, self._chunk)

    def _chunk(self, form: Form) -> Form:
        odds = class_log_odds(form)
        finite = odds.isfinite()
        bent = self.curves(torch.where(finite, odds, 0))
        return stated_log_odds(form, torch.where(finite, bent, odds))

    @abstractmethod
    def curves(self, odds: Float64[Tensor, "row curve"]) -> Float64[Tensor, "row curve"]:
        """Calibrated log-odds of class 1 of two, or of each class against the rest."""


def _by_chunks(form: Form, state: Callable[[Form], Form]) -> Form:
    """What `state` makes of runs of rows, put together: so the work in between stays small."""
    values = form.values
    width = 1 if values.ndim == 1 else values.shape[1]
    if values.numel() <= CHUNK:
        return state(form)
    parts = [state(type(form)(part)) for part in values.split(max(1, CHUNK // width))]
    return type(parts[0])(torch.cat([part.values for part in parts]))


def check_curves(n_classes: int, n: int, *numbers: Tensor) -> None:
    """Raise `InputError` unless there are as many numbers as curves, all of them finite."""
    wanted = n_curves(n_classes)
    for each in numbers:
        if each.shape != (wanted,):
            raise refused("hold a number for each of the curves", f"{tuple(each.shape)}")
        if not bool(each.isfinite().all()):
            raise refused("hold finite numbers", "others")
    if n_classes < 2 or n < 1:
        raise refused("come from rows of two classes or more", f"{n} rows of {n_classes}")


def refused(rule: str, got: str) -> InputError:
    """Error for what no fit finds."""
    return InputError("curves", rule, got, CURVES)
