"""Runs to report on, and a reader of the pages that come out."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from html.parser import HTMLParser

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.registry import defaults
from calibrant.report.summary import (
    ColumnUse,
    Repairs,
    RunSummary,
    SplitSizes,
    TrainingHistory,
    TrueCalibrationError,
)

VOID = {"meta", "link", "br", "hr", "img", "input"}

MakeSummary = Callable[..., RunSummary]


@cache
def measured(n_classes: int, n: int, names: tuple[str, ...]) -> dict[str, object]:
    """Results of an overconfident model, and of the same model with its temperature put right."""
    generator = np.random.default_rng(n_classes)
    likely = np.eye(n_classes)[generator.integers(0, n_classes, n)]
    logits = generator.normal(size=(n, n_classes)) + 2 * likely
    noise = generator.gumbel(size=(n, n_classes))
    labels = (logits + noise).argmax(axis=1)  # drawn from the softmax of the logits
    per_class = ("precision_per_class", "recall_per_class", "f1_per_class", "confusion_matrix")
    metrics = [*defaults("predictions", n_classes), *per_class]
    views = ("top_label", "positive") if n_classes == 2 else ("top_label",)
    results = []
    for factor in (2.0, 1.0):
        rows = cal.predictions(logits=factor * logits, labels=labels, class_names=names)
        tables = {view: cal.reliability_table(rows, view=view) for view in views}
        results.append((cal.evaluate(rows, metrics), tables))
    (before, tables_before), (after, tables_after) = results
    return {
        "before": before,
        "after": after,
        "reliability_before": tables_before,
        "reliability_after": tables_after,
        "confusion": after["confusion_matrix"].value,
        "split": SplitSizes(train=3 * n, validation=n, test=n, how="Stratified, seed 0."),
    }


@pytest.fixture(scope="session")
def make_summary() -> MakeSummary:
    """Factory of summaries: number of classes, rows, names, and any field to replace."""

    def make(
        n_classes: int = 2, *, n: int = 1200, names: tuple[str, ...] = (), **changes: object
    ) -> RunSummary:
        names = names or tuple(f"class {k}" for k in range(n_classes))
        summary = RunSummary(
            title="sales above the median",
            source="sales.csv: 6,000 rows, 3 columns.",
            target="sales above 1794.33, the median of the training rows.",
            columns=(
                ColumnUse(name="sales", role="target", why="given as --target"),
                ColumnUse(name="weight", role="number", why="numbers"),
                ColumnUse(name="fat", role="category", why="text with 5 levels"),
            ),
            repairs=Repairs(imputed={"weight": 1463}, unseen={"fat": 2}, rows_without_target=7),
            training=TrainingHistory(
                columns={
                    "epoch": [1, 2, 3],
                    "train_loss": [0.7, 0.6, 0.5],
                    "validation_loss": [0.72, 0.66, 0.67],
                    "validation_log_loss": [0.71, 0.64, 0.65],
                },
                best_epoch=2,
                stopped="No better validation log loss in 1 epoch.",
                loss="0.5*ce(balanced) + 0.5*soft_f1",
            ),
            calibrator="Temperature scaling on 1,200 validation rows, T = 2.0134.",
            command="calibrant train --config recipe.toml --out again",
            recipe='[data]\ntarget = "sales"\n',
            versions={"calibrant": "0.1.0", "torch": "2.4.1"},
            **measured(n_classes, n, names),
        )
        return replace(summary, **changes)

    return make


@pytest.fixture
def uncalibrated(make_summary: MakeSummary) -> RunSummary:
    """Run whose probabilities were left as they were."""
    reason = "Left uncalibrated, because no temperature is best."
    return make_summary(after=None, reliability_after=None, calibrator=reason)


@pytest.fixture
def generated(make_summary: MakeSummary) -> RunSummary:
    """Run on generated rows, whose truth is known."""
    truth = TrueCalibrationError(before=0.0713, after=0.0121, n=1_000_000, how="Over fresh rows.")
    return make_summary(truth=truth)


@dataclass
class Found:
    """What a reader found in a page."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    tables: dict[str, list[list[tuple[str, float | None]]]] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        """Ids in the order of the page."""
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]

    @property
    def words(self) -> str:
        """Text of the page, spaces made alike."""
        return " ".join(" ".join(self.text).split())


class Reader(HTMLParser):
    """Parser that checks nesting and collects tags, text and tables."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Found()
        self._open: list[str] = []
        self._rows: list[list[tuple[str, float | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        attributes = {name: value or "" for name, value in attrs}
        self.found.tags.append((tag, attributes))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self._rows = self.found.tables.setdefault(attributes["id"], [])
        elif tag == "tr":
            self._rows.append([])
        elif tag in {"td", "th"}:
            self._rows[-1].append(("", None))
        elif tag == "data" and "table" in self._open:
            self._rows[-1][-1] = ("", float(attributes["value"]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that closes itself, as only SVG allows."""
        self.found.tags.append((tag, {name: value or "" for name, value in attrs}))
        if "svg" not in self._open:
            self.found.wrong.append(f"<{tag}/> outside an svg")

    def handle_endtag(self, tag: str) -> None:
        """Check that the tag closes the one opened last."""
        if not self._open or self._open.pop() != tag:
            self.found.wrong.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        """Collect text, and the text of cells without their small print."""
        if self._open and self._open[-1] in {"style", "script"}:
            return
        self.found.text.append(data)
        if {"td", "th"} & set(self._open) and not {"small", "sup"} & set(self._open):
            text, value = self._rows[-1][-1]
            self._rows[-1][-1] = (text + data, value)

    def close(self) -> None:
        """Check that nothing is left open."""
        super().close()
        self.found.wrong += [f"<{tag}> never closed" for tag in self._open]


@pytest.fixture(scope="session")
def read_page() -> Callable[[str], Found]:
    """Function from the text of a page to what is in it."""

    def read(page: str) -> Found:
        reader = Reader()
        reader.feed(page)
        reader.close()
        return reader.found

    return read
