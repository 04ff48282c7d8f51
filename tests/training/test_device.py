"""Devices by name, and threads for a while."""

import contextlib

import pytest
import torch

from calibrant.errors import InputError
from calibrant.training.device import resolve_device, threads


@pytest.mark.parametrize(("name", "cuda", "device"), [
    ("cpu", False, "cpu"),
    ("cpu", True, "cpu"),
    ("auto", False, "cpu"),
    ("auto", True, "cuda"),
    ("cuda", True, "cuda"),
])  # fmt: skip
def test_a_name_gives_its_device(monkeypatch, name, cuda, device):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    assert resolve_device(name) == torch.device(device)


def test_cuda_is_refused_where_there_is_none(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="device must be a device that torch can use"):
        resolve_device("cuda")


@pytest.mark.parametrize("name", ["gpu", "", "CPU", "cuda:99"])
def test_other_names_are_refused(name):
    with pytest.raises(InputError, match="device must be auto, cpu or cuda"):
        resolve_device(name)


def test_the_former_number_of_threads_returns_even_after_an_error():
    before = torch.get_num_threads()
    with threads(before + 1), contextlib.suppress(ZeroDivisionError):
        assert torch.get_num_threads() == before + 1
    with contextlib.suppress(ZeroDivisionError), threads(before + 1):
        _ = 1 / 0
    assert torch.get_num_threads() == before
