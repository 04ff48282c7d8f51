"""Comparisons of two models: how often a difference is claimed that is none, and one that is.

Both models see the same rows, each through noise of its own. **Twins** have noise of one size, so
that no metric differs in the population, and whatever share is rejected beyond 5 % is false alarm;
of the others one model is truly better. `python -m benchmarks.coverage.comparisons`; 1,000 sets.
"""

import argparse
import json
import time
import warnings
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from benchmarks.coverage.generators import HEAT, Floats, chance_of_mean
from scipy.special import expit, logit, softmax

import calibrant as cal

__all__ = ["DATA", "PAIRS", "table"]

DATA = Path(__file__).with_name("results") / "comparisons.json"
RUNS, SIZES = 1000, (300, 1000, 5000)
LEVEL = 0.05
TWO = ("accuracy", "f1_positive", "log_loss", "brier_binary", "auroc_positive", "positive_ece")
TWO += ("average_precision_positive", "positive_smooth_ece")
MORE = ("accuracy", "f1_macro", "log_loss", "brier", "top_label_ece")


@dataclass(frozen=True)
class TwoModels:
    """Two models of the same rows; of two classes, unless there are more.

    Parameters
    ----------
    noise : tuple of two floats
        Standard deviation of the noise through which each model sees the score.
    heat : tuple of two floats
        What the calibrated log-odds of each are multiplied by.
    mean : float
        Of the score, whose standard deviation is 1.5.
    """

    name: str
    noise: tuple[float, float] = (0.7, 0.7)
    heat: tuple[float, float] = (1.0, 1.0)
    mean: float = 0.0
    size: int = 1
    n_classes: int = 2

    @property
    def twins(self) -> bool:
        """Whether no metric differs in the population."""
        return self.noise[0] == self.noise[1] and self.heat[0] == self.heat[1]

    def metrics(self, words: tuple[str, ...] = ()) -> tuple[str, ...]:
        """What is compared, of that which holds a word."""
        names = TWO if self.n_classes == 2 else MORE
        return tuple(x for x in names if not words or any(word in x for word in words))

    def draw(self, rng: np.random.Generator, n: int) -> dict[str, Any]:
        """Predictions of both models for the same rows."""
        if self.n_classes > 2:
            return self._of_classes(rng, n)
        cluster = np.arange(n) // self.size
        parts = rng.normal(size=(3, n))
        effect = 0.0
        if self.size > 1:
            shared = rng.normal(size=(4, cluster[-1] + 1))[:, cluster]
            parts, effect = (parts + shared[:3]) / np.sqrt(2), shared[3]
        score = HEAT * parts[0]
        labels = (rng.random(n) < expit(self.mean + score + effect)).astype(int)
        found = {}
        for name, noise, heat, own in zip("AB", self.noise, self.heat, parts[1:], strict=True):
            stated = self.chance(score + noise * own, noise)
            clusters = cluster if self.size > 1 else None
            probs = expit(heat * logit(stated))
            found[name] = cal.predictions(probs=probs, labels=labels, clusters=clusters)
        return found

    def chance(self, seen: Floats, noise: float) -> Floats:
        """Chance of the positive class, given what a model sees."""
        known = HEAT**2 / (HEAT**2 + noise**2)
        spread = np.sqrt((1 - known) * HEAT**2 + (1.0 if self.size > 1 else 0.0))
        return chance_of_mean(self.mean + known * seen, float(spread))

    def _of_classes(self, rng: np.random.Generator, n: int) -> dict[str, Any]:
        logits = rng.normal(0, 2, (n, self.n_classes))
        labels = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)
        found = {}
        for name, noise, heat in zip("AB", self.noise, self.heat, strict=True):
            seen = logits + rng.normal(0, noise, logits.shape)
            found[name] = cal.predictions(probs=softmax(heat * seen, axis=1), labels=labels)
        return found


PAIRS = {
    pair.name: pair
    for pair in (
        TwoModels("twins, calibrated"),
        TwoModels("twins, too sure", heat=(1.5, 1.5)),
        TwoModels("twins, 2 % positive", mean=-4.85),
        TwoModels("twins, clusters of ten", size=10),
        TwoModels("twins, ten classes", n_classes=10),
        TwoModels("A sees better", noise=(0.7, 1.2)),
        TwoModels("B is too sure", heat=(1.0, 1.5)),
        TwoModels("A sees better, ten classes", noise=(0.7, 1.2), n_classes=10),
    )
}


def found_of(name: str, n: int, numbers: range, metrics: tuple[str, ...]) -> list[list[float]]:
    """P value and ends of every metric (in a row) for every set."""
    torch.set_num_threads(1)
    pair = PAIRS[name]
    out = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in numbers:
            rng = np.random.default_rng([zlib.crc32(name.encode()), n, number])
            found = cal.compare(pair.draw(rng, n), metrics=list(metrics))
            row: list[float] = []
            for metric in metrics:
                difference = found[metric].difference
                ends = difference.p_value, difference.low, difference.high
                row += [np.nan if end is None else float(end) for end in ends]
            out.append(row)
    return out


def lines_of(
    name: str, n: int, found: list[list[float]], metrics: tuple[str, ...]
) -> list[dict[str, Any]]:
    """A line for every metric: share rejected, and of twins how often the interval holds 0."""
    pair, lines = PAIRS[name], []
    for metric, at in zip(
        metrics, np.array(found).reshape(len(found), -1, 3).swapaxes(0, 1), strict=True
    ):
        p, low, high = at.T
        told = ~np.isnan(p)
        line = {"pair": name, "n": n, "metric": metric, "twins": pair.twins, "sets": len(p)}
        line["tests"] = int(told.sum())
        line["rejected"] = float((p[told] < LEVEL).mean()) if told.any() else None
        inside = ~np.isnan(low)
        held = (low[inside] <= 0) & (high[inside] >= 0)
        line["holds_0"] = float(held.mean()) if inside.any() and pair.twins else None
        lines.append(line)
    return lines


def table(lines: list[dict[str, Any]]) -> str:
    """Markdown: percent rejected at 5 %."""
    sizes = sorted({line["n"] for line in lines})
    out = [
        f"| pair | metric | {' | '.join(f'n = {n:,}' for n in sizes)} |",
        f"| --- | --- |{' --- |' * len(sizes)}",
    ]
    for name, metric in dict.fromkeys((line["pair"], line["metric"]) for line in lines):
        own = {x["n"]: x for x in lines if (x["pair"], x["metric"]) == (name, metric)}
        cells = [_cell(own.get(n)) for n in sizes]
        out.append(f"| {name} | `{metric}` | {' | '.join(cells)} |")
    return "\n".join(out)


def _cell(line: dict[str, Any] | None) -> str:
    if line is None or line["rejected"] is None:
        return "-"
    share, slack = 100 * line["rejected"], 200 * np.sqrt(0.05 * 0.95 / line["tests"])
    off = line["twins"] and not 3 - slack <= share <= 7 + slack
    part = " ~" if line["tests"] < line["sets"] else ""
    return f"{share:.1f}{' !' if off else ''}{part}"


def _renewed(kept: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines that were kept, with new ones in their place."""

    def key(line: dict[str, Any]) -> tuple[Any, ...]:
        return line["pair"], line["n"], line["metric"]

    return list(({key(line): line for line in kept} | {key(line): line for line in new}).values())


def main() -> None:
    """Compare, and keep the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no sets after these")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--pairs", nargs="+", choices=list(PAIRS), default=list(PAIRS))
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--metrics", nargs="+", help="renew what holds a word, keep the others")
    chosen = parser.parse_args()
    end, words = time.monotonic() + 60 * chosen.minutes, tuple(chosen.metrics or ())
    of = {name: PAIRS[name].metrics(words) for name in chosen.pairs}
    places = [(name, n) for n in chosen.sizes for name in chosen.pairs if of[name]]
    found: dict[tuple[str, int], list[list[float]]] = {place: [] for place in places}
    with ProcessPoolExecutor(chosen.processes, mp_context=get_context("spawn")) as pool:
        for first in range(0, chosen.runs, 25):
            if time.monotonic() > end:
                break
            numbers = range(first, min(first + 25, chosen.runs))
            works: dict[tuple[str, int], Callable[[], list[list[float]]]] = {
                place: pool.submit(found_of, *place, numbers, of[place[0]]).result
                for place in places
            }
            for place, result in works.items():
                found[place] += result()
            print(f"{numbers.stop} of {chosen.runs} sets", flush=True)
    lines = [
        line
        for (name, n), rows in found.items()
        if rows
        for line in lines_of(name, n, rows, of[name])
    ]
    if words and DATA.exists():
        lines = _renewed(json.loads(DATA.read_text("utf-8"))["lines"], lines)
    DATA.parent.mkdir(exist_ok=True)
    DATA.write_text(json.dumps({"lines": lines}).replace("}, {", "},\n{") + "\n", "utf-8")
    print(table(lines))


if __name__ == "__main__":
    main()
