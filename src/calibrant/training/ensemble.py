"""Ensemble: several trained networks that predict together."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from calibrant.training.device import CPU
from calibrant.training.predict import outputs

__all__ = ["ensemble_logits", "ensemble_numbers"]


def ensemble_logits(
    networks: Sequence[nn.Module],
    features: Float[Tensor, "row feature"],
    *,
    device: torch.device = CPU,
) -> Float[Tensor, "row class"]:
    """Log of the mean of the networks' probabilities for every row, float32, on the CPU.

    Of one network, its logits as they are; see `calibrant.training.predict.outputs`.

    References
    ----------
    .. [1] Lakshminarayanan et al. "Simple and Scalable Predictive Uncertainty Estimation using
       Deep Ensembles." NeurIPS 2017.
    """
    stated = [outputs(network, features, device=device) for network in networks]
    if len(stated) == 1:
        return stated[0]
    log_probs = torch.stack([one.double().log_softmax(dim=-1) for one in stated])
    return (log_probs.logsumexp(dim=0) - math.log(len(stated))).float()


def ensemble_numbers(
    networks: Sequence[nn.Module],
    features: Float[Tensor, "row feature"],
    *,
    device: torch.device = CPU,
) -> Float[Tensor, " row"]:
    """Mean of the networks' numbers for every row, float32, on the CPU."""
    stated = [outputs(network, features, device=device).double() for network in networks]
    return torch.stack(stated).mean(dim=0).float()
