"""Many sets of rows of one law and size: what every metric says of each, kept in a file."""

import json
import time
import warnings
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from benchmarks.coverage.generators import LAWS, Law
from benchmarks.coverage.measures import measures_of, tests_of

import calibrant as cal
from calibrant.errors import InputError

__all__ = ["Chunk", "columns_of", "simulate"]

LEVEL = 0.95
KEPT = 90  # characters of a reason
VALUE, LOW, HIGH, P_VALUE = range(4)


@dataclass(frozen=True, order=True)
class Chunk:
    """Sets `first` to `first + count - 1` of a law at `n` rows."""

    first: int
    law: str
    n: int
    count: int

    def path(self, folder: Path) -> Path:
        """File of what was found."""
        return folder / f"{self.law.replace(' ', '_').replace(',', '')}-{self.n}-{self.first}.npz"


def columns_of(law: Law, words: tuple[str, ...] = ()) -> list[str]:
    """Names of all that is asked, of those that hold a word: metrics, then tests."""
    names = [each.name for each in measures_of(law)] + tests_of(law)
    return [name for name in names if not words or any(word in name for word in words)]


def simulate(chunk: Chunk, folder: Path, words: tuple[str, ...] = ()) -> float:
    """Draw the sets of a chunk, evaluate them and keep the file; seconds spent."""
    torch.set_num_threads(1)
    start = time.process_time()
    law = LAWS[chunk.law]
    columns = columns_of(law, words)
    found = np.full((chunk.count, len(columns), 4), np.nan)
    reasons: dict[str, Counter[str]] = {name: Counter() for name in columns}
    slow = {
        each.name: each.every
        for each in measures_of(law)
        if each.every > 1 and law.n_classes >= each.slow_from
    }
    seconds: dict[str, float] = {}
    for row in range(chunk.count):
        number = chunk.first + row
        rows = law.draw(rng_of(chunk, number), chunk.n)
        asked = [name for name in columns if number % slow.get(name, 1) == 0]
        if row == 0:
            seconds = {name: _seconds(rows, name) for name in asked}
        for name, estimate in _evaluate(rows, asked).items():
            found[row, columns.index(name)] = _numbers(estimate)
            if isinstance(estimate, str):
                reasons[name][estimate] += 1
            elif estimate.low is None:
                reasons[name][_reason(estimate)] += 1
    spent = time.process_time() - start
    told = {"columns": columns, "reasons": reasons, "seconds": seconds, "spent": spent}
    path = chunk.path(folder)
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(partial, found=found, told=json.dumps(told))
    partial.replace(path)
    return spent


def rng_of(chunk: Chunk, number: int) -> np.random.Generator:
    """Random numbers of a set: the same whatever is run beside it."""
    return np.random.default_rng([zlib.crc32(chunk.law.encode()), chunk.n, number])


def _evaluate(rows: Any, names: list[str]) -> dict[str, Any]:
    """Estimates by name, or in words why a metric refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            evaluation = cal.evaluate(rows, names, level=LEVEL)
            return {name: evaluation[name] for name in names}
        except InputError as error:
            if len(names) == 1:
                return {names[0]: f"refused: {error}"[:KEPT]}
            return {name: _evaluate(rows, [name])[name] for name in names}


def _seconds(rows: Any, name: str) -> float:
    start = time.process_time()
    _evaluate(rows, [name])
    return time.process_time() - start


def _numbers(estimate: Any) -> tuple[float, ...]:
    if isinstance(estimate, str):
        return (np.nan,) * 4
    ends = (np.nan, np.nan) if estimate.low is None else (estimate.low, estimate.high)
    return (estimate.value, *ends, estimate.details.get("p_value", np.nan))


def _reason(estimate: Any) -> str:
    """Why there is no interval, without what differs from set to set."""
    text = estimate.method.removeprefix("not available: ")
    return "".join("#" if sign.isdigit() else sign for sign in text)[:KEPT]
