"""A page of rows in clusters promises no interval that it does not show, and uses those it has."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import calibrant as cal

RNG = np.random.default_rng(5)
PROBS = RNG.beta(1, 2, 800)
LABELS = (RNG.uniform(size=800) < PROBS**2).astype(int)  # stated too high


def rows(size: int) -> Any:
    clusters = [f"c{k // size}" for k in range(800)]
    return cal.predictions(
        probs=PROBS, labels=LABELS, groups=["north", "south"] * 400, clusters=clusters
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, read_page: Callable[[str], Any]) -> Any:
    path = tmp_path_factory.mktemp("pages") / "report.html"
    cal.write_report(cal.evaluate(rows(4), ["accuracy", "ece"]), path, rows=rows(4))
    return read_page(path.read_text(encoding="utf-8"))


def test_groups_lean_by_the_interval_of_their_clusters(page: Any):
    assert "probabilities are too high on average in north and south" in page.words
    header, *groups = page.tables["groups-table"]
    assert header[-1][0] == "Probabilities are"
    assert [row[-1][0] for row in groups] == ["stated too high"] * 2


def test_tables_promise_intervals_only_where_they_are_shown(page: Any):
    assert "Recall at even places" in page.words
    assert "Precision at even places" in page.words
    assert "at even places, with its interval" not in page.words
    assert "Net benefit with its" not in page.words
    assert "the interval is of the same rows at once" not in page.words
    assert "What both intervals say together" not in page.words
    assert "No intervals, and so no verdict: rows in clusters depend on each other." in page.words


def test_rows_that_are_independent_have_the_intervals_that_are_promised(
    tmp_path: Path, read_page: Callable[[str], Any]
):
    alone = cal.predictions(probs=PROBS, labels=LABELS)
    cal.write_report(cal.evaluate(alone, ["accuracy"]), tmp_path / "a.html", rows=alone)
    found = read_page((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert "Recall at even places, with its interval" in found.words
    assert "Net benefit with its 95 % interval" in found.words
    assert "No intervals" not in found.words


def test_groups_of_too_few_clusters_say_so(tmp_path: Path, read_page: Callable[[str], Any]):
    few = rows(100)
    cal.write_report(cal.evaluate(few, ["accuracy"]), tmp_path / "a.html", rows=few)
    found = read_page((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert "(the rows of each come in fewer than 10 effective clusters)" in found.words
    assert [row[-1][0] for row in found.tables["groups-table"][1:]] == ["no interval"] * 2
