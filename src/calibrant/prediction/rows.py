"""Rows: what every kind of evidence in memory has in common, so that it can be tallied."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar, TypeVar, final

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.prediction.codes import Codes

__all__ = ["Rows"]

MOST_ROWS = 1 << 18  # in one run, so that what is derived from them stays small

Same = TypeVar("Same", bound="Rows")  # beartype knows no typing.Self in single methods


class Rows(ABC):
    """Rows of one kind of evidence, with weights. A row of weight 0 is as if absent.

    Subclasses are frozen dataclasses; their constructors trust the door that checked the
    values.
    """

    kind: ClassVar[str]
    weights: Tensor | None  # None: every row weighs 1
    class_names: tuple[str, ...]
    notes: tuple[str, ...]  # what was done to the values on their way in, in words
    groups: Codes | None  # slice of every row
    clusters: Codes | None  # unit of every row, whose rows may depend on each other

    @abstractmethod
    def __len__(self) -> int:
        """Number of rows, counting absent ones."""

    @abstractmethod
    def take(self: Same, rows: slice | Tensor) -> Same:
        """Some of the rows, by slice or by mask."""

    @abstractmethod
    def reweighted(self: Same, weights: Tensor) -> Same:
        """The same rows, in the layout that came in, with other weights."""

    @property
    @abstractmethod
    def n_entries(self) -> int:
        """Numbers stated for one row."""

    @property
    @abstractmethod
    def device(self) -> torch.device:
        """Where the values lie."""

    @property
    @final
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @final
    def chunks(self: Same, n_entries: int) -> Iterator[Same]:  # noqa: PYI019
        """Runs of rows, of some `n_entries` stated numbers each, absent rows left out."""
        step = max(1, min(MOST_ROWS, n_entries // self.n_entries))
        for start in range(0, len(self), step):
            chunk = self if step >= len(self) else self.take(slice(start, start + step))
            if chunk.weights is not None:
                present = chunk.weights > 0
                if not present.all():
                    chunk = chunk.take(present)
            if len(chunk):
                yield chunk

    @final
    def present(self: Same) -> Same:  # noqa: PYI019
        """The rows whose weight is above 0."""
        if self.weights is None or bool((self.weights > 0).all()):
            return self
        return self.take(self.weights > 0)

    @property
    @final
    def n_present(self) -> int:
        """Number of the rows whose weight is above 0."""
        return len(self) if self.weights is None else int((self.weights > 0).sum())

    @final
    def by_group(self: Same) -> Iterator[tuple[str, Same]]:  # noqa: PYI019
        """Name and present rows of every group that has any, in the order of the names."""
        if self.groups is None:
            return
        codes, names = self.groups.codes, self.groups.names
        order, start = codes.argsort(stable=True).to(self.device), 0
        for name, count in zip(names, codes.bincount(minlength=len(names)).tolist(), strict=True):
            rows = self.take(order[start : start + count]).present()
            start += count
            if len(rows):
                yield name, rows

    @final
    def weight(self) -> Float64[Tensor, " row"]:
        """Weight of every row in float64."""
        if self.weights is None:
            return torch.ones(len(self), dtype=torch.float64, device=self.device)
        return self.weights.double()
