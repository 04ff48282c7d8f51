"""The first article, retold: the numbers of its page are those that its script finds."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "article-1.md").read_text("utf-8")
SEEDS = (0,)
# Other processors add in another order, and a training may then stop an epoch sooner.
TOLERANCE = {"log_loss": 0.006, "accuracy": 0.012, "ece_10": 0.02, "T": 0.12}


def article_one():
    """Module of the script."""
    path = ROOT / "benchmarks" / "article_one.py"
    spec = importlib.util.spec_from_file_location("article_one", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows_of_the_page():
    """Values of every seed by the name of what is measured, and their mean."""
    rows = {}
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 12 and re.fullmatch(r"-?[\d.]+", cells[1]):
            rows[cells[0]] = [float(cell) for cell in cells[1:]]
    return rows


def test_means_of_the_page_are_those_of_its_seeds():
    rows = rows_of_the_page()
    assert len(rows) == 21
    for name, (*seeds, mean) in rows.items():
        assert mean == pytest.approx(sum(seeds) / 10, abs=1e-4), name


@pytest.mark.slow
def test_seeds_of_the_page_are_found_again(shared_data):
    module, rows = article_one(), rows_of_the_page()
    for seed in SEEDS:
        found = module.values_of(shared_data / "bigmart_train.csv", seed)
        assert set(found) == set(rows)
        for name, value in found.items():
            kind = "T" if name.startswith("T,") else name.rpartition(", ")[2]
            assert value == pytest.approx(rows[name][seed], abs=TOLERANCE[kind]), (seed, name)
