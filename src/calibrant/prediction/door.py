"""The doors for data from outside: everything behind them takes checked rows."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction import checks
from calibrant.prediction.arrays import ArrayLike, Layout, check_order, to_tensor
from calibrant.prediction.base import Decisions, Events, Predictions
from calibrant.prediction.chosen import read_decisions
from calibrant.prediction.codes import encode
from calibrant.prediction.forms import Form, Logits, PositiveLogits, PositiveProbs, Probs
from calibrant.prediction.labels import Reader, index_to_ignore
from calibrant.prediction.names import class_names_of, read_names
from calibrant.prediction.weights import checked_weights, weight_column

__all__ = ["decisions", "events", "predictions"]


def predictions(
    *,
    labels: ArrayLike | None = None,
    probs: ArrayLike | None = None,
    logits: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    ignore_index: int | None = None,
    class_names: Sequence[object] | None = None,
    normalize: bool = False,
) -> Predictions:
    """Checked predictions. The form is declared by name, never guessed from values.

    Parameters
    ----------
    labels : array, optional
        Class indices in ``[0, class)``; or class names as text, where `class_names` are
        known; or soft labels: probabilities of the shape of `probs`. Left out for new data,
        which can be transformed and decided on but not evaluated.
    probs, logits : array
        Exactly one of them: ``(row, class)``, ``(row, class, *axes)`` for images and
        sequences, or ``(row,)`` for the positive class of two. NumPy, torch, pandas, Arrow
        or lists. A logit of minus infinity masks a class. Columns of pandas are paired by
        position; the same index in another order is refused.
    weights : array, optional
        Importance of every row: 0 leaves it out, 2 is as if it came twice; positive ones lie
        in [1e-140, 1e140], so that their squares are finite numbers above 0.
    groups, clusters : array, optional
        Slice to report by, and unit that rows share (patient, product, image).
    ignore_index : int, optional
        Label of entries to leave out, whatever they hold.
    class_names : sequence of str, optional
        By class index; else the column names of a table, else ``"0"``, ``"1"``, ...
    normalize : bool, default False
        Divide every row of `probs`, such as counts, by its sum; a note says how far the sums
        were off.

    Returns
    -------
    Predictions
        Frozen; `probs` and `labels` come back in the shape and kind that came in.

    Raises
    ------
    InputError
        Naming the argument, the rule, the first offending row and the remedy.

    Examples
    --------
    >>> import numpy as np
    >>> rows = predictions(probs=np.array([0.75, 0.5]), labels=np.array([1, 0]))
    >>> len(rows), rows.class_names
    (2, ('0', '1'))
    """
    name, given = _one_form(probs, logits)
    rows = _checked(
        name,
        given,
        ("labels", labels),
        weights=weights,
        ignore_index=ignore_index,
        class_names=class_names,
        normalize=normalize,
    )
    return replace(
        rows,
        groups=None if groups is None else encode("groups", groups, rows.layout),
        clusters=None if clusters is None else encode("clusters", clusters, rows.layout),
    )


def events(*, probs: ArrayLike, outcomes: ArrayLike, weights: ArrayLike | None = None) -> Events:
    """Checked events: a stated confidence each, and whether it was right.

    Parameters
    ----------
    probs : array of shape (row,)
        Probability stated for every event, as of the class that a model chose.
    outcomes : array of shape (row,)
        1 or True where it happened, 0 or False where not; or a share in [0, 1].
    weights : array, optional
        Importance of every row, at least 0.

    Raises
    ------
    InputError
        Naming the argument, the rule, the first offending row and the remedy.
    """
    rows = _checked("probs", probs, ("outcomes", outcomes), weights=weights)
    if rows.truth is None:
        remedy = "Pass 1 where it happened, 0 where it did not."
        raise InputError("outcomes", "be given", "None", remedy)
    if not rows.is_positive:
        shape = f"shape {rows.layout.shape}"
        raise InputError("probs", "have shape (row,)", shape, "For classes use predictions().")
    return rows.positive()


def decisions(
    *,
    predicted: ArrayLike,
    labels: ArrayLike,
    n_classes: int | None = None,
    class_names: Sequence[object] | None = None,
    weights: ArrayLike | None = None,
    ignore_index: int | None = None,
) -> Decisions:
    """Checked decisions: the class chosen for every row and the class that came out.

    Parameters
    ----------
    predicted, labels : array of one shape
        Class indices, as numbers of any type that are whole; or class names, as text.
    n_classes : int, optional
        Number of classes, so that absent ones count; else as many as appear in rows that
        are not ignored and weigh more than 0.
    class_names : sequence of str, optional
        By class index; else, for names, all that appear in such rows, sorted as text.
    weights : array, optional
        Importance of every row, at least 0.
    ignore_index : int, optional
        Label of rows to leave out.

    Raises
    ------
    InputError
        Naming the argument, the rule, the first offending row and the remedy.
    """
    return read_decisions(
        predicted,
        labels,
        weights,
        n_classes=n_classes,
        class_names=class_names,
        ignore_index=ignore_index,
    )


def _checked(
    name: str,
    given: ArrayLike,
    truths: tuple[str, ArrayLike | None],
    *,
    weights: ArrayLike | None,
    ignore_index: int | None = None,
    class_names: object = None,
    normalize: bool = False,
) -> Predictions:
    """Checked predictions; messages call the form and the labels as their door does."""
    argument, labels = truths
    check_order({name: given, argument: labels, "weights": weights})
    values = to_tensor(name, given)
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
    elif checks.check_probs("probs", form.values, where):
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


def _one_form(probs: ArrayLike | None, logits: ArrayLike | None) -> tuple[str, ArrayLike]:
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
