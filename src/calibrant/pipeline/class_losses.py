"""Losses that networks which predict classes can be trained with."""

import math

from calibrant.losses import Loss
from calibrant.losses.front_end import FrontEnd
from calibrant.losses.number_loss import NumberLoss

__all__ = ["complaint_about_class_loss"]


def complaint_about_class_loss(loss: Loss) -> str | None:
    """Why a network with one logit per class cannot be trained with `loss`; None if it can."""
    for _, part in loss.at(math.inf).terms:
        why = _why_not(part)
        if why:
            return f"must be one of classes; got {part.spec!r}, {why}"
    return None


def _why_not(part: Loss) -> str | None:
    """What keeps a loss from reading the logits of the classes."""
    if isinstance(part, NumberLoss):
        return "which takes numbers: add task = 'regression'"
    if not isinstance(part, FrontEnd):
        return "which reads other scores than a logit per class"
    if part.inputs == "probs":
        return "which takes probabilities: a network gives logits"
    if getattr(part, "reduction", "mean") == "none":
        return "which gives a number for every row"
    return None
