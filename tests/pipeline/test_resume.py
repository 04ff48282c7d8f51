"""A run that goes on where it was interrupted ends as if it had not been."""

import json
import os
import signal

import numpy as np
import pytest

from calibrant.errors import InputError, OutputError
from calibrant.pipeline import artifacts
from calibrant.pipeline.events import EpochEnded, Resumed
from calibrant.pipeline.folder import resumable
from calibrant.pipeline.recipe_file import read_recipe
from calibrant.pipeline.run import train

RESULTS = ("metrics.json", "predictions.parquet", "history.parquet", "recipe.toml")
MODEL = ("network.safetensors", "calibrator.json", "schema.json")


@pytest.fixture(autouse=True)
def plain_report(small_run, monkeypatch):
    """Report that is the summary as it prints; saves seconds."""
    del small_run
    monkeypatch.setattr(
        artifacts, "write", lambda path, summary: path.write_text(repr(summary)) and ()
    )


def bytes_of(folder):
    model = [path for path in sorted((folder / "model").rglob("*")) if path.name in MODEL]
    files = [*(folder / name for name in RESULTS), *model]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def stopping(after, how):
    """Listener that calls `how` at the epoch `after` of all networks together."""
    seen = []

    def listen(event):
        if isinstance(event, EpochEnded):
            seen.append(event)
            if len(seen) == after:
                how()

    return listen


def interrupt():
    raise KeyboardInterrupt


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def in_a_child(job):
    """Exit status of `job` in a process of its own."""
    child = os.fork()
    if child == 0:
        try:
            job()
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


def variants(recipe, name):
    return {
        "one network": recipe,
        "three seeds": recipe.model_copy(update={"seeds": 3}),
        "folds": recipe.model_copy(update={"split": recipe.split.model_copy(update={"folds": 3})}),
    }[name]


@pytest.mark.parametrize("after", [1, 3, 5])
def test_a_resumed_run_has_the_bytes_of_one_without_interrupt(
    small_recipe, small_run, tmp_path, after
):
    out = tmp_path / "run"
    interrupted = train(small_recipe, out, on_event=stopping(after, interrupt))
    assert interrupted.interrupted
    assert resumable(out) == out / "checkpoint"
    heard = []
    resumed = train(small_recipe, out, resume=True, on_event=heard.append)
    assert not resumed.interrupted
    assert any(isinstance(event, Resumed) and "1 checkpoint" in event.how for event in heard)
    assert bytes_of(out) == bytes_of(small_run.out)
    assert not (out / "checkpoint").exists()
    assert resumable(out) is None


@pytest.mark.parametrize("kind", ["one network", "three seeds", "folds"])
def test_a_killed_run_can_be_resumed(small_recipe, tmp_path, kind):
    recipe = variants(small_recipe, kind)
    whole = train(recipe, tmp_path / "whole")
    n_epochs = sum(
        len(t.fitted.history) for one in whole.outcome.trials for t in one.learned.trained
    )
    out = tmp_path / "run"
    after = int(np.random.default_rng(len(kind)).integers(2, n_epochs))
    status = in_a_child(lambda: train(recipe, out, on_event=stopping(after, kill)))
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert not out.exists()
    train(recipe, out, resume=True)
    assert bytes_of(out) == bytes_of(whole.out)


def test_an_interrupt_between_folds_leaves_a_checkpoint_and_no_run(small_recipe, tmp_path):
    recipe, out = variants(small_recipe, "folds"), tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        train(recipe, out, on_event=stopping(2, interrupt))
    assert not out.exists()
    assert resumable(out) is not None
    train(recipe, out, resume=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


def test_without_a_checkpoint_resuming_starts_anew(small_recipe, small_run, tmp_path):
    heard = []
    train(small_recipe, tmp_path / "run", resume=True, on_event=heard.append)
    assert any(isinstance(e, Resumed) and "from the start" in e.how for e in heard)
    assert bytes_of(tmp_path / "run") == bytes_of(small_run.out)


def test_a_whole_run_is_not_replaced_by_resuming(small_recipe, tmp_path):
    train(small_recipe, tmp_path / "run")
    with pytest.raises(OutputError, match="already exists"):
        train(small_recipe, tmp_path / "run", resume=True)


def test_another_recipe_is_refused_and_the_checkpoint_stays(small_recipe, tmp_path):
    out = tmp_path / "run"
    train(small_recipe, out, on_event=stopping(2, interrupt))
    other = small_recipe.model_copy(update={"seed": 5})
    with pytest.raises(InputError, match=r"--resume must go on with the recipe.*seed = 5"):
        train(other, out, resume=True)
    assert resumable(out) is not None


def test_other_versions_are_refused(small_recipe, tmp_path):
    out = tmp_path / "run"
    train(small_recipe, out, on_event=stopping(2, interrupt))
    path = out / "checkpoint" / "versions.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"torch": "0.1"}))
    with pytest.raises(InputError, match="the versions that the run had"):
        train(small_recipe, out, resume=True)


def test_the_checkpoint_knows_its_recipe(small_recipe, tmp_path):
    out = tmp_path / "run"
    run = train(small_recipe, out, on_event=stopping(2, interrupt))
    known = read_recipe(out / "checkpoint" / "recipe.toml")
    assert known.data.sha256 == run.outcome.recipe.data.sha256
    assert known.training == small_recipe.training


def test_without_resume_an_interrupted_run_needs_force(small_recipe, tmp_path):
    out = tmp_path / "run"
    train(small_recipe, out, on_event=stopping(2, interrupt))
    with pytest.raises(OutputError, match="already exists"):
        train(small_recipe, out)
    assert not train(small_recipe, out, force=True).interrupted
