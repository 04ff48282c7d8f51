"""Logit adjustment: cross entropy in which a frequent class has to be more than frequent."""

from collections.abc import Iterable
from typing import Annotated, SupportsFloat, final

from jaxtyping import Float
from torch import Tensor

from calibrant.losses.classification.crossentropy import cross_entropy
from calibrant.losses.imbalance.counted import CountedLoss
from calibrant.losses.imbalance.priors import adjusted_logits, log_prior
from calibrant.losses.rows import Labels, PerRow, Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number

__all__ = ["LogitAdjustedLoss", "logit_adjusted_loss"]


def logit_adjusted_loss(
    logits: Scores,
    labels: Labels,
    *,
    class_counts: Tensor | Iterable[SupportsFloat],
    tau: Number = 1.0,
) -> PerRow:
    r"""Cross entropy of every row at the logits :math:`z + \tau \log \pi`, in nats.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices in ``[0, class)``, or probabilities.
    class_counts : Tensor or numbers, shape (class,)
        Rows of every class, or their total weight, in the training rows.
    tau : float, default 1.0
        Strength, at least 0; 0 is cross entropy, and 1 is balanced softmax.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, at least 0; infinite for a class that no training row has.

    References
    ----------
    .. [1] Menon et al. "Long-tail learning via logit adjustment." ICLR 2021, equation 10.
    .. [2] Ren et al. "Balanced Meta-Softmax for Long-Tailed Visual Recognition." NeurIPS 2020:
       tau = 1.

    Examples
    --------
    >>> import torch
    >>> even = torch.zeros(2, 2)
    >>> logit_adjusted_loss(even, torch.tensor([0, 1]), class_counts=[90, 10])  # -ln .9, -ln .1
    tensor([0.1054, 2.3026])
    """
    return cross_entropy(adjusted_logits(logits, class_counts, tau=tau), labels)


@final
class LogitAdjustedLoss(CountedLoss):
    """Weighted mean of `logit_adjusted_loss` over a batch.

    Trained with it, logits are those of classes that are alike in frequency: the likeliest class
    is the decision of least balanced error. For the probabilities of the training mixture, pass
    them through `calibrant.losses.adjusted_logits`.

    Parameters
    ----------
    tau : float, default 1.0
        See `logit_adjusted_loss`.
    class_counts : Tensor or numbers, shape (class,), keyword
        See `CountedLoss`; `bind` fills it.

    Examples
    --------
    >>> import torch
    >>> loss = LogitAdjustedLoss().bind([90, 10])
    >>> loss(torch.zeros(2, 2), torch.tensor([0, 1]))  # (-ln .9 - ln .1) / 2
    tensor(1.2040)
    """

    tau: Annotated[float, Bounds(at_least=0.0, hint="0 is cross entropy.")] = 1.0

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `logit_adjusted_loss`."""
        shift = log_prior(self.counts_for(logits), self.tau).to(logits.dtype)
        return cross_entropy(logits + _at_axis_1(shift, logits), labels)


def _at_axis_1(per_class: Float[Tensor, " class"], logits: Scores) -> Tensor:
    return per_class.view(-1, *[1] * (logits.ndim - 2))
