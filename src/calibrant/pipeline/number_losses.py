"""Losses that networks which predict a number can be trained with."""

import math

from calibrant.losses import Loss, NumberLoss, get
from calibrant.losses.catalogue.regression import ENTRIES

__all__ = ["complaint_about"]


def complaint_about(loss: Loss) -> str | None:
    """Why a network with one number a row cannot be trained with `loss`; None if it can."""
    for _, part in loss.at(math.inf).terms:
        why = _why_not(part)
        if why:
            examples = [entry.example for entry in ENTRIES]
            points = ", ".join(example for example in examples if not _why_not(get(example)))
            rule = "be a point loss where numbers are predicted"
            return f"must {rule}; got {part.spec!r}, {why}. Point losses are: {points}"
    return None


def _why_not(part: Loss) -> str | None:
    """What keeps a loss from being one of the number itself."""
    if not isinstance(part, NumberLoss):
        return "which takes classes"
    if part.columns is None:
        return "which takes the members of an ensemble for every row"
    if part.columns:
        return f"which takes {len(part.columns)} numbers for every row: {', '.join(part.columns)}"
    if part.takes_logs:
        return "which takes the log of the number"
    if part.reduction == "none":
        return "which gives a number for every row"
    return None
