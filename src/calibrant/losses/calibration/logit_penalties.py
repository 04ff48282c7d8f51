"""Penalties on the logits of every row, beside cross entropy, against overconfidence."""

from typing import Annotated, final

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from calibrant.losses.row_loss import RowLoss
from calibrant.losses.rows import Labels, PerRow, Scores, at_label
from calibrant.losses.settings import Bounds

__all__ = [
    "ConfidencePenaltyLoss",
    "LogitNormLoss",
    "MarginSmoothingLoss",
    "MaxSuppressionLoss",
]

_STRENGTH = Bounds(at_least=0.0, hint="0 is cross entropy.")


@final
class MarginSmoothingLoss(RowLoss):
    r"""Cross entropy and :math:`\alpha` times the mean of :math:`(\max_k z_k - z_j - m)_+`.

    The mean goes over all classes that are not masked. Label smoothing pulls all logits to one
    level; here they may lie as far apart as the margin, and only what is beyond it costs.

    Parameters
    ----------
    margin : float, default 10
        How far below the largest logit the others may lie for free, at least 0.
    alpha : float, default 0.1
        Strength, at least 0; 0 is cross entropy.

    References
    ----------
    .. [1] Liu et al. "The Devil is in the Margin: Margin-based Label Smoothing for Network
       Calibration." CVPR 2022.

    Examples
    --------
    >>> row = torch.tensor([[12.0, 0.0, 0.0]])  # differences 0, 12, 12: 2 beyond the margin, twice
    >>> MarginSmoothingLoss()(row, torch.tensor([0]))  # 0.1 (0 + 2 + 2) / 3, and 1.2e-5
    tensor(0.1333)
    """

    margin: Annotated[float, Bounds(at_least=0.0)] = 10.0
    alpha: Annotated[float, _STRENGTH] = 0.1

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `RowLoss.per_row`."""
        below = logits.amax(1, keepdim=True) - logits
        beyond = _mean_over((below - self.margin).relu(), logits != -torch.inf)
        return _cross_entropy(logits, labels) + self.alpha * beyond


@final
class MaxSuppressionLoss(RowLoss):
    r"""Cross entropy and :math:`\alpha` times the largest logit less the mean of all.

    Label smoothing lowers the logit of the true class, the largest or not; this lowers the
    largest, the true one or not. Masked classes are left out of the mean.

    Parameters
    ----------
    alpha : float, default 0.1
        Strength, at least 0; 0 is cross entropy.

    References
    ----------
    .. [1] Zhou et al. "MaxSup: Overcoming Representation Collapse in Label Smoothing."
       NeurIPS 2025.

    Examples
    --------
    >>> MaxSuppressionLoss(alpha=1)(torch.tensor([[0.0, 0.0]]), torch.tensor([0]))  # ln 2 + 0
    tensor(0.6931)
    """

    alpha: Annotated[float, _STRENGTH] = 0.1

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `RowLoss.per_row`."""
        below = logits.amax(1, keepdim=True) - logits
        return _cross_entropy(logits, labels) + self.alpha * _mean_over(below, below != torch.inf)


@final
class ConfidencePenaltyLoss(RowLoss):
    r"""Cross entropy less :math:`\beta` times the entropy of what is stated, in nats.

    Parameters
    ----------
    beta : float, default 0.1
        Strength, at least 0; 0 is cross entropy.

    References
    ----------
    .. [1] Pereyra et al. "Regularizing Neural Networks by Penalizing Confident Output
       Distributions." ICLR workshop 2017.

    Examples
    --------
    >>> ConfidencePenaltyLoss(beta=0.5)(torch.zeros(1, 2), torch.tensor([0]))  # ln 2 - ln 2 / 2
    tensor(0.3466)
    """

    beta: Annotated[float, _STRENGTH] = 0.1

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `RowLoss.per_row`."""
        log_probs = logits.log_softmax(1)
        entropy = -at_label(log_probs, log_probs.exp())
        return at_label(-log_probs, labels) - self.beta * entropy


@final
class LogitNormLoss(RowLoss):
    r"""Cross entropy of the logits over their length, :math:`z / (\tau \|z\|)`, in nats.

    However long the logits grow, what is stated stays within bounds that the temperature sets;
    only the direction is trained. Where all logits are 0 the length counts as 1. Masked classes
    are left out of the length.

    Parameters
    ----------
    temperature : float, default 0.04
        At least 1e-3. The largest gap between two logits is :math:`\sqrt{2} / \tau`.

    References
    ----------
    .. [1] Wei et al. "Mitigating Neural Network Overconfidence with Logit Normalization."
       ICML 2022.

    Examples
    --------
    >>> row = torch.tensor([[30.0, 40.0]])  # over its length: (0.6, 0.8)
    >>> LogitNormLoss(temperature=1.0)(row, torch.tensor([1]))  # ln(1 + exp(-0.2))
    tensor(0.5981)
    """

    shift_invariant = False

    temperature: Annotated[float, Bounds(at_least=1e-3)] = 0.04

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `RowLoss.per_row`."""
        masked = logits == -torch.inf
        finite = torch.where(masked, 0, logits)
        largest = finite.detach().abs().amax(1, keepdim=True)
        scaled = finite / torch.where(largest > 0, largest, 1)  # squares of 1e30 would overflow
        squares = scaled.square().sum(1, keepdim=True)
        length = torch.where(squares > 0, squares, 1).sqrt()
        direction = scaled / (self.temperature * length)
        return _cross_entropy(torch.where(masked, -torch.inf, direction), labels)


def _cross_entropy(logits: Scores, labels: Labels) -> PerRow:
    return at_label(-logits.log_softmax(1), labels)


def _mean_over(
    values: Scores, possible: Bool[Tensor, "row class *axes"]
) -> Float[Tensor, "row *axes"]:
    """Mean over the classes that are possible."""
    return torch.where(possible, values, 0).sum(1) / possible.sum(1)
