"""Speed of metrics beside every library that has them, and beside a plain sum of the same array.

All of a row of the table get the same tensors in memory and do all of it: check, count, read; they
run in turn in one process, and the medians are compared. Before each run the probabilities are
summed a few times, so that none finds in the cache what the one before it left there, and Python's
collector of garbage rests meanwhile, as in `timeit`: what it takes is for all that is imported. A
value is right where it agrees with the closed form in float64 (of smooth ECE, which has none, with
relplot's to .001). What would take longer than half a minute runs once, on the first hundredth of
the rows, and its time is multiplied. Peers are imported one by one; what is not installed, or does
not import, is named.

The floor is a plain sum over the probabilities: no metric can be told without reading them. Last,
the time that it takes to read one more metric from a tally that is there, for all of the registry:
the estimate with its interval, and the value alone.

Run it as `make bench`, which installs the peers into an environment of its own, or as
`OMP_WAIT_POLICY=PASSIVE python benchmarks/metrics_speed.py`; `--quick` takes a tenth of the rows,
`--only`, `--shape` and `--peer` some of the cases, shapes and peers.
"""

import argparse
import gc
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from metric_cases import CASES, SHAPES, Case, Run
from metric_truth import Batch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.base import TallyMetric
from calibrant.metrics.registry import METRICS
from calibrant.metrics.resolving import resolve

# numba, which a peer needs, looks for the package coverage: not for the folder beside this file.
sys.path = [place for place in sys.path if Path(place or ".").resolve() != Path(__file__).parent]

ROUNDS = 5
LONG = 30.0  # seconds
SHARE = 0.01


@dataclass
class Runner:
    """One way to a number, and what was found of it."""

    name: str
    run: Run
    note: str = ""
    value: float = float("nan")
    slow: bool = False
    times: list[tuple[float, float]] = field(default_factory=list)

    def once(self, batch: Batch, factor: float = 1.0) -> None:
        """Run and keep wall and CPU time."""
        gc.collect()
        gc.disable()
        wall, cpu = time.perf_counter(), time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.value = float(self.run(batch))
        spent = time.perf_counter() - wall, time.process_time() - cpu
        gc.enable()
        self.times.append((factor * spent[0], factor * spent[1]))

    def median(self, kind: int = 0) -> float:
        """Median wall (0) or CPU (1) time in seconds."""
        return statistics.median(each[kind] for each in self.times)


def runners_of(case: Case, shape: str, batch: Batch) -> tuple[list[Runner], list[str]]:
    """Ways that work on a few rows, and why the others do not."""
    runners, absent = [Runner("**calibrant**", case.run(shape))], []
    for peer in case.peers:
        try:
            run = peer.load()
            run(batch.head(0.001))
        except Exception as error:  # noqa: BLE001 -- whatever a peer does, the table says it
            why = f"{type(error).__name__}: {error}".splitlines()[0][:90]
            absent.append(f"{peer.name} not measured: {why}")
        else:
            runners.append(Runner(peer.name, run, peer.note))
    return runners, absent


def measure(case: Case, shape: str, batch: Batch) -> tuple[list[Runner], list[str], list[bool]]:
    """Times of all, and whether each is right."""
    runners, absent = runners_of(case, shape, batch)
    few = batch.head(SHARE)
    whole, part = case.right(batch), case.right(few)
    for runner in runners:
        runner.run(few)  # a warm-up
        tenth, hundredth = (_seconds(runner, batch.head(share)) for share in (SHARE / 10, SHARE))
        runner.slow = (hundredth - tenth) / (0.9 * SHARE) > LONG
        if runner.slow:
            runner.once(few, 1 / SHARE)
            runner.note = f"1 % of the rows, time times 100{runner.note and '; ' + runner.note}"
        else:
            runner.run(batch)
    for _ in range(ROUNDS):
        for runner in runners:
            if not runner.slow:
                floor_of(batch, 3)
                runner.once(batch)
    good = []
    for runner in runners:
        right = part if runner.slow else whole
        good.append(abs(runner.value - right) <= case.tolerance * max(1, abs(right)))
    return runners, absent, good


def _seconds(runner: Runner, batch: Batch) -> float:
    start = time.perf_counter()
    runner.run(batch)
    return time.perf_counter() - start


def floor_of(batch: Batch, n_times: int = 11) -> float:
    """Seconds of a sum over the probabilities, which leaves them as near as they come."""
    times = []
    for _ in range(n_times):
        start = time.perf_counter()
        batch.probs.sum()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def show(case: Case, shape: str, batch: Batch, floor: float) -> list[str]:
    """Print the lines of a case on a shape, and return verdicts."""
    runners, absent, good = measure(case, shape, batch)
    own = runners[0].median()
    for runner, fine in zip(runners, good, strict=True):
        wall, cpu = runner.median(), runner.median(1)
        ratios = wall / own, cpu / runners[0].median(1), wall / floor
        cells = (
            *(case.name, shape, runner.name, "yes" if fine else f"**no**: {runner.value:.6g}"),
            *(f"{1000 * wall:.0f}", f"{1000 * cpu:.0f}"),
            *(f"{ratio:.1f}" for ratio in ratios),
            runner.note,
        )
        print(f"| {' | '.join(cells)} |", flush=True)
    for line in absent:
        print(f"| {case.name} | {shape} | {line} | - | - | - | - | - | - | |", flush=True)
    lines = []
    where, ours = f"{case.name}, {shape}", runners[0]
    if not good[0]:
        lines.append(f"{where}: the value of calibrant is WRONG")
    peers = [r for r, fine in zip(runners, good, strict=True) if fine and r is not ours]
    goals = [(r, case.goals[r.name]) for r in runners if r.name in case.goals]
    if peers:
        goals.append((min(peers, key=Runner.median), 1.0))
    for rival, goal in goals:
        wall, cpu = (rival.median(kind) / ours.median(kind) for kind in (0, 1))
        word = "met" if wall >= goal and cpu >= goal else "MISSED"
        told = f"{wall:.1f} (wall) and {cpu:.1f} (CPU) times as fast as {rival.name}"
        lines.append(f"{where}: {told}, goal {goal:.0f}: {word}")
    return lines


def reading_times(batch: Batch) -> list[tuple[float, float, str]]:
    """Milliseconds to read every metric from a tally that is there: estimate, and value alone.

    CPU time: of work this short other work on the machine would show.
    """
    rows = cal.predictions(probs=batch.probs, labels=batch.labels)
    found = []
    for name, entry in METRICS.items():
        if "predictions" not in entry.kinds:
            continue
        metric = resolve(name, rows.n_classes)
        if not isinstance(metric, TallyMetric):
            continue
        try:
            tallies = cal.tally(rows, [name])
            cal.evaluate(tallies, [name])
        except InputError:  # of two classes, or three, only
            continue
        sums = tallies.tally_of(metric.statistic)
        estimate = seconds_of(lambda: cal.evaluate(tallies, [name]))  # noqa: B023
        value = seconds_of(lambda: metric.read(sums))  # noqa: B023
        found.append((1000 * estimate, 1000 * value, name))
    return found


def seconds_of(work: Callable[[], object]) -> float:
    """Median CPU time of five runs."""
    times = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # bounds of few rows
        for _ in range(5):
            start = time.process_time()
            work()
            times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--shape", default="", help="shapes whose name holds this")
    parser.add_argument("--peer", default="", help="peers whose name holds this")
    chosen = parser.parse_args()
    torch.set_num_threads(2)
    threads = torch.get_num_threads()
    print(f"torch {torch.__version__}, {threads} threads, medians of {ROUNDS} rounds\n")
    print(
        "| metric | rows | by | right | wall ms | CPU ms | wall/ours | CPU/ours | /floor | note |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    lines = []
    for shape, (n_rows, n_classes) in SHAPES.items():
        if chosen.shape not in shape:
            continue
        batch = Batch.draw(n_rows // 10 if chosen.quick else n_rows, n_classes)
        floor = floor_of(batch)
        print(
            f"| floor: a plain sum | {shape} | torch | - | {1000 * floor:.1f} | - | - | - | 1 | |"
        )
        for case in CASES:
            if shape in case.ours and chosen.only in case.name:
                peers = tuple(peer for peer in case.peers if chosen.peer in peer.name)
                lines += show(replace(case, peers=peers), shape, batch, floor)
    print()
    for line in lines:
        print(f"- {line}")
    part = chosen.only or chosen.shape or chosen.peer
    for shape, (_, n_classes) in () if part else SHAPES.items():
        found = reading_times(Batch.draw(20_000, n_classes))
        for which, what in ((0, "estimate"), (1, "value alone")):
            slowest = sorted(found, key=lambda each: -each[which])[:8]
            told = ", ".join(f"{each[2]} {each[which]:.1f}" for each in slowest)
            print(f"- {what} of one of {len(found)} metrics of a tally, {shape}, in ms: {told}")


if __name__ == "__main__":
    main()
