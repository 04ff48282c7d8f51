"""Calibrators on published networks: fitted on even rows, measured on odd ones, beside peers.

Every method of calibrant and of the libraries that import here, on the six networks of which all
probabilities are shared: log loss, Brier score, top-label and class-wise ECE with intervals, and
seconds of a processor for fit and transform. Results are kept in a JSON file as they come, so
that a run that was stopped goes on; `--table` prints what is there as Markdown.

    OMP_WAIT_POLICY=PASSIVE python -m benchmarks.calibrators_networks DATA --out results.json
    python -m benchmarks.calibrators_networks DATA --out results.json --table
"""

import argparse
import json
import math
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from benchmarks.calibrator_peers import PEERS, Floats, Labels, absent

import calibrant as cal
from calibrant.calibrators.named import get
from calibrant.calibrators.registry import available
from calibrant.errors import FitError

NETWORKS = (
    "lenet_5_cifar_10",
    "vgg16_cifar_10",
    "densenet121_cifar_10",
    "resnet18_cifar_10",
    "vgg19_bn_cifar_10",
    "densenet_bc_100_cifar_100",
)
HEADINGS = ("method", "log loss", "Brier", "top-label ECE", "class-wise ECE")
METRICS = ("log_loss", "brier", "ece", "classwise_ece")
FAILURES = (FitError, ImportError, ArithmeticError, ValueError, RuntimeError, TypeError)
Way = Callable[[Floats, Labels, Floats], Floats]
Record = dict[str, Any]
Results = dict[str, dict[str, Record]]  # of a network, of a way


def network(folder: Path, name: str) -> tuple[Floats, Labels]:
    """Probabilities and labels of all 10,000 rows."""
    whole = folder / f"{name}_probs.npz"
    if whole.exists():
        with np.load(whole, allow_pickle=False) as held:
            return held["probs"].astype(np.float64), held["labels"].astype(np.int64)
    halves = [np.load(folder / f"{name}_probs_{part}.npz") for part in ("even", "odd")]
    probs = np.empty((2 * len(halves[0]["probs"]), halves[0]["probs"].shape[1]))
    labels = np.empty(len(probs), dtype=np.int64)
    for start, half in enumerate(halves):
        probs[start::2], labels[start::2] = half["probs"], half["labels"]
    return probs, labels


def ours(name: str) -> Way:
    """Way of the method of that name."""

    def fit(probs: Floats, labels: Labels, others: Floats) -> Floats:
        fitted = get(name).fit(cal.predictions(probs=probs, labels=labels, normalize=True))
        return fitted.transform(cal.predictions(probs=others, normalize=True)).probs

    return fit


def ways(*, slow: bool) -> Iterator[tuple[str, str, bool, Way]]:
    """Library, method, whether it is the default, and how it is done."""
    yield "none", "as they are", False, lambda _probs, _labels, others: others
    for name in available():
        yield "calibrant", name, name == "auto", ours(name)
    missing = absent()
    for peer in PEERS:
        if peer.library not in missing and (slow or not peer.slow):
            yield peer.library, peer.method, peer.default, peer.fit


def measured(probs: Floats, labels: Labels, way: Way) -> Record:
    """What a way gives on the odd rows of a network, or why it gives nothing."""
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = way(probs[::2], labels[::2], probs[1::2])
        except FAILURES as error:
            return {"failed": f"{type(error).__name__}: {error}"[:200]}
    seconds = time.process_time() - began
    if not np.isfinite(found).all():
        return {"failed": "probabilities that are not numbers"}
    rows = cal.predictions(probs=np.clip(found, 0, 1), labels=labels[1::2], normalize=True)
    record: Record = {"seconds": seconds}
    for name, one in cal.evaluate(rows, list(METRICS)).items():
        record[name] = [
            None if v is None or math.isinf(v) else v for v in (one.value, one.low, one.high)
        ]
    return record


def summary(results: Results) -> str:
    """Markdown of means over the networks, and how far behind the best a method is at most."""
    ways_found = list(dict.fromkeys(way for of_ways in results.values() for way in of_ways))
    best = {name: min(map(_log_loss, of_ways.values())) for name, of_ways in results.items()}
    rows: list[tuple[float, str]] = []
    for way in ways_found:
        records = {name: of_ways.get(way, {}) for name, of_ways in results.items()}
        losses = [_log_loss(record) for record in records.values()]
        if all(map(math.isfinite, losses)):
            behind = max(_log_loss(record) - best[name] for name, record in records.items())
            means = [fmean(record[metric][0] for record in records.values()) for metric in METRICS]
            cells = [*(f"{mean:.4f}" for mean in means), f"{behind:.4f}"]
        else:
            cells = [_unfit(records), "", "", "", ""]
        rows.append((fmean(losses), f"| {way} | {' | '.join(cells)} |"))
    lines = [f"| {' | '.join((*HEADINGS, 'behind the best, at most'))} |", "| --- " * 6 + "|"]
    return "\n".join([*lines, *(text for _, text in sorted(rows))])


def _unfit(records: dict[str, Record]) -> str:
    """On how many networks a way gives infinite log loss, has no fit, or was not measured."""
    n = len(records)
    failed = sum("failed" in record for record in records.values())
    absent_ = sum(not record for record in records.values())
    infinite = sum(math.isinf(_log_loss(record)) for record in records.values()) - failed - absent_
    counts = {"infinite": infinite, "no fit": failed, "not measured": absent_}
    return ", ".join(f"{what} on {count} of {n}" for what, count in counts.items() if count)


def table(results: Results) -> str:
    """Markdown of all that was found, a table a network."""
    lines: list[str] = []
    for name, of_ways in results.items():
        lines += [f"\n### {name}\n", f"| {' | '.join(HEADINGS)} |", "| --- " * 5 + "|"]
        for way in sorted(of_ways, key=lambda way: _log_loss(of_ways[way])):
            record = of_ways[way]
            if "failed" in record:
                lines.append(f"| {way} | {record['failed']} | | | |")
                continue
            cells = [_cell(record[metric]) for metric in METRICS]
            lines.append(f"| {way} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _log_loss(record: Record) -> float:
    """Log loss; infinite where there is none."""
    values = record.get("log_loss", [None])
    return math.inf if values[0] is None else values[0]


def _cell(values: list[float | None]) -> str:
    value, low, high = values
    if value is None:
        return "infinite"
    return f"{value:.4f}" if low is None else f"{value:.4f} ({low:.4f} to {high:.4f})"


def main() -> None:
    """Run what is not there yet, or print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--slow", action="store_true", help="peers that take minutes too")
    parser.add_argument("--only", default="", help="methods whose name holds this")
    parser.add_argument("--again", action="store_true", help="measure what is there again")
    parser.add_argument("--table", action="store_true")
    asked = parser.parse_args()
    results = json.loads(asked.out.read_text()) if asked.out.exists() else {}
    if asked.table:
        print(summary(results))
        print(table(results))
        return
    for library, why in absent().items():
        print(f"{library} does not import here: {why}")
    for name in NETWORKS:
        probs, labels = network(asked.data, name)
        of_ways = results.setdefault(name, {})
        for library, method, default, way in ways(slow=asked.slow):
            key = f"{library} {method}{' (default)' if default else ''}"
            if asked.only not in key or (key in of_ways and not asked.again):
                continue
            of_ways[key] = measured(probs, labels, way)
            print(f"{name:28s} {key:44s} {of_ways[key].get('log_loss', of_ways[key])}", flush=True)
            asked.out.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
