"""Logistic regression of outcomes on one number, by Newton's method, with its sandwich."""

import math
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64
from scipy.special import expit, ndtri

from calibrant.metrics.binless.log_odds import Points
from calibrant.metrics.estimate import Estimate

__all__ = ["Fit", "fit_intercept", "fit_line"]

N_STEPS = 100
SETTLED = 1e-8  # a step, whose square is then rounding
MANY, N_MERGED = 2000, 400  # points that are merged for a start, and into how many
WIDTH = 6  # standard deviations of the log-odds on either side, beyond which all are merged
NO_SPREAD = 1e-18  # a variance that is rounding
TIED = 1e-10  # log-odds that differ by less are one, whatever the rounding
BENT = 0.0963  # greatest second derivative of the logistic curve, 1 / (6 sqrt 3)
ROUNDING = 8 * 2.0**-53  # of a score near 1, where its log-odds are steep

Column = Float64[np.ndarray, " point"]
Merged = Float64[np.ndarray, " merged"]
Design = Float64[np.ndarray, "term point"]


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficient of a fit, its variance, and how far cells may move it; or why it is undefined."""

    value: float
    variance: float = math.nan
    bound: float = 0.0
    why: str = ""
    details: dict[str, float] = field(default_factory=dict["str", "float"])

    def estimate(self, n: int, level: float) -> Estimate:
        """Estimate with Wald's interval."""
        if self.why:
            method, note = f"not available: {self.why}", f"undefined: {self.why}"
            return Estimate(math.nan, None, None, None, n, method, note=note)
        if not self.variance > NO_SPREAD:
            method = "not available: too few rows to tell the spread"
            return Estimate(self.value, None, None, None, n, method, details=self.details)
        half = float(ndtri(0.5 + level / 2)) * math.sqrt(self.variance)
        low, high = self.value - half, self.value + half
        return Estimate(self.value, low, high, level, n, "Wald, sandwich", details=self.details)


@dataclass(frozen=True, slots=True)
class _Line:
    """What is fitted: shift and slope of log-odds that are scaled, or a shift alone."""

    centre: float = 0.0
    scale: float | None = None

    @property
    def n_terms(self) -> int:
        return 1 if self.scale is None else 2

    def design(self, at: Column) -> Design:
        if self.scale is None:
            return np.ones((1, len(at)))
        return np.stack((np.ones_like(at), (at - self.centre) / self.scale))

    def offset(self, at: Column) -> Column:
        return at if self.scale is None else np.zeros_like(at)


def fit_line(points: Points) -> Fit:
    """Slope of the outcomes on the log-odds; the intercept among the details."""
    why = _unfit(points) or _inseparable(points)
    if why:
        return Fit(math.nan, why=why)
    weight = points.up + points.down
    centre = _dot(weight, points.at) / float(weight.sum())
    gap = points.at - centre
    scale = math.sqrt(_dot(weight, gap**2) / float(weight.sum()))
    line = _Line(centre, scale)
    found = _newton(points, line)
    if found is None:
        return Fit(math.nan, why="the fit has no finite optimum within reach")
    slope = float(found[1]) / scale
    cover, hessian = _sandwich(points, line, found)
    size = np.abs(gap)
    grow = 1 + abs(slope) * size / 4
    bend = abs(slope) / 2 + BENT * slope**2 * size
    moved = _moved(points, bend + grow, 1 + abs(slope) * size / 4)
    flat = _moved(points, BENT * slope**2 + abs(slope) / 4, abs(slope) / 4 + 0 * size)
    inverse = np.abs(np.linalg.inv(hessian))
    bound = 2 * float(inverse[1, 0] * flat + inverse[1, 1] * moved / scale) / scale
    intercept = float(found[0]) - slope * centre
    return Fit(slope, float(cover[1, 1]) / scale**2, bound, details={"intercept": intercept})


def fit_intercept(points: Points) -> Fit:
    """Shift of the log-odds, the slope held at 1."""
    why = _unfit(points)
    if why:
        return Fit(math.nan, why=why)
    found = _newton(points, _Line())
    if found is None:
        return Fit(math.nan, why="the fit has no finite optimum within reach")
    cover, hessian = _sandwich(points, _Line(), found)
    moved = _moved(points, np.full_like(points.at, BENT + 0.25), np.full_like(points.at, 0.25))
    return Fit(float(found[0]), float(cover[0, 0]), 2 * moved / float(hessian[0, 0]))


def _unfit(points: Points) -> str:
    """Why no fit exists, if none does."""
    if not len(points.at):
        return "no rows"
    if not np.isfinite(points.at).all():
        return "a row is stated 0 or 1, where log-odds are infinite; logits would keep them"
    if not (points.up.any() and points.down.any()):
        return "all rows came out alike"
    return ""


def _inseparable(points: Points) -> str:
    """Why no slope exists, if none does."""
    ups, downs = points.at[points.up > 0], points.at[points.down > 0]
    lowest, highest = min(ups.min(), downs.min()), max(ups.max(), downs.max())
    if highest - lowest <= TIED:
        return "all rows have the same log-odds"
    if ups.min() >= downs.max() - TIED or downs.min() >= ups.max() - TIED:
        return "a threshold parts the outcomes without fault: the slope is infinite"
    return ""


def _newton(points: Points, line: _Line) -> Float64[np.ndarray, " term"] | None:
    """Coefficients of the greatest likelihood; None where steps do not settle.

    Many points are first merged with their neighbours: from there two or three steps are left.
    """
    total = float((points.up + points.down).sum())
    up, down = points.up / total, points.down / total
    start = np.zeros(line.n_terms)
    if len(points.at) > MANY:
        rough = _steps(*_merged(points.at, up, down), line, start)
        start = start if rough is None else rough
    return _steps(points.at, up, down, line, start)


def _steps(
    at: Column, up: Column, down: Column, line: _Line, start: Float64[np.ndarray, " term"]
) -> Float64[np.ndarray, " term"] | None:
    """Newton steps from `start`, halved where they do not help."""
    design, offset = line.design(at), line.offset(at)
    found, now = start, _stated(up, down, offset + _mix(start, design))
    for _ in range(N_STEPS):
        slope = (design * (up * now.other - down * now.prob)).sum(axis=1)
        hessian = _products(design, (up + down) * now.prob * now.other)
        try:
            step = np.linalg.solve(hessian, slope)
        except np.linalg.LinAlgError:
            return None
        size = 1.0
        tried = _stated(up, down, offset + _mix(found + step, design))
        while not tried.loss <= now.loss + 1e-15 and size > 1e-8:
            size /= 2
            tried = _stated(up, down, offset + _mix(found + size * step, design))
        found, now = found + size * step, tried
        if not np.abs(step).max() > SETTLED * max(1.0, float(np.abs(found).max())):
            return found
    return None


def _merged(at: Column, up: Column, down: Column) -> tuple[Merged, Merged, Merged]:
    """Points merged with their neighbours, at most N_MERGED of them."""
    weight = up + down
    centre = _dot(weight, at)
    wide = WIDTH * math.sqrt(_dot(weight, (at - centre) ** 2))
    place = np.clip((at - centre) / wide, -1, 1) * (N_MERGED / 2 - 1) + N_MERGED / 2
    mass, moment, ups, downs = (
        np.bincount(place.astype(np.int64), column) for column in (weight, weight * at, up, down)
    )
    some = mass > 0
    return moment[some] / mass[some], ups[some], downs[some]


@dataclass(frozen=True, slots=True)
class _Stated:
    """What a fit states: probabilities, their complements, and the log loss."""

    prob: Column
    other: Column
    loss: float


def _stated(up: Column, down: Column, logit: Column) -> _Stated:
    less = np.exp(-np.abs(logit))
    likely = 1 / (1 + less)
    unlikely, is_up = less * likely, logit >= 0
    over, under = np.maximum(logit, 0), np.maximum(-logit, 0)
    loss = _dot(up + down, np.log1p(less)) + _dot(up, under) + _dot(down, over)
    return _Stated(np.where(is_up, likely, unlikely), np.where(is_up, unlikely, likely), loss)


def _sandwich(
    points: Points, line: _Line, found: Float64[np.ndarray, " term"]
) -> tuple[Float64[np.ndarray, "term term"], Float64[np.ndarray, "term term"]]:
    """Variance of the coefficients, whether or not the model is right; and the Hessian."""
    design = line.design(points.at)
    prob, n_terms = expit(line.offset(points.at) + _mix(found, design)), line.n_terms
    weight = points.up + points.down
    hessian = _products(design, weight * prob * (1 - prob))
    square = points.wwyy - 2 * prob * points.wwy + prob**2 * points.ww
    inverse = np.linalg.inv(hessian)
    cover = inverse @ _products(design, square) @ inverse
    n_effective = float(weight.sum()) ** 2 / float(points.ww.sum())
    if not n_effective > n_terms + 1e-9:
        return np.full_like(cover, np.nan), hessian
    return cover * n_effective / (n_effective - n_terms), hessian


def _moved(points: Points, second: Column | float, first: Column) -> float:
    """Bound of what rows off their point add to a sum: by curvature, and by rounding."""
    bent = points.spread > 0  # else the cell may reach to 0 or 1, where the slope is infinite
    squares = points.spread[bent] * points.steepest[bent] ** 2
    curved = 0.5 * _dot(squares, np.broadcast_to(second, bent.shape)[bent])
    weight = points.up + points.down
    return curved + float((weight * points.steepest * (first + 1)).sum()) * ROUNDING


def _dot(some: Column, others: Column) -> float:
    """Sum of products, added by NumPy itself: threads of a BLAS cost more than they are worth."""
    return float((some * others).sum())


def _mix(coefficients: Float64[np.ndarray, " term"], design: Design) -> Column:
    return (coefficients[:, None] * design).sum(axis=0)


def _products(design: Design, weight: Column) -> Float64[np.ndarray, "term term"]:
    return np.stack([(design * (weight * term)).sum(axis=1) for term in design])
