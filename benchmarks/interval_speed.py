"""Time of intervals beyond that of the values, at any number of rows, beside resampling the rows.

The default set of `cal.evaluate`, for 2, 10 and 1000 classes: all estimates from tallies, as
medians of interleaved rounds, less the values alone. The tallies of 1e5 rows are merged with
themselves ten times for those of 1e8: a tally has the same size, whatever it sums. Resampling
rows is what most libraries do: draw rows with replacement, sum, read the values; a few replicates
are timed, and 1,000 of them said to take as many times longer.

Run it as `make bench`, or as `python benchmarks/interval_speed.py`; two threads.
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

import torch
from metric_truth import Batch

import calibrant as cal
from calibrant.metrics.base import TallyMetric
from calibrant.metrics.registry import defaults
from calibrant.metrics.resolving import resolve

ROWS = 100_000
DOUBLED = 10  # times: 1.02e8 rows
REPLICATES = 1000
ROUNDS = 5
LIMITS = {2: 1.0, 10: 1.0, 1000: 10.0}  # seconds of all intervals
GOAL = 50.0  # times as fast as resampling rows


def values_of(tallies: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Values alone, read from tallies."""
    metrics = {name: resolve(name, tallies.n_classes) for name in names}
    return {
        name: metric.read(tallies.tally_of(metric.statistic))
        for name, metric in metrics.items()
        if isinstance(metric, TallyMetric)
    }


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU time of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def medians(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """Median wall and CPU time of each, run in turn."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    for work in works.values():
        work()  # what is loaded or compiled on first use
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(seconds(work))
    return {
        name: (statistics.median(w for w, _ in all_), statistics.median(c for _, c in all_))
        for name, all_ in times.items()
    }


def resampled(batch: Batch, names: tuple[str, ...], generator: torch.Generator) -> None:
    """One replicate from rows: drawn, summed and read."""
    chosen = torch.randint(len(batch.labels), (len(batch.labels),), generator=generator)
    rows = cal.predictions(probs=batch.probs[chosen], labels=batch.labels[chosen])
    values_of(cal.tally(rows, list(names)), names)


def told(n_classes: int, replicates: int) -> list[str]:
    """Verdicts on a number of classes; prints its lines."""
    batch = Batch.draw(ROWS, 1 if n_classes == 2 else n_classes)
    rows = cal.predictions(probs=batch.probs, labels=batch.labels)
    names = tuple(
        name
        for name in defaults(rows.kind, n_classes)
        if isinstance(resolve(name, n_classes), TallyMetric)
    )
    few = cal.tally(rows, list(names))
    many = few
    for _ in range(DOUBLED):
        many = many + many
    generator = torch.Generator().manual_seed(0)
    found = medians(
        {
            "few": lambda: cal.evaluate(few, list(names)),
            "few, values": lambda: values_of(few, names),
            "many": lambda: cal.evaluate(many, list(names)),
            "many, values": lambda: values_of(many, names),
        },
        ROUNDS,
    )
    row = medians({"row": lambda: resampled(batch, names, generator)}, replicates)["row"]
    lines = []
    for which, tallies in (("few", few), ("many", many)):
        wall, cpu = found[which]
        beyond = wall - found[f"{which}, values"][0]
        without = [n for n, e in cal.evaluate(tallies, list(names)).items() if e.low is None]
        print(
            f"| {n_classes} | {tallies.n:.3g} | {len(names)} | {len(without)} | {1000 * wall:.0f} "
            f"| {1000 * cpu:.0f} | {1000 * beyond:.0f} | {1000 * row[0]:.0f} |",
            flush=True,
        )
        word = "met" if beyond < LIMITS[n_classes] else "MISSED"
        lines.append(
            f"{n_classes} classes, {tallies.n:.3g} rows: intervals take {beyond:.3f} s beyond the "
            f"values, limit {LIMITS[n_classes]:.0f}: {word}; no interval of "
            f"{', '.join(without) or 'nothing'}"
        )
    ratios = [REPLICATES * row[kind] / found["few"][kind] for kind in (0, 1)]
    word = "met" if min(ratios) >= GOAL else "MISSED"
    lines.append(
        f"{n_classes} classes: {REPLICATES} replicates of {ROWS:,} rows would take "
        f"{REPLICATES * row[0]:.0f} s ({replicates} were run), {ratios[0]:.0f} (wall) and "
        f"{ratios[1]:.0f} (CPU) times as long as all estimates: {word}"
    )
    return lines


def main() -> None:
    """Print the table and the verdicts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--classes", nargs="+", type=int, default=list(LIMITS))
    parser.add_argument("--replicates", type=int, default=5, help="of rows, that are timed")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")  # bounds of what is read from cells
    torch.set_num_threads(2)
    print(
        "| classes | rows | metrics | without interval | estimates ms | CPU ms | beyond values ms "
        "| one replicate of rows ms |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    lines = [line for n_classes in chosen.classes for line in told(n_classes, chosen.replicates)]
    print("\n" + "\n".join(f"- {line}" for line in lines))


if __name__ == "__main__":
    main()
