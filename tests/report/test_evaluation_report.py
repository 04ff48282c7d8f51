"""An evaluation alone makes a page of what it holds."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import calibrant as cal
from calibrant.errors import OutputError
from calibrant.report.evaluation_report import write_report

Read = Callable[[str], Any]

PROBS, LABELS = [0.1, 0.4, 0.6, 0.9, 0.8], [0, 1, 0, 1, 1]


@pytest.fixture
def evaluation() -> cal.Evaluation:
    names = ["accuracy", "log_loss", "ece", "f1_per_class", "confusion_matrix"]
    rows = cal.predictions(probs=PROBS, labels=LABELS, class_names=["no", "<b>yes</b>"])
    return cal.evaluate(rows, names)


def test_page_holds_the_values_and_the_errors_by_class(
    evaluation: cal.Evaluation, tmp_path: Path, read_page: Read
):
    write_report(evaluation, tmp_path / "report.html")
    found = read_page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert found.wrong == []
    values = [row[1][1] for row in found.tables["metrics-table"][1:]]
    assert values == [evaluation[name].value for name in ("accuracy", "log_loss", "ece")]
    assert [row[0][0] for row in found.tables["class-table"][1:]] == ["no", "<b>yes</b>"]
    assert "2 classes, 5 test rows" in found.words


def test_vectors_make_a_class_table_without_a_confusion_matrix(tmp_path: Path, read_page: Read):
    rows = cal.predictions(probs=PROBS, labels=LABELS)
    write_report(cal.evaluate(rows, ["accuracy", "recall_per_class"]), tmp_path / "a.html")
    found = read_page((tmp_path / "a.html").read_text(encoding="utf-8"))
    header, first, _ = found.tables["class-table"]
    assert [text for text, _ in header] == ["Class", "Recall"]
    assert first[1][1] == 0.5  # of two rows of class 0, one is below 0.5


@pytest.mark.parametrize(
    "rows",
    [
        cal.predictions(probs=PROBS, labels=LABELS),
        cal.events(probs=PROBS, outcomes=LABELS),
        cal.decisions(predicted=[0, 1, 1], labels=[0, 1, 0]),
        cal.tally(cal.predictions(probs=PROBS, labels=LABELS)),
    ],
    ids=["predictions", "events", "decisions", "tallies"],
)
def test_whatever_can_be_evaluated_can_be_reported(rows: Any, tmp_path: Path, read_page: Read):
    evaluation = cal.evaluate(rows)
    cal.write_report(evaluation, tmp_path / "a.html")
    found = read_page((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert found.wrong == []
    assert len(found.tables["metrics-table"]) == 1 + len(evaluation)


def test_infinite_log_loss_is_shown_as_infinite(tmp_path: Path, read_page: Read):
    evaluation = cal.evaluate(cal.predictions(probs=[0.0, 1.0], labels=[1, 1]), ["log_loss"])
    write_report(evaluation, tmp_path / "a.html")
    found = read_page((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert found.tables["metrics-table"][1][1] == ("infinite", float("inf"))


def test_failed_write_leaves_nothing(evaluation: cal.Evaluation, tmp_path: Path):
    (tmp_path / "report.html").mkdir()
    with pytest.raises(OutputError):
        write_report(evaluation, tmp_path / "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
