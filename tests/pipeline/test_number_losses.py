"""Runs that predict a number with another loss than squared error, and losses that cannot."""

import csv

import numpy as np
import pandas as pd
import pytest

from calibrant.errors import InputError
from calibrant.losses import get
from calibrant.pipeline import artifacts
from calibrant.pipeline.events import TrainingEnded
from calibrant.pipeline.number_losses import complaint_about
from calibrant.pipeline.recipe_file import build_recipe
from calibrant.pipeline.run import train

POINTS = ("mse", "mae", "huber(delta=1)", "log_cosh", "quantile(q=0.9)", "expectile(q=0.9)")


@pytest.fixture(scope="session")
def skewed_table(tmp_path_factory):
    """CSV of 900 rows: a number, and a target with skewed errors and a unit of some hundreds."""
    generator = np.random.default_rng(0)
    size = generator.normal(size=900)
    target = 5000 + 200 * size + 300 * generator.exponential(size=900)
    path = tmp_path_factory.mktemp("table") / "skewed.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["size", "price"], *zip(size, target, strict=True)])
    return path


@pytest.fixture(autouse=True)
def plain_report(monkeypatch):
    """Report that is the summary as it prints: saves seconds."""
    monkeypatch.setattr(
        artifacts, "write", lambda path, summary: path.write_text(repr(summary)) and ()
    )


def recipe_of(table, **settings):
    network = {"hidden": [16], "dropout": [0.0], "members": 2}
    training = {"max_epochs": 25, "patience": 25, "learning_rate": 0.02}
    settings = {"data": {"path": str(table), "target": "price"}, "baselines": False, **settings}
    return build_recipe({"network": network, "training": training, **settings})


def test_quantile_is_learned_and_stopped_by_its_own_loss(skewed_table, tmp_path):
    ended = []
    recipe = recipe_of(skewed_table, task="regression", loss="quantile(q=0.9)")
    run = train(recipe, tmp_path / "run", on_event=ended.append)
    rows = pd.read_parquet(run.out / "predictions.parquet")
    assert (rows["label"] <= rows["predicted"]).mean() == pytest.approx(0.9, abs=0.08)
    history = pd.read_parquet(run.out / "history.parquet")
    assert "validation_mse" not in history
    assert history["validation_loss"].min() < 1  # in standard deviations, not in hundreds
    best = [event.best_epoch for event in ended if isinstance(event, TrainingEnded)]
    assert best == [history["epoch"][history["validation_loss"].argmin()]]


@pytest.mark.parametrize("spec", [*POINTS, "0.5*mse + 0.5*mae", "mse + ramp(0, 1, 5)*mae"])
def test_point_losses_and_their_sums_are_fit_for_a_number(spec):
    assert complaint_about(get(spec)) is None


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("ce", "got 'ce', which takes classes"),
        ("mse + focal", "got 'focal.gamma=2.', which takes classes"),
        ("gaussian_nll", "which takes 2 numbers for every row: mean, variance"),
        ("quantile(q=[0.1, 0.9])", "2 numbers for every row: quantile 0.1, quantile 0.9"),
        ("crps_ensemble", "which takes the members of an ensemble for every row"),
        ("tweedie", "which takes the log of the number"),
        ("mae(reduction='none')", "which gives a number for every row"),
    ],
)
def test_other_losses_are_refused_with_those_that_would_do(skewed_table, spec, why):
    with pytest.raises(InputError, match=f"loss must be a point loss .*{why}") as refused:
        recipe_of(skewed_table, task="regression", loss=spec)
    assert f"Point losses are: {', '.join(POINTS)}" in f"{refused.value}"


def test_losses_of_numbers_are_refused_where_classes_are_predicted(skewed_table):
    data = {"path": str(skewed_table), "target": "price", "positive_above": "median"}
    with pytest.raises(InputError, match="Correct it: loss must be one of classes; got 'mae'"):
        recipe_of(skewed_table, data=data, loss="mae")


def test_name_that_recipes_had_for_squared_error_is_still_one(skewed_table):
    assert get(recipe_of(skewed_table, task="regression", loss="squared_error").loss).spec == "mse"
    assert recipe_of(skewed_table, task="regression").loss == "mse"
