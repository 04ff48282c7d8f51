"""Tables of tallies as tensors of a file: whole, or the buckets that are not 0 where that is less.

Rows crowd into few cells: of 1,000 classes most buckets of a class grid are empty.
"""

import hashlib
from collections.abc import Iterable, Mapping

import torch
from jaxtyping import Float64
from pydantic import BaseModel, ConfigDict
from torch import Tensor

from calibrant.errors import InputError
from calibrant.statistics.stored_settings import StoredObject, restored_statistic, stored_statistic
from calibrant.statistics.tally import Statistic, Tally

__all__ = ["StoredTable", "Tensors", "packed", "unpacked"]

Tensors = dict[str, Tensor]

MOST = 1 << 31  # numbers of a table that a file holds in part: 16 GiB
NEVER_NEGATIVE = {"count", "w", "ww", "infinite_count", "infinite_w"}


class StoredTable(BaseModel):
    """What a file says of one table.

    Attributes
    ----------
    statistic : StoredObject
        Class name and settings; see `stored_statistic`.
    columns : tuple of str
        Names of the columns, in the order of the table.
    shape : tuple of int
        Extent of every axis of buckets.
    values : str
        Name of the tensor of sums, by column and bucket.
    buckets : str
        Name of the tensor of the buckets that it holds, counted along all axes; all if empty.
    sha256 : str
        Checksum of these tensors.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    statistic: StoredObject
    columns: tuple[str, ...]
    shape: tuple[int, ...]
    values: str
    buckets: str = ""
    sha256: str


def packed(tally: Tally, name: str) -> tuple[StoredTable, Tensors]:
    """Record and tensors of a tally; names of the tensors begin with `name`.

    Raises
    ------
    InputError
        If a sum is not finite, or a setting cannot be stored.
    """
    statistic, table = tally.statistic, tally.table.cpu()
    _check_sums(statistic, table)
    flat = table.reshape(len(statistic.columns), -1)
    kept = (flat != 0).any(dim=0).nonzero().squeeze(-1)
    tensors = {f"{name}/values": table.contiguous()}
    if (flat.shape[0] + 1) * len(kept) < flat.numel():
        values = flat.index_select(1, kept).contiguous()
        tensors = {f"{name}/values": values, f"{name}/buckets": kept}
    record = StoredTable(
        statistic=stored_statistic(statistic),
        columns=statistic.columns,
        shape=tuple(table.shape[1:]),
        values=f"{name}/values",
        buckets=f"{name}/buckets" if len(tensors) == 2 else "",
        sha256=_digest(tensors.values()),
    )
    return record, tensors


def unpacked(
    record: StoredTable, tensors: Tensors, n_classes: int, others: Mapping[str, type]
) -> Tally:
    """Tally of a record, bit for bit; takes its tensors out of `tensors`.

    Raises
    ------
    InputError
        If the tensors are not those of the record, or the statistic is not this version's.
    """
    names = [name for name in (record.values, record.buckets) if name]
    held = [tensors.pop(name) for name in names if name in tensors]
    for tensor in held:
        if tensor.dtype not in (torch.float64, torch.int64):  # others have no bytes in NumPy
            raise _refusal(f"sums of dtype {tensor.dtype}")
    if len(held) < len(names) or _digest(held) != record.sha256:
        raise _refusal("sums that were changed or damaged")
    statistic = restored_statistic(record.statistic, others)
    columns = statistic.columns
    if set(record.columns) != set(columns) or len(record.columns) != len(columns):
        other = ", ".join(sorted(set(columns) ^ set(record.columns))) or "one twice"
        got = f"{type(statistic).__name__} with other columns than this version's: {other}"
        raise _refusal(got, "Read it with the version that wrote it.")
    if record.shape != _shape_of(statistic, n_classes):
        raise _refusal(f"a table of shape {list(record.shape)} for {statistic}")
    table = _whole(record, held)[[record.columns.index(name) for name in columns]]
    _check_sums(statistic, table)
    return Tally(statistic, table)


def _whole(record: StoredTable, held: list[Tensor]) -> Float64[Tensor, "column *bucket"]:
    """Table with all buckets."""
    shape, values = (len(record.columns), *record.shape), held[0]
    if values.dtype != torch.float64:
        raise _refusal(f"sums of dtype {values.dtype}")
    if len(held) == 1:
        if values.shape != shape:
            raise _refusal(f"sums of shape {list(values.shape)} for {list(shape)}")
        return values
    buckets, n_buckets = held[1], torch.Size(record.shape).numel()
    fits = buckets.dtype == torch.int64 and buckets.ndim == 1
    fits = fits and values.shape == (len(record.columns), len(buckets))
    if not fits or not bool(((buckets >= 0) & (buckets < n_buckets)).all()):
        raise _refusal(f"buckets that are not of a table of shape {list(shape)}")
    if not bool((buckets.diff() > 0).all()):
        raise _refusal("buckets out of order")
    if len(record.columns) * n_buckets > MOST:
        raise _refusal(f"a table of shape {list(shape)}, beyond all memory")
    table = torch.zeros(len(record.columns), n_buckets, dtype=torch.float64)
    return table.index_copy_(1, buckets, values).reshape(shape)


def _shape_of(statistic: Statistic, n_classes: int) -> tuple[int, ...] | None:
    """Shape that a table of the statistic has; None where its settings allow none."""
    try:
        return statistic.shape(n_classes)
    except (ArithmeticError, TypeError, ValueError):
        return None


def _check_sums(statistic: Statistic, table: Float64[Tensor, "column *bucket"]) -> None:
    if not bool(table.isfinite().all()):
        remedy = "Leave out rows whose numbers are beyond all measure."
        raise _refusal(f"sums of {statistic} that are not finite", remedy)
    counts = [k for k, name in enumerate(statistic.columns) if name in NEVER_NEGATIVE]
    if bool((table[counts] < 0).any()):
        raise _refusal(f"counts of {statistic} below 0")


def _digest(tensors: Iterable[Tensor]) -> str:
    digest = hashlib.sha256()
    for tensor in tensors:
        digest.update(tensor.numpy().data)
    return digest.hexdigest()


def _refusal(got: str, remedy: str = "Tally the rows again.") -> InputError:
    return InputError("tallies", "be whole", got, remedy)
