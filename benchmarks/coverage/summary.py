"""From sets to a line for every law, size and metric, and its verdict."""

from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.coverage.criteria import judged
from benchmarks.coverage.generators import LAWS
from benchmarks.coverage.kept import Codes, Key, Sets, add, published, read
from benchmarks.coverage.measures import measures_of, tests_of
from benchmarks.coverage.sets import HIGH, LOW, P_VALUE, VALUE
from benchmarks.coverage.truths import is_zero, truths

__all__ = ["SIGNIFICANT", "judged_lines", "lines_of"]

SIGNIFICANT = 0.05
SLACK = 1e-9  # a truth of 0 and an end of -1e-17 are one
Line = dict[str, Any]


def lines_of(folder: Path, codes: Codes, kept: Path | None = None) -> list[Line]:
    """A line for every law, size and metric, of the sets in a folder and of a file of results.

    A line says its code, and whether that is older than the present one. Lines of laws and sizes
    that are not among the codes are left as they are.
    """
    old = published(kept) if kept else {}
    since = {key: line["stop"] for key, line in old.items() if _is_present(line, codes)}
    whole, after = read(folder, codes, {}), read(folder, codes, since)
    lines: dict[Key, Line] = {}
    for law in LAWS:
        names = [each.name for each in measures_of(LAWS[law])] + tests_of(LAWS[law])
        sizes = {n for other, n, _ in old if other == law} | {n for at, n in codes if at == law}
        for key in ((law, n, name) for n in sorted(sizes) for name in names):
            if key in whole and whole[key].stop >= since.get(key, 0):
                lines[key] = _line(key, whole[key], codes)
            elif key in since:
                new = after.get(key)
                lines[key] = add(old[key], _line(key, new, codes)) if new else old[key]
            elif key in old:
                older = key[:2] in codes and key[2] in codes[key[:2]]
                lines[key] = {**old[key], "older": older or old[key]["older"]}
    return list(lines.values())


def _is_present(line: Line, codes: Codes) -> bool:
    return codes.get((line["law"], line["n"]), {}).get(line["metric"]) == line["code"]


def _line(key: Key, sets: Sets, codes: Codes) -> Line:
    """Counts and means of what was found."""
    law, n, metric = key
    at = sets.numbers
    asked = ~np.isnan(at[:, :3]).all(axis=1)
    line: Line = {"law": law, "n": n, "metric": metric, "code": codes[law, n][metric]}
    line |= {"older": False, "stop": sets.stop, "sets": int(asked.sum())}
    line["refused"] = dict(sets.reasons.most_common(3))
    if sets.seconds:
        line["ms"] = round(1000 * float(np.median(sets.seconds)), 2)
    p = at[:, VALUE if metric.endswith("_p") else P_VALUE]
    p = p[~np.isnan(p)]
    line |= {"p_values": len(p), "rejected": int((p < SIGNIFICANT).sum())}
    truth = _truth(law, metric)
    if asked.any():
        value = at[asked, VALUE]
        line["mean_value"] = float(value[np.isfinite(value)].mean())
        spread = np.nanquantile(value, [0.025, 0.975], method="median_unbiased")
        line["oracle_width"] = float(spread[1] - spread[0])
    low, high = at[:, LOW], at[:, HIGH]
    told = ~np.isnan(low) & ~np.isnan(high)
    line["intervals"] = int(told.sum())
    if truth is not None and told.any():
        width = high[told] - low[told]
        line |= {
            "below": int((high[told] < truth[0] - SLACK).sum()),
            "above": int((low[told] > truth[0] + SLACK).sum()),
            "mean_width": float(width.mean()),
            "median_width": float(np.median(width)),
        }
    return line


def _truth(law: str, metric: str) -> tuple[float, float] | None:
    """What is to be covered, and its error; None for tests."""
    for measure in measures_of(LAWS[law]):
        if measure.name == metric:
            zero = is_zero(LAWS[law], measure)
            value, error = (0.0, 0.0) if zero else truths()[law][measure.estimand]
            return measure.target(value), error
    return None


def judged_lines(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Lines of intervals with coverage and verdict, and lines of tests with the share rejected."""
    intervals, tests = [], []
    for line in lines:
        law = LAWS[line["law"]]
        truth = _truth(law.name, line["metric"])
        if truth is not None:
            own = {**line, "truth": truth[0], "truth_error": truth[1]} | _shares(line)
            measure = next(each for each in measures_of(law) if each.name == line["metric"])
            intervals.append(own | judged(law, line["n"], measure, own))
        if line["p_values"]:
            share = line["rejected"] / line["p_values"]
            tests.append({**line, "null": law.calibrated, "share": share})
    return intervals, tests


def _shares(line: Line) -> Line:
    """Coverage, its error and the width beside the range of the estimator."""
    if not line["intervals"]:
        return {}
    told, below, above = line["intervals"], line["below"], line["above"]
    coverage = 1 - (below + above) / told
    found: Line = {
        "coverage": coverage,
        "mc_error": float(np.sqrt(max(coverage * (1 - coverage), 1e-4) / told)),
        "interval_below": below / told,
        "interval_above": above / told,
    }
    if line["oracle_width"]:
        found["width_ratio"] = line["mean_width"] / line["oracle_width"]
    return found
