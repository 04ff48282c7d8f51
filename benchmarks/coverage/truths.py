"""Population values of the metrics, by quadrature or from ten million rows.

Of a law with one score they are the values of the same functional (same bins, same norm) at a
million equal shares of the score, each with both of its outcomes, weighted by their chance: no
random number is in them, and the error that is kept is the difference to a quarter of the shares.
Of laws of many classes they come from ten million rows, tallied by batches and merged; wherever the
metric is linear in the labels the rows carry their true probabilities as soft labels, which leaves
the error of the scores alone. The error that is kept is the standard error over ten parts. A
calibration error of a calibrated law is 0, and nothing is computed.

The values are kept in `truths.json` beside this file. `python -m benchmarks.coverage.truths` makes
it again, on two cores in some ten minutes; `--only NAME` makes those of one law.
"""

import argparse
import json
import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from benchmarks.coverage.generators import LAWS, ClassLaw, Law, ScoreLaw
from benchmarks.coverage.measures import ERROR, PART, SMOOTH, Measure, measures_of

import calibrant as cal

__all__ = ["is_zero", "made", "truths"]

PATH = Path(__file__).with_name("truths.json")
NODES = 1_000_000
PARTS = 10  # of a million rows each
BATCH = 100_000
Truth = tuple[float, float]  # value and its error


def truths() -> dict[str, dict[str, Truth]]:
    """Value and error of every estimand by law, from the file."""
    kept = json.loads(PATH.read_text("utf-8"))["truths"]
    return {law: {name: tuple(both) for name, both in of.items()} for law, of in kept.items()}


def made(
    law: Law, *, nodes: int = NODES, parts: int = PARTS, size: int = BATCH
) -> dict[str, Truth]:
    """Value and error of every estimand of a law, computed."""
    wanted = {each.estimand: each for each in measures_of(law)}
    asked = [name for name, each in wanted.items() if not is_zero(law, each)]
    zeros: dict[str, Truth] = {name: (0.0, 0.0) for name in wanted if name not in asked}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # bounds of what is read from cells
        if isinstance(law, ScoreLaw):
            found = _by_quadrature(law, asked, nodes)
        else:
            found = _by_draws(law, asked, parts, size)
    return dict(sorted((found | zeros).items()))


def is_zero(law: Law, measure: Measure) -> bool:
    """Whether the estimand is 0 because the law is calibrated."""
    return law.calibrated and (measure.kind in (ERROR, SMOOTH) or measure.part_of_error)


def _by_quadrature(law: ScoreLaw, names: list[str], nodes: int) -> dict[str, Truth]:
    fine, coarse = (_of_grid(law, names, n) for n in (nodes, nodes // 4))
    return {name: (fine[name], abs(fine[name] - coarse[name])) for name in names}


def _of_grid(law: ScoreLaw, names: list[str], nodes: int) -> dict[str, float]:
    stated, outcome, weights = law.grid(nodes)
    rows = cal.predictions(probs=stated, labels=outcome, weights=np.maximum(weights, 1e-140))
    return {name: value_of(rows, name) for name in names}


def _by_draws(law: ClassLaw, names: list[str], parts: int, size: int) -> dict[str, Truth]:
    hard = [name for name in names if name == "brier" or _is_part(law, name)]
    soft = [name for name in names if name not in hard]
    found: list[dict[str, float]] = []
    whole: Any = None
    tallies: Any = None
    for number, (stated, true, labels) in enumerate(law.batches(parts * 10 * size, size)):
        kinds = (
            (cal.predictions(probs=stated, labels=labels), hard),
            (
                cal.predictions(probs=stated, labels=true),
                soft,
            ),
        )
        new = [cal.tally(rows, asked) if asked else None for rows, asked in kinds]
        tallies = new if tallies is None else _sum(tallies, new)
        if number % 10 == 9:
            found.append(_read(tallies, (hard, soft)))
            whole = tallies if whole is None else _sum(whole, tallies)
            tallies = None
            print(f"  {law.name}: {len(found)} of {parts} parts", flush=True)
    values = _read(whole, (hard, soft))
    errors = {name: [part[name] for part in found] for name in names}
    return {
        name: (values[name], float(np.std(errors[name], ddof=1)) / math.sqrt(len(found)))
        for name in names
    }


def _sum(one: list[Any], other: list[Any]) -> list[Any]:
    return [None if a is None else a + b for a, b in zip(one, other, strict=True)]


def _read(tallies: list[Any], names: tuple[list[str], list[str]]) -> dict[str, float]:
    return {
        name: value_of(tally, name)
        for tally, asked in zip(tallies, names, strict=True)
        for name in asked
    }


def _is_part(law: Law, name: str) -> bool:
    return any(each.kind == PART and each.name == name for each in measures_of(law))


def value_of(rows: Any, name: str) -> float:
    """Value of a metric, whatever its interval costs."""
    return float(cal.evaluate(rows, [name])[name])


def main() -> None:
    """Compute and keep them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", help="a law by name, and again")
    chosen = parser.parse_args().only or list(LAWS)
    torch.set_num_threads(2)
    kept = json.loads(PATH.read_text("utf-8")) if PATH.exists() else {"truths": {}}
    kept["made"] = (
        f"python -m benchmarks.coverage.truths: {NODES:,} equal shares of one score, or "
        f"{PARTS * 10 * BATCH:,} rows of many classes; value, and its error (see truths.py)"
    )
    for name in chosen:
        kept["truths"][name] = made(LAWS[name])
        PATH.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
        print(f"{name}: {len(kept['truths'][name])} values", flush=True)


if __name__ == "__main__":
    main()
