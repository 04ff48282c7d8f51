"""Numbers predicted and numbers that came out: the rows of regression."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction import checks
from calibrant.prediction.arrays import ArrayLike, Layout, check_order, to_tensor
from calibrant.prediction.codes import Codes, encode
from calibrant.prediction.rows import Rows
from calibrant.prediction.weights import checked_weights, weight_column

__all__ = ["Numbers", "read_numbers"]

GREATEST_WEIGHED = 1e100  # weight times squared number: the squares of those stay finite


@dataclass(frozen=True, eq=False)
class Numbers(Rows):
    """What a model of a number predicted for every row, and what came out.

    Build it with `calibrant.numbers`.

    Attributes
    ----------
    predicted : Float64[Tensor, " row"]
        Predictions, axes flattened into rows.
    targets : Float64[Tensor, " row"] or None
        What came out; None where nothing has yet.
    """

    predicted: Float64[Tensor, " row"]
    targets: Float64[Tensor, " row"] | None
    weights: Tensor | None = None
    class_names: tuple[str, ...] = ()  # numbers have no classes
    notes: tuple[str, ...] = ()
    groups: Codes | None = None
    kind: ClassVar[str] = "numbers"

    def __len__(self) -> int:
        """See `Rows.__len__`."""
        return len(self.predicted)

    def take(self, rows: slice | Tensor) -> "Numbers":
        """See `Rows.take`."""
        return replace(
            self,
            predicted=self.predicted[rows],
            targets=None if self.targets is None else self.targets[rows],
            weights=None if self.weights is None else self.weights[rows],
            groups=None if self.groups is None else self.groups[rows],
        )

    def reweighted(self, weights: Tensor) -> "Numbers":
        """See `Rows.reweighted`."""
        return replace(self, weights=weights)

    @property
    def n_entries(self) -> int:
        """See `Rows.n_entries`."""
        return 1

    @property
    def device(self) -> torch.device:
        """See `Rows.device`."""
        return self.predicted.device

    @cached_property
    def errors(self) -> Float64[Tensor, " row"]:
        """Predicted less true, of every row; only where targets are given."""
        assert self.targets is not None  # checked where rows are tallied
        return self.predicted - self.targets


def read_numbers(
    predicted: ArrayLike,
    targets: ArrayLike | None,
    weights: ArrayLike | None,
    groups: ArrayLike | None,
) -> Numbers:
    """Checked numbers in float64.

    Raises
    ------
    InputError
        Naming the argument, the rule, the first offending row and the remedy.
    """
    check_order({"predicted": predicted, "targets": targets, "weights": weights})
    stated = to_tensor("predicted", predicted)
    shape = tuple(stated.shape)
    if not shape or not stated.numel():
        got = f"shape {shape}"
        raise InputError("predicted", "hold at least one row", got, "Pass one number a row.")
    layout = Layout(predicted, shape, has_classes=False)
    came = None if targets is None else to_tensor("targets", targets)
    if came is not None and tuple(came.shape) != shape:
        rule, got = f"have shape {shape}, that of predicted", f"{tuple(came.shape)}"
        remedy = "Pass one number a row in both; squeeze an axis of one column."
        raise InputError("targets", rule, got, remedy)
    weight = checked_weights(weight_column(weights, layout), layout, None)
    where = checks.Where(None if weight is None else weight > 0, layout.place)
    columns = {"predicted": stated, "targets": came}
    wide = {
        name: column.reshape(-1).double().to(stated.device)
        for name, column in columns.items()
        if column is not None
    }
    for name, column in wide.items():
        checks.check_numbers(name, column, where)
    if weight is not None:
        _check_size(weight, list(wide.values()))
        weight = weight.to(stated.device)
    codes = None if groups is None else encode("groups", groups, layout)
    return Numbers(wide["predicted"], wide.get("targets"), weight, groups=codes)


def _check_size(weight: Tensor, columns: list[Tensor]) -> None:
    """Raise where sums of squared weights times fourth powers may overflow."""
    counts = weight > 0
    size = max(float(column[counts.to(column.device)].abs().max()) for column in columns)
    heaviest = float(weight.max())
    if heaviest * size**2 > GREATEST_WEIGHED:
        rule = f"be at most {GREATEST_WEIGHED:g}, times the square of the greatest number"
        got = f"{heaviest:.9g} beside {size:.9g}"
        raise InputError("weights", rule, got, "Scale the weights.")
