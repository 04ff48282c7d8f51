"""What is there of every metric, law and size: lines that were published, and files of sets.

Both say from which code they come (see `codes`). Lines of the present code are added to; those of
older code stay in the table, and are marked, until the first sets of the present one are there.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Codes", "Key", "Sets", "add", "published", "read"]

Key = tuple[str, int, str]  # law, size, metric
Codes = dict[tuple[str, int], dict[str, str]]  # by law and size, of every metric
Line = dict[str, Any]
MEANS = ("mean_value", "oracle_width", "mean_width", "median_width", "ms")
COUNTS = ("sets", "intervals", "below", "above", "p_values", "rejected")


@dataclass
class Sets:
    """Numbers of consecutive sets, from `first` on: value, ends and p value in a row."""

    first: int
    numbers: np.ndarray
    reasons: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    @property
    def stop(self) -> int:
        """Number of the set after the last."""
        return self.first + len(self.numbers)


def published(path: Path) -> dict[Key, Line]:
    """Lines of a file of results, by law, size and metric."""
    if not path.exists():
        return {}
    kept = json.loads(path.read_text("utf-8"))["lines"]
    lines = [
        {name: each for name, each in zip(kept["columns"], row, strict=True) if each is not None}
        for row in kept["rows"]
    ]
    return {(line["law"], line["n"], line["metric"]): line for line in lines}


def read(folder: Path, codes: Codes, since: dict[Key, int]) -> dict[Key, Sets]:
    """Sets of the present code in a folder, without a gap.

    Parameters
    ----------
    folder : Path
        With the files of chunks.
    codes : dict
        The present ones.
    since : dict
        From which set on they are wanted, where not from the first.
    """
    files = defaultdict(list)
    for path in folder.glob("*.npz"):
        if path.name.endswith(".partial.npz"):
            continue
        with np.load(path) as kept:
            found, told = kept["found"], json.loads(str(kept["told"]))
        files[told["law"], told["n"]].append((told["first"], found, told))
    out: dict[Key, Sets] = {}
    for place, wanted in codes.items():
        for first, found, told in sorted(files[place], key=lambda each: each[0]):
            for column, (name, code) in enumerate(told["codes"]):
                if wanted.get(name) == code:
                    _append(out, (*place, name), since, Sets(first, found[:, column]), told)
    return out


def _append(out: dict[Key, Sets], key: Key, since: dict[Key, int], new: Sets, told: Line) -> None:
    name, stop = key[2], out[key].stop if key in out else since.get(key, 0)
    if new.first != stop:  # twice there, or after a gap
        return
    own = out.setdefault(key, Sets(new.first, new.numbers[:0]))
    own.numbers = np.concatenate((own.numbers, new.numbers))
    own.reasons.update(told["reasons"].get(name, {}))
    own.seconds += [told["seconds"][name]] if name in told["seconds"] else []


def add(line: Line, other: Line) -> Line:
    """Of two lines of one code, the first sets and those that follow: counts and means.

    The central range of an estimator and the median of widths become means of the two, too.
    """
    both = {**line, **{name: line.get(name, 0) + other.get(name, 0) for name in COUNTS}}
    for name in MEANS:
        of = "intervals" if name.endswith("_width") and name != "oracle_width" else "sets"
        both[name] = _mean([(each.get(name), each.get(of, 0)) for each in (line, other)])
    reasons = Counter(line["refused"]) + Counter(other["refused"])
    both["refused"] = dict(reasons.most_common(3))
    both["stop"] = other["stop"]
    return both


def _mean(parts: Iterable[tuple[float | None, int]]) -> float | None:
    told = [(value, weight) for value, weight in parts if value is not None and weight]
    total = sum(weight for _, weight in told)
    return sum(value * weight for value, weight in told) / total if told else None
