"""Fits from shards that are read anew take little memory, however many rows there are."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

import calibrant as cal
from calibrant.calibrators.curves import bending
from calibrant.calibrators.curves import groups as rows_by_score
from calibrant.calibrators.named import get

ROOT = Path(__file__).parents[2]


class Anew:
    """Shards that are made on every pass, as those that are read from files."""

    def __iter__(self):
        for seed in range(4):
            generator = torch.Generator().manual_seed(seed)
            true = 2 * torch.randn(500, generator=generator, dtype=torch.float64)
            labels = (torch.rand(500, generator=generator) < true.sigmoid()).long()
            yield cal.predictions(logits=2 * true, labels=labels)


@pytest.mark.parametrize("name", ["platt", "beta", "spline"])
def test_smooth_curves_are_the_same_whether_rows_are_kept_between_passes_or_not(name, monkeypatch):
    kept = get(name).fit_shards(list(Anew()))
    monkeypatch.setattr(bending, "HELD_READ", 0)
    read = get(name).fit_shards(Anew())
    new = cal.predictions(logits=torch.linspace(-5, 5, 101, dtype=torch.float64))
    torch.testing.assert_close(
        read.transform(new).probs, kept.transform(new).probs, rtol=0, atol=1e-9
    )


@pytest.mark.parametrize("name", ["isotonic", "histogram", "centred_isotonic"])
def test_steps_of_rows_that_are_read_anew_come_from_a_grid_beyond_a_limit(name, monkeypatch):
    monkeypatch.setattr(rows_by_score, "MOST_READ", 1999)
    kept = get(name).fit_shards(list(Anew()))
    read = get(name).fit_shards(Anew())
    assert (kept.scale, read.scale) == ("log-odds", "prob")
    new = cal.predictions(logits=torch.linspace(-5, 5, 101, dtype=torch.float64))
    assert float((read.transform(new).probs - kept.transform(new).probs).abs().mean()) < 3e-3


@pytest.mark.slow
@pytest.mark.parametrize("name", ["temperature", "isotonic"])
def test_ten_million_rows_take_a_fraction_of_their_memory(name):
    command = [sys.executable, "-m", "benchmarks.shard_memory", "--only", name]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert float(told.split(": ")[1].split(" MB")[0]) < 40, told  # the rows are 120 MB
