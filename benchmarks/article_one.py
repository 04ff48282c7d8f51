"""The first article's recipe on BigMart, ten seeds: without its faults, and with them put back.

For every seed the rows are split 64/16/20 as the pipeline splits them, and four things are
measured on the test rows:

- the recipe ``article``, its temperature fitted on the validation rows;
- the same network, its temperature fitted on the test rows, exactly and as the article's code
  does it: 50 evaluations of L-BFGS with a rate of .01, from 1.5;
- the same recipe where medians, scales, levels and the cut of the target come from all rows;
- the recipe ``default``.

Printed are the values of every seed, their means, and paired differences with standard errors
over the seeds (test sets overlap: somewhat too small). ``docs/article-1.md`` tells what they
mean.

Run it as ``python benchmarks/article_one.py [TABLE] [SEEDS]`` (default:
``../shared/data/bigmart_train.csv``, 10).
"""

import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import calibrant as cal
from calibrant.data.encode import Encoder
from calibrant.data.target import label_target
from calibrant.pipeline.events import unheard
from calibrant.pipeline.fold import Fold
from calibrant.pipeline.learn import learn
from calibrant.pipeline.prepare import Prepared, prepare
from calibrant.pipeline.recipe_file import build_recipe
from calibrant.pipeline.recipes import named_recipe
from calibrant.pipeline.run import complete
from calibrant.pipeline.settings import merged
from calibrant.pipeline.task import Task
from calibrant.pipeline.tasks import task_of
from calibrant.prediction.base import Predictions
from calibrant.statistics.threads import threads

CUT = {"target": "OutletSales", "positive_above": "median"}
MEASURES = ("log_loss", "accuracy", "ece_10")

Values = dict[str, float]


def measured(name: str, rows: Predictions) -> Values:
    """Measures of the test rows, also of a fit to them, under names that begin with `name`."""
    evaluation = cal.evaluate(rows, list(MEASURES), allow_fit_rows=True)
    return {f"{name}, {measure}": float(evaluation[measure]) for measure in MEASURES}


def prepared_for(table: Path, seed: int, recipe: str) -> tuple[Task, Prepared]:
    """Task and rows of a shipped recipe on a split of `seed`."""
    settings = {"seed": seed, "baselines": False, "data": {**CUT, "path": str(table)}}
    task = task_of(complete(build_recipe(merged(named_recipe(recipe), settings))))
    return task, prepare(task, unheard)


def stated(task: Task, fold: Fold) -> tuple[Predictions, Predictions]:
    """What a network trained on `fold` predicts for its validation and test rows."""
    learned = learn(task, fold, at=(0, 1), checkpoints=None, on_event=unheard)
    parts = [
        task.predict(learned.networks, fold.features[rows], fold.target, fold.labels[rows])
        for rows in (fold.split.validation, fold.split.test)
    ]
    validation, test = (part for part in parts if isinstance(part, Predictions))
    return validation, test


def with_all_rows(prepared: Prepared) -> Fold:
    """The fold as it is where everything but the network is learned from all rows."""
    (fold,) = prepared.folds
    rows = np.arange(len(prepared.rows))
    encoder = Encoder.fit(prepared.table, prepared.plan.roles, rows)
    target, labels = label_target(
        prepared.table, "OutletSales", positive=None, positive_above="median", train_rows=rows
    )
    features = encoder.transform(prepared.table)
    return replace(fold, encoder=encoder, target=target, labels=labels, features=features)


def temperature_of_the_article(rows: Predictions, class_weight: Sequence[float]) -> float:
    """Temperature where the article's optimiser stops: far from the optimum."""
    logits = rows.declared.values.float()
    labels = rows.hard
    assert labels is not None
    temperature = torch.nn.Parameter(torch.tensor([1.5]))
    optimizer = torch.optim.LBFGS([temperature], lr=0.01, max_iter=50)
    weight = torch.tensor(class_weight, dtype=torch.float32)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(logits / temperature, labels, weight=weight)
        loss.backward()
        return loss

    optimizer.step(closure)
    return float(temperature.detach())


def values_of(table: Path, seed: int) -> Values:
    """All that is measured on the split of `seed`."""
    with threads(1):
        task, prepared = prepared_for(table, seed, "article")
        (fold,) = prepared.folds
        validation, test = stated(task, fold)
        fitted = cal.TemperatureScaling().fit(validation)
        cheated = cal.TemperatureScaling().fit(test)
        counts = np.bincount(fold.labels[fold.split.train])
        printed = replace(
            cheated, value=temperature_of_the_article(test, list(counts.sum() / (2.0 * counts)))
        )
        _, leaky = stated(task, with_all_rows(prepared))
        other, rows = prepared_for(table, seed, "default")
        _, default = stated(other, rows.folds[0])
    return {
        **measured("article", test),
        **measured("article + T", fitted.transform(test)),
        **measured("T on test rows", cheated.transform(test)),
        **measured("T as printed", printed.transform(test)),
        **measured("all rows seen", leaky),
        **measured("default", default),
        "T, validation rows": fitted.value,
        "T, test rows": cheated.value,
        "T, as printed": printed.value,
    }


def difference(runs: Sequence[Mapping[str, float]], one: str, other: str) -> str:
    """Mean paired difference over the seeds with its standard error, as text."""
    values = [run[one] - run[other] for run in runs]
    error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else float("nan")
    return f"{statistics.fmean(values):+.4f} ({error:.4f})"


def main() -> int:
    """Print every seed, the means and the differences."""
    table = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/bigmart_train.csv")
    seeds = range(int(sys.argv[2]) if len(sys.argv) > 2 else 10)
    if not table.is_file():
        print(f"There is no {table}. Name bigmart_train.csv.")
        return 2
    runs = [values_of(table, seed) for seed in seeds]
    print("| measure | " + " | ".join(f"seed {seed}" for seed in seeds) + " | mean |")
    print("|" + " --- |" * (len(seeds) + 2))
    for name in runs[0]:
        values = [run[name] for run in runs]
        shown = " | ".join(f"{value:.4f}" for value in [*values, statistics.fmean(values)])
        print(f"| {name} | {shown} |")
    print("\nPaired differences over the seeds (standard error):")
    for measure in MEASURES:
        for one, other in (
            ("article + T", "article"),
            ("T on test rows", "article + T"),
            ("T as printed", "article + T"),
            ("all rows seen", "article"),
            ("default", "article + T"),
        ):
            told = difference(runs, f"{one}, {measure}", f"{other}, {measure}")
            print(f"  {measure}: {one} minus {other} {told}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
