"""Whether bins hide error: gaps of unlike sign within a bin, found by cutting it finer.

Every bin of equal width is cut into 2, 4, ... 32 parts of equal information, the sum of
`p (1 - p)`. The sum of absolute gaps grows with each cut: by noise, as far as noise does it, and
by what the bin hid. The test is against noise alone, where growth is greatest of all models whose
gaps keep one sign in every bin.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float64, Int
from numpy import ndarray

from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.inference.firm import sum_of_true_gaps
from calibrant.metrics.inference.once import shared
from calibrant.statistics.cells import N_TAIL
from calibrant.statistics.score_grid import N_CELLS, ScoreGrid
from calibrant.statistics.tally import Tally

__all__ = ["Hidden", "hidden_error", "hidden_note"]

CUTS = (2, 4, 8, 16, 32)  # parts of a bin
MOST = CUTS[-1]
LEAST = 5.0  # sum of p (1 - p) that a part must hold, for its gap to be near normal
BEYOND = 4.0  # standard deviations that growth must exceed what noise makes of it


@dataclass(frozen=True, slots=True)
class Hidden:
    """Error that finer bins show and bins of equal width do not.

    Attributes
    ----------
    n_parts : int
        Number of finer bins.
    value : float
        Mean absolute gap over them, without noise.
    """

    n_parts: int
    value: float


def hidden_error(tally: Tally, n_bins: int) -> Hidden | None:
    """Error that `n_bins` bins hide, where finer ones show significantly more; else None.

    None too where the grid cannot tell: its cells must be the 14,400 that hold the bins. A bin is
    cut where the sum of `p (1 - p)` over its rows is 10 at least, hence never on fewer than 40
    rows, and where they spread over 15 bins on few hundred.
    """
    grid, total = tally.statistic, float(tally["w"].sum())
    assert isinstance(grid, ScoreGrid)
    if grid.n_cells != N_CELLS or N_CELLS % n_bins or not total:
        return None
    columns = dict(zip(grid.columns, tally.table.numpy(), strict=True))
    held = np.flatnonzero(columns["ww"] > 0)  # few of the cells, where rows are few
    if 2 * held.size < len(columns["ww"]):
        columns = {name: column[held] for name, column in columns.items()}
        coarse = _coarse_bin(n_bins)[held]
    else:  # to take out what is there would take longer than to pass over what is not
        coarse = _coarse_bin(n_bins)
    w, wp, wpp, ww, wwpp = (columns[name] for name in ("w", "wp", "wpp", "ww", "wwpp"))
    known = w / np.where(ww > 0, ww, 1) * (wp - wpp).clip(min=0)
    in_bin = np.bincount(coarse, known, n_bins)
    if in_bin.max() < 2 * LEAST:  # no bin bears a cut
        return None
    gap = (wp - columns["wy"]) / total
    seen = wwpp - 2 * columns["wwpy"] + columns["wwyy"]
    noise = [seen.clip(min=0) / total**2]
    if hard_labels(tally):
        noise.append((columns["wwp"] - wwpp).clip(min=0) / total**2)
    before = np.concatenate(([0.0], in_bin.cumsum()[:-1]))
    middle = known.cumsum() - known / 2 - before[coarse]
    place = middle / np.where(in_bin > 0, in_bin, 1)[coarse]  # of a cell in its bin, 0 to 1
    atom = np.clip(np.ceil(place * MOST - 1e-9) - 1, 0, MOST - 1).astype(int)
    atoms = _sums(coarse * MOST + atom, [gap, *noise], n_bins * MOST)
    whole = atoms.reshape(len(atoms), n_bins, MOST).sum(axis=-1)
    able = np.clip(2 ** np.floor(np.log2(np.maximum(in_bin / LEAST, 1))), 1, MOST).astype(int)
    n_effective = total**2 / float(tally["ww"].sum())
    most: Hidden | None = None
    for cuts in CUTS:
        joined = MOST // np.minimum(able, cuts)
        part = np.arange(MOST) // joined[:, None] + cuts * np.arange(n_bins)[:, None]
        fine = _sums(part.ravel(), list(atoms), n_bins * cuts)
        if _growth(whole, fine, n_bins) > BEYOND:
            spread = np.sqrt(np.max(fine[1:], axis=0))
            used = (spread > 0) | (fine[0] != 0)
            value = sum_of_true_gaps(fine[0][used], spread[used], n_effective)
            if most is None or value > most.value:
                most = Hidden(int(used.sum()), value)
    return most


def hidden_note(tally: Tally, n_bins: int, value: float) -> str:
    """Words on error that the bins hide, where finer ones show a tenth more than `value`."""
    found = shared(hidden_error, tally, n_bins)
    if found is None or found.value <= 1.1 * value:
        return ""
    return f"bins hide error: {found.n_parts} finer ones show {found.value:.2g}, noise taken off"


@lru_cache(maxsize=16)
def _coarse_bin(n_bins: int) -> Int[ndarray, " cell"]:
    """Bin of every cell of the grid, those of the cut tails among them."""
    cell = np.arange(N_CELLS + 2 * N_TAIL) - N_TAIL
    return cell.clip(0, N_CELLS - 1) // (N_CELLS // n_bins)


def _sums(
    bucket: Int[ndarray, " cell"], columns: list[Float64[ndarray, " cell"]], n: int
) -> Float64[ndarray, "column bucket"]:
    return np.stack([np.bincount(bucket, column, n) for column in columns])


def _growth(
    whole: Float64[ndarray, "column bin"], fine: Float64[ndarray, "column part"], n_bins: int
) -> float:
    """Growth of the sum of absolute gaps by cutting, in standard deviations beyond noise, or 0."""
    spread = np.sqrt(np.max(fine[1:], axis=0)).reshape(n_bins, -1)
    outer = np.sqrt((spread**2).sum(axis=1))
    expected = np.sqrt(2 / np.pi) * (spread.sum() - outer.sum())
    seen = np.abs(fine[0]).sum() - np.abs(whole[0]).sum()
    if seen <= expected:
        return 0.0
    share = spread / np.where(outer > 0, outer, 1)[:, None]  # correlation of part and bin
    folded = (
        2 / np.pi * (share * np.arcsin(share.clip(max=1)) + np.sqrt((1 - share**2).clip(0)) - 1)
    )
    squares = (spread**2).sum()
    variance = 2 * (1 - 2 / np.pi) * squares - 2 * (folded * spread * outer[:, None]).sum()
    if variance <= 1e-12 * squares:
        return 0.0
    return float((seen - expected) / np.sqrt(variance))
