"""The report of a run tells the numbers of its `metrics.json`."""

import json
import math
from collections.abc import Callable
from typing import Any

from calibrant.pipeline.run import Run
from calibrant.report.glossary import entry_of


def test_table_of_metrics_equals_metrics_json(small_run: Run, read_page: Callable[[str], Any]):
    page = read_page((small_run.out / "report.html").read_text(encoding="utf-8"))
    record = json.loads((small_run.out / "metrics.json").read_text())
    header, *rows = page.tables["metrics-table"]
    assert [text for text, _ in header] == ["Metric", "Before", "After"]
    shown = {row[0][0]: [value for _, value in row[1:]] for row in rows}
    told = {
        entry_of(name).label: [record[when][name]["value"] for when in ("before", "after")]
        for name, one in record["before"].items()
        if isinstance(one["value"], float) and math.isfinite(one["value"])
    }
    assert len(told) > 10
    assert {label: shown[label] for label in told} == told
