"""The report of a run shows single rows as the file holds them, and what they were predicted."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def worst(small_run, read_page):
    page = (small_run.out / "report.html").read_text(encoding="utf-8")
    header, *rows = read_page(page).tables["worst-table"]
    names = [text for text, _ in header]
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_rows_that_were_most_wrong_are_those_of_the_saved_predictions(small_run, worst):
    saved = pd.read_parquet(small_run.out / "predictions.parquet")
    yes, came = saved["p_after_yes"].to_numpy(), saved["label"].to_numpy() == "yes"
    p_true, wrong = np.where(came, yes, 1 - yes), (yes > 0.5) != came
    order = [k for k in np.argsort(p_true, kind="stable") if wrong[k]][:12]
    assert [int(row["Row"][0]) for row in worst] == saved["row"].to_numpy()[order].tolist()
    assert [row["Stated for it"][1] for row in worst] == pytest.approx(p_true[order].tolist())
    assert [row["True class"][0] for row in worst] == saved["label"].to_numpy()[order].tolist()


def test_values_are_those_of_the_file(small_table, worst):
    table = pd.read_csv(small_table, dtype=str)
    for row in worst:
        held = table.loc[int(row["Row"][0])]
        assert row["colour"][0] == held["colour"]
        assert float(row["size"][0]) == float(held["size"])
        assert (row["weight"][0] == "") == pd.isna(held["weight"])
    assert "code" not in worst[0]  # an identifier, which the network does not see


def test_the_report_has_what_that_of_an_evaluation_has(small_run, read_page):
    found = read_page((small_run.out / "report.html").read_text(encoding="utf-8"))
    assert found.wrong == []
    names = {"costs-table", "roc-table", "coverage-table", "sources-table", "thresholds-table"}
    assert names <= set(found.tables)
