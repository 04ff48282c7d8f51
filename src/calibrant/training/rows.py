"""LabelledRows: features and labels to learn from, or to watch the learning with."""

from dataclasses import dataclass

import torch
from torch import Tensor

from calibrant.errors import InputError

__all__ = ["LabelledRows"]

_DTYPES = {
    "features": ("float32 or float64", {torch.float32, torch.float64}),
    "labels": ("int64, float32 or float64", {torch.int64, torch.float32, torch.float64}),
}


@dataclass(frozen=True, slots=True, eq=False)
class LabelledRows:
    """Labelled rows, checked: classes where labels are whole numbers, else numbers.

    Attributes
    ----------
    features : Float[Tensor, "row *feature"]
        Finite input of a network.
    labels : Int64 or Float[Tensor, "row"]
        Class indices, at least 0; or finite numbers, in float32 or float64.
    weights : Float[Tensor, "row"], optional
        Importance of every row: finite, at least 0, not all 0.

    Raises
    ------
    InputError
        When a rule above is broken, naming the first row that does.
    """

    features: Tensor
    labels: Tensor
    weights: Tensor | None = None

    def __post_init__(self) -> None:
        n_rows = len(self.features)
        if n_rows == 0:
            raise InputError("features", "hold at least one row", "none", "Check the split.")
        _require_one_per_row(self.labels, "labels", n_rows)
        for name, dtype in (("features", self.features.dtype), ("labels", self.labels.dtype)):
            rule, good = _DTYPES[name]
            if dtype not in good:
                raise InputError(name, f"be {rule}", f"{dtype}", "Convert them before.")
        flat = self.features.reshape(n_rows, -1)
        remedy = "Impute missing values and scale large ones."
        _require(flat.isfinite().all(dim=1), "features", "be finite", flat, remedy)
        remedy = "Leave rows without a label out."
        if self.labels.is_floating_point():
            _require(self.labels.isfinite(), "labels", "be finite", self.labels, remedy)
        else:
            _require(self.labels >= 0, "labels", "be at least 0", self.labels, remedy)
        if self.weights is None:
            return
        _require_one_per_row(self.weights, "weights", n_rows)
        good = self.weights.isfinite() & (self.weights >= 0)
        remedy = "0 leaves a row out."
        _require(good, "weights", "be finite and at least 0", self.weights, remedy)
        if not self.weights.any():
            raise InputError("weights", "not all be 0", "zeros", "Keep at least one row.")

    def __len__(self) -> int:
        return len(self.features)

    def to(self, device: torch.device) -> "LabelledRows":
        """Return the same rows on `device`."""
        weights = None if self.weights is None else self.weights.to(device)
        return LabelledRows(self.features.to(device), self.labels.to(device), weights)


def _require_one_per_row(column: Tensor, name: str, n_rows: int) -> None:
    if column.shape != (n_rows,):
        rule, got = f"have the shape ({n_rows},), as features have rows", f"{tuple(column.shape)}"
        raise InputError(name, rule, got, "Give one for every row.")


def _require(good: Tensor, name: str, rule: str, values: Tensor, remedy: str) -> None:
    if not good.all():
        row = int(good.logical_not().nonzero()[0, 0])
        raise InputError(name, rule, f"{values[row].tolist()} at row {row}", remedy)
