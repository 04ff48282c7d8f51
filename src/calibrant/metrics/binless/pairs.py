"""Sums over all pairs of rows of the products of their gaps, weighted by a kernel of nearness."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.metrics.inference.consistency import upper_point
from calibrant.prediction.base import Predictions

__all__ = ["PairSums", "pair_sums"]

PAIRS = 1 << 21  # whose kernel is held at a time
DRAWS = 499  # of signs
FEW = 64  # classes up to which distances are taken one by one, so that equal rows are at 0


@dataclass(frozen=True, slots=True)
class PairSums:
    """Sums over pairs.

    Attributes
    ----------
    pairs, alone : float
        Sum over pairs of different rows, in both orders, and over rows with themselves.
    weight, weight_of_pairs : float
        Sum of the weights, and of the products of those of different rows.
    expected : float or None
        `alone` on average if outcomes were drawn as stated; None for soft labels.
    bandwidth : float
        Weighted mean distance of two rows.
    p_value : float
        Share of sums with random signs that are no smaller, itself among them.
    upper : float or None
        95th percentile of the sum over pairs if outcomes were drawn as stated: of these sums, as
        much greater or less as `expected` is than `alone`. None for soft labels.
    """

    pairs: float
    alone: float
    weight: float
    weight_of_pairs: float
    expected: float | None
    bandwidth: float
    p_value: float
    upper: float | None


def pair_sums(rows: Predictions, seed: int) -> PairSums:
    """Sums over pairs of rows that all count; memory is bounded, time grows with their square.

    One thread takes them, so that the bits do not depend on how many there are.
    """
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _pair_sums(rows, seed)
    finally:
        torch.set_num_threads(n_threads)


def _pair_sums(rows: Predictions, seed: int) -> PairSums:
    probs, weight = rows.full_probs.double(), rows.weight().double()
    truth = rows.soft
    if truth is None:
        hard = rows.hard
        assert hard is not None  # checked where rows are evaluated
        truth = torch.zeros_like(probs).scatter(1, hard[:, None], 1.0)
    order = _order(torch.cat((probs, truth.double(), weight[:, None]), dim=1))
    probs, truth, weight = probs[order], truth[order], weight[order]
    gaps, expected = truth - probs, None
    if bool((truth * (1 - truth) == 0).all()):  # of soft labels the scatter is not known
        expected = float((weight.square() * (probs * (1 - probs)).sum(dim=-1)).sum())
    bandwidth = _mean_distance(probs, weight)
    generator = torch.Generator().manual_seed(seed)
    signs = torch.randint(2, (len(probs), DRAWS), generator=generator).to(probs) * 2 - 1
    weighted = gaps * weight[:, None]
    squares = weighted.square().sum(dim=-1)
    total, drawn = 0.0, torch.zeros(DRAWS, dtype=torch.float64, device=probs.device)
    for start in range(0, len(probs), _step(probs)):
        part = slice(start, start + _step(probs))
        near = _distances(probs[part], probs)
        near = torch.exp(-near / bandwidth) if bandwidth > 0 else torch.ones_like(near)
        products = near * (weighted[part] @ weighted.T)
        index = torch.arange(len(products), device=probs.device)
        products[index, start + index] = 0  # rows with themselves stand apart
        total += float(products.sum())
        drawn += (signs[part] * (products @ signs)).sum(dim=0)
    alone, least = float(squares.sum()), 1e-12 * float(weighted.abs().sum()) ** 2
    times = expected / alone if expected is not None and alone > 0 else 0.0
    return PairSums(
        pairs=total,
        alone=alone,
        weight=float(weight.sum()),
        weight_of_pairs=float(weight.sum().square() - weight.square().sum()),
        expected=expected,
        bandwidth=bandwidth,
        p_value=(1 + int((drawn >= total - least).sum())) / (1 + DRAWS),
        upper=None if expected is None else upper_point(drawn.cpu().numpy()) * times,
    )


def _order(table: Float64[Tensor, "row column"]) -> Int64[Tensor, " row"]:
    """An order that does not hang on the one in which rows came: that of their numbers' bytes."""
    numbers = np.ascontiguousarray((table + 0.0).cpu().numpy())  # -0 is 0
    as_bytes = numbers.view(f"V{numbers.shape[1] * numbers.itemsize}").ravel()
    return torch.from_numpy(as_bytes.argsort(kind="stable")).to(table.device)


def _mean_distance(probs: Float64[Tensor, "row class"], weight: Float64[Tensor, " row"]) -> float:
    step = _step(probs)
    total = sum(
        float(
            weight[start : start + step] @ _distances(probs[start : start + step], probs) @ weight
        )
        for start in range(0, len(probs), step)
    )
    return total / float(weight.sum()) ** 2


def _distances(
    some: Float64[Tensor, "part class"], every: Float64[Tensor, "row class"]
) -> Float64[Tensor, "part row"]:
    exact = every.shape[1] <= FEW
    mode = "donot_use_mm_for_euclid_dist" if exact else "use_mm_for_euclid_dist"
    return torch.cdist(some, every, compute_mode=mode)


def _step(probs: Float64[Tensor, "row class"]) -> int:
    return max(1, PAIRS // len(probs))
