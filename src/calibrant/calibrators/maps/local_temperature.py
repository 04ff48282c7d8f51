"""Local temperature scaling: a temperature for every pixel of a map, or for every map."""

import math
from dataclasses import dataclass
from math import prod
from typing import ClassVar, get_args

import numpy as np
import torch
from jaxtyping import Float64, Int64
from numpy.typing import NDArray
from torch import Tensor

from calibrant.calibrators.base import Calibrator
from calibrant.calibrators.maps.field import HIDDEN, Pixels, fitted_field, pull_of
from calibrant.calibrators.maps.fitted import (
    LocalTemperature,
    Per,
    check_windows,
    looks_at,
    maps_of,
    runs_of,
)
from calibrant.calibrators.temperature import TemperatureScaling
from calibrant.errors import InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Logits

__all__ = ["LocalTemperatureScaling"]

TILE = 32  # pixels, side of a square whose pixels may err together
ALIKE = 1e-6  # standard deviation of a look that does not vary


@dataclass(frozen=True, slots=True)
class LocalTemperatureScaling(Calibrator[LocalTemperature]):
    r"""Finds a temperature for every pixel from what surrounds it, for maps of logits.

    A network is rarely as sure as it should be to the same degree at borders and within regions.
    The log temperature of a pixel is linear in a few fixed looks at the map: the entropy of the
    pixel, its mean over windows, and how far the pixel agrees with each window. The least log loss
    over all pixels is found from the one temperature on, by Newton's method, with a penalty that
    draws towards it. So it is never worse than that on the pixels of the fit, and the likeliest
    class of a pixel stays.

    How strong the penalty is, is estimated: one over the variance of the effects of looks, freed of
    what chance alone would show (empirical Bayes). Neighbours err together, so that a pixel tells
    less than an independent one; how much less is estimated from squares of 32 pixels.

    This is a small and deterministic form of local temperature scaling [1]_, which has a
    convolutional network in the place of the looks, and reads the image too.

    Parameters
    ----------
    windows : tuple of int, default (3, 9, 27)
        Widths in pixels of the windows about a pixel, odd and rising.
    per : "pixel" or "image", default "pixel"
        Whether each pixel has its temperature, or each image one for all of its pixels.
    penalty : float or None, default None
        Half of it times the squared effect of each look, in nats per standard deviation of the
        look, is added to the total log loss. None: as strong as the pixels say.

    References
    ----------
    .. [1] Ding, Han, Liu, Niethammer. "Local Temperature Scaling for Probability Calibration."
       ICCV 2021.

    Examples
    --------
    >>> import calibrant as cal
    >>> side = torch.linspace(-3, 3, 64)
    >>> true = torch.stack((-side, side))[:, None].expand(2, 64, 64)[None]
    >>> draws = torch.rand(64, 64, generator=torch.Generator().manual_seed(0))
    >>> labels = (draws < true.softmax(dim=1)[:, 1]).long()
    >>> maps = cal.predictions(logits=2 * true, labels=labels)  # twice as sure everywhere
    >>> fitted = LocalTemperatureScaling().fit(maps)
    >>> fitted.transform(maps).probs.shape
    torch.Size([1, 2, 64, 64])
    >>> bool((fitted.temperatures(maps) - 2).abs().max() < 0.3)
    True
    """

    windows: tuple[int, ...] = (3, 9, 27)
    per: Per = "pixel"
    penalty: float | None = None
    whole: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_windows(self.windows)
        if self.per not in get_args(Per):
            raise InputError("per", "be pixel or image", f"{self.per!r}", "pixel is usual.")
        if self.penalty is not None and not 0 <= self.penalty < math.inf:
            rule, remedy = "be finite and at least 0, or None", "None estimates it."
            raise InputError("penalty", rule, f"{self.penalty}", remedy)

    def fitted_to(self, rows: Predictions) -> LocalTemperature:
        """See `Calibrator.fitted_to`.

        Raises
        ------
        InputError
            If the rows are no maps.
        FitError
            If no one temperature has the least log loss; see `TemperatureScaling`.
        """
        maps = maps_of(rows)
        counts = rows.weight() > 0
        present = rows.present()
        one = TemperatureScaling().fitted_to(present)
        looks = torch.cat([looks_at(m, one.value, self.windows, self.per) for m in runs_of(maps)])
        seen = looks.reshape(-1, looks.shape[-1])[counts]
        weight = present.weight()
        centre, spread = _moments(seen, weight)
        varies = spread > ALIKE
        columns = ((seen - centre) / spread)[:, varies]
        ones = torch.ones(len(seen), 1, dtype=torch.float64, device=rows.device)
        pixels = _pixels(present, weight, torch.cat((ones, columns), dim=1))
        start = torch.zeros(1 + columns.shape[1], dtype=torch.float64, device=rows.device)
        start[0] = math.log(one.value)
        pull = pull_of(pixels, start, _tiles(rows, self.per)[counts])
        strength = pull.strength if self.penalty is None else self.penalty
        at = fitted_field(pixels, start, strength)
        weights = torch.zeros_like(centre)
        weights[varies] = at[1:] / spread[varies]
        field = (pixels.looks @ at).exp().cpu().numpy()
        return LocalTemperature(
            n_classes=rows.n_classes,
            n=len(present),
            per=self.per,
            windows=self.windows,
            temperature=one.value,
            level=math.exp(float(at[0])),
            weights=weights.cpu(),
            centre=centre.cpu(),
            low=seen.amin(dim=0).cpu(),
            high=seen.amax(dim=0).cpu(),
            usual=_usual(field),
            pixels_of_one=pull.pixels_of_one,
        )


def _moments(
    looks: Float64[Tensor, "pixel look"], weight: Float64[Tensor, " pixel"]
) -> tuple[Float64[Tensor, " look"], Float64[Tensor, " look"]]:
    """Mean and standard deviation of each look; 1 in the place of a deviation of 0."""
    centre = weight @ looks / weight.sum()
    return centre, (weight @ (looks - centre).square() / weight.sum()).sqrt()


def _pixels(
    rows: Predictions, weight: Float64[Tensor, " pixel"], looks: Float64[Tensor, "pixel look"]
) -> Pixels:
    """Pixels of the fit, of present rows."""
    form = rows.declared
    scores = form.values.double() if isinstance(form, Logits) else form.values.double().log()
    scores = (scores - scores.amax(dim=-1, keepdim=True)).clamp(min=HIDDEN)
    if rows.soft is not None:
        return Pixels(scores, (rows.soft * scores).sum(dim=-1), weight, looks)
    hard = rows.hard
    assert hard is not None  # labels were checked
    return Pixels(scores, scores.gather(-1, hard[:, None]).squeeze(-1), weight, looks)


def _tiles(rows: Predictions, per: Per) -> Int64[Tensor, " row"]:
    """Number of the tile of every pixel, or of its image."""
    n_images, *axes = rows.layout.row_shape
    tile = torch.arange(n_images, device=rows.device)
    if per == "image":
        return tile.repeat_interleave(prod(axes))
    for length in axes:
        along = torch.arange(length, device=rows.device) // TILE
        tile = tile[..., None] * (int(along[-1]) + 1) + along
    return tile.reshape(-1)


def _usual(field: NDArray[np.float64]) -> tuple[float, float]:
    """Temperatures between which nine in ten pixels lie."""
    low, high = np.quantile(field, (0.05, 0.95))
    return float(low), float(high)
