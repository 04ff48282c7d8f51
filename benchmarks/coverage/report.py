"""The tables of coverage as pages and as plain data."""

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.coverage import comparisons, peers
from benchmarks.coverage.generators import LAWS
from benchmarks.coverage.kept import Codes
from benchmarks.coverage.summary import judged_lines, lines_of

__all__ = ["DATA", "write"]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "metrics" / "coverage-tables.md"
DATA = Path(__file__).with_name("results") / "coverage.json"
Line = dict[str, Any]

HEAD = """# Coverage, all numbers

Made by `make coverage`; [Coverage](coverage.md) says what is shown and how it is judged. In every
cell: **coverage in percent** of the 95 % interval, its mean width, and in brackets that width as a
multiple of the central 95 % range of the estimator. `!` marks what misses its rule, `~` a line
that has no interval in part of the sets, `o` one of older code that is not simulated anew yet, and
a dash one that has none in any.
"""
PEERS = """Two classes; in every cell the coverage in percent and the mean width. At most {sets}
sets, of the slow (torchmetrics, uncertainty-calibration) {least}. MAPIE has no interval for a
metric. uncertainty-calibration takes its `alpha` as a share by its documentation, and as percent in
its code, so that ends are the extremes of its hundred replicates."""
COMPARED = """At most {sets} sets. **Twins** do not differ in any metric: between 3 and 7 % are to
be rejected, and `!` marks what is not, beyond two Monte Carlo errors. Of the others it is power."""


def write(folder: Path, codes: Codes, *, publish: bool) -> None:
    """Write page and data, into the folder alone where they are not to be published."""
    lines = lines_of(folder, codes, DATA if publish else None)
    if not lines:
        raise SystemExit("no chunk is there yet")
    found, tests = judged_lines(lines)
    parts = (*_summary(found), *_misses(found), *_of_others(), *_tables(found), *_of_tests(tests))
    page = "\n".join((HEAD, *parts)) + "\n"
    data = json.dumps({"lines": _columnar(lines)}).replace("], [", "],\n[") + "\n"
    for path, text in ((folder / "coverage.md", page), (folder / "coverage.json", data)):
        path.write_text(text, "utf-8")
    if publish:
        DATA.parent.mkdir(exist_ok=True)
        PAGE.write_text(page, "utf-8")
        DATA.write_text(data, "utf-8")
    print("\n".join((*_summary(found), *_misses(found))))


def _columnar(lines: list[Line]) -> dict[str, Any]:
    """Names of columns once, and a row of values a line."""
    columns = list(dict.fromkeys(name for line in lines for name in line))
    rows = [[_short(line.get(name)) for name in columns] for line in lines]
    return {"columns": columns, "rows": rows}


def _short(value: Any) -> Any:
    return float(f"{value:.5g}") if isinstance(value, float) and math.isfinite(value) else value


def _summary(lines: list[Line]) -> list[str]:
    """A line a metric: how many lines meet their rule, the worst coverage, the greatest width."""
    older = sum(line["older"] for line in lines)
    out = [
        "## In short",
        "",
        f"Of {len(lines):,} lines {older:,} are of older code. The data say of every line how many "
        "sets it has, and the code that it is of.",
        "",
        "| metric | sets, least and most | lines that meet their rule | refused, as they may | "
        "missed | coverage, least and greatest % under a rule | greatest width / oracle at "
        "n = 5,000 | ms |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for metric in dict.fromkeys(line["metric"] for line in lines):
        own = [line for line in lines if line["metric"] == metric]
        verdicts = Counter(line["verdict"].split(":")[0] for line in own)
        covered = [100 * line["coverage"] for line in own if "coverage" in line]
        ratios = [line.get("width_ratio", 0) for line in own if line["n"] == 5000]
        ms = max((line.get("ms") or 0.0 for line in own), default=0.0)
        sets = [line["sets"] for line in own]
        span = f"{min(covered):.1f} to {max(covered):.1f}" if covered else "-"
        cells = (
            *(f"`{metric}`", f"{min(sets):,} to {max(sets):,}", verdicts["met"]),
            *(verdicts["refused"], verdicts["missed"], span),
            *(f"{max(ratios, default=0):.2f}", f"{ms:.0f}"),
        )
        out.append(f"| {' | '.join(map(str, cells))} |")
    count = Counter(line["verdict"].split(":")[0] for line in lines if line["promised"])
    widths = Counter(line["width_verdict"] for line in lines if "width_verdict" in line)
    out += [
        "",
        f"Of what was promised: {count['met']} lines met, {count['refused']} refused where they "
        f"may be, {count['missed']} missed. Widths: {widths['met']} met, {widths['missed']} "
        "missed.",
        "",
    ]
    return out


def _misses(lines: list[Line]) -> list[str]:
    """All lines that miss a rule; those without any interval of a metric as one."""
    out = ["## What misses", ""]
    for metric in dict.fromkeys(line["metric"] for line in lines):
        own = [line for line in lines if line["metric"] == metric]
        without = [line for line in own if line["verdict"] == "missed: no interval"]
        for reason in dict.fromkeys(next(iter(line["refused"]), "undefined") for line in without):
            where = [line for line in without if next(iter(line["refused"]), "undefined") == reason]
            places = "; ".join(f"{line['law']} n={line['n']:,}" for line in where[:8])
            more = f" and {len(where) - 8} more" if len(where) > 8 else ""
            out.append(f"- `{metric}`: no interval ({reason}): {places}{more}")
        for line in own:
            place = f"- `{metric}`, {line['law']}, n = {line['n']:,}"
            if line["verdict"].startswith("missed") and line not in without:
                out.append(
                    f"{place}: {line['verdict'][8:]}: {100 * line['coverage']:.1f} % "
                    f"+- {100 * line['mc_error']:.1f} of {line['intervals']:,} of {line['sets']:,} "
                    f"sets; interval below the truth {100 * line['interval_below']:.1f} %, above "
                    f"it {100 * line['interval_above']:.1f} %; truth {line['truth']:.4g}"
                )
            if line.get("width_verdict") == "missed":
                out.append(f"{place}: {line['width_ratio']:.2f} times as wide as its estimator")
    return [*out, ""] if len(out) > 2 else [*out, "Nothing.", ""]


def _of_others() -> list[str]:
    """What was kept of peers and of comparisons."""
    out = []
    for path, table, title, words in (
        (peers.DATA, peers.table, "Other libraries", PEERS),
        (comparisons.DATA, comparisons.table, "Comparisons: percent rejected at 5 %", COMPARED),
    ):
        if path.exists():
            kept = json.loads(path.read_text("utf-8"))
            absent = [f"- {name}" for name in kept.get("absent", ())]
            sets = [line["sets"] for line in kept["lines"]]
            told = words.format(sets=max(sets), least=min(sets))
            out += [f"## {title}", "", told, "", table(kept["lines"]), ""]
            out += [*absent, ""] if absent else []
    return out


def _tables(lines: list[Line]) -> list[str]:
    """A table a metric: laws down, sizes across."""
    sizes = sorted({line["n"] for line in lines})
    out = []
    for metric in dict.fromkeys(line["metric"] for line in lines):
        own = {(line["law"], line["n"]): line for line in lines if line["metric"] == metric}
        out += [
            f"## {metric}",
            "",
            f"| law | truth | {' | '.join(f'n = {n:,}' for n in sizes)} |",
            f"| --- | --- |{' --- |' * len(sizes)}",
        ]
        for law in LAWS:
            here = [own.get((law, n)) for n in sizes]
            if any(here):
                truth = next(line["truth"] for line in here if line)
                cells = " | ".join(_cell(line) for line in here)
                out.append(f"| {law} | {truth:.4g} | {cells} |")
        out.append("")
    return out


def _cell(line: Line | None) -> str:
    if line is None:
        return ""
    if "coverage" not in line:
        return "- !" if line["verdict"].startswith("missed") else "-"
    part = " ~" if line["intervals"] < line["sets"] else ""
    missed = " !" if line["verdict"].startswith("missed") else ""
    wide = "!" if line.get("width_verdict") == "missed" else ""
    ratio = f" ({line['width_ratio']:.2f}{wide})" if "width_ratio" in line else ""
    old = " o" if line["older"] else ""
    return f"**{100 * line['coverage']:.1f}**{missed}{part}{old} {line['mean_width']:.3g}{ratio}"


def _of_tests(tests: list[Line]) -> list[str]:
    """How often every p value lies below .05: of calibrated laws its size, of others its power."""
    sizes = sorted({line["n"] for line in tests})
    out = ["# Tests at 5 %: percent rejected", ""]
    for test in dict.fromkeys(line["metric"] for line in tests):
        own = {(line["law"], line["n"]): line for line in tests if line["metric"] == test}
        out += [f"## p of {test}", "", f"| law | {' | '.join(f'n = {n:,}' for n in sizes)} |"]
        out.append(f"| --- |{' --- |' * len(sizes)}")
        for law in LAWS:
            here = [own.get((law, n)) for n in sizes]
            if any(here):
                cells = " | ".join(_rejected(line) for line in here)
                out.append(f"| {law}{' (size)' if LAWS[law].calibrated else ''} | {cells} |")
        out.append("")
    return out


def _rejected(line: Line | None) -> str:
    if line is None:
        return ""
    share = 100 * line["share"]
    slack = 200 * math.sqrt(0.05 * 0.95 / line["p_values"])
    off = line["null"] and not 3 - slack <= share <= 7 + slack
    return f"{share:.1f}{' !' if off else ''}{' o' if line['older'] else ''}"
