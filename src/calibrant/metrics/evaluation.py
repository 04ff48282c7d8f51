"""Evaluation: the estimates of one set of rows, as plain data."""

from collections.abc import ItemsView, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

import pandas as pd

from calibrant.errors import InputError
from calibrant.files import write_whole
from calibrant.metrics.base import Metric
from calibrant.metrics.binned.reliability import ReliabilityTable
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation_card import evaluation_card
from calibrant.metrics.evaluation_file import Held, held_in, json_text, text_of
from calibrant.metrics.evaluation_groups import GroupGap, gap_of, group_lines, worst_of
from calibrant.metrics.evaluation_html import estimates_html, groups_html
from calibrant.metrics.evaluation_merge import check_evaluation, check_no_clash, check_same, named
from calibrant.metrics.evaluation_names import direction_of, known_metrics, meant
from calibrant.metrics.evaluation_numbers import frame_of
from calibrant.metrics.evaluation_table import table_lines
from calibrant.metrics.resolving import resolve

__all__ = ["Evaluation"]


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Evaluation:
    """Estimates by name, in the order asked for.

    Index it by name or alias: ``evaluation["ece"]`` and ``evaluation["top_label_ece"]`` are
    one. Printing gives a table.

    Attributes
    ----------
    estimates : dict
        Estimate of every name asked for.
    metrics : dict
        Metric behind every name; from a file, of the names that the registry knows.
    class_names : tuple of str
        Name of every class, by index.
    n : int
        Number of rows evaluated, ignored ones left out. An estimate may rest on fewer, or on
        something else than rows, such as images.
    notes : tuple of str
        What was done to values on their way in, in words.
    groups : dict
        Evaluation of every group of rows, where groups were given.
    reliability : ReliabilityTable or None
        Ten bins of what was stated and what came true, where a metric was read from such bins: of
        the positive class, or else of the likeliest. A file does not keep it.
    """

    estimates: dict[str, Estimate]
    metrics: dict[str, Metric]
    class_names: tuple[str, ...]
    n: int
    notes: tuple[str, ...] = ()
    groups: "dict[str, Evaluation]" = field(default_factory=dict["str", "Evaluation"])
    reliability: ReliabilityTable | None = None

    def __getitem__(self, name: str | Metric) -> Estimate:
        return self.estimates[self._key(name)]

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, (str, Metric)):
            return False
        try:
            self._key(name)
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

    def filter(self, *words: str) -> "Evaluation":
        """Some of the estimates, in the same order; of the groups too.

        Parameters
        ----------
        *words : str
            Names, aliases, patterns such as ``"*ece*"``, or families of metrics as
            `calibrant metrics` lists them, such as ``"proper scores"``.

        Raises
        ------
        InputError
            If a word means none of the estimates.
        """
        names = meant(words, self.estimates, self.metrics, len(self.class_names))
        return _only(self, names)

    def merge(self, other: "Evaluation") -> "Evaluation":
        """Estimates of both, side by side; both must be of the same rows.

        Raises
        ------
        InputError
            If `other` is no evaluation, numbers of rows, classes or groups differ, or a metric,
            under one name or two, has two estimates.
        """
        check_evaluation(other, Evaluation)
        check_same("rows", self.n, other.n)
        check_same("class_names", self.class_names, other.class_names)
        both = bool(self.groups and other.groups)
        check_same("groups", named(self.groups), named(other.groups), known=both)
        check_no_clash(self.estimates, other.estimates, self.metrics, other.metrics)
        groups = {
            name: one.merge(other.groups[name]) if both else one
            for name, one in (self.groups or other.groups).items()
        }
        return Evaluation(
            {**self.estimates, **other.estimates},
            {**self.metrics, **other.metrics},
            self.class_names,
            self.n,
            tuple(dict.fromkeys(self.notes + other.notes)),
            groups,
            self.reliability or other.reliability,
        )

    def worst_group(self, name: str | Metric) -> tuple[str, Estimate]:
        """Name and estimate of the group that does worst by a metric of one number.

        Of small groups the worst is easily so by chance: look at its interval.

        Raises
        ------
        InputError
            If there are no groups, or the metric is not there, has several numbers, or has no
            direction that is good.
        """
        key = self._key(name)
        direction = direction_of(key, self.metrics.get(key), len(self.class_names))
        return worst_of(key, self._by_group(key), direction)

    def group_gap(self, name: str | Metric) -> GroupGap:
        """Largest value of any group minus the smallest, with the names of the two.

        Raises
        ------
        InputError
            If there are no groups, or the metric is not there or has several numbers.
        """
        key = self._key(name)
        return gap_of(key, self._by_group(key))

    def by_group(self, name: str | Metric) -> pd.DataFrame:
        """A metric in every group: one row a group, or one an entry of a vector or matrix in each.

        Raises
        ------
        InputError
            If there are no groups, or the metric is not there, or in none of them.
        """
        key = self._key(name)
        groups = self._by_group(key).items()
        frames = {group: frame_of({key: one}, cells=True) for group, one in groups}
        return pd.concat(frames, names=["group"]).reset_index("metric")

    def to_dict(self) -> dict[str, object]:
        """Plain data by name, see `Estimate.to_dict`; of the groups by their names too."""
        out: dict[str, object] = {name: one.to_dict() for name, one in self.estimates.items()}
        if self.groups:
            out["groups"] = {name: one.to_dict() for name, one in self.groups.items()}
        return out

    def to_frame(self, *, cells: bool = False) -> pd.DataFrame:
        """One row a number: scalars, then every entry of a vector.

        Parameters
        ----------
        cells : bool, default False
            Give the cells of matrices too.
        """
        return frame_of(self.estimates, cells=cells)

    def to_json(self, path: str | Path | None = None) -> str:
        """Text as JSON, from which `from_json` makes an equal evaluation; to `path` too, if given.

        The estimates stand by name, as in `to_dict`, beside ``schema_version``,
        ``class_names``, ``n`` and ``notes``. What JSON cannot hold is null, and ``states`` says
        what it was.

        Raises
        ------
        OutputError
            If `path` cannot be written.
        """
        text = json_text(_held(self))
        if path is not None:
            write_whole(path, text)
        return text

    @staticmethod
    def from_json(path_or_text: str | Path) -> "Evaluation":
        """Evaluation from a file of `to_json`, or from its text.

        Metrics that are not calibrant's own are found by the name they were evaluated by.

        Raises
        ------
        InputError
            If there is no such file, or it holds something else, or is of another schema.
        """
        return _restored(held_in(*text_of(path_or_text)))

    def __str__(self) -> str:
        lines = [self._title(), *table_lines(self.estimates)]
        lines += group_lines({name: (one.n, one.estimates) for name, one in self.groups.items()})
        return "\n".join((*lines, *(f"note: {note}" for note in self.notes)))

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:  # pyright: ignore[reportUnusedFunction] -- notebooks call it
        title = self._title()
        groups = groups_html({name: (one.n, one.estimates) for name, one in self.groups.items()})
        tables = (*estimates_html(title, self.estimates), *groups)
        return evaluation_card(title, self.estimates, tables, self.notes, self.reliability)

    def _title(self) -> str:
        n_classes = len(self.class_names)
        classes = f", {n_classes} class{'' if n_classes == 1 else 'es'}" if n_classes else ""
        return f"{self.n} row{'' if self.n == 1 else 's'}{classes}"

    def _key(self, name: str | Metric) -> str:
        """Name that an estimate is held under."""
        if isinstance(name, str) and name in self.estimates:
            return name
        wanted = resolve(name, len(self.class_names)) if isinstance(name, str) else name
        for key in self.estimates:
            if self.metrics.get(key, key) in (wanted, repr(wanted)):
                return key
        remedy = f"Evaluate with metrics=[..., {name!r}]."
        raise InputError("name", f"be one of {', '.join(self.estimates)}", f"{name!r}", remedy)

    def _by_group(self, key: str) -> dict[str, Estimate]:
        if not self.groups:
            remedy = "Pass groups=... where the rows are made, as in calibrant.predictions."
            raise InputError("evaluation", "be of rows with groups", "none", remedy)
        held = {group: one[key] for group, one in self.groups.items() if key in one}
        if not held:
            rule, remedy = "be evaluated by group", "Evaluate it on rows with groups too."
            raise InputError("name", rule, f"'{key}', of all rows alone", remedy)
        return held


def _only(evaluation: Evaluation, names: Iterable[str]) -> Evaluation:
    """Some of the estimates, of the groups too."""
    return Evaluation(
        {name: evaluation.estimates[name] for name in names if name in evaluation.estimates},
        {name: evaluation.metrics[name] for name in names if name in evaluation.metrics},
        evaluation.class_names,
        evaluation.n,
        evaluation.notes,
        {group: _only(one, names) for group, one in evaluation.groups.items()},
        evaluation.reliability,
    )


def _held(evaluation: Evaluation) -> Held:
    groups = {name: _held(one) for name, one in evaluation.groups.items()}
    return Held(
        evaluation.estimates, evaluation.class_names, evaluation.n, evaluation.notes, groups
    )


def _restored(held: Held) -> Evaluation:
    """Evaluation of what a file holds."""
    return Evaluation(
        dict(held.estimates),
        known_metrics(held.estimates, len(held.class_names)),
        held.class_names,
        held.n,
        held.notes,
        {name: _restored(part) for name, part in held.groups.items()},
    )
