"""The demonstration: the main job on embedded data, with the truth where it is known."""

from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
import torch
from jaxtyping import Float64
from pyarrow import parquet

from calibrant.data.embedded import load_embedded
from calibrant.data.retail import POSITIVE, TARGET, retail_sample, retail_table
from calibrant.data.target import Target
from calibrant.pipeline.artifacts import write_run
from calibrant.pipeline.events import Listener, TruthMeasured, Written, unheard
from calibrant.pipeline.folder import building, writing
from calibrant.pipeline.outcome import Outcome, Truth
from calibrant.pipeline.recipe import DataPart, Recipe
from calibrant.pipeline.run import Run, find
from calibrant.pipeline.truth import true_error
from calibrant.prediction.base import Predictions
from calibrant.prediction.door import predictions
from calibrant.prediction.rows import Rows
from calibrant.training.predict import chunked

__all__ = ["DATASETS", "Dataset", "demo"]

Dataset: TypeAlias = Literal["retail", "breast_cancer", "digits"]
DATASETS: tuple[Dataset, ...] = ("retail", "breast_cancer", "digits")

LOSS = "0.5*ce(balanced) + 0.5*soft_f1"
CHUNK, N_CHUNKS = 1 << 17, 8  # fresh rows: 1,048,576


def demo(
    dataset: Dataset,
    out: str | Path,
    *,
    seed: int = 0,
    force: bool = False,
    on_event: Listener = unheard,
) -> Run:
    """Run folder `out` of the main job on embedded data; the table lies in it, as Parquet.

    Parameters
    ----------
    dataset : "retail", "breast_cancer" or "digits"
        A generated table whose true probabilities are known, or one that scikit-learn ships.
    out : str or Path
        Folder to make.
    seed : int, default 0
        Of the generated rows, the split and the training.
    force : bool, default False
        Replace an older folder.
    on_event : callable, optional
        See `calibrant.pipeline.run.train`.

    Raises
    ------
    OutputError
        When `out` exists and `force` is not given, or it cannot be written.
    """
    out = Path(out)
    with building(out, force=force) as folder:
        table, target = _table(dataset, seed)
        place = folder / f"{dataset}.parquet"
        with writing(out):
            parquet.write_table(table, place)
        data = DataPart(path=str(place), target=target)
        outcome = find(Recipe(data=data, seed=seed, loss=LOSS), on_event=on_event)
        if dataset == "retail":
            truth = _truth(outcome, seed)
            on_event(TruthMeasured(truth.before, truth.after))
            outcome = replace(outcome, truth=truth)
        with writing(out):
            verdict = write_run(folder, outcome)
    on_event(Written(out, verdict))
    return Run(out, outcome, verdict)


def _table(dataset: Dataset, seed: int) -> tuple[pa.Table, str]:
    """Rows of `dataset` and the name of their target."""
    if dataset == "retail":
        return retail_table(seed=seed).table, TARGET
    return load_embedded(dataset)


def _truth(outcome: Outcome, seed: int) -> Truth:
    """True calibration errors of the network over fresh rows, before and after calibration."""
    true, before, after = (
        np.concatenate(parts)
        for parts in zip(
            *(_stated(outcome, seed * N_CHUNKS + k) for k in range(N_CHUNKS)), strict=True
        )
    )
    return Truth(true_error(before, true), true_error(after, true))


def _stated(outcome: Outcome, seed: int) -> tuple[Float64[np.ndarray, " row"], ...]:
    """True and stated probabilities of a chunk of fresh rows, the stated before and after."""
    sample = retail_sample(CHUNK, seed=seed)
    (trial,) = outcome.trials
    (network,) = trial.learned.networks
    table = outcome.prepared.plan.apply(sample.table).table
    features = torch.from_numpy(trial.fold.encoder.transform(table)).to(outcome.task.device)
    target = trial.fold.target
    assert isinstance(target, Target)  # what is generated has classes
    names = target.class_names
    stated = predictions(logits=chunked(network.eval(), features).cpu(), class_names=names)
    positive = names.index(POSITIVE)
    calibrated = trial.calibration.transform(stated)
    return sample.true_probs, _column(stated, positive), _column(calibrated, positive)


def _column(rows: Rows, k: int) -> Float64[np.ndarray, " row"]:
    """Probability of class `k`."""
    assert isinstance(rows, Predictions)
    return rows.full_probs[:, k].double().numpy()
