"""TabularRegressor: several small networks side by side, whose numbers are averaged."""

import math
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.training.members import Members
from calibrant.training.network_settings import NetworkSettings

__all__ = ["TabularRegressor"]

DEFAULT = NetworkSettings()


@final
class TabularRegressor(Members):
    """Regression: `Members` with one output, in units of the target, which are averaged.

    What the layers give is on the scale of the training targets, and brought back:
    ``center + scale * output``.

    Parameters
    ----------
    n_features, n_numbers : int
        See `Members`.
    settings : NetworkSettings, optional
        Sizes.
    generator : torch.Generator, optional
        Draws the weights; without it the global generator does.

    Attributes
    ----------
    center, scale : Float[Tensor, ""]
        Mean and standard deviation of the training targets; 0 and 1 until they are learned.

    Examples
    --------
    >>> TabularRegressor(3, n_numbers=2).eval()(torch.zeros(5, 3)).shape
    torch.Size([5])
    """

    center: Tensor
    scale: Tensor

    def __init__(
        self,
        n_features: int,
        *,
        n_numbers: int,
        settings: NetworkSettings = DEFAULT,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(
            n_features,
            n_numbers=n_numbers,
            n_outputs=1,
            settings=settings,
            generator=generator,
        )
        self.register_buffer("center", torch.zeros((), dtype=torch.float64))
        self.register_buffer("scale", torch.ones((), dtype=torch.float64))

    @staticmethod
    def for_training(
        features: Float[Tensor, "row feature"],
        targets: Float[Tensor, " row"],
        *,
        n_numbers: int,
        settings: NetworkSettings = DEFAULT,
        seed: int = 0,
    ) -> "TabularRegressor":
        """Untrained network, its weights drawn by `seed`, its scales those of training rows.

        Targets that are all equal have scale 1.
        """
        generator = torch.Generator().manual_seed(seed)
        network = TabularRegressor(
            features.shape[1], n_numbers=n_numbers, settings=settings, generator=generator
        )
        network.embedding.learn(features[:, :n_numbers])
        spread = targets.double().std(correction=0)
        network.center.copy_(targets.double().mean())
        network.scale.copy_(torch.where(spread > 0, spread, 1))
        return network

    @property
    def unit(self) -> float:
        """See `Members.unit`: of the training targets, the mean's size and the deviation."""
        _, exponent = math.frexp(abs(float(self.center)) + float(self.scale))
        return math.ldexp(1.0, exponent)

    def forward(self, features: Float[Tensor, "row feature"]) -> Float[Tensor, "*member row"]:
        """Number of every row, the mean over members; while training, that of every member."""
        outputs = self.member_outputs(features).squeeze(-1).double()
        numbers = self.center + self.scale * outputs
        return numbers if self.training else numbers.mean(dim=0)
