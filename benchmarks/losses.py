"""Speed and memory of losses beside other libraries, forward and backward, as a module.

Every loss has its default options and gets the same float32 logits and int64 labels; all of a
case run in turn in one process, and the medians are set beside that of `F.cross_entropy`. Memory is
what one step allocates at its peak beyond its inputs, the gradient included.

Peers are imported one by one. What is not installed, or does not import, is named in the table.
Some import torchvision or lightning on the way to their losses: where that fails, the module of the
losses is loaded by itself. torchvision's focal loss is the formula of its documentation.

CPU time is what all threads together worked; other work on the machine stretches the wall time
more, and that of losses of many short steps most. Goals are tried on both. Run it as
`OMP_WAIT_POLICY=PASSIVE python benchmarks/losses.py`; `--profile` shows where the time of the focal
loss goes.
"""

import argparse
import statistics
import time

import torch
from loss_cases import CASES, TORCH, Case, Loss
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

import calibrant as cal


def batch(shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Random logits that want a gradient, and labels."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(shape, generator=generator).requires_grad_()
    return logits, torch.randint(shape[1], (shape[0], *shape[2:]), generator=generator)


def step(loss: Loss, logits: Tensor, labels: Tensor) -> None:
    """One forward and backward pass."""
    logits.grad = None
    loss(logits, labels).backward()


def seconds(loss: Loss, logits: Tensor, labels: Tensor) -> tuple[float, float]:
    """Wall time and CPU time of a step."""
    wall, cpu = time.perf_counter(), time.process_time()
    step(loss, logits, labels)
    return time.perf_counter() - wall, time.process_time() - cpu


def peak_of(loss: Loss, logits: Tensor, labels: Tensor) -> float:
    """MiB that a step has allocated at most at a time."""
    logits.grad = None
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        loss(logits, labels).backward()
    results = record.profiler.kineto_results.events()
    changes = sorted((e.start_ns(), e.nbytes()) for e in results if e.name() == "[memory]")
    now = peak = 0
    for _, change in changes:
        now += change
        peak = max(peak, now)
    return peak / 2**20


def losses_of(case: Case) -> tuple[dict[str, Loss], dict[str, str]]:
    """Losses that can be made and called, and why the others cannot."""
    found: dict[str, Loss] = {}
    missing: dict[str, str] = {}
    logits, labels = batch((8, *case.shape[1:]))
    for rival in (TORCH, *case.rivals):
        try:
            loss = rival.make()
            step(loss, logits, labels)
        except Exception as error:  # noqa: BLE001 -- whatever a peer does, the table says it
            missing[rival.name] = f"{type(error).__name__}: {error}".splitlines()[0]
        else:
            found[rival.name] = loss
    return found, missing


def verdicts(case: Case, medians: dict[str, float], what: str) -> list[str]:
    """Whether the first loss of calibrant meets the goals of the case, in time of a kind."""
    own = case.rivals[0].name
    peers = {n: t for n, t in medians.items() if n != TORCH.name and "calibrant" not in n}
    lines = []
    for rival, factor in case.goals:
        if rival == "fastest":
            name = min(peers, key=peers.__getitem__, default=None)
        else:
            name = next((n for n in medians if n.startswith(rival)), None)
        if name is None:
            lines.append(f"{own}, {what}: goal against {rival} not measured")
            continue
        ratio = medians[own] / medians[name]
        word = "met" if ratio <= factor else "MISSED"
        goal = f"goal at most {factor:.2f}: {word}"
        lines.append(f"{own}, {what}: {ratio:.2f} of {name}, {goal}")
    return lines


def show(case: Case, rounds: int) -> None:
    """Print the table of a case."""
    losses, missing = losses_of(case)
    logits, labels = batch(case.shape)
    memory = {name: peak_of(loss, logits, labels) for name, loss in losses.items()}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in losses}
    for _ in range(rounds):
        for name, loss in losses.items():
            times[name].append(seconds(loss, logits, labels))
    wall, cpu = (
        {name: statistics.median(each[kind] for each in times[name]) for name in losses}
        for kind in range(2)
    )
    notes = {rival.name: rival.note for rival in case.rivals}
    print(f"\n### {case.name}\n")
    print("| loss | wall ms | of F.cross_entropy | CPU ms | of F.cross_entropy | peak MiB | note |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in losses:
        cells = [
            f"{1000 * kind[name]:.1f} | {kind[name] / kind[TORCH.name]:.2f}" for kind in (wall, cpu)
        ]
        row = " | ".join([name, *cells, f"{memory[name]:.0f}", notes.get(name, "")])
        print(f"| {row} |")
    for name, why in missing.items():
        print(f"| {name} | - | - | - | - | - | not measured: {why} |")
    print()
    for line in [*verdicts(case, wall, "wall"), *verdicts(case, cpu, "CPU")]:
        print(f"- {line}")


def show_profile() -> None:
    """Print where the time of the focal loss goes."""
    for case in CASES[:2]:
        logits, labels = batch(case.shape)
        loss = cal.losses.get("focal(gamma=2)")
        step(loss, logits, labels)
        with profile(activities=[ProfilerActivity.CPU]) as record:
            for _ in range(10):
                step(loss, logits, labels)
        print(f"\n### Profile: {case.name}, 10 steps\n")
        print(record.key_averages().table(sort_by="self_cpu_time_total", row_limit=12))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(
        f"torch {torch.__version__}, {torch.get_num_threads()} threads, medians of "
        f"{arguments.rounds} interleaved rounds, forward and backward"
    )
    for case in CASES:
        show(case, arguments.rounds)
    if arguments.profile:
        show_profile()


if __name__ == "__main__":
    main()
