"""Page of the predictions in a file: every number that was measured, and what it rests on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import calibrant as cal
from calibrant.metrics.evaluation_table import chance_of, floor_of
from calibrant.report.file_report import write_file_report

Read = Callable[[str], Any]
PROBS, LABELS = [0.1, 0.4, 0.6, 0.9, 0.8], [0, 1, 0, 1, 1]
ROWS = cal.predictions(probs=PROBS, labels=LABELS)


def page(tmp_path: Path, read_page: Read, **settings: Any) -> Any:
    given = {"losses": {}, "rows": None, "notes": (), **settings}
    write_file_report(tmp_path / "a.html", name="preds.csv", **given)
    found = read_page((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert found.wrong == []
    return found


def test_probabilities_come_with_reliability_errors_and_losses(tmp_path: Path, read_page: Read):
    evaluation = cal.evaluate(ROWS)
    found = page(
        tmp_path,
        read_page,
        evaluations={"probabilities": evaluation},
        losses={"probabilities": {"ce": cal.metrics.LogLoss()(ROWS)}},
        rows=ROWS,
        notes=("a note",),
    )
    assert len(found.tables["metrics-table"]) == 1 + len(evaluation)
    assert found.tables["losses-table"][1][1][1] == evaluation["log_loss"].value
    assert {"class-table", "reliability-top-label-table"} <= set(found.tables)
    assert "Evaluation of preds.csv" in found.words
    assert "a note" in found.words


def test_predictors_stand_side_by_side(tmp_path: Path, read_page: Read):
    targets = [1.0, 2.0, 4.0]
    evaluations = {
        name: cal.evaluate(cal.numbers(predicted=predicted, targets=targets))
        for name, predicted in {"m1": [1.0, 2.0, 3.0], "m2": [0.0, 2.0, 5.0]}.items()
    }
    found = page(tmp_path, read_page, evaluations=evaluations)
    header, *rows = found.tables["metrics-table"]
    assert [text for text, _ in header] == ["Metric", "m1", "m2"]
    assert [row[2][1] for row in rows] == [one.value for _, one in evaluations["m2"].items()]
    assert "3 test rows" in found.words


def test_decisions_beside_probabilities_have_a_table_of_their_own(tmp_path: Path, read_page: Read):
    decided = cal.decisions(predicted=[0, 1, 1, 1, 1], labels=LABELS)
    evaluations = {"probabilities": cal.evaluate(ROWS), "decisions": cal.evaluate(decided)}
    found = page(tmp_path, read_page, evaluations=evaluations, rows=ROWS)
    assert len(found.tables["probabilities-metrics-table"]) == 1 + len(evaluations["probabilities"])
    assert len(found.tables["decisions-metrics-table"]) == 1 + len(evaluations["decisions"])


def test_calibration_errors_have_their_noise_and_p_value_as_on_the_command_line(
    tmp_path: Path, read_page: Read
):
    probs = np.linspace(0.01, 0.99, 400)
    rows = cal.predictions(
        probs=probs, labels=(probs + 0.04 * np.sin(99 * probs) > 0.5).astype(int)
    )
    evaluation = cal.evaluate(rows, ["ece", "positive_ece", "accuracy"])
    found = page(tmp_path, read_page, evaluations={"probabilities": evaluation}, rows=rows)
    for name in ("ece", "positive_ece"):
        floor = f"{evaluation[name].noise_floor:.4f}"
        high = f"{evaluation[name].details['noise_floor_95']:.4f}"
        assert floor_of(evaluation[name]) == f"{floor} ({high})"
        assert f"noise floor {floor} ({high}), p {chance_of(evaluation[name])}" in found.words
    by_bins = found.tables["binnings-table"]
    assert [text for text, _ in by_bins[0]] == ["Bins", "Error", "Noise floor", "p"]
    assert "(" in by_bins[1][2][0]
    assert by_bins[1][3][1] is not None
    assert "in brackets what it would exceed once in 20" in found.words
