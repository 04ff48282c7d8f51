"""A temperature for every pixel of a map, as a fit found it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.calibrators.base import FittedCalibrator
from calibrant.calibrators.maps.module import MapModule
from calibrant.calibrators.maps.surroundings import averaged, n_surroundings, surroundings
from calibrant.calibrators.module import Stated
from calibrant.errors import InputError
from calibrant.prediction.arrays import ArrayLike
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form, Logits

__all__ = ["LocalTemperature", "Per", "check_windows", "looks_at", "maps_of", "runs_of"]

Per = Literal["pixel", "image"]
MANY = 1 << 22  # numbers of maps that are looked at together


@dataclass(frozen=True, kw_only=True, eq=False)
class LocalTemperature(FittedCalibrator):
    r"""Fitted calibrator: divides the log-probabilities of each pixel by a temperature of its own.

    :math:`\log T_i = \log \text{level} + w \cdot (x_i - c)`, with :math:`x_i` the looks at pixel i
    (see `surroundings`), held within what the fit has seen.

    Attributes
    ----------
    per : "pixel" or "image"
        Whether the looks are those at the pixel, or their mean over its image.
    windows : tuple of int
        Widths of the windows that are looked at.
    temperature : float
        The one temperature that is best for all pixels; the looks are taken at it.
    level : float
        Temperature where the looks are as on average.
    weights, centre, low, high : Float64[Tensor, "look"]
        Effect of each look; its mean, least and greatest value in the fit.
    usual : tuple of float
        Temperatures between which nine in ten pixels of the fit lie.
    pixels_of_one : float
        Number of pixels of the fit that told as much as one independent one.
    """

    method: ClassVar[str] = "local_temperature"
    per: Per
    windows: tuple[int, ...]
    temperature: float
    level: float
    weights: Float64[Tensor, " look"]
    centre: Float64[Tensor, " look"]
    low: Float64[Tensor, " look"]
    high: Float64[Tensor, " look"]
    usual: tuple[float, float]
    pixels_of_one: float

    def __post_init__(self) -> None:
        remedy = "Fit the calibrator again."
        check_windows(self.windows)
        numbers = (self.temperature, self.level, *self.usual, self.pixels_of_one)
        if not all(0 < one < math.inf for one in numbers):
            raise InputError("temperatures", "be finite and above 0", f"{numbers}", remedy)
        looks = (self.weights, self.centre, self.low, self.high)
        shapes = {tuple(each.shape) for each in looks}
        if shapes != {(n_surroundings(self.windows),)}:
            raise InputError("weights", "be one a look", f"{sorted(shapes)}", remedy)
        if not all(bool(each.isfinite().all()) for each in looks):
            raise InputError("weights", "be finite", "others", remedy)

    def restate(self, predictions: Predictions) -> Form:
        """See `FittedCalibrator.restate`; the result is declared as logits.

        Raises
        ------
        InputError
            If the predictions are no maps.
        """
        maps = maps_of(predictions)
        found = self.logits_of(maps)
        return Logits(found.movedim(1, -1).reshape(-1, self.n_classes))

    def logits_of(self, logits: Tensor) -> Tensor:
        """Calibrated logits of maps of shape (image, class, ...); differentiable."""
        return torch.cat([self._tempered(some) for some in runs_of(logits)])

    def temperatures(self, predictions: Predictions) -> ArrayLike:
        """Temperature of every pixel of maps, (image, ...), in the array kind that came in.

        Raises
        ------
        InputError
            If the predictions are no maps, or of another number of classes.
        """
        maps = maps_of(predictions)
        if maps.shape[1] != self.n_classes:
            rule, remedy = f"have {self.n_classes} classes", "Pass maps like those of the fit."
            raise InputError("predictions", rule, f"{maps.shape[1]}", remedy)
        found = torch.cat([self._log_temperature(some).exp() for some in runs_of(maps)])
        return predictions.layout.restore(found.reshape(-1))

    def _tempered(self, logits: Tensor) -> Tensor:
        beta = (-self._log_temperature(logits)).exp()[:, None]
        return (beta * logits).to(torch.promote_types(logits.dtype, torch.float32))

    def _log_temperature(self, logits: Tensor) -> Tensor:
        looks = looks_at(logits, self.temperature, self.windows, self.per)
        weights, centre, low, high = (
            each.to(logits.device) for each in (self.weights, self.centre, self.low, self.high)
        )
        held = torch.minimum(torch.maximum(looks, low), high)
        return math.log(self.level) + (held - centre) @ weights

    def to_module(self, form: Stated) -> MapModule:
        """Torch module that turns maps that a network states into maps of calibrated logits.

        See `FittedMap.to_module`; it takes (image, class, ...).

        Raises
        ------
        InputError
            If `form` is neither "logits" nor "probs".
        """
        arrays: dict[str, Tensor] = {}
        self.to_dict(arrays)
        return MapModule(self, form, arrays)

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        told = f"temperature {self.temperature:.4f} of all pixels"
        if not bool(self.weights.any()):
            return f"{told}; what surrounds them tells no more than chance"
        low, high = self.usual
        whose = "pixels" if self.per == "pixel" else "images"
        return f"{told}; nine in ten {whose} between {low:.3g} and {high:.3g}"


def check_windows(windows: object) -> None:
    """Raise `InputError` unless these are odd widths in rising order."""
    widths: tuple[object, ...] = windows if isinstance(windows, tuple) else ()
    odd = [one for one in widths if isinstance(one, int) and one >= 3 and one % 2]
    if not odd or len(odd) != len(widths) or odd != sorted(set(odd)):
        rule, remedy = "be odd whole numbers from 3 on, rising", "(3, 9, 27) is usual."
        raise InputError("windows", rule, f"{windows!r}", remedy)


def maps_of(predictions: Predictions) -> Tensor:
    """Logits, or log-probabilities, of shape (image, class, *axes).

    Raises
    ------
    InputError
        If the predictions did not come as maps, or are rows taken out of them.
    """
    layout = predictions.layout
    if len(layout.shape) < 3 or not layout.has_classes:
        rule = "come as maps, of shape (image, class, *axes)"
        remedy = "Pass whole maps to calibrant.predictions, and do not take rows out of them."
        raise InputError("predictions", rule, f"shape {layout.shape}", remedy)
    form = predictions.declared
    values = form.values if isinstance(form, Logits) else form.values.double().log()
    return values.reshape(*layout.row_shape, -1).movedim(-1, 1)


def looks_at(logits: Tensor, temperature: float, windows: Sequence[int], per: Per) -> Tensor:
    """Looks at every pixel, (image, *axes, look)."""
    looks = surroundings(logits, temperature, windows)
    return (looks if per == "pixel" else averaged(looks, logits)).movedim(1, -1)


def runs_of(maps: Tensor) -> Iterator[Tensor]:
    """Runs of whole maps, of some `MANY` numbers each."""
    step = max(1, MANY // max(1, maps[0].numel()))
    for start in range(0, len(maps), step):
        yield maps[start : start + step]
