"""Probabilities and logits as they come in: declared form, labels and weights, checked."""

import numpy as np
import torch
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction import checks
from calibrant.prediction.arrays import ArrayLike, Layout, check_order, to_tensor
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form, Logits, PositiveLogits, PositiveProbs, Probs
from calibrant.prediction.labels import Reader, index_to_ignore
from calibrant.prediction.names import class_names_of, read_names
from calibrant.prediction.sums_of_rows import known_clean
from calibrant.prediction.weights import checked_weights, weight_column

__all__ = ["one_form", "read_stated"]


def read_stated(
    name: str,
    given: ArrayLike,
    truths: tuple[str, ArrayLike | None],
    *,
    weights: ArrayLike | None,
    ignore_index: int | None = None,
    class_names: object = None,
    normalize: bool = False,
    decimals: object = None,
) -> Predictions:
    """Checked predictions; messages call the form and the labels as their door does.

    Raises
    ------
    InputError
        Naming the argument, the rule, the first offending row and the remedy.
    """
    argument, labels = truths
    check_order({name: given, argument: labels, "weights": weights})
    values = to_tensor(name, given)
    digits = _decimals(decimals, name)
    layout = _layout(name, given, values, class_names, normalize=normalize)
    form = _declare(name, layout.flatten(values))
    names = class_names_of(class_names, given, form.n_classes)
    weight = weight_column(weights, layout)
    reader = Reader(argument, layout, index_to_ignore(ignore_index), weight)
    column = None if labels is None else reader.labels(labels, names)
    weight = checked_weights(weight, layout, None if column is None else column.ignored)
    weight = None if weight is None else weight.to(values.device)
    where = checks.Where(None if weight is None else weight > 0, layout.place)
    notes: tuple[str, ...] = ()
    if form.n_classes == 1 and class_names is None:
        notes = ("one column is one class; for the positive class of two pass shape (row,)",)
    if isinstance(form, (Logits, PositiveLogits)):
        checks.check_logits(form.values, where)
    elif normalize:
        form, note = _normalized(form, where)
        notes = (*notes, note)
    elif (clean := known_clean(form, digits)) is not None:
        form = clean
    elif checks.check_probs("probs", form.values, where, decimals=digits):
        form = type(form)(form.values.clamp(0, 1))
    truth, label_layout = None, None
    if column is not None:
        truth = _checked_truth(argument, column.values.to(values.device), form.n_classes, where)
        shape = layout.row_shape if truth.ndim == 1 else layout.shape
        label_layout = Layout(labels, shape, has_classes=truth.ndim > 1, named=column.named)
    return Predictions(
        declared=form,
        truth=truth,
        class_names=names,
        layout=layout,
        label_layout=label_layout,
        weights=weight,
        notes=notes,
    )


def _checked_truth(argument: str, truth: Tensor, n_classes: int, where: checks.Where) -> Tensor:
    if truth.is_floating_point():
        checks.check_probs(argument, truth, where)
        return truth.clamp(0, 1)
    checks.check_hard(argument, truth, n_classes, where)
    return truth


def one_form(probs: ArrayLike | None, logits: ArrayLike | None) -> tuple[str, ArrayLike]:
    """The one form that is given, and its name."""
    if probs is not None and logits is None:
        return "probs", probs
    if logits is not None and probs is None:
        return "logits", logits
    got = "neither" if probs is None else "both"
    remedy = "Declare which of the two your values are."
    raise InputError("probs or logits", "be given, exactly one", got, remedy)


def _layout(
    name: str, given: ArrayLike, values: Tensor, class_names: object, *, normalize: bool
) -> Layout:
    """Shape that came in, where it is one of predictions."""
    shape = tuple(values.shape)
    counts = normalize and values.ndim > 1
    if values.ndim == 0 or not (values.is_floating_point() or values.ndim == 1 or counts):
        rule = "be floating-point numbers of shape (row,) or (row, class, ...)"
        got = f"{str(values.dtype).removeprefix('torch.')} of shape {shape}"
        raise InputError(name, rule, got, "For chosen classes use decisions().")
    if not values.numel():
        got = f"shape {shape}"
        raise InputError(name, "hold at least one row and one class", got, "Pass rows.")
    if normalize and (values.ndim == 1 or name == "logits"):
        got = f"True beside {name} of shape {shape}"
        remedy = "A positive class has no row sum, and logits are normalised as they are."
        raise InputError("normalize", "be left out but for probs by class", got, remedy)
    if values.ndim > 1 and shape[1] == 1 and len(read_names(class_names) or ("one",)) > 1:
        remedy = "Squeeze to shape (row,) for the positive class of two."
        raise InputError(name, "have a column for every class", f"shape {shape}", remedy)
    return Layout(given, shape, has_classes=values.ndim > 1)


def _declare(name: str, values: Tensor) -> Form:
    if not values.is_floating_point():
        values = values.double()
    if name == "probs":
        return Probs(values) if values.ndim == 2 else PositiveProbs(values)
    values = values.to(torch.promote_types(values.dtype, torch.float32))
    return Logits(values) if values.ndim == 2 else PositiveLogits(values)


def _normalized(form: Form, where: checks.Where) -> tuple[Probs, str]:
    """Probabilities divided by their row sums, and how far off 1 these were."""
    checks.check_mass(form.values, where)
    parts = form.values.double().clamp(min=0)
    total = parts.sum(dim=-1, keepdim=True)
    counted = total if where.counts is None else total[where.counts]
    off = float((counted - 1).abs().max())
    values = (parts / torch.where(total > 0, total, 1)).to(form.values.dtype)
    note = f"probabilities were divided by their row sums, which were up to {off:.3g} off 1"
    return Probs(values), note


def _decimals(given: object, name: str) -> int | None:
    """Number of decimals of rounded probabilities; None where they were not rounded."""
    if given is None:
        return None
    rule, remedy = "be a whole number of at least 1, beside probs", "Leave it out otherwise."
    if name != "probs" or isinstance(given, bool) or not isinstance(given, (int, np.integer)):
        raise InputError("decimals", rule, f"{given!r} beside {name}", remedy)
    if int(given) < 1:
        raise InputError("decimals", rule, f"{given!r}", remedy)
    return int(given)
