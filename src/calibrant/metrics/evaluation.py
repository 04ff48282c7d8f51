"""Evaluation: the estimates of one set of rows, as plain data."""

import json
from collections.abc import ItemsView, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from calibrant.errors import InputError
from calibrant.files import write_whole
from calibrant.metrics.base import Metric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.resolving import resolve

__all__ = ["Evaluation"]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Estimates by name, in the order asked for.

    Index it by name or alias: ``evaluation["ece"]`` and ``evaluation["top_label_ece"]`` are
    one. Printing gives a table.

    Attributes
    ----------
    estimates : dict
        Estimate of every name asked for.
    metrics : dict
        Metric behind every name.
    class_names : tuple of str
        Name of every class, by index.
    notes : tuple of str
        What was done to values on their way in, in words.
    groups : dict
        Evaluation of every group of rows, where groups were given.
    """

    estimates: dict[str, Estimate]
    metrics: dict[str, Metric]
    class_names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    groups: "dict[str, Evaluation]" = field(default_factory=dict["str", "Evaluation"])

    def __getitem__(self, name: str | Metric) -> Estimate:
        if isinstance(name, str) and name in self.estimates:
            return self.estimates[name]
        wanted = resolve(name, len(self.class_names)) if isinstance(name, str) else name
        for key, metric in self.metrics.items():
            if metric == wanted:
                return self.estimates[key]
        remedy = f"Evaluate with metrics=[..., {name!r}]."
        raise InputError("name", f"be one of {', '.join(self.estimates)}", f"{name!r}", remedy)

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, (str, Metric)):
            return False
        try:
            self[name]
        except InputError:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self.estimates)

    def __len__(self) -> int:
        return len(self.estimates)

    def items(self) -> ItemsView[str, Estimate]:
        """Names with their estimates."""
        return self.estimates.items()

    @property
    def n(self) -> int:
        """Number of rows behind the estimates."""
        return max((estimate.n for estimate in self.estimates.values()), default=0)

    def to_dict(self) -> dict[str, dict[str, object]]:
        """Plain data by name; see `Estimate.to_dict`."""
        return {name: estimate.to_dict() for name, estimate in self.estimates.items()}

    def to_frame(self) -> pd.DataFrame:
        """One row a number: scalars, then every class of a vector; matrices are left out."""
        rows: list[dict[str, object]] = []
        for name, estimate in self.estimates.items():
            for label, value, low, high in _scalars(name, estimate):
                rows.append(
                    {
                        "metric": label,
                        "value": value,
                        "low": low,
                        "high": high,
                        "level": estimate.level,
                        "n": estimate.n,
                        "noise_floor": estimate.noise_floor,
                        "method": estimate.method,
                    }
                )
        return pd.DataFrame(rows).set_index("metric") if rows else pd.DataFrame()

    def to_json(self, path: str | Path | None = None) -> str:
        """Text of `to_dict` as JSON; written whole to `path` too, if given.

        Raises
        ------
        OutputError
            If `path` cannot be written.
        """
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        if path is not None:
            write_whole(path, text)
        return text

    def __str__(self) -> str:
        rows: list[tuple[str, str, str, str, str]] = []
        for name, estimate in self.estimates.items():
            for label, value, low, high in _scalars(name, estimate):
                ends = "" if low is None or high is None else f"{low:.4f} to {high:.4f}"
                floor = "" if estimate.noise_floor is None else f"{estimate.noise_floor:.4f}"
                how = estimate.method
                if ends and estimate.level is not None:
                    how = f"{100 * estimate.level:g} %, {how}"
                if estimate.note:
                    how = f"{how} ({estimate.note})"
                rows.append((label, f"{value:.4f}", ends, floor, how))
        rows.insert(0, ("metric", "value", "interval", "noise floor", "how"))
        widths = [max(len(row[k]) for row in rows) for k in range(4)]
        lines = [
            "  ".join(
                (row[0].ljust(widths[0]), *(row[k].rjust(widths[k]) for k in (1, 2, 3)), row[4])
            )
            for row in rows
        ]
        lines = [line.rstrip() for line in lines]
        classes = f", {len(self.class_names)} classes" if self.class_names else ""
        count = f"{self.n} rows{classes}"
        return "\n".join((count, *lines, *(f"note: {note}" for note in self.notes)))


def _scalars(
    name: str, estimate: Estimate
) -> Iterator[tuple[str, float, float | None, float | None]]:
    """Label, value and ends of every single number of an estimate; none for a matrix."""
    value, low, high = estimate.value, estimate.low, estimate.high
    if isinstance(value, float):
        yield (
            name,
            value,
            low if isinstance(low, float) else None,
            high if isinstance(high, float) else None,
        )
        return
    for k, entry in enumerate(value if isinstance(value, tuple) else ()):
        if isinstance(entry, float):
            label = f"{name}[{estimate.names[k] if estimate.names else k}]"
            ends = (
                (low[k], high[k])
                if isinstance(low, tuple) and isinstance(high, tuple)
                else (None, None)
            )
            known = ends[0] is not None and ends[0] == ends[0]
            yield (label, entry, ends[0] if known else None, ends[1] if known else None)
