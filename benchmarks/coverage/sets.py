"""Many sets of rows of one law and size: what every metric says of each, kept in a file."""

import hashlib
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
from benchmarks.coverage.codes import code_of
from benchmarks.coverage.generators import LAWS, Law
from benchmarks.coverage.measures import measures_of, tests_of

import calibrant as cal
from calibrant.errors import InputError

__all__ = ["Chunk", "columns_of", "first_codes", "rng_of", "simulate"]

LEVEL = 0.95
KEPT = 90  # characters of a reason
TIMED = 500  # sets to each one whose metrics are timed one by one
VALUE, LOW, HIGH, P_VALUE = range(4)


@dataclass(frozen=True, order=True)
class Chunk:
    """Sets `first` to `first + count - 1` of a law at `n` rows, and what is asked of them.

    Parameters
    ----------
    first, law, n, count
        Which sets.
    codes : tuple of pairs
        Names of metrics and tests, each with the code that it is.
    """

    first: int
    law: str
    n: int
    count: int
    codes: tuple[tuple[str, str], ...]

    def path(self, folder: Path) -> Path:
        """File of what was found."""
        law = self.law.replace(" ", "_").replace(",", "")
        codes = hashlib.sha256(repr(self.codes).encode()).hexdigest()[:8]
        return folder / f"{law}-{self.n}-{self.first}-{self.count}-{codes}.npz"


def columns_of(law: Law, words: tuple[str, ...] = ()) -> list[str]:
    """Names of all that is asked, of those that hold a word: metrics, then tests."""
    names = [each.name for each in measures_of(law)] + tests_of(law)
    return [name for name in names if not words or any(word in name for word in words)]


def first_codes(law: str, n: int, words: tuple[str, ...] = ()) -> dict[str, str]:
    """Code of everything that is asked of a law and size, by name; evaluates the first set."""
    torch.set_num_threads(1)
    rows = LAWS[law].draw(rng_of(law, n, 0), n)
    found = _evaluate(rows, columns_of(LAWS[law], words))
    return {
        name: code_of(name, LAWS[law].n_classes, _numbers(said)) for name, said in found.items()
    }


def simulate(chunk: Chunk, folder: Path) -> float:
    """Draw the sets of a chunk, evaluate them and keep the file; seconds spent."""
    torch.set_num_threads(1)
    start = time.process_time()
    law, columns = LAWS[chunk.law], [name for name, _ in chunk.codes]
    found = np.full((chunk.count, len(columns), 4), np.nan)
    reasons: dict[str, Counter[str]] = {name: Counter() for name in columns}
    slow = {each.name: each.step(law) for each in measures_of(law)}
    seconds: dict[str, float] = {}
    for row in range(chunk.count):
        number = chunk.first + row
        asked = [name for name in columns if number % slow.get(name, 1) == 0]
        if not asked:
            continue
        rows = law.draw(rng_of(chunk.law, chunk.n, number), chunk.n)
        for name, estimate in _evaluate(rows, asked).items():
            found[row, columns.index(name)] = _numbers(estimate)
            if isinstance(estimate, str):
                reasons[name][estimate] += 1
            elif estimate.low is None:
                reasons[name][_reason(estimate)] += 1
        if row == 0 and chunk.first % TIMED == 0:  # what is to be loaded is
            seconds = {name: _seconds(rows, name) for name in asked}
    spent = time.process_time() - start
    told = {"law": chunk.law, "n": chunk.n, "first": chunk.first, "codes": chunk.codes}
    told |= {"reasons": reasons, "seconds": seconds, "spent": spent}
    path = chunk.path(folder)
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(partial, found=found, told=json.dumps(told))
    partial.replace(path)
    return spent


def rng_of(law: str, n: int, number: int) -> np.random.Generator:
    """Random numbers of a set: the same whatever is run beside it."""
    return np.random.default_rng([zlib.crc32(law.encode()), n, number])


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
