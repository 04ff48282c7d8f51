"""The doors for data from outside: everything behind them takes checked rows."""

import numpy as np
import pandas as pd
import pyarrow as pa
import torch
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction import checks
from calibrant.prediction.arrays import ArrayLike, Layout, to_array, to_tensor
from calibrant.prediction.base import Decisions, Events, Predictions
from calibrant.prediction.codes import encode
from calibrant.prediction.forms import Form, Logits, PositiveLogits, PositiveProbs, Probs
from calibrant.prediction.labels import read_labels, read_weights

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
    class_names: tuple[str, ...] | list[str] | None = None,
    normalize: bool = False,
) -> Predictions:
    """Checked predictions. The form is declared by name, never guessed from values.

    Parameters
    ----------
    labels : array, optional
        Class indices in ``[0, class)``; or class names, where `class_names` are known; or
        soft labels: probabilities of the shape of `probs`. Left out for new data, which
        can be transformed and decided on but not evaluated.
    probs, logits : array
        Exactly one of them: ``(row, class)``, ``(row, class, *axes)`` for images and
        sequences, or ``(row,)`` for the positive class of two. NumPy, torch, pandas, Arrow
        or lists. A logit of minus infinity masks a class.
    weights : array, optional
        Importance of every row, at least 0; 2 is as if the row came twice.
    groups, clusters : array, optional
        Slice to report by, and unit that rows share (patient, product, image).
    ignore_index : int, optional
        Label of entries to leave out, whatever they hold.
    class_names : sequence of str, optional
        By class index; else the column names of a table, else ``"0"``, ``"1"``, ...
    normalize : bool, default False
        Divide every row of `probs` by its sum; a note says how far the sums were off.

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
    values = to_tensor(name, given)
    layout = _layout(name, given, values)
    values = layout.flatten(values)
    if not values.numel():
        got = f"shape {layout.shape}"
        raise InputError(name, "hold at least one row and one class", got, "Pass rows.")
    form = _declare(name, values)
    names = _class_names(class_names, given, form.n_classes)
    truth, ignored = read_labels(labels, layout, names, ignore_index)
    weight = read_weights(weights, layout, ignored)
    truth = None if truth is None else truth.to(values.device)
    weight = None if weight is None else weight.to(values.device)
    where = checks.Where(None if weight is None else weight > 0, layout.place)
    notes: tuple[str, ...] = ()
    if isinstance(form, (Logits, PositiveLogits)):
        checks.check_logits(form.values, where)
    else:
        strayed = checks.check_probs("probs", form.values, where, sums=not normalize)
        form = type(form)(form.values.clamp(0, 1)) if strayed else form
        if normalize and isinstance(form, Probs):
            form, notes = _normalized(form, where)
    if truth is not None and truth.is_floating_point():
        checks.check_soft(truth, where)
        truth = truth.clamp(0, 1)
    elif truth is not None:
        checks.check_hard(truth, form.n_classes, where)
    label_layout = None
    if labels is not None and truth is not None:
        shape = layout.row_shape if truth.ndim == 1 else layout.shape
        label_layout = Layout(labels, shape, has_classes=truth.ndim > 1)
    return Predictions(
        declared=form,
        truth=truth,
        class_names=names,
        layout=layout,
        label_layout=label_layout,
        weights=weight,
        groups=None if groups is None else encode("groups", groups, layout),
        clusters=None if clusters is None else encode("clusters", clusters, layout),
        notes=notes,
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
    rows = predictions(probs=probs, labels=outcomes, weights=weights)
    if not rows.is_positive:
        shape = f"shape {rows.layout.shape}"
        raise InputError("probs", "have shape (row,)", shape, "For classes use predictions().")
    return rows.positive()


def decisions(
    *,
    predicted: ArrayLike,
    labels: ArrayLike,
    n_classes: int | None = None,
    class_names: tuple[str, ...] | list[str] | None = None,
    weights: ArrayLike | None = None,
    ignore_index: int | None = None,
) -> Decisions:
    """Checked decisions: the class chosen for every row and the class that came out.

    Parameters
    ----------
    predicted, labels : array of one shape
        Class indices, or class names.
    n_classes : int, optional
        Number of classes, so that absent ones count; else as many as appear.
    class_names : sequence of str, optional
        By class index; else, for names, all that appear, sorted.
    weights : array, optional
        Importance of every row, at least 0.
    ignore_index : int, optional
        Label of rows to leave out.

    Raises
    ------
    InputError
        Naming the argument, the rule, the first offending row and the remedy.
    """
    chosen, came = to_array("predicted", predicted), to_array("labels", labels)
    if chosen.shape != came.shape:
        got = f"{chosen.shape} and {came.shape}"
        raise InputError("predicted", "have the shape of labels", got, "Pass one entry a row.")
    if not came.size:
        raise InputError("labels", "hold at least one row", "none", "Pass rows.")
    if class_names is None and came.dtype.kind in "OUT":
        class_names = [str(name) for name in np.unique(np.concatenate((chosen, came)).astype(str))]
    if n_classes is None and class_names is None:
        kept = came if ignore_index is None else came[came != ignore_index]
        n_classes = 1 + int(max(chosen.max(), kept.max() if kept.size else 0))
    elif n_classes is None:
        n_classes = len(class_names or ())
    names = _class_names(class_names, chosen, n_classes)
    layout = Layout(predicted, chosen.shape, has_classes=False)
    truth, ignored = read_labels(labels, layout, names, ignore_index)
    guess, _ = read_labels(predicted, layout, names, None, argument="predicted")
    weight = read_weights(weights, layout, ignored)
    where = checks.Where(None if weight is None else weight > 0, layout.place)
    if truth is None or guess is None or truth.is_floating_point() or guess.is_floating_point():
        rule, remedy = "be class indices or class names", "For probabilities use predictions()."
        raise InputError("predicted and labels", rule, f"{chosen.dtype}, {came.dtype}", remedy)
    checks.check_hard(guess, len(names), where, "predicted")
    checks.check_hard(truth, len(names), where)
    return Decisions(guess.long(), truth.long().to(guess.device), names, weight)


def _one_form(probs: ArrayLike | None, logits: ArrayLike | None) -> tuple[str, ArrayLike]:
    if probs is not None and logits is None:
        return "probs", probs
    if logits is not None and probs is None:
        return "logits", logits
    got = "neither" if probs is None else "both"
    remedy = "Declare which of the two your values are."
    raise InputError("probs or logits", "be given, exactly one", got, remedy)


def _layout(name: str, given: ArrayLike, values: Tensor) -> Layout:
    if values.ndim == 0 or not (values.is_floating_point() or values.ndim == 1):
        rule = "be floating-point numbers of shape (row,) or (row, class, ...)"
        got = f"{str(values.dtype).removeprefix('torch.')} of shape {tuple(values.shape)}"
        raise InputError(name, rule, got, "For chosen classes use decisions().")
    return Layout(given, tuple(values.shape), has_classes=values.ndim > 1)


def _declare(name: str, values: Tensor) -> Form:
    if not values.is_floating_point():
        values = values.double()
    if name == "probs":
        return Probs(values) if values.ndim == 2 else PositiveProbs(values)
    values = values.to(torch.promote_types(values.dtype, torch.float32))
    return Logits(values) if values.ndim == 2 else PositiveLogits(values)


def _class_names(
    given: tuple[str, ...] | list[str] | None, source: ArrayLike, n_classes: int
) -> tuple[str, ...]:
    if given is None and isinstance(source, pd.DataFrame):
        given = [str(column) for column in source.columns]
    elif given is None and isinstance(source, pa.Table):
        given = source.column_names
    names = tuple(str(k) for k in range(n_classes)) if given is None else tuple(given)
    if len(names) != n_classes or len(set(names)) != n_classes:
        got = f"{len(names)} of them, {len(set(names))} different"
        remedy = "Name every class once, by class index."
        raise InputError("class_names", f"be {n_classes} different names", got, remedy)
    return names


def _normalized(form: Probs, where: checks.Where) -> tuple[Probs, tuple[str, ...]]:
    """Probabilities divided by their row sums, and how far off 1 these were."""
    checks.check_mass(form.values, where)
    total = form.values.sum(dim=-1, keepdim=True, dtype=torch.float64)
    counted = total if where.counts is None else total[where.counts]
    off = float((counted - 1).abs().max())
    values = (form.values.double() / torch.where(total > 0, total, 1)).to(form.values.dtype)
    note = f"probabilities were divided by their row sums, which were up to {off:.3g} off 1"
    return Probs(values), (note,)
