"""TabularNet: several small networks side by side, whose probabilities are averaged."""

import math
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.errors import InputError
from calibrant.training.members import Members
from calibrant.training.network_settings import NetworkSettings

__all__ = ["TabularNet"]

DEFAULT = NetworkSettings()


@final
class TabularNet(Members):
    """Classifier: `Members` whose probabilities are averaged.

    Parameters
    ----------
    n_features, n_numbers : int
        See `Members`.
    n_classes : int
        Columns of the output, at least 2.
    settings : NetworkSettings, optional
        Sizes.
    generator : torch.Generator, optional
        Draws the weights; without it the global generator does.

    References
    ----------
    .. [1] Lakshminarayanan et al. "Simple and Scalable Predictive Uncertainty Estimation using
       Deep Ensembles." NeurIPS 2017. (The mean of probabilities.)

    Examples
    --------
    >>> net = TabularNet(3, n_numbers=2, n_classes=4).eval()
    >>> net(torch.zeros(5, 3)).exp().sum(dim=-1).allclose(torch.ones(5))
    True
    """

    def __init__(
        self,
        n_features: int,
        *,
        n_numbers: int,
        n_classes: int,
        settings: NetworkSettings = DEFAULT,
        generator: torch.Generator | None = None,
    ) -> None:
        if n_classes < 2:
            raise InputError("n_classes", "be at least 2", f"{n_classes}", "Name every class.")
        super().__init__(
            n_features,
            n_numbers=n_numbers,
            n_outputs=n_classes,
            settings=settings,
            generator=generator,
        )
        self.n_classes = n_classes

    @staticmethod
    def for_training(
        features: Float[Tensor, "row feature"],
        *,
        n_numbers: int,
        n_classes: int,
        settings: NetworkSettings = DEFAULT,
        seed: int = 0,
    ) -> "TabularNet":
        """Untrained network, its weights drawn by `seed`, its scales those of training rows."""
        generator = torch.Generator().manual_seed(seed)
        network = TabularNet(
            features.shape[1],
            n_numbers=n_numbers,
            n_classes=n_classes,
            settings=settings,
            generator=generator,
        )
        network.embedding.learn(features[:, :n_numbers])
        return network

    @property
    def unit(self) -> float:
        """See `Members.unit`: log-probabilities are compared with 1."""
        return 1.0

    def forward(self, features: Float[Tensor, "row feature"]) -> Float[Tensor, "*member row class"]:
        """Logits of the average prediction; while training, those of every member.

        The average is the log of the mean of the members' probabilities: normalised, and
        finite where every probability would round to 0.
        """
        logits = self.member_outputs(features)
        if self.training:
            return logits
        return logits.log_softmax(dim=-1).logsumexp(dim=0) - math.log(self.settings.members)
