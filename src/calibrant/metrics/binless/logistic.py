"""Logistic regression of outcomes on one number, by Newton's method, with its sandwich."""

import math
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64
from scipy.special import expit, log_expit, ndtri

from calibrant.metrics.binless.log_odds import Points
from calibrant.metrics.estimate import Estimate

__all__ = ["Fit", "fit_intercept", "fit_line"]

N_STEPS = 100
NO_SPREAD = 1e-18  # a variance that is rounding
TIED = 1e-10  # log-odds that differ by less are one, whatever the rounding
BENT = 0.0963  # greatest second derivative of the logistic curve, 1 / (6 sqrt 3)
ROUNDING = 8 * 2.0**-53  # of a score near 1, where its log-odds are steep

Column = Float64[np.ndarray, " point"]
Design = Float64[np.ndarray, "point term"]


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


def fit_line(points: Points) -> Fit:
    """Slope of the outcomes on the log-odds; the intercept among the details."""
    why = _unfit(points) or _inseparable(points)
    if why:
        return Fit(math.nan, why=why)
    weight = points.up + points.down
    centre = float(weight @ points.at / weight.sum())
    gap = points.at - centre
    scale = math.sqrt(float(weight @ gap**2 / weight.sum()))
    design = np.stack((np.ones_like(gap), gap / scale), axis=1)
    found = _newton(points, design, np.zeros_like(gap))
    if found is None:
        return Fit(math.nan, why="the fit has no finite optimum within reach")
    slope = float(found[1]) / scale
    cover, hessian = _sandwich(points, design, found, np.zeros_like(gap))
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
    design = np.ones((len(points.at), 1))
    found = _newton(points, design, points.at)
    if found is None:
        return Fit(math.nan, why="the fit has no finite optimum within reach")
    cover, hessian = _sandwich(points, design, found, points.at)
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


def _newton(points: Points, design: Design, offset: Column) -> Float64[np.ndarray, " term"] | None:
    """Coefficients of the greatest likelihood; None where steps do not settle."""
    total = float((points.up + points.down).sum())
    up, down = points.up / total, points.down / total
    found, step = np.zeros(design.shape[1]), np.full(design.shape[1], np.inf)
    logit = offset
    loss = _loss(up, down, logit)
    for _ in range(N_STEPS):
        prob, other = expit(logit), expit(-logit)
        slope = (up * other - down * prob) @ design
        curve = (up + down) * prob * other
        hessian = np.stack([(curve * term) @ design for term in design.T])
        try:
            step = np.linalg.solve(hessian, slope)
        except np.linalg.LinAlgError:
            return None
        size = 1.0
        tried = _loss(up, down, offset + design @ (found + step))
        while not tried <= loss + 1e-15 and size > 1e-8:
            size /= 2
            tried = _loss(up, down, offset + design @ (found + size * step))
        found, loss = found + size * step, tried
        logit = offset + design @ found
        if _settled(step, found, 1e-13):
            return found
    return found if _settled(step, found, 1e-7) else None


def _settled(step: Column, found: Column, accuracy: float) -> bool:
    return float(np.abs(step).max()) <= accuracy * max(1.0, float(np.abs(found).max()))


def _loss(up: Column, down: Column, logit: Column) -> float:
    """Log loss; log(1 - p) is log p less the log-odds."""
    return -float((up + down) @ log_expit(logit) - down @ logit)


def _sandwich(
    points: Points, design: Design, found: Float64[np.ndarray, " term"], offset: Column
) -> tuple[Float64[np.ndarray, "term term"], Float64[np.ndarray, "term term"]]:
    """Variance of the coefficients, whether or not the model is right; and the Hessian."""
    prob, n_terms = expit(offset + design @ found), design.shape[1]
    weight = points.up + points.down
    hessian = (design * (weight * prob * (1 - prob))[:, None]).T @ design
    square = points.wwyy - 2 * prob * points.wwy + prob**2 * points.ww
    inverse = np.linalg.inv(hessian)
    cover = inverse @ ((design * square[:, None]).T @ design) @ inverse
    n_effective = float(weight.sum()) ** 2 / float(points.ww.sum())
    if not n_effective > n_terms + 1e-9:
        return np.full_like(cover, np.nan), hessian
    return cover * n_effective / (n_effective - n_terms), hessian


def _moved(points: Points, second: Column | float, first: Column) -> float:
    """Bound of what rows off their point add to a sum: by curvature, and by rounding."""
    bent = points.spread > 0  # else the cell may reach to 0 or 1, where the slope is infinite
    squares = points.spread[bent] * points.steepest[bent] ** 2
    curved = 0.5 * float(squares @ np.broadcast_to(second, bent.shape)[bent])
    weight = points.up + points.down
    return curved + float((weight * points.steepest * (first + 1)).sum()) * ROUNDING
