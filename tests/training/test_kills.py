"""A training that is killed without warning, and the bytes that it ends with all the same."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

import calibrant

TRAINING = """
import sys
from pathlib import Path
import torch
from calibrant.training.loop import TrainSettings, fit
from calibrant.training.network import TabularNet
from calibrant.training.rows import LabelledRows
from calibrant.training.state import save_network

torch.manual_seed(0)
features = torch.randn(300, 3)
rows = LabelledRows(features, (features[:, 0] + torch.randn(300) > 0).long())
network = TabularNet.for_training(features, n_numbers=2, n_classes=2)
settings = TrainSettings(max_epochs=40, patience=40, batch_size=32)
where = Path(sys.argv[1])
loss = torch.nn.CrossEntropyLoss()
fitted = fit(network, loss, rows, rows, settings, seed=1, checkpoint=where / "course")
save_network(where / "network", network)
(where / "history").write_text(repr(fitted.history))
"""


def finished(where, monkeypatch):
    """Run the training here, or what is left of it."""
    monkeypatch.setattr(sys, "argv", ["train", f"{where}"])
    exec(TRAINING, {})


@pytest.mark.slow
def test_a_training_that_is_killed_at_random_ends_with_the_same_bytes(tmp_path, monkeypatch):
    env = os.environ | {"PYTHONPATH": str(Path(calibrant.__file__).parents[1])}
    random = np.random.default_rng()  # another moment in every run of the test
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for where in (whole, killed):
        where.mkdir()
    finished(whole, monkeypatch)
    done = []
    for pause in random.uniform(0, 0.4, size=2):
        process = subprocess.Popen([sys.executable, "-c", TRAINING, killed], env=env)
        while not (killed / "course").exists() and process.poll() is None:
            time.sleep(0.005)
        time.sleep(pause)
        process.kill()
        assert process.wait() in {-signal.SIGKILL, 0}
        with safe_open(killed / "course", "pt") as file:  # whole, whenever it was
            done.append(len(json.loads(file.metadata()["calibrant"])["history"]))
    assert 1 <= done[0] <= done[1] <= 40
    finished(killed, monkeypatch)
    for name in ("network", "history"):
        assert (killed / name).read_bytes() == (whole / name).read_bytes()
