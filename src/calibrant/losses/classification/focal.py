"""Focal loss: cross entropy that fades as a row becomes easy."""

from dataclasses import KW_ONLY
from typing import Annotated, final

import torch
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.rows import Form, Labels, PerRow, Scores
from calibrant.losses.settings import Bounds, Numbers
from calibrant.losses.spec import Number
from calibrant.losses.true_class_loss import FactorLoss, LogProb, of_true_class

__all__ = ["FocalLoss", "focal_loss"]

_ALPHA = Bounds(at_least=0.0, hint="0.25 is the paper's.")


def focal_loss(
    logits: Scores, labels: Labels, *, gamma: Number = 2.0, threshold: Number = 0.0
) -> PerRow:
    r"""Focal loss of every row, :math:`-\sum_k q_k (1 - p_k)^\gamma \log p_k`, in nats.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices in ``[0, class)``, or probabilities q: the loss is then its mean under q.
    gamma : float, default 2.0
        Focus on hard rows, at least 0; 0 is cross entropy.
    threshold : float in [0, 1), default 0.0
        Probability of the true class up to which nothing fades: the factor is
        :math:`\min(1, (1 - p) / (1 - t))^\gamma`, the *reduced* focal loss.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, each at least 0 and at most the row's cross entropy.

    Notes
    -----
    :math:`1 - p_k` is the sum of the other classes, so value and gradient keep their digits where
    it would itself round to 0. Its floor is the least normal number: below it a gamma under 1
    would give 0 times infinity.

    References
    ----------
    .. [1] Lin et al. "Focal Loss for Dense Object Detection." ICCV 2017, equation 4.
    .. [2] Sergievskiy and Ponamarev. "Reduced Focal Loss: 1st Place Solution to xView Object
       Detection in Satellite Imagery." 2019: the threshold, there 1/2.

    Examples
    --------
    >>> focal_loss(torch.zeros(1, 2), torch.tensor([0]), gamma=2.0)  # 0.5**2 * ln 2
    tensor([0.1733])
    """
    return of_true_class(logits, labels, lambda log_p: _faded(log_p, gamma, threshold))


def _faded(log_p: LogProb, gamma: Number, threshold: Number) -> LogProb:
    """Minus log p, fading as p nears 1."""
    rest = (-torch.expm1(log_p)).clamp(min=torch.finfo(log_p.dtype).tiny)
    if threshold > 0:
        rest = (rest / (1 - threshold)).clamp(max=1)
    return -(rest**gamma) * log_p


@final
class FocalLoss(FactorLoss):
    """Weighted mean of `focal_loss` over a batch; the focus comes from unweighted probabilities.

    Parameters
    ----------
    gamma, threshold : float
        See `focal_loss`.
    alpha : float, sequence of numbers or None, default None, keyword
        Factor of the loss by class, of which a mean does not take account in what it divides by,
        as in the paper. A number is that of yes, and one minus it that of no, for two classes;
        with `multilabel` a list has one for every question. Else a list has one for every class.

    Examples
    --------
    >>> FocalLoss(alpha=0.25)(torch.zeros(1), torch.tensor([1]))  # 0.25 * 0.5**2 * ln 2
    tensor(0.0433)
    """

    gamma: Annotated[float, Bounds(at_least=0.0, hint="0 is cross entropy.")] = 2.0
    _: KW_ONLY
    alpha: Annotated[float, _ALPHA] | Annotated[Numbers, _ALPHA] | None = None
    threshold: Annotated[float, Bounds(at_least=0.0, below=1.0, hint="0 is none.")] = 0.0

    def __post_init__(self) -> None:
        """Check that shares of yes leave one for no."""
        given = self.alpha
        super().__post_init__()
        alpha = self.alpha
        largest = float(alpha.max()) if isinstance(alpha, Tensor) else alpha
        is_share = self.multilabel or not isinstance(alpha, Tensor)
        if is_share and isinstance(largest, float) and largest > 1:
            remedy = "The factor of no is 1 - alpha; other factors of yes go by pos_weight."
            raise InputError("alpha", "be at most 1 for yes and no", f"{given!r}", remedy)

    def of_log_prob(self, log_p: LogProb) -> LogProb:
        """See `focal_loss`."""
        return _faded(log_p, self.gamma, self.threshold)

    def class_factors(self, logits: Scores, form: Form) -> Tensor | None:
        """See `FactorLoss.class_factors`: `alpha`."""
        alpha, n_classes = self.alpha, logits.shape[1]
        if alpha is None:
            return None
        if not isinstance(alpha, Tensor):
            if n_classes != 2:
                rule, got = "be one number per class", f"{alpha} for {n_classes} classes"
                raise InputError("alpha", rule, got, "A single number weighs yes against no.")
            assert isinstance(alpha, float)
            alpha = logits.new_tensor([1 - alpha, alpha])
            return alpha.view(2, *[1] * (logits.ndim - 2))
        are_many = form == "questions"
        n_factors = logits.shape[2] if are_many else n_classes
        if alpha.shape != (n_factors,):
            what = "question" if are_many else "class"
            got, remedy = f"shape {tuple(alpha.shape)}", f"Give one number per {what}."
            raise InputError("alpha", f"have shape ({n_factors},)", got, remedy)
        alpha = alpha.to(logits.dtype)
        if not are_many:
            return alpha.view(-1, *[1] * (logits.ndim - 2))
        return torch.stack((1 - alpha, alpha)).view(2, -1, *[1] * (logits.ndim - 3))
