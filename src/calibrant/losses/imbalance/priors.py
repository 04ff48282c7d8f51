"""Priors: logits and probabilities under another mixture of classes than the trained one.

If only the mixture changes, and not what the rows of each class look like, Bayes' rule is exact:
posterior times new prior over old, divided by its sum.
"""

from collections.abc import Iterable
from typing import SupportsFloat

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.rows import log_of
from calibrant.losses.spec import Number
from calibrant.losses.weights import counts_of

__all__ = ["adjusted_logits", "log_prior", "prior_shifted_logits", "prior_shifted_probs"]

Scored = Float[Tensor, "row *class_and_axes"]
"""Of classes at axis 1, or of the positive class alone, ``(row,)`` or ``(row, 1, *axes)``."""


def adjusted_logits(
    logits: Scored, class_counts: Tensor | Iterable[SupportsFloat], *, tau: Number = 1.0
) -> Scored:
    r"""Logits plus :math:`\tau \log \pi`, in nats.

    After training with `calibrant.losses.LogitAdjustedLoss`, whose logits hold for classes that are
    alike in frequency, ``tau=1`` gives those of the mixture of the training rows; with a target
    prior in place of the counts, those of the target. After training with cross entropy,
    ``tau=-1`` goes the other way: to classes that are alike in frequency.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Or the logit of the positive class alone, ``(row,)`` or ``(row, 1, *axes)``.
    class_counts : Tensor or numbers, shape (class,)
        Rows of every class, or shares; of no and yes where the positive logit stands alone.
    tau : float, default 1.0
        Factor, finite.

    Returns
    -------
    Float[Tensor, "row class *axes"]
        In the shape of `logits`. A class without rows gets minus infinity.

    Raises
    ------
    InputError
        If there is not one count per class, or one is 0 with `tau` below 0.

    References
    ----------
    .. [1] Menon et al. "Long-tail learning via logit adjustment." ICLR 2021, equation 9.

    Examples
    --------
    >>> z = torch.tensor([[0.0, 0.0]])
    >>> adjusted_logits(z, [9, 1]).softmax(1)
    tensor([[0.9000, 0.1000]])
    """
    prior = log_prior(counts_of(class_counts), tau)
    if bool(prior.isposinf().any()):
        rule, got = "be above 0 for tau below 0", f"a class without rows, tau {tau}"
        raise InputError("class_counts", rule, got, "Leave the classes without rows out.")
    return logits + _per_class("class_counts", prior, logits)


def prior_shifted_logits(
    logits: Scored,
    *,
    train: Tensor | Iterable[SupportsFloat],
    target: Tensor | Iterable[SupportsFloat],
) -> Scored:
    r"""Logits plus :math:`\log (\pi_{target} / \pi_{train})`, in nats.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Or the logit of the positive class alone, ``(row,)`` or ``(row, 1, *axes)``.
    train, target : Tensor or numbers, shape (class,)
        Counts or shares of the classes where the model was trained, and where it works; of no
        and yes where the positive logit stands alone.

    Returns
    -------
    Float[Tensor, "row class *axes"]
        In the shape of `logits`. A class that the target does not have gets minus infinity.

    Raises
    ------
    InputError
        If there is not one number per class, or the target has a class that training had not.

    References
    ----------
    .. [1] Saerens, Latinne and Decaestecker. "Adjusting the Outputs of a Classifier to New a Priori
       Probabilities." Neural Computation 14, 2002, equation 2.4.

    Examples
    --------
    >>> z = torch.tensor([[0.9, 0.1]]).log()
    >>> prior_shifted_logits(z, train=[50, 50], target=[10, 90]).softmax(1)
    tensor([[0.5000, 0.5000]])
    """
    return logits + _per_class("train", _log_ratio(train, target), logits)


def prior_shifted_probs(
    probs: Scored,
    *,
    train: Tensor | Iterable[SupportsFloat],
    target: Tensor | Iterable[SupportsFloat],
) -> Scored:
    r"""Probabilities times :math:`\pi_{target} / \pi_{train}`, divided by their sum.

    Parameters
    ----------
    probs : Float[Tensor, "row class *axes"]
        Or the probability of the positive class alone, ``(row,)`` or ``(row, 1, *axes)``.
    train, target : Tensor or numbers, shape (class,)
        See `prior_shifted_logits`.

    Returns
    -------
    Float[Tensor, "row class *axes"]
        In the shape of `probs`. NaN where all of the probability lies on classes that the target
        does not have.

    Examples
    --------
    >>> prior_shifted_probs(torch.tensor([[0.9, 0.1]]), train=[0.5, 0.5], target=[0.1, 0.9])
    tensor([[0.5000, 0.5000]])
    >>> prior_shifted_probs(torch.tensor([0.5]), train=[50, 50], target=[90, 10])  # of yes
    tensor([0.1000])
    """
    shift = _log_ratio(train, target)
    if _is_positive_alone(probs):
        pair = torch.stack((1 - probs, probs), dim=1)
        return (log_of(pair) + _per_class("train", shift, pair)).softmax(1)[:, 1]
    return (log_of(probs) + _per_class("train", shift, probs)).softmax(1)


def log_prior(class_counts: Float[Tensor, " class"], tau: Number) -> Float64[Tensor, " class"]:
    r""":math:`\tau \log \pi` of every class; 0 for all where `tau` is 0."""
    counts = class_counts.double()
    return torch.xlogy(tau, counts / counts.sum())


def _log_ratio(
    train: Tensor | Iterable[SupportsFloat], target: Tensor | Iterable[SupportsFloat]
) -> Float64[Tensor, " class"]:
    """Log of target over trained prior."""
    old, new = _checked("train", train), _checked("target", target)
    if old.shape != new.shape:
        got = f"{len(new)} of the target, {len(old)} of training"
        raise InputError("target", "have the classes of train", got, "Give one number per class.")
    if bool(((old == 0) & (new > 0)).any()):
        got = f"class {int(((old == 0) & (new > 0)).int().argmax())}"
        remedy = "What such rows look like cannot be known: give that class the target 0."
        raise InputError("target", "be 0 where train is", got, remedy)
    old, new = log_prior(old, 1), log_prior(new, 1)
    return torch.where(new == -torch.inf, -torch.inf, new - torch.where(old == -torch.inf, 0, old))


def _checked(argument: str, counts: Tensor | Iterable[SupportsFloat]) -> Tensor:
    """Counts, or shares, checked under their name."""
    try:
        return counts_of(counts)
    except InputError as error:
        raise error.about(argument) from None


def _per_class(argument: str, shift: Tensor, scores: Tensor) -> Tensor:
    """Shift of every class, in a shape that broadcasts to scores with classes at axis 1."""
    alone = _is_positive_alone(scores)
    n_classes = 2 if alone else scores.shape[1]
    if len(shift) != n_classes:
        rule, remedy = f"hold {n_classes} numbers", "Give one number per class."
        raise InputError(argument, rule, f"{len(shift)}", remedy)
    shift = shift.to(scores)
    return shift[1] - shift[0] if alone else shift.view(-1, *[1] * (scores.ndim - 2))


def _is_positive_alone(scores: Tensor) -> bool:
    return scores.ndim == 1 or scores.shape[1] == 1
