"""Student's t negative log-likelihood: a location and a scale, and tails that forgive outliers."""

from math import lgamma, log, pi
from typing import Annotated, ClassVar, final

import torch
from torch import Tensor

from calibrant.losses.number_loss import Names, NumberLoss, Parameters, PerTarget, Targets
from calibrant.losses.regression.location_scale import ScaleForm, standardised
from calibrant.losses.regression.normal import normal_batch
from calibrant.losses.settings import Bounds
from calibrant.losses.single import MakeBatch
from calibrant.losses.spec import Number

__all__ = ["StudentTNLLLoss", "student_t_nll"]


def student_t_nll(
    predicted: Parameters,
    targets: Targets,
    *,
    df: Number = 4.0,
    scale: ScaleForm = "scale",
    full: bool = False,
) -> PerTarget:
    r"""Minus the log density, :math:`\log s + \frac{\nu + 1}{2} \log(1 + z^2 / \nu)`.

    Parameters
    ----------
    predicted : Float[Tensor, "row 2 *axes"]
        Location and scale s at axis 1; z is (y - location) / s.
    targets : Float[Tensor, "row *axes"]
        What came out, y.
    df : float, default 4.0
        Degrees of freedom, above 0: 1 is the Cauchy distribution, infinity would be the normal.
    scale : "scale" or "log_scale", default "scale"
        What the second parameter is. It is no standard deviation: that is
        :math:`s \sqrt{\nu / (\nu - 2)}` for more than 2 degrees of freedom.
    full : bool, default False
        Add the rest of the log density, which no prediction changes.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses in nats, of either sign: densities can be above 1.

    References
    ----------
    .. [1] Lange, Little and Taylor. "Robust Statistical Modeling Using the t Distribution." JASA
       84, 1989.

    Examples
    --------
    >>> student_t_nll(torch.tensor([[1.0, 4.0]]), torch.tensor([5.0]), df=1)  # ln 4 + ln(1 + 1)
    tensor([2.0794])
    """
    error, log_scale = standardised(predicted, targets, scale)
    nll = log_scale + (df + 1) / 2 * torch.log1p(error.square() / df)
    return nll + lgamma(df / 2) - lgamma((df + 1) / 2) + log(pi * df) / 2 if full else nll


@final
class StudentTNLLLoss(NumberLoss):
    """Weighted mean of `student_t_nll` over a batch."""

    batch_for: ClassVar[MakeBatch] = staticmethod(normal_batch)

    df: Annotated[float, Bounds(above=0.0, hint="Few degrees of freedom are heavy tails.")] = 4.0
    scale: ScaleForm = "scale"
    full: bool = False

    @property
    def columns(self) -> Names:
        """See `NumberLoss.columns`."""
        return "location", self.scale

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `student_t_nll`."""
        return student_t_nll(predicted, targets, df=self.df, scale=self.scale, full=self.full)
