"""Rounding that does not depend on the order in which sums were added up."""

import torch
from jaxtyping import Bool, Float, Float64
from torch import Tensor

__all__ = ["rounded", "undecided"]

_STEP = 2.0**-23  # of what is rounded to, per unit: that of float32 between 1 and 2
_DOUBT = 2.0**-38  # 32,768 times the error of one sum in float64


def rounded(stated: Float64[Tensor, "row *class"], unit: float) -> Float[Tensor, "row *class"]:
    """Values in float32, each of them a multiple of `unit` / 2**23.

    Parameters
    ----------
    stated : Float64[Tensor, "row *class"]
        What was computed.
    unit : float
        A power of two: how large values are.

    Examples
    --------
    >>> rounded(torch.tensor([1e-7, 5e-8], dtype=torch.float64), 1.0) * 2**23  # .84 and .42
    tensor([1., 0.])
    """
    step = unit * _STEP
    return ((stated / step).round() * step).float()


def undecided(stated: Float64[Tensor, "row *class"], unit: float) -> Bool[Tensor, " row"]:
    """Rows with a value that another order of additions could round to another multiple.

    It lies in the middle between two, but for 2**-38 of the unit and the row's largest value
    together, which is far more than the order can change. All other rows round to the same bits
    in every order.

    References
    ----------
    .. [1] Ziv. "Fast Evaluation of Elementary Mathematical Functions with Correctly Rounded Last
       Bit." ACM TOMS 17, 1991. (To compute again, with care, only where rounding is in doubt.)

    Examples
    --------
    >>> middle = 1.5 * 2**-23
    >>> undecided(torch.tensor([middle + 1e-13, middle + 1e-10], dtype=torch.float64), 1.0)
    tensor([ True, False])
    """
    values = stated.flatten(1) if stated.ndim > 1 else stated[:, None]
    steps = values / (unit * _STEP)
    to_middle = (steps - steps.floor() - 0.5).abs()
    largest = torch.where(values.isfinite(), values.abs(), 0).amax(dim=1, keepdim=True)
    return (to_middle * _STEP * unit <= _DOUBT * (unit + largest)).any(dim=1)
