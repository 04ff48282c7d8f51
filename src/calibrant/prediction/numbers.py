"""Numbers predicted and numbers that came out: the rows of regression."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction import checks
from calibrant.prediction.arrays import ArrayLike, Layout, check_order, to_tensor
from calibrant.prediction.codes import Codes
from calibrant.prediction.rows import Rows
from calibrant.prediction.spreads import Spread, StatedSpread, read_spread
from calibrant.prediction.units import read_units
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
    spread : Spread or None
        How sure every prediction is: a normal spread, an ensemble or quantiles.
    """

    predicted: Float64[Tensor, " row"]
    targets: Float64[Tensor, " row"] | None
    weights: Tensor | None = None
    class_names: tuple[str, ...] = ()  # numbers have no classes
    notes: tuple[str, ...] = ()
    groups: Codes | None = None
    clusters: Codes | None = None
    spread: Spread | None = None
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
            clusters=None if self.clusters is None else self.clusters[rows],
            spread=None if self.spread is None else self.spread.take(rows),
        )

    def reweighted(self, weights: Tensor) -> "Numbers":
        """See `Rows.reweighted`."""
        return replace(self, weights=weights)

    @property
    def n_entries(self) -> int:
        """See `Rows.n_entries`."""
        return 1 if self.spread is None else 1 + self.spread.n_entries

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
    predicted: ArrayLike | None,
    targets: ArrayLike | None,
    *,
    std: ArrayLike | None = None,
    members: ArrayLike | None = None,
    quantiles: Mapping[float, ArrayLike] | None = None,
    weights: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
) -> Numbers:
    """Checked numbers in float64.

    Raises
    ------
    InputError
        Naming the argument, the rule, the first offending row and the remedy.
    """
    given = {"predicted": predicted, "targets": targets, "std": std, "members": members}
    spread = read_spread(std, members, quantiles)
    of_levels = {f"quantiles[{level:g}]": column for level, column in (quantiles or {}).items()}
    check_order({**given, **of_levels, "weights": weights})
    stated = _point(predicted, spread)
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
    if spread is not None and spread.row_shape != shape:
        rule, got = f"state rows of shape {shape}, that of predicted", f"{spread.row_shape}"
        raise InputError(spread.argument, rule, got, "State a spread for every row.")
    weight = checked_weights(weight_column(weights, layout), layout, None)
    where = checks.Where(None if weight is None else weight > 0, layout.place)
    columns = {"predicted": stated, "targets": came}
    wide = {
        name: column.reshape(-1).double().to(stated.device)
        for name, column in columns.items()
        if column is not None
    }
    kept, entries = (None, None) if spread is None else spread.checked(where, stated.device)
    for name, column in wide.items():
        checks.check_numbers(name, column, where)
    if weight is not None:
        _check_size(weight, [*wide.values(), *([] if entries is None else [entries])])
        weight = weight.to(stated.device)
    units = read_units(groups, clusters, layout)
    return Numbers(
        wide["predicted"],
        wide.get("targets"),
        weight,
        notes=units.notes,
        groups=units.groups,
        clusters=units.clusters,
        spread=kept,
    )


def _point(predicted: ArrayLike | None, spread: StatedSpread | None) -> Tensor:
    """Predictions as given, or what the spread implies."""
    if predicted is not None:
        return to_tensor("predicted", predicted)
    implied = None if spread is None or spread.argument == "std" else spread.centre()
    if implied is None:
        rule = "be given where neither members nor a median are stated"
        remedy = "Pass predicted=, members=, or quantiles= with level 0.5."
        raise InputError("predicted", rule, "none", remedy)
    return implied


def _check_size(weight: Tensor, columns: list[Tensor]) -> None:
    """Raise where sums of squared weights times fourth powers may overflow."""
    counts = weight > 0
    size = max(float(column[counts.to(column.device)].abs().max()) for column in columns)
    heaviest = float(weight.max())
    if heaviest * size**2 > GREATEST_WEIGHED:
        rule = f"be at most {GREATEST_WEIGHED:g}, times the square of the greatest number"
        got = f"{heaviest:.9g} beside {size:.9g}"
        raise InputError("weights", rule, got, "Scale the weights.")
