"""A page of weighted rows says so, and calls sums of weights no rows."""

import numpy as np
import pytest

import calibrant as cal

RNG = np.random.default_rng(2)
PROBS = RNG.dirichlet(np.ones(3), 300)
LABELS = RNG.integers(0, 3, 300)
METRICS = ["accuracy", "ordinal_mae"]


@pytest.fixture
def page(tmp_path, read_page):
    def write(weights):
        rows = cal.predictions(probs=PROBS, labels=LABELS, weights=weights)
        cal.write_report(cal.evaluate(rows, METRICS), tmp_path / "a.html", rows=rows)
        return read_page((tmp_path / "a.html").read_text(encoding="utf-8"))

    return write


def test_weighted_rows_are_said_to_be(page):
    weights = RNG.gamma(2.0, size=300)
    found = page(weights)
    effective = weights.sum() ** 2 / (weights**2).sum()
    assert f"300 test rows, weighted ({effective:.1f} effective rows)" in found.words
    assert "By weight, the likeliest class was the true one" in found.words
    for table, at in (("class-table", 1), ("confusion-table", 2), ("distance-table", 1)):
        assert found.tables[table][0][at][0] == "Weight"


def test_rows_of_weight_one_are_rows(page):
    found = page(None)
    assert "weighted" not in found.words.split("Words used here")[0]
    for table, at in (("class-table", 1), ("confusion-table", 2), ("distance-table", 1)):
        assert found.tables[table][0][at][0] == "Rows"
