"""Labels as they come in: names, indices, soft labels, ignored entries."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool
from numpy.typing import NDArray
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction import checks
from calibrant.prediction.arrays import ArrayLike, Layout, to_array, to_tensor
from calibrant.prediction.objects import is_missing, settled

__all__ = ["Column", "Entries", "Reader", "entries_of", "ignored_entries", "index_to_ignore"]

GREATEST_WHOLE = 2.0**53  # up to here float64 holds every whole number

Entries = Tensor | NDArray[np.generic]  # numbers, or names


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """Labels by rows, which of them are ignored (None: none), and whether they were names.

    Hard labels are whole numbers ``(row,)``, soft ones floating-point numbers
    ``(row, class)``, or ``(row,)`` for a positive class. Ignored entries read 0.
    """

    values: Tensor
    ignored: Bool[Tensor, " row"] | None
    named: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """Reads labels of rows of a layout; those ignored or of weight 0 may hold anything.

    Every method raises `InputError` naming the first row that counts and breaks its rule.
    """

    argument: str
    layout: Layout
    ignore_index: int | None = None
    weights: Tensor | None = None

    def labels(self, labels: ArrayLike, class_names: tuple[str, ...]) -> Column:
        """Hard or soft labels, by their shape."""
        values, layout = entries_of(self.argument, labels), self.layout
        shape = tuple(values.shape)
        soft = shape == layout.shape and layout.has_classes
        if not soft and shape != layout.row_shape:
            rule = f"have shape {layout.row_shape}"
            rule += f", or {layout.shape} for soft labels" if layout.has_classes else ""
            raise InputError(self.argument, rule, f"{shape}", "Pass one entry for each row.")
        if soft and isinstance(values, Tensor):
            return self._soft(layout.flatten(values))
        if soft:
            rule, remedy = "hold numbers in soft labels", "Pass one name for each row."
            raise InputError(self.argument, rule, "names", remedy)
        values = values.reshape(-1)
        if isinstance(values, Tensor) and values.is_floating_point() and not layout.has_classes:
            return self._shares(values)
        rule = "be whole numbers, or soft labels of the shape of probs"
        return self.hard(values, class_names, rule, "Convert class indices to integers.")

    def hard(
        self, entries: Entries, class_names: tuple[str, ...], rule: str, remedy: str
    ) -> Column:
        """Class indices from numbers of any type that are whole, or from class names."""
        if not isinstance(entries, Tensor):
            return self._codes(entries, class_names)
        values = entries
        ignored = ignored_entries(values, self.ignore_index)
        if values.is_floating_point():
            whole = (values == values.round()) & (values.abs() < GREATEST_WHOLE)  # not NaN
            bad = ~(whole | self._absent(values, ignored))
            if bool(bad.any()):
                row = int(bad.nonzero()[0])
                remedy = checks.REMEDY_OF_NAN["labels"] if values[row].isnan() else remedy
                got = f"{float(values[row]):.9g} at {self.layout.place(row)}"
                raise InputError(self.argument, rule, got, remedy)
            values = torch.where(whole, values, 0).long()
        elif self.ignore_index is not None:
            values = values.long()
        elif values.dtype == torch.bool:
            values = values.to(torch.uint8)
        return Column(values if ignored is None else torch.where(ignored, 0, values), ignored)

    def _codes(self, names: NDArray[np.generic], class_names: tuple[str, ...]) -> Column:
        """Indices of names; unknown ones that do not count read 0."""
        index: dict[object, int] = {name: k for k, name in enumerate(class_names)}
        entries: list[object] = names.tolist()
        codes = torch.tensor(
            [index.get(entry, -1) if isinstance(entry, str) else -1 for entry in entries]
        )
        ignored, unknown = ignored_entries(names, self.ignore_index), codes < 0
        bad = unknown & ~self._absent(codes, ignored)
        if bool(bad.any()):
            row = int(bad.nonzero()[0])
            known = ", ".join(class_names[:8]) + (", ..." if len(class_names) > 8 else "")
            remedy = f"The class names are {known}; pass class_names= if these are not yours."
            remedy = checks.REMEDY_OF_NAN["labels"] if is_missing(entries[row]) else remedy
            got = f"{entries[row]!r} at {self.layout.place(row)}"
            raise InputError(self.argument, "be class names", got, remedy)
        left_out = unknown if ignored is None else unknown | ignored
        return Column(torch.where(left_out, 0, codes), ignored, named=True)

    def _soft(self, values: Tensor) -> Column:
        values = values if values.is_floating_point() else values.double()
        if self.ignore_index is None:
            return Column(values, None)
        ignored = (values == self.ignore_index).all(dim=-1)
        if not bool(ignored.any()):
            return Column(values, None)
        return Column(torch.where(ignored[:, None], 0, values), ignored)

    def _shares(self, values: Tensor) -> Column:
        """Shares of the positive class; hard labels where all that count are 0 or 1."""
        ignored = ignored_entries(values, self.ignore_index)
        values = values if ignored is None else torch.where(ignored, 0, values)
        whole = (values == 0) | (values == 1)
        if bool(whole.all()):
            return Column(values.long(), ignored)
        missing = values.isnan() & self._absent(values, ignored)
        if bool((whole | missing).all()):
            return Column(torch.where(whole, values, 0).long(), ignored)
        return Column(values, ignored)

    def _absent(self, values: Tensor, ignored: Bool[Tensor, " row"] | None) -> Bool[Tensor, " row"]:
        """Rows that do not count."""
        absent = torch.zeros(len(values), dtype=torch.bool, device=values.device)
        if ignored is not None:
            absent |= ignored
        if self.weights is not None:
            absent |= self.weights.to(values.device) == 0
        return absent


def entries_of(argument: str, values: ArrayLike) -> Entries:
    """Numbers as a tensor; names, and whatever is mixed with them, as an array of objects."""
    if isinstance(values, Tensor):
        return to_tensor(argument, values)
    array = settled(argument, to_array(argument, values))
    return array.astype(object) if array.dtype.kind in "OUT" else to_tensor(argument, array)


def index_to_ignore(given: object) -> int | None:
    """Label to leave out, as a plain whole number; None where none is.

    Raises
    ------
    InputError
        If it is no whole number of 64 bits.
    """
    if given is None:
        return None
    if isinstance(given, (int, np.integer)) and not isinstance(given, bool):
        index = int(given)
        if -(2**63) <= index < 2**63:
            return index
    remedy = "Pass the one label to leave out, such as -100."
    raise InputError("ignore_index", "be a whole number of 64 bits", f"{given!r}", remedy)


def ignored_entries(values: Entries, ignore_index: int | None) -> Bool[Tensor, " row"] | None:
    """Entries equal to `ignore_index`, or names that read as it does; None where there are none."""
    if ignore_index is None:
        return None
    if isinstance(values, Tensor):  # compared in a type that holds both
        wide = values.double() if values.is_floating_point() else values.long()
        ignored = wide == ignore_index
    else:
        entries: list[object] = values.tolist()
        ignored = torch.tensor([str(entry) == str(ignore_index) for entry in entries])
    return ignored if bool(ignored.any()) else None
