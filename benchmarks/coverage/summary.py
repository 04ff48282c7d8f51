"""From the files of sets to a line for every law, size and metric, and its verdict."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.coverage.criteria import judged
from benchmarks.coverage.generators import LAWS
from benchmarks.coverage.measures import measures_of, tests_of
from benchmarks.coverage.sets import HIGH, LOW, P_VALUE, VALUE, Chunk
from benchmarks.coverage.truths import is_zero, truths

__all__ = ["SIGNIFICANT", "lines_of", "tests_lines"]

SIGNIFICANT = 0.05
Line = dict[str, Any]
Found = tuple[list[str], np.ndarray, dict[str, Counter[str]], dict[str, list[float]]]


def lines_of(folder: Path, chunks: list[Chunk]) -> list[Line]:
    """A line for every law, size and metric of the chunks that are there."""
    known = truths()
    lines = []
    for law, n, found in _read(folder, chunks):
        columns, numbers, reasons, seconds = found
        for measure in measures_of(LAWS[law]):
            if measure.name not in columns:
                continue
            truth, error = (0.0, 0.0)
            if not is_zero(LAWS[law], measure):
                truth, error = known[law][measure.estimand]
            at = numbers[:, columns.index(measure.name)]
            told = _covered(at, measure.target(truth))
            line = {"law": law, "n": n, "metric": measure.name, "truth": measure.target(truth)}
            line |= {"truth_error": error} | told
            line["refused"] = {
                reason: round(count / max(told["sets"], 1), 4)
                for reason, count in reasons[measure.name].most_common(3)
            }
            if seconds[measure.name]:
                line["ms"] = round(1000 * float(np.median(seconds[measure.name])), 2)
            lines.append(line | judged(LAWS[law], n, measure, line))
    return lines


def tests_lines(folder: Path, chunks: list[Chunk]) -> list[Line]:
    """How often every p value lies below .05, by law and size."""
    lines = []
    for law, n, found in _read(folder, chunks):
        columns, numbers, _, _ = found
        for name in columns:
            values = numbers[:, columns.index(name), P_VALUE]
            if name in tests_of(LAWS[law]) and name.endswith("_p"):
                values = numbers[:, columns.index(name), VALUE]
            values = values[~np.isnan(values)]
            if len(values):
                share = float((values < SIGNIFICANT).mean())
                lines.append(
                    {"law": law, "n": n, "test": name, "null": LAWS[law].calibrated}
                    | {"sets": len(values), "rejected": round(share, 4)}
                )
    return lines


def _read(folder: Path, chunks: list[Chunk]) -> Iterator[tuple[str, int, Found]]:
    """What was found of every law and size, put together in the order of the sets."""
    parts: dict[tuple[str, int], list[Path]] = defaultdict(list)
    for chunk in sorted(chunks):
        if chunk.path(folder).exists():
            parts[chunk.law, chunk.n].append(chunk.path(folder))
    order = list(LAWS)
    for law, n in sorted(parts, key=lambda key: (order.index(key[0]), key[1])):
        arrays, reasons, seconds, columns = [], defaultdict(Counter), defaultdict(list), []
        for path in parts[law, n]:
            with np.load(path) as kept:
                arrays.append(kept["found"])
                told = json.loads(str(kept["told"]))
            columns = told["columns"]
            for name, counts in told["reasons"].items():
                reasons[name].update(counts)
            for name, spent in told["seconds"].items():
                seconds[name].append(spent)
        yield law, n, (columns, np.concatenate(arrays), reasons, seconds)


def _covered(at: np.ndarray, truth: float) -> Line:
    """Coverage, widths and misses of a metric on all sets."""
    value, low, high = at[:, VALUE], at[:, LOW], at[:, HIGH]
    asked = ~np.isnan(at[:, :3]).all(axis=1)
    told = ~np.isnan(low) & ~np.isnan(high)
    line: Line = {"sets": int(asked.sum()), "intervals": int(told.sum())}
    if asked.any():
        line["mean_value"] = float(np.nanmean(np.where(np.isfinite(value), value, np.nan)))
        spread = np.nanquantile(value[asked], [0.025, 0.975])
        line["oracle_width"] = float(spread[1] - spread[0])
    if not told.any():
        return line
    slack = 1e-9  # a truth of 0 and an end of -1e-17 are one
    below, above = high[told] < truth - slack, low[told] > truth + slack
    coverage = 1 - float((below | above).mean())
    width = high[told] - low[told]
    line |= {
        "coverage": round(coverage, 4),
        "mc_error": round(float(np.sqrt(max(coverage * (1 - coverage), 1e-4) / told.sum())), 4),
        "interval_below": round(float(below.mean()), 4),
        "interval_above": round(float(above.mean()), 4),
        "mean_width": float(width.mean()),
        "median_width": float(np.median(width)),
    }
    if line["oracle_width"] > 0:
        line["width_ratio"] = round(line["mean_width"] / line["oracle_width"], 3)
    return line
