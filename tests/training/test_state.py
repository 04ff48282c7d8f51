"""Networks in files: the same bits back, and nothing else let in."""

import json
import os
import pickle
import struct

import pytest
import torch
from safetensors.torch import load_file, save_file

from calibrant.errors import InputError, OutputError
from calibrant.training.network import TabularNet
from calibrant.training.network_settings import NetworkSettings
from calibrant.training.state import load_network, save_network

SETTINGS = NetworkSettings(hidden=(6, 4), dropout=(0.1, 0.0), members=2, waves=5, wave_width=2)


def small(seed=3):
    features = torch.randn(30, 4, generator=torch.Generator().manual_seed(1))
    network = TabularNet.for_training(
        features, n_numbers=2, n_classes=3, settings=SETTINGS, seed=seed
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network.train()(features)  # batch norm sees rows
    return network


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "network.safetensors"
    save_network(path, small())
    return path


def rewritten(path, *, header=None, tensors=None, metadata=None):
    """Change the file at `path`: keys of its header, tensors, or all of its metadata."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        stated = json.loads(json.loads(file.read(length))["__metadata__"]["calibrant"])
    if metadata is None:
        metadata = {"calibrant": json.dumps(stated | (header or {}))}
    state = load_file(path) | (tensors or {})
    save_file({name: held for name, held in state.items() if held is not None}, path, metadata)


def test_a_loaded_network_predicts_the_same_bits(path):
    network, x = small(), torch.randn(50, 4, generator=torch.Generator().manual_seed(2))
    loaded = load_network(path)
    assert loaded.settings == SETTINGS
    assert not loaded.training
    assert torch.equal(loaded(x), network.eval()(x))
    for name, held in network.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], held)


def test_a_loaded_network_can_be_trained_on(path):
    loaded = load_network(path).train()
    loaded(torch.randn(5, 4)).square().mean().backward()
    assert all(parameter.grad is not None for parameter in loaded.parameters())


def test_a_loaded_network_does_not_change_with_its_file(path):
    loaded = load_network(path)
    before = loaded.weights[0].detach().clone()
    path.write_bytes(bytes(path.stat().st_size))
    assert torch.equal(loaded.weights[0], before)


def test_equal_networks_give_equal_bytes(path, tmp_path):
    save_network(tmp_path / "again", small())
    save_network(tmp_path / "other", small(seed=4))
    assert (tmp_path / "again").read_bytes() == path.read_bytes()
    assert (tmp_path / "other").read_bytes() != path.read_bytes()


def test_a_network_without_numbers_or_waves_comes_back(tmp_path):
    settings = NetworkSettings(hidden=(3,), dropout=(0.0,), members=1, waves=0, wave_width=0)
    network = TabularNet(2, n_numbers=0, n_classes=2, settings=settings).eval()
    save_network(tmp_path / "bare", network)
    x = torch.randn(5, 2)
    assert torch.equal(load_network(tmp_path / "bare")(x), network(x))


def test_the_file_holds_no_pickle(path):
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    described = json.loads(content[8 : 8 + length])  # plain JSON, then numbers
    ends = [held["data_offsets"][1] for key, held in described.items() if key != "__metadata__"]
    assert 8 + length + max(ends) == len(content)


def test_a_pickle_is_refused_and_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    torch.save({"weight": Trap()}, tmp_path / "trap.pt")
    (tmp_path / "trap.pkl").write_bytes(pickle.dumps(Trap()))
    for name in ("trap.pt", "trap.pkl"):
        with pytest.raises(InputError, match="not safetensors"):
            load_network(tmp_path / name)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("content", [b"", b"\0" * 7, b"\0" * 64, b"\xff" * 64, b"a,b\n1,2\n" * 40])
def test_foreign_content_is_refused(tmp_path, content):
    (tmp_path / "foreign").write_bytes(content)
    with pytest.raises(InputError, match="must be a network that this version of calibrant wrote"):
        load_network(tmp_path / "foreign")


def test_a_file_cut_short_is_refused_wherever_it_is_cut(path):
    content = path.read_bytes()
    for length in range(0, len(content), 97):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match="cut short"):
            load_network(path)


def test_no_changed_byte_of_the_head_passes_for_the_network(path):
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    x = torch.randn(5, 4, generator=torch.Generator().manual_seed(2))
    expected, n_passed = small().eval()(x), 0
    for at in range(0, 8 + length, 5):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        try:
            loaded = load_network(path)
        except InputError:
            continue
        n_passed += 1  # a digit of a share of dropout, or of the scale of first frequencies
        torch.testing.assert_close(loaded(x), expected)
    assert n_passed < 12


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        load_network(tmp_path / "none")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="directory"):
        load_network(tmp_path)


@pytest.mark.parametrize(
    "metadata", [{}, {"other": "x"}, {"calibrant": ""}, {"calibrant": "[]"}, {"calibrant": "{"}]
)
def test_safetensors_of_others_are_refused(path, metadata):
    rewritten(path, metadata=metadata)
    with pytest.raises(InputError, match="calibrant"):
        load_network(path)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"schema": 1}, "schema: Input should be 2"),
        ({"content": "Forest"}, "content: Input should be 'TabularNet' or 'TabularRegressor'"),
        ({"n_outputs": "3"}, "n_outputs: Input should be a valid integer"),
        ({"n_outputs": 1}, "sizes that no network can have"),
        ({"n_features": 10**12}, "tensors that do not fit"),
        ({"n_features": 10**30}, "sizes that no network can have"),
        ({"n_numbers": 1}, "tensors that do not fit"),
        ({"settings": {"hidden": [6, 5], "dropout": [0.1, 0.0]}}, "tensors that do not fit"),
        ({"settings": {"hidden": [10**9], "dropout": [0.1]}}, "tensors that do not fit"),
        ({"settings": {"hidden": [6, 4], "dropout": [0.1, 2.0]}}, "dropout must lie"),
        ({"settings": None}, "settings: Input should be"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(path, header, message):
    rewritten(path, header=header)
    with pytest.raises(InputError, match=message):
        load_network(path)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"weights.1": None}, r"such as weights\.1"),
        ({"extra": torch.zeros(1)}, "such as extra"),
        ({"biases.0": torch.zeros(13)}, r"such as biases\.0"),
        ({"biases.0": torch.zeros(12).double()}, r"such as biases\.0"),
        ({"biases.0": torch.full((12,), torch.nan)}, r"not finite in biases\.0"),
        ({"embedding.scale": torch.full((2,), torch.inf)}, r"not finite in embedding\.scale"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(path, tensors, message):
    rewritten(path, tensors=tensors)
    with pytest.raises(InputError, match=message):
        load_network(path)


def test_a_place_that_cannot_be_written_is_an_output_error(tmp_path):
    with pytest.raises(OutputError, match="cannot write"):
        save_network(tmp_path / "missing" / "network", small())
