"""Dropout that draws one random number for four units."""

import torch
from torch import Tensor

__all__ = ["random_zeros"]

_LEVELS = 2**16  # of a random number of 16 bits


def random_zeros(layer: Tensor, share: float) -> Tensor:
    """Dropout: a random `share` of `layer` is 0, the rest is scaled up to keep the mean.

    As `torch.nn.functional.dropout` from the global generator, with the share rounded to 16
    bits: four units share one random number, which takes a fifth of the time on a processor.
    The scale belongs to the rounded share, so the mean is exact.

    References
    ----------
    .. [1] Srivastava et al. "Dropout: A Simple Way to Prevent Neural Networks from
       Overfitting." JMLR 15, 2014.
    """
    dropped = min(round(share * _LEVELS), _LEVELS - 1)
    if dropped == 0:
        return layer
    fours = torch.empty(-(-layer.numel() // 4), dtype=torch.int64, device=layer.device)
    levels = fours.random_(-(2**63), None).view(torch.int16)[: layer.numel()].view(layer.shape)
    kept = (levels >= dropped - _LEVELS // 2).to(layer.dtype)
    return layer * kept.mul_(_LEVELS / (_LEVELS - dropped))
