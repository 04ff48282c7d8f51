"""The report of a run that predicts numbers: true to its numbers, and safe."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from calibrant.report.evidence.drawn import DrawnRows
from calibrant.report.run_report import render, write
from calibrant.report.summary import NumberRunSummary

Make = Callable[..., NumberRunSummary]
Read = Callable[[str], Any]


@pytest.fixture(scope="module")
def summary(make_number_summary: Make) -> NumberRunSummary:
    return make_number_summary()


@pytest.fixture(scope="module")
def page(summary: NumberRunSummary) -> str:
    return render(summary)


@pytest.fixture(scope="module")
def found(page: str, read_page: Read) -> Any:
    return read_page(page)


def test_same_summary_gives_the_same_bytes_and_the_file_holds_them(
    make_number_summary: Make, page: str, tmp_path: Path
):
    write(tmp_path / "report.html", make_number_summary())
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == page


def test_metrics_are_those_of_the_evaluation(summary: NumberRunSummary, found: Any):
    _, *rows = found.tables["metrics-table"]
    assert [row[1][1] for row in rows] == [one.value for _, one in summary.evaluation.items()]
    assert [row[0][0] for row in rows] == ["MSE", "RMSE", "MAE", "R2"]


def test_r2_and_rmse_stand_beside_the_mean_and_every_baseline(
    summary: NumberRunSummary, found: Any
):
    _, *rows = found.tables["beside-table"]
    assert [row[0][0] for row in rows] == [
        "Predicting the mean",
        "The network",
        "Linear regression",
        "Gradient boosting",
    ]
    models = [summary.evaluation, *summary.baselines.values()]
    wanted = [[one["r2"].value, one["rmse"].value] for one in models]
    assert [[value for _, value in row[1:]] for row in rows] == [[0.0, summary.mean_rmse], *wanted]


def test_first_screen_says_whether_the_mean_and_the_baselines_are_beaten(
    summary: NumberRunSummary, found: Any
):
    opening = found.words.split("Metrics")[0]
    assert "Better than predicting the mean; loses to gradient boosting." in opening
    assert f"predicting the mean has {summary.mean_rmse:.4f}" in opening
    best = summary.baselines["gradient boosting"]["rmse"]
    assert f"gradient boosting {best.value:.4f} ({best.low:.4f} to {best.high:.4f})" in opening
    assert "The network loses to gradient boosting: its mean squared error" in opening


def test_contest_has_one_column_of_scores_since_nothing_is_calibrated(found: Any):
    header = [text for text, _ in found.tables["contest-table"][0]]
    assert header == ["Model", "Mean squared error", "Network minus model"]
    assert "calibrat" not in found.words.replace("calibrant", "")


def test_quantiles_of_errors_are_listed_with_their_intervals(summary: NumberRunSummary, found: Any):
    for table, quantiles in (("errors", summary.errors), ("distances", summary.distances)):
        _, *rows = found.tables[f"{table}-table"]
        assert [row[1][1] for row in rows] == [one.value for one in quantiles.values()]
    assert "-0.02000 to 0.08000" in found.words
    assert "No interval: too few rows." in found.words


def test_drawn_rows_are_counted_where_they_are_not_all(
    make_number_summary: Make, summary: NumberRunSummary, found: Any, read_page: Read
):
    assert "A point for each of the 900 test rows." in found.words
    thinned = replace(summary.drawn, n=12_345)
    words = read_page(render(make_number_summary(drawn=thinned))).words
    assert "900 of the 12,345 test rows, evenly spread by true value." in words


def test_page_with_the_most_rows_is_small(make_number_summary: Make):
    values = [k / 7 for k in range(2000)]
    drawn = DrawnRows(predicted=values, targets=values[::-1], n=10**6)
    assert len(render(make_number_summary(drawn=drawn)).encode()) < 1_300_000  # with its scripts


def test_metrics_that_were_not_measured_are_not_spoken_of(
    make_number_summary: Make, summary: NumberRunSummary, read_page: Read
):
    evaluation = replace(
        summary.evaluation,
        estimates={"mae": summary.evaluation["mae"]},
        metrics={"mae": summary.evaluation.metrics["mae"]},
    )
    found = read_page(render(make_number_summary(evaluation=evaluation, baselines={})))
    assert found.wrong == []
    assert "No verdict beside predicting the mean, without an interval" in found.words
    assert "R2 is" not in found.words
    assert "RMSE is" not in found.words
    assert found.tables["beside-table"][2] == [("The network", None), ("", None), ("", None)]


def test_names_are_text_whatever_they_hold(
    make_number_summary: Make, summary: NumberRunSummary, read_page: Read
):
    evil = "<script>alert('x')</script>"
    baselines = {evil: next(iter(summary.baselines.values()))}
    found = read_page(render(make_number_summary(title=evil, baselines=baselines)))
    assert found.wrong == []
    assert "script" not in {tag for tag, _ in found.tags}
    assert evil in [row[0][0] for row in found.tables["beside-table"]]
