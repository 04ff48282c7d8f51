"""The report of a run: true to its numbers, safe, whole, and readable anywhere."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from calibrant.report.run_report import render
from calibrant.report.shapes import per_class, scalar
from calibrant.report.summary import NumberRunSummary, RunSummary

Make = Callable[..., RunSummary]
Read = Callable[[str], Any]
Find = Callable[[RunSummary | NumberRunSummary], Any]
Shapes = dict[str, RunSummary | NumberRunSummary]
Page = Callable[[RunSummary | NumberRunSummary], str]


@pytest.fixture(scope="module")
def binary(shapes: Shapes) -> RunSummary:
    """Run with two classes."""
    return shapes["two classes"]


@pytest.fixture(scope="module")
def shapes(
    make_summary: Make,
    rich: RunSummary,
    folded: RunSummary,
    make_number_summary: Callable[..., NumberRunSummary],
) -> Shapes:
    """Runs of every shape that a report can have."""
    make = make_summary
    return {
        "two classes": make(),
        "ten classes": make(10),
        "a hundred classes": make(100, n=3000),
        "interrupted": make(interrupted=True, notes=("A <b>note</b>.",)),
        "uncalibrated": make(after=None, curves_after=None),
        "everything": rich,
        "folds": folded,
        "numbers": make_number_summary(),
    }


@pytest.fixture(scope="module")
def thousand(make_summary: Make) -> RunSummary:
    """Run with a thousand classes."""
    return make_summary(1000, n=3000)


# Laws: what holds for every page


def test_tags_nest_and_ids_are_unique_and_links_lead_somewhere(shapes: Shapes, found_in: Find):
    for name, summary in shapes.items():
        found = found_in(summary)
        assert found.wrong == [], name
        assert len(found.ids) == len(set(found.ids)), name
        targets = {a["href"][1:] for _, a in found.tags if a.get("href", "").startswith("#")}
        assert targets <= set(found.ids), name
        labels = {a["aria-labelledby"] for _, a in found.tags if "aria-labelledby" in a}
        assert labels <= set(found.ids), name


def test_nothing_is_loaded_and_nothing_else_runs(
    shapes: Shapes, page_of: Page, found_in: Find, unscripted: Callable[[str], str]
):
    for name, summary in shapes.items():
        page, found = unscripted(page_of(summary)), found_in(summary)
        addresses = [a[key] for _, a in found.tags for key in ("src", "href", "action") if key in a]
        assert all(one.startswith(("#", "data:image/png")) for one in addresses), name
        assert "url(#" in page  # clip paths, which stay inside
        assert re.findall(r"url\((?!#)|@import|://", re.sub(r"&\w+;", "", page)) == [], name
        assert not {"script", "link", "iframe", "object", "base"} & {tag for tag, _ in found.tags}
        assert not any(key.startswith("on") for _, a in found.tags for key in a), name


def test_every_table_has_a_cell_for_every_heading(shapes: Shapes, found_in: Find):
    for name, summary in shapes.items():
        for table, rows in found_in(summary).tables.items():
            assert len({len(row) for row in rows}) == 1, (name, table)
            assert len(rows) > 1, (name, table)


def test_every_picture_has_a_label_and_a_sentence(shapes: Shapes, found_in: Find):
    for summary in shapes.values():
        tags = found_in(summary).tags
        labels = [a["aria-label"] for _, a in tags if a.get("role") == "img"]
        n_drawn = sum(tag == "svg" for tag, _ in tags)
        assert len(labels) == n_drawn == sum(tag == "figcaption" for tag, _ in tags)
        assert all(label.endswith(".") for label in labels)


def test_same_summary_gives_the_same_bytes(make_summary: Make, binary: RunSummary, page_of: Page):
    assert render(make_summary()) == page_of(binary)


def test_page_is_small_however_many_classes(
    shapes: Shapes, thousand: RunSummary, page_of: Page, unscripted: Callable[[str], str]
):
    pages = [page_of(summary) for summary in (*shapes.values(), thousand)]
    assert max(len(unscripted(page).encode()) for page in pages) < 700_000
    assert max(len(page.encode()) for page in pages) < 1_500_000


# Numbers: those of the evaluation, to the last digit


def test_table_of_metrics_holds_the_values_of_both_evaluations(binary: RunSummary, found_in: Find):
    header, *rows = found_in(binary).tables["metrics-table"]
    assert [text for text, _ in header] == ["Metric", "Before", "After"]
    assert binary.after is not None
    names = [name for name, estimate in binary.before.items() if scalar(estimate) is not None]
    shown = [(before, after) for _, (_, before), (_, after) in rows]
    wanted = [(binary.before[name].value, binary.after[name].value) for name in names]
    assert shown == wanted
    assert [text for _, (text, _), _ in rows] == [f"{value:.4f}" for value, _ in wanted]


def test_intervals_and_noise_floors_are_written_out(binary: RunSummary, found_in: Find):
    words = found_in(binary).words
    loss, error = binary.before["log_loss"], binary.before["ece"]
    assert f"{loss.low:.4f} to {loss.high:.4f}" in words
    assert f"noise floor {error.noise_floor:.4f}" in words


def test_reason_for_a_missing_interval_is_told_twice(
    make_summary: Make, binary: RunSummary, found_in: Find
):
    reason = "too few rows of one class"
    bare = replace(
        binary.before["ece"], low=None, high=None, level=None, method=f"not available: {reason}"
    )
    before = replace(binary.before, estimates={**binary.before.estimates, "ece": bare})
    told = f"No interval: {reason}."
    assert told not in found_in(binary).words
    found = found_in(make_summary(before=before))
    assert told in found.words
    assert any(told in attributes.get("title", "") for _, attributes in found.tags)


@pytest.mark.parametrize("view", ["top_label", "positive"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_bins_of_a_diagram_are_listed_below_it(
    binary: RunSummary, found_in: Find, view: str, when: str
):
    tables = (binary.curves_before if when == "before" else binary.curves_after).tables
    assert tables is not None
    table = tables[view]
    name = f"reliability-{view.replace('_', '-')}-{when}-table"
    _, *rows = found_in(binary).tables[name]
    used = [b for b in range(len(table.n)) if table.n[b] > 0]
    assert len(used) > 0
    assert [[value for _, value in row[1:4]] for row in rows] == [
        [table.n[b], table.stated[b], table.observed[b]] for b in used
    ]


def test_class_table_holds_counts_and_metrics_per_class(binary: RunSummary, found_in: Find):
    matrix = binary.confusion
    _, *rows = found_in(binary).tables["class-table"]
    assert binary.after is not None
    for k, row in enumerate(rows):
        assert row[0][0] == binary.before.class_names[k]
        counts = [sum(matrix[k]), matrix[0][k] + matrix[1][k], matrix[k][k]]
        vectors = [binary.after[f"{name}_per_class"] for name in ("precision", "recall", "f1")]
        metrics = [(per_class(vector) or [])[k].value for vector in vectors]
        assert [value for _, value in row[1:]] == [*counts, *metrics]


def test_least_recognised_classes_are_listed_when_there_are_too_many(
    thousand: RunSummary, found_in: Find
):
    found = found_in(thousand)
    _, *rows = found.tables["all-classes-table"]
    held = {k: sum(row) for k, row in enumerate(thousand.confusion) if sum(row)}
    shares = [thousand.confusion[k][k] / n for k, n in held.items()]
    listed = [row[3][1] / row[1][1] for row in rows]
    assert listed == sorted(shares)[:100]
    assert "100 of 1,000 classes, least recognised first" in found.words
    assert found.tables["class-table"][1:] == rows[:12]
    assert "The 12 of 1,000 classes that were recognised least" in found.words


def test_most_frequent_errors_are_listed_first(make_summary: Make, found_in: Find):
    summary = make_summary(10)
    names, matrix = summary.before.class_names, summary.confusion
    errors = {(names[i], names[j]): matrix[i][j] for i in range(10) for j in range(10) if i != j}
    _, *rows = found_in(summary).tables["confusion-table"]
    assert len(rows) == 15
    assert [row[2][1] for row in rows] == sorted(errors.values(), reverse=True)[:15]
    assert all(errors[row[0][0], row[1][0]] == row[2][1] for row in rows)


def test_history_lists_every_epoch(binary: RunSummary, found_in: Find):
    header, *rows = found_in(binary).tables["history-table"]
    assert [text for text, _ in header][:2] == ["Epoch", "train loss"]
    assert [row[1][1] for row in rows] == [0.7, 0.6, 0.5]


def test_split_columns_and_repairs_are_listed(binary: RunSummary, found_in: Find):
    found = found_in(binary)
    assert [row[1][1] for row in found.tables["split-table"][1:]] == [3600, 1200, 1200]
    _, sales, *_ = found.tables["columns-table"]
    assert [text for text, _ in sales] == ["sales", "target", "given as --target"]
    _, weight, fat = found.tables["repairs-table"]
    assert weight == [("Missing, filled in", None), ("weight", None), ("1,463", 1463)]
    assert fat == [("Not seen in training", None), ("fat", None), ("2", 2)]
    assert "7 rows without a target were left out." in found.words


def test_command_recipe_and_versions_are_there(binary: RunSummary, found_in: Find):
    words = found_in(binary).words
    for told in (
        binary.background.command,
        'target = "sales"',
        "torch 2.4.1",
        "cpu",
        binary.background.trainings[0].loss,
    ):
        assert told in words


# Sentences that depend on what happened


def test_overconfidence_and_its_cure_are_the_headline(binary: RunSummary, found_in: Find):
    words = found_in(binary).words
    assert "Overconfident before calibration; no sign of it after." in words
    assert "Temperature scaling on 1,200 validation rows, T = 2.0134." in words
    assert "interrupted" not in words


def test_uncalibrated_run_shows_one_column_and_says_why(uncalibrated: RunSummary, found_in: Find):
    found = found_in(uncalibrated)
    assert [text for text, _ in found.tables["metrics-table"][0]] == ["Metric", "Uncalibrated"]
    assert "Left uncalibrated, because no temperature is best." in found.words
    assert "After calibration" not in found.words
    assert "fitting the calibrator" not in found.words


def test_interruption_is_told_first(shapes: Shapes, found_in: Find):
    words = found_in(shapes["interrupted"]).words
    assert words.index("Training was interrupted") < words.index("Overconfident")


def test_truth_is_told_only_where_it_is_known(
    generated: RunSummary, binary: RunSummary, found_in: Find
):
    found = found_in(generated)
    truth, estimate = found.tables["truth-table"][1:]
    assert [value for _, value in truth[1:]] == [0.0713, 0.0121]
    assert [value for _, value in estimate[1:]] == [
        generated.before["positive_ece"].value,
        generated.after and generated.after["positive_ece"].value,
    ]
    assert "the true calibration error is 0.0713 before calibration and 0.0121" in found.words
    assert "true calibration error" not in found_in(binary).words


# What comes from outside stays text
