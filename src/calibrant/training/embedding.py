"""NumberEmbedding: numbers on a robust scale, and learned waves of each of them."""

import math

import torch
from jaxtyping import Float, Float64
from torch import Tensor, nn

__all__ = ["NumberEmbedding", "robust_scale"]

_BOUND = 3.0  # of the smooth clip, in interquartile ranges
_FAR = 1e6  # beyond it the clip is at its bound in float32; keeps squares finite


def robust_scale(
    numbers: Float[Tensor, "row number"],
) -> tuple[Float64[Tensor, " number"], Float64[Tensor, " number"]]:
    """Center and scale of every column: the median, and the interquartile range.

    Quartiles are interpolated linearly between order statistics, NumPy's default. Where half
    of the rows share one value, and the interquartile range is 0, the scale is half of the
    range; for a constant column it is 1.

    Examples
    --------
    >>> center, scale = robust_scale(torch.tensor([[1.0], [2.0], [4.0], [8.0], [90.0]]))
    >>> center, scale  # 8 - 2
    (tensor([4.], dtype=torch.float64), tensor([6.], dtype=torch.float64))
    """
    ordered = numbers.double().sort(dim=0).values
    place = torch.linspace(0, 1, 5, dtype=torch.float64, device=numbers.device)
    place = place * (len(ordered) - 1)
    below = place.long()
    above = (below + 1).clamp(max=len(ordered) - 1)
    part = (place - below)[:, None]
    lowest, first, median, third, highest = ordered[below].lerp(ordered[above], part)
    scale = torch.where(third > first, third - first, (highest - lowest) / 2)
    return median, torch.where(scale > 0, scale, 1)


class NumberEmbedding(nn.Module):
    r"""Columns for every number: itself, clipped, and mixtures of waves of it.

    With :math:`v = (x - \text{center}) / \text{scale}`, clipped smoothly to
    :math:`u = v / \sqrt{1 + (v / 3)^2}`, the columns are :math:`u` and a linear map of
    :math:`\cos(2 \pi w u + b)` over waves of learned frequency :math:`w` and phase :math:`b`.
    Where the scale is not to be robust, :math:`u` is :math:`x` itself.

    Attributes
    ----------
    center, scale : Float[Tensor, "number"]
        Buffers, 0 and 1 until `learn` reads them from training rows.

    References
    ----------
    .. [1] Gorishniy et al. "On Embeddings for Numerical Features in Tabular Deep Learning."
       NeurIPS 2022.
    .. [2] Holzmueller et al. "Better by Default: Strong Pre-Tuned MLPs and Boosted Trees on
       Tabular Data." NeurIPS 2024. (The smooth clip.)
    """

    center: Tensor
    scale: Tensor

    def __init__(
        self,
        n_numbers: int,
        *,
        n_waves: int,
        width: int,
        wave_scale: float,
        robust: bool = True,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.n_columns = n_numbers * (1 + width)
        self.robust = robust
        self.register_buffer("center", torch.zeros(n_numbers))
        self.register_buffer("scale", torch.ones(n_numbers))
        frequency = torch.empty(n_numbers, n_waves, 1).normal_(generator=generator)
        phase = torch.empty(n_numbers * n_waves).uniform_(-math.pi, math.pi, generator=generator)
        mixture = torch.empty(n_numbers, width, n_waves).uniform_(-1, 1, generator=generator)
        self.frequency = nn.Parameter(wave_scale * frequency)
        self.phase = nn.Parameter(phase)
        self.mixture = nn.Parameter(mixture / math.sqrt(max(n_waves, 1)))
        self.offset = nn.Parameter(torch.zeros(n_numbers * width))

    @torch.no_grad()
    def learn(self, numbers: Float[Tensor, "row number"]) -> None:
        """Take center and scale from training rows; see `robust_scale`."""
        center, scale = robust_scale(numbers)
        self.center.copy_(center)
        self.scale.copy_(scale)

    def forward(self, numbers: Float[Tensor, "number row"]) -> Float[Tensor, "column row"]:
        """Columns of every row; numbers come first, in their order."""
        clipped = self._clipped(numbers) if self.robust else numbers
        if self.n_columns == len(numbers):
            return clipped
        phase, offset = self.phase.view_as(self.frequency), self.offset[:, None]
        waves = torch.cos(torch.addcmul(phase, (2 * math.pi * clipped)[:, None], self.frequency))
        mixed = torch.bmm(self.mixture, waves).flatten(0, 1) + offset
        return torch.cat((clipped, mixed))

    def _clipped(self, numbers: Float[Tensor, "number row"]) -> Float[Tensor, "number row"]:
        """Numbers in robust steps from the center, within the bound."""
        steps = ((numbers - self.center[:, None]) / self.scale[:, None]).clamp(-_FAR, _FAR)
        return steps / torch.sqrt(1 + (steps / _BOUND) ** 2)
