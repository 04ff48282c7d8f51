"""Where torch computes: the device, and the number of processor threads."""

from collections.abc import Generator
from contextlib import contextmanager

import torch

from calibrant.errors import InputError

__all__ = ["CPU", "chosen_threads", "resolve_device", "threads"]

CPU = torch.device("cpu")


def resolve_device(name: str) -> torch.device:
    """Device called `name`.

    Parameters
    ----------
    name : str
        ``"cpu"``, ``"cuda"``, or ``"auto"``, which is CUDA where there is a device for it.

    Raises
    ------
    InputError
        For any other name, and for ``"cuda"`` where there is none.

    Examples
    --------
    >>> resolve_device("cpu")
    device(type='cpu')
    """
    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return CPU
    if name not in {"auto", "cuda"}:
        raise InputError("device", "be auto, cpu or cuda", repr(name), "Choose one of the three.")
    if not torch.cuda.is_available():
        rule = "be a device that torch can use"
        raise InputError("device", rule, "'cuda' without one", "Choose cpu or auto.")
    return torch.device("cuda")


def chosen_threads(asked: int | None) -> int:
    """Processor threads to use: as asked, else one.

    The steps of a small network are too short to be shared: with two threads they take longer
    than with one, and several times as long where other programs run, because the threads wait
    for each other.
    """
    return 1 if asked is None else asked


@contextmanager
def threads(number: int) -> Generator[None]:
    """Context in which torch uses `number` processor threads; the former number returns."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
