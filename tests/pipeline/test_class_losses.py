"""Runs that train classes with the losses of the catalogue, and losses that cannot."""

import json

import pandas as pd
import pytest

from calibrant.errors import InputError
from calibrant.losses import get
from calibrant.losses.front_end import FrontEnd
from calibrant.losses.registry import available
from calibrant.pipeline import artifacts
from calibrant.pipeline.class_losses import complaint_about_class_loss
from calibrant.pipeline.recipe_file import build_recipe, read_recipe
from calibrant.pipeline.run import train


@pytest.fixture(autouse=True)
def plain_report(monkeypatch):
    """Report that is the summary as it prints: saves seconds."""
    monkeypatch.setattr(
        artifacts, "write", lambda path, summary: path.write_text(repr(summary)) and ()
    )


def recipe_of(table, spec):
    return build_recipe(
        {
            "data": {"path": str(table), "target": "sold"},
            "loss": spec,
            "baselines": False,
            "network": {"hidden": [8], "dropout": [0.1], "members": 2},
            "training": {"max_epochs": 5, "patience": 5, "learning_rate": 0.02},
        }
    )


@pytest.mark.parametrize(
    "spec",
    [
        "bce(fn_weight=5)",
        "brier",
        "0.5*ce(effective(beta=0.9)) + 0.5*dice(smooth=1)",
        "tversky(fn_weight=0.7, fp_weight=0.3) + ce",
        "expected_cost(cost_matrix=[[0, 1], [5, 0]])",
        "lovasz + ce",
        "focal(gamma=ramp(0, 2, 4)) + ramp(0, 1, 3, cosine)*soft_f1",
        "ce(class_weight=switch(none, balanced, 3))",
    ],
)
def test_run_trains_with_the_loss_and_holds_it(small_table, tmp_path, spec):
    run = train(recipe_of(small_table, spec), tmp_path / "run")
    assert read_recipe(run.out / "recipe.toml", {}).loss == spec
    history = pd.read_parquet(run.out / "history.parquet")
    assert history["validation_loss"].notna().all()
    metrics = json.loads((run.out / "metrics.json").read_text())
    training = metrics["training"]
    assert training["best_epoch"] == history["validation_log_loss"].idxmin() + 1
    assert training["loss"] == get(spec).spec


@pytest.mark.parametrize("entry", available().values(), ids=lambda entry: entry.name)
def test_every_loss_of_classes_and_no_other_is_fit_for_them(entry):
    complaint = complaint_about_class_loss(get(entry.example))
    assert (complaint is None) == isinstance(get(entry.example), FrontEnd)


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("mse", "got 'mse', which takes numbers"),
        ("ce + ramp(0, 1, 3)*mae", "got 'mae', which takes numbers"),
        ("coral", "got 'coral', which reads other scores than a logit per class"),
        ("ce(inputs=probs)", "which takes probabilities: a network gives logits"),
        ("focal(reduction='none')", "which gives a number for every row"),
    ],
)
def test_losses_that_read_other_things_are_refused_by_the_recipe(small_table, spec, why):
    with pytest.raises(InputError, match=f"loss must be one of classes; .*{why}"):
        recipe_of(small_table, spec)
