"""A small table, and a run on it that several tests look at."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from calibrant.pipeline.evaluate_file import evaluate_file
from calibrant.pipeline.file_evaluation import FileEvaluation
from calibrant.pipeline.prediction_source import Question
from calibrant.pipeline.recipe import Recipe
from calibrant.pipeline.recipe_file import build_recipe
from calibrant.pipeline.run import Run, train


@pytest.fixture(scope="session")
def small_table(tmp_path_factory) -> Path:
    """CSV of 300 rows: an identifier, two numbers with gaps, a category, a target with gaps."""
    generator = np.random.default_rng(0)
    n = 300
    size, weight = generator.normal(size=n), generator.gamma(2, size=n)
    sold = size + 0.5 * generator.normal(size=n) > 0.3
    rows = [["code", "size", "weight", "colour", "sold"]]
    for k in range(n):
        heavy = "" if k % 7 == 3 else f"{weight[k]:.3f}"
        label = "" if k % 50 == 9 else ("yes" if sold[k] else "no")
        rows.append([f"item-{k}", f"{size[k]:.4f}", heavy, ["red", "green", "blue"][k % 3], label])
    path = tmp_path_factory.mktemp("table") / "items.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture(scope="session")
def small_recipe(small_table) -> Recipe:
    """Recipe that trains on the small table within a second."""
    return build_recipe(
        {
            "data": {"path": str(small_table), "target": "sold"},
            "watch": ["f1", "ece"],
            "network": {"hidden": [8], "dropout": [0.1], "members": 2},
            "training": {"max_epochs": 6, "patience": 3, "learning_rate": 0.02},
        }
    )


@pytest.fixture(scope="session")
def small_run(small_recipe, tmp_path_factory) -> Run:
    """Run of the small recipe; nobody writes into its folder."""
    return train(small_recipe, tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture
def ask_file(tmp_path) -> Callable[..., FileEvaluation]:
    """Evaluation of columns, written as CSV or as Parquet."""

    def evaluation(columns, suffix=".csv", **settings):
        path = tmp_path / f"preds{suffix}"
        if suffix == ".parquet":
            parquet.write_table(pa.table(columns), path)
        else:
            with path.open("w", newline="") as file:
                rows = csv.writer(file)
                rows.writerow(columns)
                rows.writerows(zip(*columns.values(), strict=True))
        return evaluate_file(Question(path=path, **{"label": "truth", **settings}))

    return evaluation
