"""Speed of fitting calibrators beside every library that has them, to the same log loss.

All of a case get the same tensors in memory; they run in turn in one process, and the medians are
compared. The log loss of every fit is taken in float64 on the rows of the fit, from the parameters
that were found, and its excess over the least of all is shown: a time counts as right where that is
at most 1e-8. Structured methods add a penalty and temper first, each library in its own way: there
the excess is shown, and right is within 1e-3.

Peers are imported one by one; what is not installed, or does not import, is named. A case is a line
of `CASES`, so that others can be added. Run it as `make bench`, which installs the peers into an
environment of its own, or as `OMP_WAIT_POLICY=PASSIVE python benchmarks/calibrators_speed.py`;
`--quick` takes a tenth of the rows.
"""

import argparse
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import torch
from torch import Tensor

import calibrant as cal
from calibrant.calibrators.named import get

# numba, which a peer needs, looks for the package coverage: not for the folder beside this file.
sys.path = [place for place in sys.path if Path(place or ".").resolve() != Path(__file__).parent]

SCALE = 1.7  # how much too sure the logits are
Scores = Callable[[Tensor], Tensor]  # calibrated logits or log-probabilities in float64
Fit = Callable[[Tensor, Tensor], Scores]


@dataclass(frozen=True)
class Case:
    """A method on logits of a shape and dtype, and how its peers fit it."""

    method: str
    rows: int
    classes: int
    dtype: torch.dtype
    peers: tuple[str, ...]
    goals: dict[str, float] = field(default_factory=dict)
    tolerance: float = 1e-8
    rounds: int = 5


def ours(method: str) -> Fit:
    """Fit of calibrant, with its door and its checks."""

    def fit(logits: Tensor, labels: Tensor) -> Scores:
        fitted = get(method).fit(cal.predictions(logits=logits, labels=labels))
        return lambda z: fitted.transform(cal.predictions(logits=z)).declared.log_probs

    return fit


def sklearn_temperature() -> Fit:
    """Temperature scaling inside `CalibratedClassifierCV(method="temperature")`."""
    scaling = import_module("sklearn.calibration")._TemperatureScaling  # noqa: SLF001

    def fit(logits: Tensor, labels: Tensor) -> Scores:
        beta = float(scaling().fit(logits.numpy(), labels.numpy()).beta_)
        return lambda z: (beta * z).log_softmax(dim=-1)

    return fit


def probmetrics_temperature() -> Fit:
    """Temperature scaling by bisection of probmetrics."""
    home = import_module("probmetrics.calibrators.temperature_scaling")
    given = import_module("probmetrics.distributions").CategoricalLogits

    def fit(logits: Tensor, labels: Tensor) -> Scores:
        found = home.TemperatureScalingCalibrator()
        found.fit_torch(given(logits), labels)
        return lambda z: (float(found.invtemp_) * z).log_softmax(dim=-1)

    return fit


def probmetrics_vector() -> Fit:
    """Vector scaling of raw logits of probmetrics."""
    home = import_module("probmetrics.calibrators.logistic")
    given = import_module("probmetrics.distributions").CategoricalLogits

    def fit(logits: Tensor, labels: Tensor) -> Scores:
        found = home.VectorScalingCalibrator()
        found.fit_torch(given(logits), labels)
        return lambda z: (z / found.temp_.double() + found.bias_.double()).log_softmax(dim=-1)

    return fit


def probmetrics_structured(name: str) -> Fit:
    """Structured scaling of probmetrics, from probabilities."""
    make = getattr(import_module("probmetrics.calibrators.logistic"), name)

    def fit(logits: Tensor, labels: Tensor) -> Scores:
        found = make()
        found.fit(logits.softmax(dim=-1).numpy(), labels.numpy())

        def scores(z: Tensor) -> Tensor:
            return torch.from_numpy(found.predict_proba(z.softmax(dim=-1).numpy())).double().log()

        return scores

    return fit


PEERS: dict[str, Callable[[], Fit]] = {
    "sklearn": sklearn_temperature,
    "probmetrics": probmetrics_temperature,
    "probmetrics vector": probmetrics_vector,
    "probmetrics SVS": lambda: probmetrics_structured("SVSCalibrator"),
    "probmetrics SMS": lambda: probmetrics_structured("SMSCalibrator"),
}
TEMPERATURE, FIVE = ("sklearn", "probmetrics"), {"sklearn": 5.0, "probmetrics": 5.0}
ONE = {"sklearn": 1.0, "probmetrics": 1.0}
CASES = (
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
        rounds=1,
    ),
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
    total = 0.0
    for part, out in zip(logits.split(5000), labels.split(5000), strict=True):
        total -= float(scores(part.double()).gather(-1, out[:, None]).sum())
    return total / len(labels)


def batch(case: Case, share: float) -> tuple[Tensor, Tensor]:
    """Logits that are too sure, and labels drawn from the probabilities before that."""
    generator = torch.Generator().manual_seed(0)
    true = 2 * torch.randn(int(case.rows * share), case.classes, generator=generator)
    labels = torch.multinomial(true.softmax(-1), 1, generator=generator).squeeze(-1)
    return true.mul_(SCALE).to(case.dtype), labels


def show(case: Case, share: float) -> list[str]:
    """Print the lines of a case, and return verdicts."""
    logits, labels = batch(case, share)
    shape = f"{len(labels)} x {case.classes}, {str(case.dtype).removeprefix('torch.')}"
    runners = [Runner("**calibrant**", ours(case.method))]
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
    print("| method | logits | library | excess nats | wall ms | CPU ms | of wall | of CPU |")
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
