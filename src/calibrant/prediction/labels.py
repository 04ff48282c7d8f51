"""Labels and weights as they come in: names, indices, soft labels, ignored entries."""

import numpy as np
import torch
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction import checks
from calibrant.prediction.arrays import ArrayLike, Layout, to_array, to_tensor

__all__ = ["read_labels", "read_weights"]


def read_labels(
    labels: ArrayLike | None,
    layout: Layout,
    class_names: tuple[str, ...],
    ignore_index: int | None,
    argument: str = "labels",
) -> tuple[Tensor | None, Tensor | None]:
    """Labels by rows, and which rows are ignored (None: none).

    Hard labels come out as whole numbers ``(row,)``, soft ones as floating-point numbers
    ``(row, class)``, or ``(row,)`` for a positive class. Ignored entries read 0.

    Raises
    ------
    InputError
        If the shape fits neither kind, or a name is no class name.
    """
    if labels is None:
        return None, None
    values = _tensor(argument, labels, class_names)
    shape = tuple(values.shape)
    soft = shape == layout.shape and layout.has_classes
    if not soft and shape != layout.row_shape:
        rule = f"have shape {layout.row_shape}, or {layout.shape} for soft labels"
        rule = rule if layout.has_classes else f"have shape {layout.row_shape}"
        raise InputError(argument, rule, f"{shape}", "Pass one entry for each row.")
    if soft:
        return _soft(layout.flatten(values), ignore_index)
    return _by_row(values.reshape(-1), layout, ignore_index, argument)


def read_weights(
    weights: ArrayLike | None, layout: Layout, ignored: Tensor | None
) -> Tensor | None:
    """Weights by rows, 0 where ignored; None where every row weighs 1.

    Raises
    ------
    InputError
        If the shape is wrong, a weight is negative or not finite, or all are 0.
    """
    if weights is None and ignored is None:
        return None
    if weights is None:
        values = torch.ones(int(np.prod(layout.row_shape)))
    else:
        values = to_tensor("weights", weights)
        if tuple(values.shape) != layout.row_shape:
            rule, got = f"have shape {layout.row_shape}", f"{tuple(values.shape)}"
            raise InputError("weights", rule, got, "Pass one weight for each row.")
        values = values.reshape(-1)
        values = values if values.is_floating_point() else values.double()
    if ignored is not None:
        values = torch.where(ignored.to(values.device), 0, values)
    checks.check_weights(values, layout.place)
    if not bool((values > 0).any()):
        rule = "leave at least one row of weight above 0 that is not ignored"
        raise InputError("labels and weights", rule, "none", "Pass rows that count.")
    return values


def _tensor(argument: str, labels: ArrayLike, class_names: tuple[str, ...]) -> Tensor:
    if isinstance(labels, Tensor):
        return labels.detach()
    array = to_array(argument, labels)
    if array.dtype.kind not in "OUT":
        return to_tensor(argument, labels)
    index = {name: k for k, name in enumerate(class_names)}
    flat = [index.get(str(name), -1) for name in array.reshape(-1)]
    if -1 in flat:
        row = flat.index(-1)
        got = f"{str(array.reshape(-1)[row])!r} at row {row}"
        known = ", ".join(class_names[:8]) + (", ..." if len(class_names) > 8 else "")
        remedy = f"The class names are {known}; pass class_names= if these are not yours."
        raise InputError(argument, "be class names", got, remedy)
    return torch.tensor(flat).reshape(array.shape)


def _soft(values: Tensor, ignore_index: int | None) -> tuple[Tensor, Tensor | None]:
    values = values if values.is_floating_point() else values.double()
    if ignore_index is None:
        return values, None
    ignored = (values == ignore_index).all(dim=-1)
    if not bool(ignored.any()):
        return values, None
    return torch.where(ignored[:, None], 0, values), ignored


def _by_row(
    values: Tensor, layout: Layout, ignore_index: int | None, argument: str
) -> tuple[Tensor, Tensor | None]:
    if values.dtype in (torch.bool, torch.uint8) and ignore_index is not None:
        values = values.long()  # a negative index would wrap around
    elif values.dtype == torch.bool:
        values = values.to(torch.uint8)
    ignored = None if ignore_index is None else values == ignore_index
    if ignored is not None and not bool(ignored.any()):
        ignored = None
    if ignored is not None:
        values = torch.where(ignored, 0, values)
    if not values.is_floating_point():
        return values, ignored
    if layout.has_classes:
        rule = "be whole numbers, or soft labels of the shape of probs"
        got = f"{str(values.dtype).removeprefix('torch.')} of shape {tuple(values.shape)}"
        raise InputError(argument, rule, got, "Convert class indices to integers.")
    whole = (values == 0) | (values == 1)
    return (values.long() if bool(whole.all()) else values), ignored
