"""A run that is killed at any moment leaves its folder whole or absent."""

import json
import os
import signal
import time

import numpy as np
import pytest

from calibrant.pipeline import artifacts
from calibrant.pipeline.run import train

N_KILLS = 50 if "CALIBRANT_LONG" in os.environ else 16
WHOLE = {"metrics.json", "model", "predictions.parquet", "recipe.toml", "report.html"}


def started(job):
    """Process id of a child that does `job`."""
    child = os.fork()
    if child == 0:
        try:
            job()
        finally:
            os._exit(0)
    return child


@pytest.mark.slow
def test_kills_at_random_moments_leave_a_folder_whole_or_absent(
    small_recipe, small_run, tmp_path, monkeypatch
):
    del small_run
    monkeypatch.setattr(
        artifacts, "write", lambda path, summary: path.write_text(repr(summary)) and ()
    )
    out = tmp_path / "run"
    begin = time.perf_counter()
    os.waitpid(started(lambda: train(small_recipe, out)), 0)
    lasts = time.perf_counter() - begin
    expected = (out / "metrics.json").read_bytes()
    generator = np.random.default_rng(0)
    seen = {"absent": 0, "whole": 0}
    for k in range(N_KILLS):
        last = k == N_KILLS - 1
        place = tmp_path / ("last" if last else f"run-{k % 2}")  # others replace, or find remains
        child = started(lambda place=place: train(small_recipe, place, force=True))
        if last:  # the moment that the folder is there
            latest = time.perf_counter() + 20 * lasts
            while not place.exists() and time.perf_counter() < latest:
                time.sleep(0.001)
        else:
            time.sleep(generator.uniform(0, 1.2 * lasts) if k else 0)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if not place.exists():
            seen["absent"] += 1
            if not seen["whole"]:  # others took the cores since the first run was timed
                lasts *= 1.15
            continue
        seen["whole"] += 1
        assert {path.name for path in place.iterdir()} >= WHOLE
        assert (place / "metrics.json").read_bytes() == expected
        assert json.loads(expected)["interrupted"] is False
    assert seen["absent"] > 0
    assert seen["whole"] > 0
    train(small_recipe, tmp_path / "run-0", force=True)  # what is left behind hinders nothing
    assert (tmp_path / "run-0" / "metrics.json").read_bytes() == expected
