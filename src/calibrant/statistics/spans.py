"""Rows added up by several threads: each takes a span of its own, and the sums add up.

The operations on a run of rows are too short to be shared out one by one: waking a thread
for each takes longer than the work. A span a thread, with one thread inside, wakes once.
"""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.kernel.crew import all_at_once
from calibrant.prediction.rows import Rows
from calibrant.statistics.blocks import Blocked, by_block, in_order
from calibrant.statistics.tally import Statistic

__all__ = ["Tables", "sum_spans"]

LEAST = 1 << 20  # numbers read that are worth a thread
SMALL = 1000  # numbers stated of a block, up to which its rows are not worth a call of their own
OWN = 3  # numbers that a row is worth besides those that are read

Tables = dict[Statistic, Float64[Tensor, "column *bucket"]]


def sum_spans(rows: Rows, statistics: Sequence[Statistic]) -> Tables:
    """Table of every statistic over all of `rows`.

    As many threads as torch may use share rows on the CPU; their spans are added in order, so
    that the same number of threads gives the same bits. A `whole` statistic takes them at once.
    """
    tables: Tables = {}
    for statistic in statistics:
        if statistic.whole:
            tables[statistic] = statistic.zero(rows.n_classes, rows.device).table
            statistic.add(rows, tables[statistic])
    blocked = [s for s in statistics if isinstance(s, Blocked)]
    plain = [s for s in statistics if not s.whole and not isinstance(s, Blocked)]
    return tables | _sum_spans(rows, plain) | _sum_blocks(rows, blocked)


def _sum_blocks(rows: Rows, statistics: Sequence[Blocked]) -> Tables:
    """Tables by block: all small blocks at once, else block by block for all statistics."""
    tables: Tables = {s: s.zero(rows.n_classes, rows.device).table for s in statistics}
    kinds = sorted({(s.n_blocks(rows.n_classes), s.seed) for s in statistics})
    for kind in kinds:
        group = [s for s in statistics if (s.n_blocks(rows.n_classes), s.seed) == kind]
        if len(rows) * rows.n_entries <= SMALL * kind[0]:
            ordered, number = in_order(rows, *kind)
            group = [s for s in group if not s.inner.add_blocks(ordered, number, tables[s])]
        for block, part in by_block(rows, *kind) if group else ():
            _add(part, {s.inner: tables[s][:, block] for s in group})
    return tables


def _sum_spans(rows: Rows, statistics: Sequence[Statistic]) -> Tables:
    """Tables of statistics that take rows in runs."""
    n_threads = torch.get_num_threads()
    n_read = OWN + max((statistic.n_read(rows) for statistic in statistics), default=0)
    n_spans = min(n_threads, len(rows) * n_read // LEAST)
    if rows.device.type != "cpu" or n_spans < 2:
        return _sum(rows, statistics)
    cuts = [len(rows) * k // n_spans for k in range(n_spans + 1)]
    spans = [rows.take(slice(*ends)) for ends in pairwise(cuts)]
    try:
        first, *others = all_at_once([partial(_sum_alone, span, statistics) for span in spans])
    finally:
        torch.set_num_threads(n_threads)
    for tables in others:
        for statistic, table in tables.items():
            first[statistic] += table
    return first


def _sum_alone(rows: Rows, statistics: Sequence[Statistic]) -> Tables:
    """The same by one thread, beside others: torch sets their number for the thread that asks."""
    torch.set_num_threads(1)
    return _sum(rows, statistics)


def _sum(rows: Rows, statistics: Sequence[Statistic]) -> Tables:
    """Tables of a span, run by run."""
    tables = {s: s.zero(rows.n_classes, rows.device).table for s in statistics}
    _add(rows, tables)
    return tables


def _add(rows: Rows, tables: Tables) -> None:
    """Add a span to tables, run by run."""
    on_cpu = rows.device.type == "cpu"
    lengths = {
        statistic: statistic.run_length(rows.n_classes) // statistic.n_read(rows) * rows.n_entries
        for statistic in tables
    }
    for length in sorted(set(lengths.values())):
        group = [statistic for statistic in tables if lengths[statistic] == length]
        for run in rows.chunks(length if on_cpu else max(length, 1 << 24)):
            for statistic in group:
                statistic.add(run, tables[statistic])
