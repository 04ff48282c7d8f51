"""A network in a file: safetensors, with its sizes as JSON in the header. No pickle."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import torch
from pydantic import BaseModel, Field, Json, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from calibrant.errors import InputError
from calibrant.files import write_whole
from calibrant.training.network import TabularNet
from calibrant.training.network_settings import NetworkSettings
from calibrant.training.regressor import TabularRegressor

__all__ = ["Network", "load_network", "save_network"]

Network: TypeAlias = TabularNet | TabularRegressor


@dataclass(frozen=True, slots=True)
class _Header:
    """What a file says about its network; a change of form is a new schema number."""

    content: Literal["TabularNet", "TabularRegressor"]
    schema: Literal[2]
    n_features: int
    n_numbers: int
    n_outputs: int
    settings: NetworkSettings

    def network(self) -> Network:
        """Network of these sizes."""
        if self.content == "TabularRegressor":
            return TabularRegressor(
                self.n_features, n_numbers=self.n_numbers, settings=self.settings
            )
        return TabularNet(
            self.n_features,
            n_numbers=self.n_numbers,
            n_classes=self.n_outputs,
            settings=self.settings,
        )


class _Metadata(BaseModel):
    calibrant: Json[_Header]


class _Preamble(BaseModel):
    """Head of a safetensors file: tensors by name, and our text beside them."""

    metadata: _Metadata = Field(alias="__metadata__")


def save_network(path: str | Path, network: Network) -> None:
    """Write `network` to `path`, whole or not at all; equal networks give equal bytes.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    header = _Header(
        content="TabularNet" if isinstance(network, TabularNet) else "TabularRegressor",
        schema=2,
        n_features=network.n_features,
        n_numbers=network.n_numbers,
        n_outputs=network.n_outputs,
        settings=network.settings,
    )
    state = {name: held.detach().cpu().contiguous() for name, held in network.state_dict().items()}
    write_whole(path, save(state, {"calibrant": json.dumps(asdict(header))}))


def load_network(path: str | Path) -> Network:
    """Network from a file of `save_network`, in evaluation mode, on the CPU, bit for bit.

    Nothing in the file is executed, and sizes that it states are believed only after its
    tensors have them.

    Raises
    ------
    InputError
        When there is no such file, or its content is not a network as this version writes it.
    """
    try:
        content = Path(path).read_bytes()
        state = load(content)
        length = int.from_bytes(content[:8], "little")
        preamble = _Preamble.model_validate_json(content[8 : 8 + length], strict=True)
    except OSError as error:
        raise _refusal(path, error.strerror or "a file that cannot be read") from error
    except SafetensorError as error:
        raise _refusal(path, "a file that is not safetensors, or is cut short") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _refusal(path, f"{place}: {first['msg']}") from error
    return _built(path, preamble.metadata.calibrant, state)


def _built(path: str | Path, header: _Header, state: dict[str, Tensor]) -> Network:
    """Network of the sizes in `header` holding `state`; InputError when they do not fit."""
    try:
        with torch.device("meta"):  # sizes without memory
            network = header.network()
    except (ArithmeticError, RuntimeError, TypeError, ValueError) as error:
        raise _refusal(path, "sizes that no network can have") from error
    expected = {name: (held.shape, held.dtype) for name, held in network.state_dict().items()}
    found = {name: (held.shape, held.dtype) for name, held in state.items()}
    if found != expected:
        names = sorted(name for name in expected | found if found.get(name) != expected.get(name))
        raise _refusal(path, f"tensors that do not fit its settings, such as {names[0]}")
    for name, held in state.items():
        if not held.isfinite().all():
            raise _refusal(path, f"a value that is not finite in {name}")
    network.load_state_dict(state, assign=True)
    return network.eval()


def _refusal(path: str | Path, got: str) -> InputError:
    rule = "be a network that this version of calibrant wrote"
    return InputError(f"{path}", rule, got, "Train again, or take another file.")
