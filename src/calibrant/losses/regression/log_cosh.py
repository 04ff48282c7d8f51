"""Log-cosh loss: a Huber loss without a corner in its slope."""

from math import log
from typing import final

import torch
import torch.nn.functional as F
from torch import Tensor

from calibrant.losses.number_loss import PerTarget, PointLoss, Targets

__all__ = ["LogCoshLoss", "log_cosh_loss"]


def log_cosh_loss(predicted: Targets, targets: Targets) -> PerTarget:
    r"""Log of the hyperbolic cosine of every error, :math:`\log \cosh (f - y)`.

    Parameters
    ----------
    predicted, targets : Float[Tensor, "row *axes"]
        Numbers f, and what they should have been, y.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, at least 0: about :math:`e^2 / 2` for small errors e, :math:`|e| - \log 2` for
        large ones. The slope is :math:`\tanh e`.

    Notes
    -----
    The cosine overflows from 89 on in float32. Large errors therefore take
    :math:`|e| + \log(1 + \exp(-2 |e|)) - \log 2`, of which an error of 1e-4 would keep no digit;
    small ones take :math:`\log(1 + 2 \sinh^2(e / 2))`, which keeps all.

    References
    ----------
    .. [1] Saleh and Saleh. "Statistical Properties of the log-cosh Loss Function Used in Machine
       Learning." 2022. arXiv:2208.04564.

    Examples
    --------
    >>> log_cosh_loss(torch.tensor([0.0, 1e4]), torch.zeros(2))  # 1e4 - ln 2
    tensor([   0.0000, 9999.3066])
    """
    error = predicted - targets
    size = error.abs()
    is_small = size < 1
    small = torch.where(is_small, error, 0)
    large = torch.where(is_small, 1, size)
    near = torch.log1p(2 * (small / 2).sinh().square())
    return torch.where(is_small, near, large + F.softplus(-2 * large) - log(2))


@final
class LogCoshLoss(PointLoss):
    """Weighted mean of `log_cosh_loss` over a batch."""

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `log_cosh_loss`."""
        return log_cosh_loss(predicted, targets)
