"""Losses of the log of a mean: for counts, durations and amounts, which are never negative."""

from abc import ABC
from dataclasses import KW_ONLY
from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from calibrant.losses.number_loss import Names, NumberLoss
from calibrant.losses.single import MakeBatch

__all__ = ["Form", "LogMeanLoss", "log_mean_batch", "times_exp"]

Form = Literal["nll", "deviance"]


def log_mean_batch(generator: Generator, n_rows: int, n_columns: int) -> tuple[Tensor, Tensor]:  # noqa: ARG001 -- always one
    """Logs of means in float64, and targets above 0."""
    log_means, logs = torch.randn(2, n_rows, generator=generator, dtype=torch.float64)
    return log_means, logs.exp()


class LogMeanLoss(NumberLoss, ABC):
    """Loss of predictions that are the log of the mean of their target.

    Parameters
    ----------
    form : "nll" or "deviance", default "nll", keyword
        Minus the log-likelihood, less what no prediction changes; or the deviance, twice its
        difference from the best value there is: 0 where the mean is the target.
    """

    batch_for: ClassVar[MakeBatch] = staticmethod(log_mean_batch)
    takes_logs: ClassVar[bool] = True

    _: KW_ONLY
    form: Form = "nll"

    @property
    @final
    def columns(self) -> Names:
        """See `NumberLoss.columns`: the log of the mean alone."""
        return ()


def times_exp(
    targets: Float[Tensor, "*shape"], exponent: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """Targets times ``exp(exponent)``; of a target 0 nothing, even where the factor is infinite."""
    is_zero = targets == 0
    return targets * torch.where(is_zero, 0, exponent).exp()
