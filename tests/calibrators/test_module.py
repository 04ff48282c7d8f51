"""Fitted calibrators as modules of torch."""

import subprocess
import sys

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.calibrators.base import FittedMap
from calibrant.calibrators.named import get
from calibrant.calibrators.registry import CALIBRATORS
from calibrant.errors import InputError


def drawn(n_classes=3, n=200, seed=0):
    generator = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(n, n_classes, generator=generator, dtype=torch.float64)
    labels = torch.multinomial(logits.softmax(-1), 1, generator=generator).squeeze(-1)
    return 2 * logits, labels


@pytest.mark.parametrize("name", CALIBRATORS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_module_gives_the_probabilities_of_the_transform(name, n_classes):
    logits, labels = drawn(n_classes)
    fitted = get(name).fit(cal.predictions(logits=logits, labels=labels))
    if not isinstance(fitted, FittedMap):
        pytest.skip("needs more than what is stated")
    some = logits[:50]
    for form, stated in (("logits", some), ("probs", some.softmax(-1))):
        found = fitted.to_module(form)(stated).softmax(-1)
        expected = fitted.transform(cal.predictions(**{form: stated})).probs
        np.testing.assert_allclose(found.detach(), expected, rtol=0, atol=1e-12)


def test_one_number_a_row_and_images_keep_their_shapes():
    fitted = cal.TemperatureScaling(penalty=2.0).fit(
        cal.predictions(logits=[2.0, -1.0, 0.5], labels=[1, 0, 0])
    )
    torch.testing.assert_close(
        fitted.to_module("logits")(torch.tensor([1.0, -3.0])),
        torch.tensor([1.0, -3.0]) / fitted.value,
    )
    image = torch.randn(4, 2, 5, 6, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(fitted.to_module("logits")(image), image / fitted.value)


def test_arrays_are_buffers_that_move_and_load_and_stay_in_float64():
    logits, labels = drawn()
    rows = cal.predictions(logits=logits, labels=labels)
    fitted, other = get("matrix").fit(rows), get("matrix").fit(rows.take(slice(100)))
    module = torch.nn.Sequential(torch.nn.Identity(), fitted.to_module("logits")).half()
    assert {value.dtype for value in module.state_dict().values()} == {torch.float64}
    assert not list(module.parameters())
    module.load_state_dict(
        torch.nn.Sequential(torch.nn.Identity(), other.to_module("logits")).state_dict()
    )
    expected = other.transform(rows).probs
    np.testing.assert_allclose(module(logits).softmax(-1), expected, rtol=0, atol=1e-12)
    module.to("meta")
    assert module(logits.to("meta")).device.type == "meta"


def test_gradients_flow_through_to_the_network():
    logits, labels = drawn()
    fitted = cal.TemperatureScaling().fit(cal.predictions(logits=logits, labels=labels))
    network = torch.nn.Linear(5, 3)
    whole = torch.nn.Sequential(network, fitted.to_module("logits"))
    whole(torch.ones(2, 5)).square().sum().backward()
    assert network.weight.grad is not None
    assert bool((network.weight.grad != 0).all())


def test_a_wrong_form_and_a_wrong_shape_are_refused():
    logits, labels = drawn()
    fitted = cal.TemperatureScaling().fit(cal.predictions(logits=logits, labels=labels))
    with pytest.raises(InputError, match="scores must have shape"):
        fitted.to_module("logits")(torch.zeros(4, 2))
    with pytest.raises(InputError, match="scores must have shape"):
        fitted.to_module("logits")(torch.zeros(4))


def test_it_compiles_as_one_graph_and_exports():
    code = """
import torch, calibrant as cal
from calibrant.calibrators.named import get
logits = torch.randn(200, 3, generator=torch.Generator().manual_seed(0)).double()
labels = logits.argmax(-1).where(torch.arange(200) % 3 > 0, torch.arange(200) % 2)
for name in (
    *("temperature", "bias_corrected_temperature", "vector", "matrix", "dirichlet"),
    *("structured_vector", "structured_matrix", "platt", "beta", "spline"),
):
    torch.compiler.reset()
    module = get(name).fit(cal.predictions(logits=logits, labels=labels)).to_module("logits")
    whole = torch.nn.Sequential(torch.nn.Linear(3, 3).double(), module)
    compiled = torch.compile(whole, fullgraph=True, backend="eager")
    assert torch.equal(compiled(logits), whole(logits))
    exported = torch.export.export(whole, (logits,)).module()
    assert torch.allclose(exported(logits), whole(logits), rtol=0, atol=1e-12)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
