"""Check of a loss: all laws, on batches that the loss itself says are typical.

The file is not named after the function: importing it would put the module in its place.
"""

from copy import deepcopy
from math import inf

import torch
from torch import Tensor, nn

from calibrant.errors import InputError
from calibrant.losses.base import Loss
from calibrant.losses.checking import laws_of_numbers, laws_of_rows, laws_of_tracing
from calibrant.losses.checking.laws_of_tracing import unchecked_annotations
from calibrant.losses.checking.report import Report
from calibrant.losses.checking.subject import Subject

__all__ = ["LAWS", "check"]

LAWS = (*laws_of_numbers.LAWS, *laws_of_rows.LAWS, *laws_of_tracing.LAWS)
_COUNTS = (3.0, 1.0, 2.0, 4.0)  # rows of every class that an unbound loss is bound to, repeated


def check(loss: nn.Module, *, n_classes: int | None = None, seed: int = 0) -> Report:
    """Laws that `loss` keeps and breaks, with the measured numbers; a report that prints.

    The batches are those of ``type(loss).batch_for``, random logits and class indices if it says
    nothing. What it claims is what is asked: ``shift_invariant``, ``is_smooth``. Rules for class
    weights are bound to made-up counts, and schedules are at their end. The loss itself stays as
    it is; code that torch has compiled before is compiled anew at its next call.

    Parameters
    ----------
    loss : nn.Module
        A loss of the catalogue, one of your own, or a sum of several. Any other module that
        takes scores and labels is asked what needs no weights and no mask.
    n_classes : int, optional
        Classes of the batches; those of its class weights, counts or costs if it has any, else 3.
    seed : int, default 0
        What the batches are drawn with.

    Returns
    -------
    Report
        ``report.ok``, ``report["gradient"].measured``, ``report.raise_if_broken()``.

    Raises
    ------
    InputError
        If it is no module, or refuses its own typical batch.

    Examples
    --------
    >>> from calibrant.losses import FocalLoss
    >>> check(FocalLoss(gamma=2)).ok
    True
    >>> [law.name for law in check(nn.CrossEntropyLoss()).broken]  # NaN leaks, half sums overflow
    ['half_precision', 'ignored', 'nothing_left']
    """
    if not isinstance(loss, nn.Module):  # pyright: ignore[reportUnnecessaryIsInstance]
        remedy = "Derive a loss of the row from RowLoss, and return it in per_row."
        raise InputError("loss", "be a torch.nn.Module", type(loss).__name__, remedy)
    number = n_classes or _classes_of(loss)
    subject = Subject(_ready(loss, number), number, seed)
    with torch.enable_grad(), unchecked_annotations():
        subject.value(*subject.batch(8))  # what it refuses altogether is no broken law
        return Report(f"{loss!r}", tuple(law.judge(subject) for law in LAWS))


def _ready(loss: nn.Module, n_classes: int) -> nn.Module:
    """Copy of the loss on the CPU, its parameters in float64, bound where it is not."""
    own = deepcopy(loss).to("cpu")
    for parameter in own.parameters():
        parameter.data = parameter.data.double()
    if not isinstance(own, Loss):
        return own
    return own.bind([_COUNTS[k % len(_COUNTS)] for k in range(n_classes)]).at(inf)


def _classes_of(loss: nn.Module) -> int:
    """Number of classes that the settings speak of; 3 where they do not."""
    for name, held in loss.named_buffers():
        setting = name.rpartition(".")[2]
        if setting in {"class_weight", "class_counts"} or _is_square(held):
            return len(held)
    return 3


def _is_square(held: Tensor) -> bool:
    return held.ndim == 2 and held.shape[0] == held.shape[1]
