"""Speed of fitting calibrators beside every library that has them, to the same log loss.

All of a case get the same tensors in memory; they run in turn in one process, and the medians are
compared. The log loss of every fit is taken in float64 on the rows of the fit, from the parameters
that were found, and its excess over the least of all is shown: a time counts as right where that is
at most 1e-8. Structured methods add a penalty and temper first, each library in its own way: there
the excess is shown, and right is within 1e-3. SciPy pools no ties: of float32, which has some, its
log loss on the rows of the fit is a little less than is possible for a function of the score.

Peers are imported one by one; what is not installed, or does not import, is named. A case is a line
of `CASES`, so that others can be added. Run it as `make bench`, which installs the peers into an
environment of its own, or as `OMP_WAIT_POLICY=PASSIVE python benchmarks/calibrators_speed.py`;
`--quick` takes a tenth of the rows, `--only isotonic` one method.
"""

import argparse
import statistics
import sys
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import torch
from calibrator_fits import PEERS, Fit, Scores, ours
from torch import Tensor

# numba, which a peer needs, looks for the package coverage: not for the folder beside this file.
sys.path = [place for place in sys.path if Path(place or ".").resolve() != Path(__file__).parent]

SCALE = 1.7  # how much too sure the logits are


@dataclass(frozen=True)
class Case:
    """A method on scores of a shape and dtype, and how its peers fit it.

    Of one class the scores are those of the positive class of two, one number a row.
    """

    method: str
    rows: int
    classes: int
    dtype: torch.dtype
    peers: tuple[str, ...]
    goals: dict[str, float] = field(default_factory=dict)
    tolerance: float = 1e-8
    rounds: int = 5
    form: str = "logits"
    options: dict[str, object] = field(default_factory=dict)


TEMPERATURE, FIVE = ("sklearn", "probmetrics"), {"sklearn": 5.0, "probmetrics": 5.0}
ONE = {"sklearn": 1.0, "probmetrics": 1.0}
SIGMOID = {"sklearn sigmoid": 1.0}
ISOTONIC = {"sklearn isotonic": 3.0, "SciPy, with its sort": 1.0}
PLAIN = {"smoothing": False}  # what the peers do
CASES = (
    Case("temperature", 500, 10, torch.float64, TEMPERATURE, ONE, rounds=31),
    Case("temperature", 5_000, 10, torch.float32, TEMPERATURE, ONE, rounds=15),
    Case("temperature", 5_000, 10, torch.float64, TEMPERATURE, ONE, rounds=15),
    Case("temperature", 50_000, 1000, torch.float32, TEMPERATURE, FIVE, rounds=1),
    Case("temperature", 50_000, 1000, torch.float64, TEMPERATURE, FIVE, rounds=1),
    Case("vector", 5_000, 10, torch.float64, ("probmetrics vector",), tolerance=1e-3),
    Case("structured_vector", 5_000, 10, torch.float64, ("probmetrics SVS",), tolerance=1e-3),
    Case(
        *("structured_matrix", 5_000, 10, torch.float64, ("probmetrics SMS",)),
        {"probmetrics SMS": 1.0},
        tolerance=1e-3,
    ),
    Case(
        *("structured_matrix", 5_000, 100, torch.float64, ("probmetrics SMS",)),
        {"probmetrics SMS": 1.0},
        tolerance=1e-3,
        rounds=3,
    ),
    *(
        Case(
            *("isotonic", 1_000_000, 1, dtype, tuple(ISOTONIC), ISOTONIC),
            *(tolerance, 5, "probs", PLAIN),
        )
        for dtype, tolerance in ((torch.float64, 1e-8), (torch.float32, 1e-5))
    ),
    Case(
        *("isotonic", 500, 10, torch.float64, ("sklearn isotonic",), {"sklearn isotonic": 1.0}),
        *(1e-8, 15, "probs", PLAIN),
    ),
    Case("platt", 1_000_000, 1, torch.float64, tuple(SIGMOID), SIGMOID, tolerance=1e-7),
    Case("platt", 500, 10, torch.float64, tuple(SIGMOID), SIGMOID, tolerance=1e-7, rounds=15),
    Case("venn_abers", 100_000, 1, torch.float64, (), rounds=3),
    Case("venn_abers", 5_000, 20, torch.float64, (), rounds=3),
)


@dataclass
class Runner:
    """One way to a fit, and what was found of it."""

    name: str
    fit: Fit
    loss: float = float("nan")
    times: list[tuple[float, float]] = field(default_factory=list)

    def once(self, logits: Tensor, labels: Tensor) -> None:
        """Fit, and keep wall and CPU time, and the log loss."""
        wall, cpu = time.perf_counter(), time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scores = self.fit(logits, labels)
        self.times.append((time.perf_counter() - wall, time.process_time() - cpu))
        if len(self.times) == 1:
            self.loss = log_loss(scores, logits, labels)

    def median(self, kind: int) -> float:
        """Median wall (0) or CPU (1) time in seconds."""
        return statistics.median(each[kind] for each in self.times)


def log_loss(scores: Scores, logits: Tensor, labels: Tensor) -> float:
    """Mean log loss in float64, some rows at a time."""
    total, step = 0.0, 5000 if logits.ndim == 2 else 500_000
    for part, out in zip(logits.split(step), labels.split(step), strict=True):
        total -= float(scores(part.double()).gather(-1, out[:, None]).sum())
    return total / len(labels)


def batch(case: Case, share: float) -> tuple[Tensor, Tensor]:
    """Scores that are too sure, and labels drawn from the probabilities before that."""
    generator = torch.Generator().manual_seed(0)
    if case.classes == 1:
        odds = torch.randn(int(case.rows * share), generator=generator, dtype=torch.float64)
        labels = odds.sigmoid().bernoulli(generator=generator).long()
        sure = SCALE * odds
        return (sure.sigmoid() if case.form == "probs" else sure).to(case.dtype), labels
    true = 2 * torch.randn(int(case.rows * share), case.classes, generator=generator)
    labels = torch.multinomial(true.softmax(-1), 1, generator=generator).squeeze(-1)
    sure = true.mul_(SCALE)
    return (sure.softmax(dim=-1) if case.form == "probs" else sure).to(case.dtype), labels


def show(case: Case, share: float) -> list[str]:
    """Print the lines of a case, and return verdicts."""
    logits, labels = batch(case, share)
    shape = f"{len(labels)} x {case.classes}, {str(case.dtype).removeprefix('torch.')}"
    runners = [Runner("**calibrant**", ours(case.method, case.form, **case.options))]
    absent: list[str] = []
    for name in case.peers:
        try:
            fit = PEERS[name]()
            fit(logits[:500], labels[:500])
        except Exception as error:  # noqa: BLE001 -- whatever a peer does, the table says it
            absent.append(f"{name}: {type(error).__name__}: {error}".splitlines()[0][:90])
        else:
            runners.append(Runner(name, fit))
    runners[0].fit(logits[:500], labels[:500])
    for _ in range(case.rounds):
        for runner in runners:
            runner.once(logits, labels)
    least, own = min(runner.loss for runner in runners), runners[0]
    for runner in runners:
        wall, cpu = runner.median(0), runner.median(1)
        cells = (
            *(case.method, shape, runner.name, f"{runner.loss - least:.1e}"),
            *(f"{1000 * wall:.1f}", f"{1000 * cpu:.1f}"),
            *(f"{wall / own.median(0):.1f}", f"{cpu / own.median(1):.1f}"),
        )
        print(f"| {' | '.join(cells)} |", flush=True)
    for line in absent:
        print(f"| {case.method} | {shape} | not measured: {line} | - | - | - | - | - |", flush=True)
    lines = []
    if own.loss - least > case.tolerance:
        lines.append(f"{case.method}, {shape}: calibrant is {own.loss - least:.1e} nats WORSE")
    for runner in runners[1:]:
        goal = case.goals.get(runner.name)
        ratios = [runner.median(kind) / own.median(kind) for kind in (0, 1)]
        word = "no goal" if goal is None else "met" if min(ratios) >= goal else "MISSED"
        told = f"{ratios[0]:.1f} (wall) and {ratios[1]:.1f} (CPU) times as fast as {runner.name}"
        goal_told = "" if goal is None else f", goal {goal:g}"
        lines.append(f"{case.method}, {shape}: {told}{goal_told}: {word}")
    return lines


def main() -> None:
    """Print the table and the verdicts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    parser.add_argument("--only", help="one method")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, medians in turn\n")
    print("| method | scores | library | excess nats | wall ms | CPU ms | of wall | of CPU |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    verdicts: list[str] = []
    for case in CASES:
        if arguments.only in {None, case.method}:
            verdicts += show(case, 0.1 if arguments.quick else 1.0)
    print()
    for line in verdicts:
        print(f"- {line}")


if __name__ == "__main__":
    main()
