"""How far from 1 the sum of a row of probabilities may be, and what is told at one look at it."""

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.kernel.scans import clean_tops
from calibrant.prediction.forms import Form, Probs, TopLabel

__all__ = ["SUM_TOLERANCE", "clean_bounds", "known_clean", "rounding", "sum_tolerance_of"]

SUM_TOLERANCE = 1e-3  # of a row's sum: twenty classes, each rounded to four decimals
SUM_ROUNDING = 256  # units of rounding that two sums of a row may be apart
WIDE = 8  # classes from which on the likeliest ones are kept: 8 bytes for every row of 32 or more


def rounding(dtype: torch.dtype) -> float:
    """How far from [0, 1] rounding alone may carry a probability."""
    return 4 * torch.finfo(dtype).eps


def sum_tolerance_of(probs: Float[Tensor, "row *class"], decimals: int | None) -> float:
    """How far from 1 rounding alone may carry the sum of a row, and the rounding of the sum.

    Of entries rounded to some `decimals`, half a unit of the last one each, and a last bit more.
    """
    wide = torch.promote_types(probs.dtype, torch.float32)
    tolerance = max(SUM_TOLERANCE, torch.finfo(probs.dtype).eps) + 4 * torch.finfo(wide).eps
    if decimals is None:
        return tolerance
    off = probs[0].numel() * (0.5 * 10.0**-decimals + rounding(probs.dtype))
    return max(tolerance, off)


def clean_bounds(probs: Float[Tensor, "row *class"], decimals: int | None) -> tuple[float, float]:
    """Sums that are near enough to 1 in whatever order a row is added up."""
    wide = torch.promote_types(probs.dtype, torch.float32)
    spare = sum_tolerance_of(probs, decimals) - SUM_ROUNDING * torch.finfo(wide).eps
    return 1 - spare, 1 + spare


def known_clean(form: Form, decimals: int | None) -> Probs | None:
    """Probabilities of many classes with the likeliest ones, found while they were checked.

    None where they have yet to be checked: of fewer classes, where one entry or sum is not plainly
    right, or without the kernel.
    """
    if not isinstance(form, Probs) or form.n_classes < WIDE:
        return None
    found = clean_tops(form.values, *clean_bounds(form.values, decimals))
    return None if found is None else Probs(form.values, TopLabel(*found, None))
