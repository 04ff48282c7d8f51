"""The background of a run that its report tells, whatever is predicted."""

import tomli_w

from calibrant.data.aliases import AliasSuggestion
from calibrant.pipeline.outcome import Outcome
from calibrant.pipeline.versions import versions
from calibrant.prediction.base import Predictions
from calibrant.prediction.fit_rows import fit_rows_among
from calibrant.report.summary import (
    Background,
    CalibratorUse,
    Repairs,
    SplitSizes,
    TrainingHistory,
)

__all__ = ["background_of"]

_AGAIN = "calibrant train --config recipe.toml --out again"


def background_of(outcome: Outcome, *, recipe: str) -> Background:
    """Where the numbers of `outcome` come from; `recipe` is the text of ``recipe.toml``."""
    prepared, first, part = outcome.prepared, outcome.trials[0], outcome.recipe.split
    split = first.fold.split
    return Background(
        title=f"{first.fold.target.name} in {prepared.name}",
        source=f"{prepared.name}: {prepared.n_rows:,} rows, {len(prepared.columns)} columns.",
        target=first.fold.target.how,
        columns=prepared.columns,
        split=SplitSizes(
            train=len(split.train),
            validation=len(split.validation),
            test=len(split.test),
            how=split.how,
            folds=len(outcome.trials),
            repeats_together=part.column is None and part.time is None,
        ),
        repairs=Repairs(
            how_read=prepared.how_read,
            mended=prepared.mended,
            repeats=prepared.n_repeats,
            imputed=prepared.imputed,
            unseen=prepared.unseen,
            rows_without_target=prepared.without_target,
        ),
        trainings=_histories(outcome),
        calibrators=_calibrators(outcome),
        contest=outcome.contest,
        suggestions=prepared.suggestions,
        suggested_aliases=_recipe_lines(prepared.likely_aliases),
        warnings=prepared.warnings,
        notes=outcome.measurement.before.notes,
        interrupted=outcome.interrupted,
        device=outcome.task.device.type,
        command=_AGAIN,
        recipe=recipe,
        versions=versions(),
    )


def _histories(outcome: Outcome) -> list[TrainingHistory]:
    """Curves of the training of every network."""
    folds, seeds = len(outcome.trials), outcome.recipe.seeds
    histories: list[TrainingHistory] = []
    for k, trial in enumerate(outcome.trials):
        for trained in trial.learned.trained:
            rows = [record.to_row() for record in trained.fitted.history]
            which = [f"fold {k + 1} of {folds}"] if folds > 1 else []
            which += [f"seed {trained.seed}"] if seeds > 1 else []
            histories.append(
                TrainingHistory(
                    columns={name: [row[name] for row in rows] for name in rows[0]},
                    best_epoch=trained.fitted.best_epoch,
                    stopped=trained.why_stopped,
                    loss=outcome.task.loss,
                    which=", ".join(which),
                )
            )
    return histories


def _calibrators(outcome: Outcome) -> list[CalibratorUse]:
    """Rows of every calibrator that was fitted, and which of these it was judged on."""
    uses: list[CalibratorUse] = []
    for k, trial in enumerate(outcome.trials):
        which = f", fold {k + 1} of {len(outcome.trials)}" if len(outcome.trials) > 1 else ""
        judged = [
            ("network", trial.calibration, trial.after),
            *((one.name, one.calibration, one.after) for one in trial.baselines),
        ]
        for name, calibration, after in judged:
            if calibration.fitted is None:
                continue
            assert isinstance(after, Predictions)  # no calibrator is fitted on anything else
            (found,) = fit_rows_among(after)
            uses.append(
                CalibratorUse(
                    whose=f"{name}{which}",
                    method=calibration.name,
                    n_fit=calibration.fitted.n,
                    n_judged=len(after),
                    n_same=None if found is None else found.n_same,
                )
            )
    return uses


def _recipe_lines(likely: tuple[AliasSuggestion, ...]) -> str:
    """Lines of a recipe that apply all aliases that are `likely`; nothing for none."""
    aliases: dict[str, dict[str, str]] = {}
    for one in likely:
        aliases.setdefault(one.column, {})[one.spelling] = one.level
    return tomli_w.dumps({"data": {"aliases": aliases}}) if aliases else ""
