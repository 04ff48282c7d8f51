"""Losses of saved predictions: those that train networks, computed from what was stated."""

import math

import torch

from calibrant.errors import InputError
from calibrant.losses.base import Loss
from calibrant.losses.build import get
from calibrant.losses.front_end import FrontEnd
from calibrant.losses.number_loss import NumberLoss
from calibrant.metrics.estimate import Estimate
from calibrant.prediction.base import Predictions

__all__ = ["loss_of", "split_specs"]

METHOD = "not available: a loss is one number of all rows; metrics have intervals"
OPENING, CLOSING, QUOTES = "([", ")]", "'\""


def split_specs(text: str) -> tuple[str, ...]:
    """Specs of losses between commas; those in brackets and in quotes belong to a spec.

    Examples
    --------
    >>> split_specs("ce, focal(gamma=2, class_weight=[1, 2])")
    ('ce', 'focal(gamma=2, class_weight=[1, 2])')
    >>> split_specs("")
    ()
    """
    specs, depth, quote = [""], 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in QUOTES:
            quote = character
        elif character in OPENING:
            depth += 1
        elif character in CLOSING:
            depth -= 1
        elif character == "," and depth == 0:
            specs.append("")
            continue
        specs[-1] += character
    return tuple(spec.strip() for spec in specs) if text.strip() else ()


def loss_of(predictions: Predictions, spec: str) -> tuple[Estimate, tuple[str, ...]]:
    """Loss of labelled rows, all of them at once in float64, and what is to be said of it.

    The logits of the loss are the logarithms of the probabilities, and minus infinity for 0: a
    loss that is infinite is shown as infinite, with the number of rows that make it so. Rules
    for class weights are bound to the classes of these rows.

    Raises
    ------
    InputError
        If the spec is none, or of numbers, or asks for other inputs, or for one number a row.
    """
    loss = get(spec)
    if any(isinstance(part, NumberLoss) for _, part in loss.terms):
        remedy = "Where numbers are predicted, take metrics: --metrics mse,mae."
        raise InputError("losses", "be losses of classes", repr(spec), remedy)
    for part in (part for _, part in loss.terms if isinstance(part, FrontEnd)):
        if part.inputs != "logits" or part.multilabel:
            setting = "multilabel" if part.multilabel else "inputs"
            rule, remedy = f"leave {setting} out", "What the file holds is declared by itself."
            raise InputError("losses", rule, repr(spec), remedy)
    rows = predictions.present()
    labels = rows.hard
    assert labels is not None  # a file holds one label a row
    bound = _bound(loss, rows)
    weights = None if rows.weights is None else rows.weights.double()
    value = bound(rows.declared.log_probs, labels, weights)
    if value.ndim:
        rule, remedy = "be one number of all rows", "Leave reduction=none out."
        raise InputError("losses", rule, repr(spec), remedy)
    notes = ()
    if bound is not loss:
        notes = (f"the class weights of {spec} come from the classes of these rows",)
    return _told(float(value), rows), notes


def _bound(loss: Loss, rows: Predictions) -> Loss:
    """Loss whose class weights are numbers, from the weight of every class in `rows`."""
    labels = rows.hard
    assert labels is not None
    return loss.bind(torch.bincount(labels, weights=rows.weight(), minlength=rows.n_classes))


def _told(value: float, rows: Predictions) -> Estimate:
    """Value with what makes it infinite or undefined."""
    impossible = int((rows.log_p_true == -torch.inf).sum())
    zeros = f"{impossible} of {len(rows)} rows give probability 0 to what came out"
    note = ""
    if math.isinf(value):
        note = f"infinite: {zeros}"
    elif math.isnan(value):
        note = f"undefined: it is no number here, where {zeros}"
    return Estimate(value, None, None, None, len(rows), METHOD, note=note)
