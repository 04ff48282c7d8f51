"""What a report says of rows, columns, repairs, leaks and networks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from calibrant.report.run_report import render
from calibrant.report.summary import CalibratorUse, Repairs, RunSummary, SplitSizes, TrainingHistory

Make = Callable[..., RunSummary]
Find = Callable[[RunSummary], Any]


@pytest.fixture(scope="module")
def found_in(read_page: Callable[[str], Any]) -> Find:
    """What a reader finds in the report of a summary."""
    return lambda summary: read_page(render(summary))


@pytest.fixture(scope="module")
def plain(make_summary: Make, found_in: Find) -> Any:
    """What is found in a report of one network and one split without repairs."""
    return found_in(make_summary(repairs=Repairs()))


@pytest.fixture(scope="module")
def full(rich: RunSummary, found_in: Find) -> Any:
    """What is found in a report that has everything."""
    return found_in(rich)


@pytest.fixture(scope="module")
def of_folds(folded: RunSummary, found_in: Find) -> Any:
    """What is found in a report of several folds and seeds."""
    return found_in(folded)


# Repairs


def test_every_repair_is_listed_by_kind_and_column(full: Any):
    _, *rows = full.tables["repairs-table"]
    assert [(kind, column, n) for (kind, _), (column, _), (_, n) in rows] == [
        ("Alias", "fat", 12),
        ("Spelled missing", "weight", 5),
        ("Spelled missing", "fat", 40),
        ("Missing, filled in", "weight", 1463),
        ("Not seen in training", "fat", 2),
    ]


def test_table_without_repairs_is_said_to_have_none(plain: Any, full: Any):
    assert "repairs-table" not in plain.tables
    assert "No value was mended." in plain.words
    assert "No value was mended." not in full.words


def test_repairs_of_many_columns_are_folded(make_summary: Make, found_in: Find):
    found = found_in(make_summary(repairs=Repairs(imputed={f"c{k}": 1 for k in range(21)})))
    assert "All 21 repairs" in found.words
    assert len(found.tables["repairs-table"]) == 22


def test_way_of_reading_is_told_only_where_something_was_guessed(plain: Any, full: Any):
    assert "How it was read Fields are split at ';'. Decimals have a comma." in full.words
    assert "How it was read" not in plain.words


def test_rows_left_out_are_counted_in_grammatical_words(plain: Any, full: Any, of_folds: Any):
    assert "1 row without a target was left out." in full.words
    assert "7 rows without a target were left out." in of_folds.words
    assert "left out" not in plain.words


@pytest.mark.parametrize(
    ("repeats", "together", "said"),
    [
        (240, True, "240 rows equal an earlier one in all features. Equal rows are on one side"),
        (1, True, "1 row equals an earlier one in all features. Equal rows are on one side"),
        (9, False, "The split did not keep equal rows together; some may be on two sides."),
    ],
)
def test_equal_rows_are_told_with_what_the_split_did_to_them(
    make_summary: Make, found_in: Find, *, repeats: int, together: bool, said: str
):
    split = SplitSizes(train=6, validation=2, test=2, how="So.", repeats_together=together)
    words = found_in(make_summary(repairs=Repairs(repeats=repeats), split=split)).words
    assert said in words
    assert ("are on one side of the split" in words) is together


def test_equal_rows_are_not_spoken_of_where_there_are_none(plain: Any):
    assert "equal an earlier" not in plain.words
    assert "Equal rows" not in plain.words


# Suggestions and leaks


def test_suggestions_are_said_not_to_be_applied_and_how_to_apply_them(full: Any, plain: Any):
    for told in ("Not applied, 1", "'LF' (316 rows) may mean 'Low Fat'", "--zero-is-missing"):
        assert told in full.words
        assert told not in plain.words
    assert '[data.aliases.fat] LF = "Low Fat"' in full.words


def test_suggestion_without_aliases_has_no_lines_to_paste(rich: RunSummary, found_in: Find):
    without = replace(rich, background=replace(rich.background, suggested_aliases=""))
    assert "Lines for the recipe" not in found_in(without).words


def test_leaks_are_told_before_any_number(full: Any, plain: Any):
    assert "Possible leak: 'id' counts the rows." in full.words
    assert full.words.index("Possible leak") < full.words.index("Log loss")
    assert "leak" not in plain.words


def test_many_leaks_are_counted_above_and_listed_below(make_summary: Make, found_in: Find):
    words = found_in(make_summary(warnings=[f"Leak {k}." for k in range(7)])).words
    above, below = words.split("Skip to the evidence")[1].split("Data and split", 1)
    assert all(f"Leak {k}." in above for k in range(5))
    assert "2 more are listed under" in above
    assert all(f"Leak {k}." in below for k in range(7))


# Folds and networks


def test_folds_say_that_no_network_had_seen_its_rows(of_folds: Any, full: Any):
    for told in (
        "1,200 test rows, each predicted by networks that had not seen it (5 folds)",
        "The rows are split into 5 folds, and each is the test once.",
        "in the first of 5 folds",
        "networks of two folds share most of their training rows",
    ):
        assert told in of_folds.words
        assert told not in full.words


def test_only_the_first_of_many_networks_is_drawn_and_all_are_listed(of_folds: Any):
    _, *rows = of_folds.tables["networks-table"]
    assert [row[0][0] for row in rows][::29] == ["fold 1 of 5, seed 0", "fold 5 of 5, seed 5"]
    assert [value for _, value in rows[0]][1:3] == [3, 2]
    assert sum(table == "history-table" for table in of_folds.tables) == 1
    assert "30 networks were trained. The curves are those of the first" in of_folds.words


def test_one_network_has_no_table_of_networks(plain: Any):
    assert "networks-table" not in plain.tables
    assert "networks were trained" not in plain.words


def test_networks_without_names_are_numbered(make_summary: Make, found_in: Find, rich: RunSummary):
    nameless: list[TrainingHistory] = [replace(one, which="") for one in rich.background.trainings]
    _, *rows = found_in(make_summary(trainings=nameless)).tables["networks-table"]
    assert [row[0][0] for row in rows] == ["network 1", "network 2", "network 3"]


# Calibrators


def test_rows_that_each_calibrator_saw_are_counted(make_summary: Make, found_in: Find):
    summary = make_summary()
    uses = (
        CalibratorUse(whose="network", method="beta", n_fit=1200, n_judged=1100, n_same=None),
        CalibratorUse(whose="forest", method="isotonic", n_fit=900, n_judged=800, n_same=7),
    )
    told = found_in(replace(summary, background=replace(summary.background, calibrators=uses)))
    assert [[text for text, _ in row] for row in told.tables["calibrators-table"][1:]] == [
        ["Network", "beta", "1,200 validation rows", "1,100 test rows", "no more than by chance"],
        ["Forest", "isotonic", "900 validation rows", "800 test rows", "7"],
    ]
    assert "calibrators-table" not in found_in(summary).tables
