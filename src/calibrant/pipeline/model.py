"""The model of a run as files: what predicts, and what its inputs and outputs mean."""

import json
from collections.abc import Iterator
from pathlib import Path

from calibrant.data.target import Target
from calibrant.files import write_whole
from calibrant.pipeline.outcome import Outcome
from calibrant.pipeline.record import schema_record

__all__ = ["fold_folders", "network_files", "write_model"]


def write_model(folder: Path, outcome: Outcome) -> None:
    """Write the model of `outcome` into the new `folder`.

    ``schema.json`` says what is read and predicted. Of every fold there are its encoder
    (``encoder.skops``), its networks (``network.safetensors``, ``network-2.safetensors``, ...,
    one a seed), what is said of its calibrator (``calibrator.json``) and, where there is one, the
    calibrator itself (the folder ``calibrator``); of several folds in a folder each.

    Raises
    ------
    OSError
        When a file cannot be written.
    """
    folder.mkdir()
    write_whole(folder / "schema.json", _json(schema_record(outcome)))
    places = fold_folders(folder, len(outcome.trials))
    for place, trial in zip(places, outcome.trials, strict=True):
        target = trial.fold.target
        place.mkdir(exist_ok=True)
        trial.fold.encoder.save(place / "encoder.skops")
        write_whole(place / "calibrator.json", _json(trial.calibration.to_dict()))
        if trial.calibration.fitted is not None:
            names = target.class_names if isinstance(target, Target) else None
            trial.calibration.fitted.save(place / "calibrator", class_names=names)
        files = network_files(place, len(trial.learned.networks))
        for file, network in zip(files, trial.learned.networks, strict=True):
            outcome.task.save(file, network)


def fold_folders(folder: Path, n_folds: int) -> Iterator[Path]:
    """Folder of every fold of a model: the model's own where there is one fold."""
    if n_folds == 1:
        yield folder
        return
    for k in range(n_folds):
        yield folder / f"fold-{k}"


def network_files(folder: Path, n_networks: int) -> Iterator[Path]:
    """File of every network of a fold."""
    for k in range(n_networks):
        yield folder / ("network.safetensors" if k == 0 else f"network-{k + 1}.safetensors")


def _json(record: dict[str, object]) -> str:
    """JSON text of `record` in its own order."""
    return json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
