"""SquaredError: the loss of networks that predict numbers."""

from typing import final

from jaxtyping import Float
from torch import Tensor, nn

__all__ = ["SquaredError"]


@final
class SquaredError(nn.Module):
    r"""Weighted mean of the squared error: :math:`\sum w (f - y)^2 / (s^2 \sum w)`.

    Parameters
    ----------
    scale : float, default 1.0
        Unit :math:`s` of the target. With its standard deviation the loss is the share of the
        variance that is not explained, and its gradient does not depend on units.

    Examples
    --------
    >>> import torch
    >>> SquaredError()(torch.tensor([1.0, 4.0]), torch.tensor([0.0, 1.0]))  # (1 + 9) / 2
    tensor(5.)
    """

    def __init__(self, scale: float = 1.0) -> None:
        super().__init__()
        self.scale = scale

    def extra_repr(self) -> str:
        """Unit, for whoever prints the loss."""
        return f"scale={self.scale!r}"

    def forward(
        self,
        numbers: Float[Tensor, " row"],
        targets: Float[Tensor, " row"],
        weights: Float[Tensor, " row"] | None = None,
    ) -> Float[Tensor, ""]:
        """Loss of the rows."""
        errors = ((numbers - targets) / self.scale).square()
        return errors.mean() if weights is None else (weights * errors).sum() / weights.sum()
