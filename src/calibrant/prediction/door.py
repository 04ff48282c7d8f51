"""The doors for data from outside: everything behind them takes checked rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from calibrant.errors import InputError
from calibrant.prediction.arrays import ArrayLike
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.chosen import read_decisions
from calibrant.prediction.decisions import Decisions
from calibrant.prediction.numbers import Numbers, read_numbers
from calibrant.prediction.stated import one_form, read_stated
from calibrant.prediction.units import read_units

__all__ = ["decisions", "events", "numbers", "predictions"]


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
    decimals: int | None = None,
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
        Slice to report by, and unit that rows share (patient, product, image). Rows without one
        are together, and a note tells how many have no cluster.
    ignore_index : int, optional
        Label of entries to leave out, whatever they hold.
    class_names : sequence of str, optional
        By class index; else the column names of a table, else ``"0"``, ``"1"``, ...
    normalize : bool, default False
        Divide every row of `probs`, such as counts, by its sum; a note says how far the sums
        were off.
    decimals : int, optional
        Decimals to which every entry of `probs` was rounded, as in a text file: a row may then
        be off 1 by half a unit of the last one for every class. The entries stay as they are.

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
    name, given = one_form(probs, logits)
    rows = read_stated(
        name,
        given,
        ("labels", labels),
        weights=weights,
        ignore_index=ignore_index,
        class_names=class_names,
        normalize=normalize,
        decimals=decimals,
    )
    units = read_units(groups, clusters, rows.layout)
    notes = (*rows.notes, *units.notes)
    return replace(rows, groups=units.groups, clusters=units.clusters, notes=notes)


def events(
    *,
    probs: ArrayLike,
    outcomes: ArrayLike,
    weights: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
) -> Events:
    """Checked events: a stated confidence each, and whether it was right.

    Parameters
    ----------
    probs : array of shape (row,)
        Probability stated for every event, as of the class that a model chose.
    outcomes : array of shape (row,)
        1 or True where it happened, 0 or False where not; or a share in [0, 1].
    weights : array, optional
        Importance of every row, at least 0.
    groups, clusters : array, optional
        Slice to report by, and unit that rows share (patient, product, image). Rows without one
        are together, and a note tells how many have no cluster.

    Raises
    ------
    InputError
        Naming the argument, the rule, the first offending row and the remedy.
    """
    rows = read_stated("probs", probs, ("outcomes", outcomes), weights=weights)
    if rows.truth is None:
        remedy = "Pass 1 where it happened, 0 where it did not."
        raise InputError("outcomes", "be given", "None", remedy)
    if not rows.is_positive:
        shape = f"shape {rows.layout.shape}"
        raise InputError("probs", "have shape (row,)", shape, "For classes use predictions().")
    units, found = read_units(groups, clusters, rows.layout), rows.positive()
    notes = (*found.notes, *units.notes)
    return replace(found, groups=units.groups, clusters=units.clusters, notes=notes)


def decisions(
    *,
    predicted: ArrayLike,
    labels: ArrayLike,
    n_classes: int | None = None,
    class_names: Sequence[object] | None = None,
    weights: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
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
        By class index. Else, for names, the categories of ordered columns of pandas, or those that
        both columns share; else all that appear in such rows, whole numbers by value and others
        sorted as text. What is sorted or unordered, of more than two classes, has no order:
        metrics that need one refuse it.
    weights : array, optional
        Importance of every row, at least 0.
    groups, clusters : array, optional
        Slice to report by, and unit that rows share (patient, product, image). Rows without one
        are together, and a note tells how many have no cluster.
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
        groups=groups,
        clusters=clusters,
        n_classes=n_classes,
        class_names=class_names,
        ignore_index=ignore_index,
    )


def numbers(
    *,
    predicted: ArrayLike | None = None,
    targets: ArrayLike | None = None,
    std: ArrayLike | None = None,
    members: ArrayLike | None = None,
    quantiles: Mapping[float, ArrayLike] | None = None,
    weights: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
) -> Numbers:
    """Checked numbers: what a model of a number predicted, and what came out.

    A row states a point and, besides, one kind of spread or none.

    Parameters
    ----------
    predicted, targets : array of one shape
        Finite numbers of any type, of a size up to 1e50. Predicted may be left out where members
        or a median are stated: it is then their mean, or the median. Targets are left out for new
        data, which cannot be evaluated.
    std : array, optional
        Standard deviation of a normal distribution about the prediction, above 0.
    members : array of shape (row, member), optional
        Draws from the distribution that is predicted, in any order: an ensemble. Further axes of
        `targets` come after.
    quantiles : mapping from level to array, optional
        Quantiles at levels in (0, 1), each in the shape of `targets`. Those of one row must not
        fall as the level rises, but for rounding.
    weights : array, optional
        Importance of every row: 0 leaves it out, 2 is as if it came twice.
    groups, clusters : array, optional
        Slice to report by, and unit that rows share (patient, product, image). Rows without one
        are together, and a note tells how many have no cluster.

    Raises
    ------
    InputError
        Naming the argument, the rule, the first offending row and the remedy.

    Examples
    --------
    >>> rows = numbers(predicted=[1.5, 2.0], targets=[1, 4])
    >>> rows.errors
    tensor([ 0.5000, -2.0000], dtype=torch.float64)
    >>> numbers(members=[[1.0, 3.0], [2.0, 2.5]], targets=[1, 4]).predicted
    tensor([2.0000, 2.2500], dtype=torch.float64)
    """
    return read_numbers(
        predicted,
        targets,
        std=std,
        members=members,
        quantiles=quantiles,
        weights=weights,
        groups=groups,
        clusters=clusters,
    )
