"""Whether two predictions are about the same rows, as far as rows can tell."""

import torch
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.decisions import Decisions
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows

__all__ = ["check_same_rows"]

REMEDY = "Compare predictions of the same rows, in the same order."


def check_same_rows(
    a: Rows, b: Rows, *, names: tuple[str, str] = ("a", "b"), remedy: str = REMEDY
) -> None:
    """Raise `InputError` unless kind, number, classes, weights and labels of the rows agree.

    Parameters
    ----------
    a, b : Predictions, Events, Decisions or Numbers
        Rows of two models.
    names : tuple of str
        What a message calls them.
    remedy : str
        What it advises where they are others.
    """
    both = " and ".join(names)

    def refuse_unequal(what: str, first: Tensor, second: Tensor) -> None:
        same = (first == second).reshape(len(first), -1).all(dim=1)
        if not bool(same.all()):
            row = int(torch.argmin(same.int()))
            got = f"{first[row].tolist()} and {second[row].tolist()} at row {row}"
            raise InputError(both, f"have the same {what}", got, remedy)

    for rows in (a, b):
        if not isinstance(rows, (Predictions, Events, Decisions, Numbers)):
            declare = "Declare them: calibrant.predictions(probs=...) or (logits=...)."
            rule = "be declared to calibrant"
            raise InputError("predictions", rule, type(rows).__name__, declare)
        if _came_out(rows) is None:
            raise InputError(both, "have labels", "none", "Pass labelled predictions.")
    if type(a) is not type(b):
        raise InputError(both, "be of one kind", f"{a.kind} and {b.kind}", remedy)
    if len(a) != len(b):
        raise InputError(both, "have as many rows", f"{len(a)} and {len(b)}", remedy)
    if a.class_names != b.class_names:
        got = f"{', '.join(a.class_names)} and {', '.join(b.class_names)}"
        raise InputError(both, "have the same classes", got, remedy)
    refuse_unequal("weights", a.weight(), b.weight().to(a.device))
    present = a.weight() > 0
    if isinstance(a, Numbers) and isinstance(b, Numbers):
        assert a.targets is not None
        assert b.targets is not None
        here, there = a.targets, b.targets.to(a.device)
        refuse_unequal("targets", torch.where(present, here, 0), torch.where(present, there, 0))
        return
    if isinstance(a, Events) and isinstance(b, Events):
        here, there = a.outcome, b.outcome.to(a.device)
        refuse_unequal("outcomes", torch.where(present, here, 0), torch.where(present, there, 0))
        return
    assert isinstance(a, (Predictions, Decisions))
    assert isinstance(b, (Predictions, Decisions))
    if (a.hard is None) != (b.hard is None):
        got = "soft and hard ones" if a.hard is None else "hard and soft ones"
        raise InputError(both, "have the same labels", got, remedy)
    if a.hard is not None and b.hard is not None:
        refuse_unequal("labels", a.hard * present, b.hard.to(a.device) * present)
    if a.soft is not None and b.soft is not None:
        every = present[:, None]
        refuse_unequal("labels", a.soft * every, b.soft.to(a.device) * every)


def _came_out(rows: Predictions | Events | Decisions | Numbers) -> Tensor | None:
    """What came out of every row, of whatever kind."""
    if isinstance(rows, Numbers):
        return rows.targets
    return rows.outcome if isinstance(rows, Events) else rows.truth
