"""Origin: a hash of what a training starts from, which tells it apart from every other."""

import hashlib
from collections.abc import Mapping

from torch import Tensor, nn

from calibrant.training.rows import LabelledRows

__all__ = ["digest_of", "origin_of"]


def digest_of(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 of names, kinds, shapes and bytes, in the order of the names.

    Examples
    --------
    >>> import torch
    >>> one, zero = torch.ones(2), torch.zeros(2)
    >>> digest_of({"a": one, "b": zero}) == digest_of({"b": zero, "a": one})
    True
    >>> digest_of({"a": one}) == digest_of({"a": one.double()})
    False
    """
    hashed = hashlib.sha256()
    for name in sorted(tensors):
        held = tensors[name].detach().cpu().contiguous()
        hashed.update(f"{name} {held.dtype} {tuple(held.shape)}\n".encode())
        hashed.update(held.numpy().tobytes())
    return hashed.hexdigest()


def origin_of(
    network: nn.Module, loss: nn.Module, train: LabelledRows, validation: LabelledRows
) -> str:
    """SHA-256 of a network before its first step, a loss, and the rows of both parts.

    Of network and loss it is what they print as, and every tensor in them.
    """
    tensors = {f"network/{name}": held for name, held in network.state_dict().items()}
    tensors |= {f"loss/{name}": held for name, held in loss.state_dict().items()}
    for part, rows in (("train", train), ("validation", validation)):
        tensors |= {f"{part}/features": rows.features, f"{part}/labels": rows.labels}
        if rows.weights is not None:
            tensors[f"{part}/weights"] = rows.weights
    printed = f"{network!r}\n{loss!r}\n{digest_of(tensors)}"
    return hashlib.sha256(printed.encode()).hexdigest()
