"""The log-linear field of temperatures with the least penalised log loss."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

__all__ = ["Pixels", "Pull", "fitted_field", "pull_of"]

CHUNK = 1 << 17  # numbers that are looked at together
HIDDEN = -1e30  # score of a class of probability 0: its square is finite
MOST_STEPS = 100
LEAST = 0.1  # pull of looks that seem to matter without limit


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """Pixels of a fit: log-probabilities up to a constant of the pixel, and what came out.

    The first column of `looks` is 1, the others are standardised.
    """

    scores: Float64[Tensor, "pixel class"]
    stated: Float64[Tensor, " pixel"]  # score of what came out
    weight: Float64[Tensor, " pixel"]
    looks: Float64[Tensor, "pixel look"]

    def terms(self, at: Float64[Tensor, " look"]) -> Iterator[tuple[slice, "_Terms"]]:
        """Runs of pixels, and what log loss is there."""
        step = max(1, CHUNK // self.scores.shape[1])
        for start in range(0, len(self.scores), step):
            part = slice(start, start + step)
            scores, stated, weight = self.scores[part], self.stated[part], self.weight[part]
            beta = (-(self.looks[part] @ at)).exp()
            tilt = (beta[:, None] * scores).exp()
            total = tilt.sum(dim=-1)
            mean = (tilt * scores).sum(dim=-1) / total
            spread = (tilt * (scores - mean[:, None]).square()).sum(dim=-1) / total
            slope = beta * (stated - mean)
            expected = beta.square() * spread
            loss = weight * (total.log() - beta * stated)
            yield part, _Terms(loss, weight * slope, weight * expected, weight * -slope)


@dataclass(frozen=True, slots=True, eq=False)
class _Terms:
    """Log loss of every pixel and its derivatives in the logarithm of the temperature."""

    loss: Float64[Tensor, " pixel"]
    slope: Float64[Tensor, " pixel"]
    expected: Float64[Tensor, " pixel"]  # curvature, were the probabilities true
    excess: Float64[Tensor, " pixel"]  # of the curvature that is found over the expected one


@dataclass(frozen=True, slots=True)
class Pull:
    """Strength with which a field is drawn to one temperature, and for how many a pixel counts."""

    strength: float
    pixels_of_one: float


def pull_of(pixels: Pixels, at: Float64[Tensor, " look"], tile: Int64[Tensor, " pixel"]) -> Pull:
    r"""Pull that fits how much looks matter: one over the variance of their effects.

    Neighbours err together. How much the slopes, added up tile by tile, vary, over what
    independent pixels would show, is the number of pixels that tell as much as one.
    With :math:`d` of them, :math:`A / d` is the information on the looks and :math:`s / d` their
    slope. For :math:`m` looks whose effects have the variance :math:`\tau^2`,
    :math:`s^T A^{-1} s / d` is about :math:`m + \tau^2 \operatorname{tr} A / d`. The variance is at
    least 0, where looks do no more than chance.
    """
    n_tiles, n_looks = int(tile.max()) + 1, len(at)
    slopes = torch.zeros(n_tiles, n_looks, dtype=torch.float64, device=tile.device)
    curve = torch.zeros(n_looks, n_looks, dtype=torch.float64, device=tile.device)
    for part, terms in pixels.terms(at):
        looks = pixels.looks[part]
        slopes.index_add_(0, tile[part], terms.slope[:, None] * looks)
        curve += looks.T @ (terms.expected[:, None] * looks)
    slopes = slopes[tile.bincount(minlength=n_tiles) > 0]
    share = curve[0, 1:] / curve[0, 0]  # what the level makes up for
    slopes = slopes[:, 1:] - slopes[:, :1] * share
    curve = curve[1:, 1:] - curve[0, 0] * torch.outer(share, share)
    sizes, axes = torch.linalg.eigh(curve)
    kept = sizes > 1e-9 * sizes.clamp(min=0).sum()
    if not bool(kept.any()):
        return Pull(math.inf, 1.0)
    each = slopes @ axes[:, kept] / sizes[kept].sqrt()
    told, many = each.sum(dim=0), len(each)
    alike = 1.0
    if many > 1:
        variance = (each - each.mean(dim=0)).square().sum() * many / (many - 1)
        alike = max(1.0, float(variance) / int(kept.sum()))
    excess = float(told.square().sum()) / alike - int(kept.sum())
    if excess <= 0:
        return Pull(math.inf, alike)
    return Pull(max(LEAST, float(sizes[kept].sum()) / alike / excess) * alike, alike)


def fitted_field(
    pixels: Pixels, start: Float64[Tensor, " look"], strength: float
) -> Float64[Tensor, " look"]:
    """Parameters of the log temperature with the least log loss and half `strength` times squares.

    Newton's method from `start`, with the curvature that is expected where that which is found has
    no least point, and steps halved until they help: the result is never worse than the start.
    """
    at = start
    if not math.isfinite(strength):
        return at
    pull = torch.full_like(at, strength)
    pull[0] = 0.0
    value = _value(pixels, at, pull)
    for _ in range(MOST_STEPS):
        step, decrement = _step(pixels, at, pull)
        if decrement <= 1e-18 * max(1.0, abs(value)):
            break
        size = 1.0
        while size > 1e-12:
            found = _value(pixels, at - size * step, pull)
            if found <= value - 1e-4 * size * decrement:
                break
            size /= 2
        else:
            break  # what is left is rounding
        at, value = at - size * step, found
    return at


def _value(pixels: Pixels, at: Tensor, pull: Tensor) -> float:
    loss = sum(float(terms.loss.sum()) for _, terms in pixels.terms(at))
    value = loss + float((pull * at.square()).sum()) / 2
    return value if math.isfinite(value) else math.inf


def _step(pixels: Pixels, at: Tensor, pull: Tensor) -> tuple[Tensor, float]:
    """Newton's step, and how much it falls off at first."""
    slope = pull * at
    expected = torch.diag(pull)
    excess = torch.zeros_like(expected)
    for part, terms in pixels.terms(at):
        looks = pixels.looks[part]
        slope = slope + looks.T @ terms.slope
        expected = expected + looks.T @ (terms.expected[:, None] * looks)
        excess = excess + looks.T @ (terms.excess[:, None] * looks)
    for curve in (expected + excess, expected):
        factor, failed = torch.linalg.cholesky_ex(curve)
        if not int(failed):
            step = torch.cholesky_solve(slope[:, None], factor).squeeze(-1)
            return step, float(slope @ step)
    step = torch.linalg.lstsq(expected, slope).solution
    return step, float(slope @ step)
