"""Where torch computes: the device, and the number of processor threads."""

import os
import sys

import torch

from calibrant.errors import InputError

__all__ = ["CPU", "available_cores", "chosen_threads", "resolve_device"]

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


def available_cores() -> int:
    """Processor cores that this process may run on."""
    if sys.platform == "linux":  # a container or taskset may leave it fewer than there are
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def chosen_threads(asked: int | None) -> int:
    """Processor threads to use: as asked, at most one for every core; else one.

    One, whatever the size: on two idle cores the second thread makes steps of 256 rows at most
    1.7 times as fast, and those of the default network 1.2 times. Where another program runs,
    its threads wait for each other, and the same steps take 3 to 15 times as long.

    Examples
    --------
    >>> chosen_threads(None), chosen_threads(10**6) == available_cores()
    (1, True)
    """
    return 1 if asked is None else min(asked, available_cores())
