"""Losses of saved predictions: those that train networks, computed from what was stated."""

import math
from dataclasses import replace
from typing import NoReturn

import torch
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.base import Loss
from calibrant.losses.build import get
from calibrant.losses.front_end import FrontEnd
from calibrant.losses.number_loss import NumberLoss
from calibrant.metrics.estimate import Estimate
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Logits, PositiveLogits, PositiveProbs
from calibrant.prediction.numbers import Numbers

__all__ = ["loss_of", "number_loss_of", "split_specs"]

Told = tuple[Estimate, tuple[str, ...]]
"""A loss, and what is to be said of it."""

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


def loss_of(predictions: Predictions, spec: str) -> Told:
    """Loss of labelled rows, all of them at once in float64, and what is to be said of it.

    Where every class has a column, the logits of the loss are the logarithms of the
    probabilities, and minus infinity for 0. Where the positive class alone has one, the loss gets
    its single score: overlap is then that of the positive class. A loss that is infinite is shown
    as infinite, with the number of rows that make it so. Rules for class weights are bound to the
    classes of these rows; schedules are at their end.

    Raises
    ------
    InputError
        If the spec is none, is that of a loss of numbers, asks for other inputs, for a level of
        the logits that probabilities do not tell, or for one number a row.
    """
    loss = get(spec)
    rows = predictions.present()
    final = loss.at(math.inf)
    bound = _bound(final, rows)
    notes = () if final is loss else (f"the schedules of {spec} are at their end",)
    if bound is not final:
        notes = (*notes, f"the class weights of {spec} come from the classes of these rows")
    value = torch.zeros((), dtype=torch.float64)
    for factor, term in bound.terms:
        if not isinstance(term, FrontEnd):
            remedy = "Numbers have theirs with --task regression."
            if not isinstance(term, NumberLoss):
                remedy = "It reads scores of its own, which probabilities do not tell."
            _refuse(spec, "be losses of classes", remedy)
        for setting in {"inputs", "multilabel"} & set(term.stated()):
            remedy = "What the file holds is declared by itself."
            _refuse(spec, f"leave {setting} out", remedy)
        of_term = _of_classes(term, rows, spec)
        if of_term.ndim:
            _refuse(spec, "be one number of all rows", "Leave reduction='none' out.")
        if factor:  # 0 times infinity is NaN
            value = value + factor * of_term
    impossible = int((rows.log_p_true == -torch.inf).sum())
    why = f"{impossible} of {len(rows)} rows give probability 0 to what came out"
    return _told(float(value), len(rows), why), notes


def number_loss_of(numbers: Numbers, spec: str) -> Told:
    """Loss of predicted numbers, all of them at once in float64, and what is to be said of it.

    Raises
    ------
    InputError
        If the spec is none, is that of a loss of classes, or one that reads several numbers for
        each row, or gives one.
    """
    loss = get(spec)
    final = loss.at(math.inf)
    rows = numbers.present()
    assert rows.targets is not None
    for _, term in final.terms:
        if not isinstance(term, NumberLoss):
            _refuse(spec, "be losses of numbers", "Such as mse, huber or quantile(q=0.9).")
        if term.columns != ():
            _refuse(spec, "read one number a row", "A predictor is one column.")
    weights = None if rows.weights is None else rows.weights.double()
    value = final(rows.predicted, rows.targets, weights)
    if value.ndim:
        _refuse(spec, "be one number of all rows", "Leave reduction='none' out.")
    notes = () if final is loss else (f"the schedules of {spec} are at their end",)
    why = "some of the predicted numbers make it so"
    return _told(float(value), len(rows), why), notes


def _of_classes(term: FrontEnd, rows: Predictions, spec: str) -> Tensor:
    """Loss of one term, of scores in the form that was declared."""
    labels, declared = rows.hard, rows.declared
    assert labels is not None  # a file holds one label a row
    weights = None if rows.weights is None else rows.weights.double()
    if isinstance(declared, PositiveProbs) and term.shift_invariant:
        return replace(term, inputs="probs")(declared.values.double(), labels, weights)
    if isinstance(declared, PositiveProbs):
        negative, positive = declared.log_probs.unbind(1)
        scores = positive - negative
    elif isinstance(declared, PositiveLogits) or not term.shift_invariant:
        if not isinstance(declared, PositiveLogits | Logits):
            remedy = "It depends on the level of the logits, which probabilities do not tell."
            _refuse(spec, "read probabilities, or the file hold logits", remedy)
        scores = declared.values.double()
    else:
        scores = declared.log_probs
    return term(scores, labels, weights)


def _refuse(spec: str, rule: str, remedy: str) -> NoReturn:
    raise InputError("losses", rule, repr(spec), remedy)


def _bound(loss: Loss, rows: Predictions) -> Loss:
    """Loss whose class weights are numbers, from the weight of every class in `rows`."""
    labels = rows.hard
    assert labels is not None
    return loss.bind(torch.bincount(labels, weights=rows.weight(), minlength=rows.n_classes))


def _told(value: float, n_rows: int, why: str) -> Estimate:
    """Value with what makes it infinite or undefined."""
    note = ""
    if math.isinf(value):
        note = f"infinite: {why}"
    elif math.isnan(value):
        note = f"undefined: it is no number here, where {why}"
    return Estimate(value, None, None, None, n_rows, METHOD, note=note)
