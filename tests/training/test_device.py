"""Devices by name, and threads for a while."""

import contextlib
import os
import subprocess
import sys

import pytest
import torch

from calibrant.errors import InputError
from calibrant.statistics.threads import threads
from calibrant.training import device
from calibrant.training.device import available_cores, chosen_threads, resolve_device


@pytest.mark.parametrize(("name", "cuda", "expected"), [
    ("cpu", False, "cpu"),
    ("cpu", True, "cpu"),
    ("auto", False, "cpu"),
    ("auto", True, "cuda"),
    ("cuda", True, "cuda"),
])  # fmt: skip
def test_a_name_gives_its_device(monkeypatch, name, cuda, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    assert resolve_device(name) == torch.device(expected)


def test_cuda_is_refused_where_there_is_none(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="device must be a device that torch can use"):
        resolve_device("cuda")


@pytest.mark.parametrize("name", ["gpu", "", "CPU", "cuda:99"])
def test_other_names_are_refused(name):
    with pytest.raises(InputError, match="device must be auto, cpu or cuda"):
        resolve_device(name)


def test_threads_are_as_asked_up_to_the_cores_and_one_unasked(monkeypatch):
    monkeypatch.setattr(device, "available_cores", lambda: 4)
    assert [chosen_threads(asked) for asked in (None, 1, 3, 4, 5, 64)] == [1, 1, 3, 4, 4, 4]


@pytest.mark.skipif(sys.platform != "linux", reason="affinity is a matter of Linux")
def test_cores_are_those_that_the_process_may_use():
    first = min(os.sched_getaffinity(0))
    code = f"""
import os
os.sched_setaffinity(0, [{first}])
from calibrant.training.device import available_cores
raise SystemExit(10 + available_cores())
"""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=env).returncode == 11
    assert available_cores() == len(os.sched_getaffinity(0))


def test_the_former_number_of_threads_returns_even_after_an_error():
    before = torch.get_num_threads()
    with threads(before + 1), contextlib.suppress(ZeroDivisionError):
        assert torch.get_num_threads() == before + 1
    with contextlib.suppress(ZeroDivisionError), threads(before + 1):
        _ = 1 / 0
    assert torch.get_num_threads() == before
