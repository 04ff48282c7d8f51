"""Ensemble temperature scaling: tempered, raw and even probabilities, mixed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.calibrators.base import Calibrator, FittedMap
from calibrant.calibrators.linear.rows import floored
from calibrant.calibrators.linear.structured import temperature_of, tempered
from calibrant.calibrators.scores import in_form_of
from calibrant.errors import FitError, InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form

__all__ = ["EnsembleTemperature", "EnsembleTemperatureScaling"]

CHUNK = 1 << 18  # probabilities that are looked at together
LEAN = 1e-9  # a ridge towards tempered ones, which decides where the three are alike
Shares = Float64[Tensor, "3"]


@dataclass(frozen=True, kw_only=True)
class EnsembleTemperature(FittedMap):
    """Fitted calibrator: a mixture of tempered, raw and even probabilities.

    Attributes
    ----------
    temperature : float
        Temperature of the first part.
    tempered, raw, even : float
        Shares of the three parts; they sum to 1.
    """

    method: ClassVar[str] = "ensemble_temperature"
    temperature: float
    tempered: float
    raw: float
    even: float

    def __post_init__(self) -> None:
        remedy = "Fit the calibrator again."
        if not 0 < self.temperature < math.inf:
            rule = "be finite and above 0"
            raise InputError("temperature", rule, f"{self.temperature}", remedy)
        shares = (self.tempered, self.raw, self.even)
        if not (min(shares) >= 0 and abs(sum(shares) - 1) <= 1e-9):
            raise InputError("shares", "be at least 0 and sum to 1", f"{shares}", remedy)

    def of(self, form: Form) -> Form:
        """See `FittedMap.of`; the result is declared as logits."""
        parts = _parts(form, self.temperature)
        mixed = self.tempered * parts[0] + self.raw * parts[1] + self.even * parts[2]
        return in_form_of(form, mixed.log())

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        return (
            f"{self.tempered:.1%} at temperature {self.temperature:.4f}, {self.raw:.1%} as they "
            f"are, {self.even:.1%} even odds"
        )


@dataclass(frozen=True, slots=True)
class EnsembleTemperatureScaling(Calibrator[EnsembleTemperature]):
    r"""A mixture of tempered, raw and even probabilities, with the least log loss.

    .. math:: w_1 \operatorname{softmax}(z / T) + w_2 \operatorname{softmax}(z) + w_3 / K,
       \quad w \ge 0, \quad w_1 + w_2 + w_3 = 1

    T is that of temperature scaling (with a penalty of 1, so that it is finite); the shares are
    then found exactly, for log loss is convex in them. The order of the classes of a row stays.

    References
    ----------
    .. [1] Zhang, Kailkhura, Han. "Mix-n-Match: Ensemble and Compositional Methods for Uncertainty
       Calibration in Deep Learning." ICML 2020.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(logits=[9.0] * 4 + [1.0] * 4, labels=[1, 1, 1, 0] * 2)
    >>> fitted = EnsembleTemperatureScaling().fit(rows)
    >>> round(fitted.tempered + fitted.raw + fitted.even, 9)
    1.0
    """

    def fitted_to(self, rows: Predictions) -> EnsembleTemperature:
        """See `Calibrator.fitted_to`.

        Raises
        ------
        FitError
            If the temperature lies beyond what temperature scaling considers.
        """
        value = temperature_of(rows)
        shares = _least(rows, value).tolist()
        total = sum(shares)
        tempered_, raw, even = (share / total for share in shares)
        return EnsembleTemperature(
            n_classes=rows.n_classes,
            n=len(rows),
            temperature=value,
            tempered=tempered_,
            raw=raw,
            even=even,
        )


def _parts(form: Form, value: float) -> tuple[Tensor, Tensor, Tensor]:
    """Tempered, raw and even probabilities."""
    raw = floored(form).softmax(dim=-1)
    return tempered(form, value).exp(), raw, torch.full_like(raw, 1 / form.n_classes)


def _columns(rows: Predictions, value: float) -> Iterator[tuple[Tensor, Tensor]]:
    """Share of every outcome in all, and what the three parts state for it, chunk by chunk."""
    total = rows.weight().sum()
    for chunk in rows.chunks(CHUNK):
        weight = chunk.weight() / total
        parts = torch.stack(_parts(chunk.declared, value), dim=-1)
        if chunk.soft is not None:
            weight = (weight[:, None] * chunk.soft).reshape(-1)
            yield weight[weight > 0], parts.view(-1, 3)[weight > 0]
        else:
            hard = chunk.hard
            assert hard is not None
            yield weight, parts[torch.arange(len(hard), device=hard.device), hard]


def _look(columns: list[tuple[Tensor, Tensor]], shares: Shares) -> tuple[float, Shares, Tensor]:
    """Mean log loss of a mixture, its slope and its curvature in the shares."""
    loss, slope = 0.0, torch.zeros_like(shares)
    bend = torch.zeros((3, 3), dtype=torch.float64, device=shares.device)
    for weight, parts in columns:
        mixed = parts @ shares
        loss -= float(weight @ mixed.log())
        ratio = parts / mixed[:, None]
        slope -= weight @ ratio
        bend += ratio.T @ (ratio * weight[:, None])
    return loss, slope, bend


def _least(rows: Predictions, value: float) -> Shares:
    """Shares with the least log loss, by Newton's method on the triangle of shares."""
    columns = list(_columns(rows, value))
    shares = torch.tensor([0.8, 0.1, 0.1], dtype=torch.float64, device=rows.device)
    pure = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64, device=rows.device)
    for _ in range(100):
        loss, slope, bend = _look(columns, shares)
        loss += LEAN / 2 * float((shares - pure).square().sum())
        slope = slope + LEAN * (shares - pure)
        bend.diagonal().add_(LEAN)
        step = _best(slope - bend @ shares, bend) - shares
        decrement = -float(slope @ step)
        if not decrement > 1e-17:
            return (shares + step).clamp(min=0)
        length = 1.0
        for _ in range(60):
            at = shares + length * step
            found = _look(columns, at)[0] + LEAN / 2 * float((at - pure).square().sum())
            if found <= loss - 1e-4 * length * decrement + 1e-15:
                break
            length /= 2
        shares = (shares + length * step).clamp(min=0)
    raise FitError("the shares have not settled after 100 steps. Use more rows.")


def _best(linear: Shares, bend: Float64[Tensor, "3 3"]) -> Shares:
    """Shares with the least ``linear @ s + s @ bend @ s / 2``: the best of all faces."""
    best, least = torch.zeros_like(linear), math.inf
    for count in (1, 2, 3):
        for face in combinations(range(3), count):
            index = torch.tensor(face, device=linear.device)
            system = torch.ones((count + 1, count + 1), dtype=torch.float64, device=linear.device)
            system[:count, :count] = bend[index][:, index]
            system[count, count] = 0
            right = torch.cat((-linear[index], torch.ones_like(linear[:1])))
            solved = torch.linalg.solve(system, right)[:count]
            if float(solved.min()) < 0:
                continue
            at = torch.zeros_like(linear)
            at[index] = solved
            value = float(linear @ at + 0.5 * at @ bend @ at)
            if value < least:
                best, least = at, value
    return best
