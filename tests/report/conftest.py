"""Runs to report on, and the pages that come out."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from typing import Any, TypeVar

import numpy as np
import pytest

import calibrant as cal
from calibrant.comparison.paired import paired_difference, paired_difference_of
from calibrant.comparison.wording import in_words
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.registry import defaults
from calibrant.report.contest import Contest, Rival, Spread
from calibrant.report.evidence.drawn import DrawnRows
from calibrant.report.evidence.gathering import curves_of
from calibrant.report.evidence.worst_rows import worst_rows
from calibrant.report.run_report import render
from calibrant.report.summary import (
    Background,
    ColumnUse,
    NumberRunSummary,
    Repairs,
    RunSummary,
    SplitSizes,
    TrainingHistory,
    TrueCalibrationError,
)

MakeSummary = Callable[..., RunSummary]
Summary = TypeVar("Summary", RunSummary, NumberRunSummary)


@cache
def measured(n_classes: int, n: int, names: tuple[str, ...]) -> dict[str, object]:
    """Results of an overconfident model, and of the same model with its temperature put right."""
    generator = np.random.default_rng(n_classes)
    likely = np.eye(n_classes)[generator.integers(0, n_classes, n)]
    logits = generator.normal(size=(n, n_classes)) + 2 * likely
    noise = generator.gumbel(size=(n, n_classes))
    labels = (logits + noise).argmax(axis=1)  # drawn from the softmax of the logits
    per_class = ("precision_per_class", "recall_per_class", "f1_per_class", "confusion_matrix")
    metrics = [*defaults("predictions", n_classes), *per_class]
    results = []
    for factor in (2.0, 1.0):
        rows = cal.predictions(logits=factor * logits, labels=labels, class_names=names)
        results.append((cal.evaluate(rows, metrics), rows))
    (before, raw), (after, mended) = results
    return {
        "before": before,
        "after": after,
        "change": paired_difference(mended, raw),
        "curves_before": curves_of(raw),
        "curves_after": curves_of(mended),
        "worst": worst_rows(mended, lambda k: (f"{k + 2:,}", [("fat", "<i>low</i>")])),
        "confusion": after["confusion_matrix"].value,
    }


def make_background(n: int) -> Background:
    """Background of a run on `n` test rows that was simple and went well."""
    return Background(
        title="sales above the median",
        source="sales.csv: 6,000 rows, 3 columns.",
        target="sales above 1794.33, the median of the training rows.",
        columns=(
            ColumnUse(name="sales", role="target", why="given as --target"),
            ColumnUse(name="weight", role="number", why="numbers"),
            ColumnUse(name="fat", role="category", why="text with 5 levels"),
        ),
        split=SplitSizes(train=3 * n, validation=n, test=n, how="Stratified, seed 0."),
        repairs=Repairs(imputed={"weight": 1463}, unseen={"fat": 2}, rows_without_target=7),
        trainings=[make_training()],
        command="calibrant train --config recipe.toml --out again",
        recipe='[data]\ntarget = "sales"\n',
        versions={"calibrant": "0.1.0", "torch": "2.4.1"},
    )


def make_training(which: str = "") -> TrainingHistory:
    """Training of three epochs, the second the best."""
    return TrainingHistory(
        columns={
            "epoch": [1, 2, 3],
            "train_loss": [0.7, 0.6, 0.5],
            "validation_loss": [0.72, 0.66, 0.67],
            "validation_log_loss": [0.71, 0.64, 0.65],
        },
        best_epoch=2,
        stopped="No better validation log loss in 1 epoch.",
        loss="0.5*ce(balanced) + 0.5*soft_f1",
        which=which,
    )


def changed(summary: Summary, changes: dict[str, object]) -> Summary:
    """`summary` with fields of its own, or of its background, replaced."""
    names = {one.name for one in fields(Background)}
    behind = {name: value for name, value in changes.items() if name in names}
    own = {name: value for name, value in changes.items() if name not in names}
    return replace(summary, background=replace(summary.background, **behind), **own)


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.xdist_group("report"))  # they share pages, kept for the session


@pytest.fixture(scope="session")
def make_summary() -> MakeSummary:
    """Factory of summaries: number of classes, rows, names, and any field to replace."""

    def make(
        n_classes: int = 2, *, n: int = 1200, names: tuple[str, ...] = (), **changes: object
    ) -> RunSummary:
        names = names or tuple(f"class {k}" for k in range(n_classes))
        summary = RunSummary(
            background=make_background(n),
            calibrator="Temperature scaling on 1,200 validation rows, T = 2.0134.",
            **measured(n_classes, n, names),
        )
        return changed(summary, changes)

    return make


def make_contest(lead: float = 0.01) -> Contest:
    """Contest in which the network beats logistic regression, and boosting by `lead`."""
    generator = np.random.default_rng(7)
    ours = generator.gamma(2.0, 0.2, 400)
    rivals = []
    for name, ahead in (("logistic regression", 0.05), ("gradient boosting", lead)):
        theirs = ours + ahead + generator.normal(0, 0.1, 400)
        difference = paired_difference_of(ours, theirs)
        sentence = in_words(difference, "the network", name, "log loss")
        before, after = score_of(theirs + 0.02), score_of(theirs)
        rivals.append(Rival(name, "Fitted on the same rows.", before, after, difference, sentence))
    return Contest("log_loss", "log loss", score_of(ours), tuple(rivals), None)


def score_of(scores: np.ndarray) -> Estimate:
    """Mean of `scores` with its normal interval."""
    mean, half = scores.mean(), 1.96 * scores.std() / len(scores) ** 0.5
    return Estimate(
        float(mean), float(mean - half), float(mean + half), 0.95, len(scores), "moments (normal)"
    )


@pytest.fixture(scope="session")
def rich(make_summary: MakeSummary) -> RunSummary:
    """Run with all that a run can have: repairs, suggestions, leaks, rivals, seeds."""
    return make_summary(
        split=SplitSizes(train=3600, validation=1200, test=1200, how="Stratified, seed 0."),
        repairs=Repairs(
            how_read=["Fields are split at ';'.", "Decimals have a comma."],
            mended={"alias": {"fat": 12}, "spelled missing": {"weight": 5, "fat": 40}},
            repeats=240,
            imputed={"weight": 1463},
            unseen={"fat": 2},
            rows_without_target=1,
        ),
        trainings=[make_training(f"seed {seed}") for seed in range(3)],
        contest=replace(make_contest(-0.03), spread=Spread((0.41, 0.43, 0.45), 0.40)),
        suggestions=["In 'fat', 'LF' (316 rows) may mean 'Low Fat': its letters begin both words."],
        suggested_aliases='[data.aliases.fat]\nLF = "Low Fat"\n',
        warnings=["'id' counts the rows."],
    )


@pytest.fixture(scope="session")
def folded(make_summary: MakeSummary) -> RunSummary:
    """Run of five folds of six seeds."""
    return make_summary(
        split=SplitSizes(train=3840, validation=960, test=1200, how="Five folds.", folds=5),
        trainings=[
            make_training(f"fold {fold + 1} of 5, seed {seed}")
            for fold in range(5)
            for seed in range(6)
        ],
        contest=replace(make_contest(), spread=Spread((0.41, 0.43), 0.42)),
    )


@pytest.fixture(scope="session")
def make_number_summary() -> Callable[..., NumberRunSummary]:
    """Factory of summaries of a run that predicts numbers; any field can be replaced."""

    def make(**changes: object) -> NumberRunSummary:
        return changed(number_summary(), changes)

    return make


@cache
def number_summary() -> NumberRunSummary:
    """Run whose network beats linear regression and loses to gradient boosting."""
    generator = np.random.default_rng(3)
    targets = generator.gamma(2.0, 0.85, 900)
    noise = generator.normal(0, 0.6, 900)
    factors = {"linear regression": 1.2, "gradient boosting": 0.9}
    models = {
        name: cal.numbers(predicted=targets + factor * noise, targets=targets)
        for name, factor in {"network": 1.0, **factors}.items()
    }
    found = {name: cal.evaluate(rows) for name, rows in models.items()}
    network, rivals = models["network"], []
    for name in factors:
        squared = (rows.errors.square() for rows in (network, models[name]))
        difference = paired_difference_of(*squared)
        score = found[name]["mse"]
        sentence = in_words(difference, "the network", name, "mean squared error")
        rivals.append(Rival(name, "Fitted on the same rows.", score, score, difference, sentence))
    evaluation = found.pop("network")
    mse = ("mse", "mean squared error")
    return NumberRunSummary(
        background=replace(
            make_background(900), contest=Contest(*mse, evaluation["mse"], tuple(rivals), None)
        ),
        evaluation=evaluation,
        mean_rmse=float(targets.std()),
        baselines=found,
        bias=paired_difference_of(network.predicted, targets),
        errors={0.5: Estimate(0.03, -0.02, 0.08, 0.95, 900, "ranks (binomial)")},
        distances={
            0.5: Estimate(0.4, 0.37, 0.43, 0.95, 900, "ranks (binomial)"),
            0.9: Estimate(1.0, None, None, None, 900, "not available: too few rows"),
        },
        drawn=DrawnRows(predicted=network.predicted.tolist(), targets=targets.tolist(), n=900),
    )


@pytest.fixture
def uncalibrated(make_summary: MakeSummary) -> RunSummary:
    """Run whose probabilities were left as they were."""
    reason = "Left uncalibrated, because no temperature is best."
    return make_summary(after=None, curves_after=None, calibrator=reason)


@pytest.fixture
def generated(make_summary: MakeSummary) -> RunSummary:
    """Run on generated rows, whose truth is known."""
    truth = TrueCalibrationError(before=0.0713, after=0.0121, n=1_000_000, how="Over fresh rows.")
    return make_summary(truth=truth)


@pytest.fixture(scope="session")
def page_of() -> Callable[[Summary], str]:
    """`render`, once for every summary."""
    pages: dict[int, tuple[Summary, str]] = {}

    def page(summary: Summary) -> str:
        if id(summary) not in pages:
            pages[id(summary)] = (summary, render(summary))
        return pages[id(summary)][1]

    return page


@pytest.fixture(scope="session")
def found_in(
    page_of: Callable[[Summary], str], read_page: Callable[[str], Any]
) -> Callable[[Summary], Any]:
    """What a reader finds in the report of a summary."""
    return lambda summary: read_page(page_of(summary))
