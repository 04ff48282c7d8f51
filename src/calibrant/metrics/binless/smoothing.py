"""Gaussian smoothing on [0, 1] with reflection at both ends, by a cosine transform."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float64
from scipy.fft import dct
from torch import Tensor

from calibrant.statistics.cells import fold_tails
from calibrant.statistics.score_grid import N_CELLS

__all__ = ["Masses", "curvature", "integral_of_size", "to_nodes"]

CURVED = 4 * math.exp(-0.5) / math.sqrt(2 * math.pi)  # integral of |phi''|
REACH = 3.0  # waves faster than this many a bandwidth are damped to 1e-19

Nodes = Float64[np.ndarray, " node"]


@dataclass(frozen=True)
class Masses:
    """Masses on the nodes 0, 1/N, ..., 1, ready to be smoothed with any bandwidth."""

    at: Nodes

    @cached_property
    def _waves(self) -> Nodes:
        """Cosine coefficients: the reflected kernel multiplies them one by one."""
        halved = self.at / 2
        halved[[0, -1]] *= 2
        return np.asarray(dct(halved, type=1))

    def smoothed(self, sigma: float) -> Nodes:
        """Density at the nodes once every mass is a Gaussian of deviation `sigma`, reflected."""
        n_waves = len(self.at) if sigma * len(self.at) <= REACH else int(REACH / sigma)
        frequency = np.arange(n_waves)
        damped = self._waves[:n_waves] * np.exp(-0.5 * (np.pi * sigma * frequency) ** 2)
        return _cosine_series(damped, len(self.at) - 1)

    def coarser(self, times: int) -> "Masses":
        """Masses on every so many-th node, each shared by its neighbours by nearness."""
        inner = self.at[:-1].reshape(-1, times)
        share = np.arange(times) / times
        nodes = np.append(inner @ (1 - share), self.at[-1])
        nodes[1:] += inner @ share
        return Masses(nodes)


def _cosine_series(waves: Float64[np.ndarray, " wave"], n: int) -> Nodes:
    """Values at 0, 1/n, ..., 1: every other one of half as many nodes, as long as waves are few."""
    if n % 2 or 2 * len(waves) > n:
        return np.asarray(dct(waves, type=1, n=n + 1))
    values = np.empty(n + 1)
    values[::2] = _cosine_series(waves, n // 2)
    values[1::2] = np.asarray(dct(waves, type=3, n=n // 2))
    return values


def to_nodes(mass: Float64[Tensor, " fine"], moment: Float64[Tensor, " fine"]) -> Nodes:
    """Masses of the cells of a score grid, moved to the edges of the cells.

    What lies in a cell is shared by its two edges so that mass and first moment stay: a row at p
    gives each edge in proportion to its nearness. This is linear binning of the rows themselves.

    Parameters
    ----------
    mass : Float64[Tensor, "fine"]
        Sums over the rows of a fine cell.
    moment : Float64[Tensor, "fine"]
        Sums of the same times p.
    """
    held, first = (fold_tails(sums).numpy() for sums in (mass, moment))
    upper = N_CELLS * first - np.arange(N_CELLS) * held
    nodes = np.zeros(N_CELLS + 1)
    nodes[:-1] = held - upper
    nodes[1:] += upper
    return nodes


def integral_of_size(density: Nodes) -> float:
    """Integral over [0, 1] of the absolute value, by the trapezoidal rule."""
    size = np.abs(density)
    return float((size.sum() - (size[0] + size[-1]) / 2) / (len(size) - 1))


def curvature(rows: float, nodes: float) -> float:
    """How much the integral may be off, at most, times the squared bandwidth in units of nodes.

    Linear binning of a row at a share t between two nodes bends its kernel by t (1 - t) / 2 of
    the second derivative; trapezoids miss a quarter of the integral of the density's own.

    Parameters
    ----------
    rows : float
        Sum over the rows of absolute gap times t (1 - t).
    nodes : float
        Sum over the nodes of absolute mass.
    """
    return CURVED * (rows / 2 + nodes / 4)
