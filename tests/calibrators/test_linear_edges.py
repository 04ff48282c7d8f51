"""Linear calibrators of zeros, of rows that determine nothing, of settings and files."""

import math

import numpy as np
import pytest
import torch
from jaxtyping import TypeCheckError

import calibrant as cal
from calibrant.calibrators.linear.diagonal import BiasCorrectedTemperatureScaling, VectorScaling
from calibrant.calibrators.linear.matrix import DirichletCalibration, MatrixScaling
from calibrant.calibrators.linear.structured import (
    StructuredMatrixScaling,
    StructuredVectorScaling,
)
from calibrant.calibrators.named import get, restored
from calibrant.errors import FitError, InputError

LINEAR = (
    *("bias_corrected_temperature", "vector", "matrix", "dirichlet"),
    *("structured_vector", "structured_matrix", "ensemble_temperature"),
)
every_linear = pytest.mark.parametrize("name", LINEAR)


def drawn(n=600, n_classes=3, seed=0, sharpness=1.7):
    """Logits that are too sure and tilted to the first class, and labels of the truth."""
    generator = torch.Generator().manual_seed(seed)
    true = 2 * torch.randn(n, n_classes, generator=generator, dtype=torch.float64)
    labels = torch.multinomial(true.softmax(-1), 1, generator=generator).squeeze(-1)
    logits = sharpness * true
    logits[:, 0] += 1
    return logits, labels


def close(one, other, tolerance=1e-7):
    np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", ["bias_corrected_temperature", "vector", "structured_vector"])
def test_a_class_of_probability_0_keeps_it_and_does_not_count(name):
    logits, labels = drawn()
    masked = torch.nn.functional.pad(logits, (0, 1), value=-torch.inf)
    rows = cal.predictions(logits=masked, labels=labels)
    after = get(name).fit(rows).transform(rows).probs
    assert not after[:, 3].any()
    if name != "structured_vector":  # whose penalty grows with the number of classes
        few = cal.predictions(logits=logits, labels=labels)
        close(after[:, :3], get(name).fit(few).transform(few).probs)
    impossible = cal.predictions(probs=[[1.0, 0.0], [0.5, 0.5], [0.2, 0.8]], labels=[1, 0, 1])
    with pytest.raises(FitError, match="1 of 3 rows give probability 0 to what came out"):
        get(name).fit(impossible)


@pytest.mark.parametrize(
    "name", ["matrix", "dirichlet", "structured_matrix", "ensemble_temperature"]
)
def test_methods_that_mix_classes_read_0_as_the_least_float32(name):
    logits, labels = drawn()
    out = torch.arange(len(labels)) % 5 == 0
    masked = logits.log_softmax(-1)
    masked[out, 2] = -torch.inf
    low = masked.log_softmax(-1).clamp(min=math.log(np.finfo(np.float32).tiny))
    fitted = get(name).fit(cal.predictions(logits=masked, labels=labels))
    after = fitted.transform(cal.predictions(logits=masked)).probs
    assert torch.isfinite(after).all()
    close(after, fitted.transform(cal.predictions(logits=low)).probs, 1e-9)


HARD = {
    "separable": ([[4.0, 0, 0], [0, 5, 0], [0, 0, 3], [6, 1, 0]], [0, 1, 2, 0]),
    "all wrong": ([[4.0, 0, 0], [0, 5, 0], [0, 0, 3], [6, 1, 0]], [1, 2, 0, 2]),
    "one class": ([[4.0, 0, 0], [0, 5, 0], [0, 0, 3]], [1, 1, 1]),
    "a class is absent": ([[4.0, 0, 0], [0, 5, 0], [0, 0, 3], [2, 1, 0]], [0, 1, 1, 1]),
    "constant": ([[1.0, 2, 3]] * 5, [0, 1, 2, 2, 2]),
    "even": ([[0.0, 0, 0]] * 4, [0, 1, 2, 2]),
    "one row": ([[1.0, 2, 3]], [2]),
    "huge": ([[1e4, 0, -1e4], [-1e4, 1e4, 0], [0.0, 1, 2], [1.0, 0, 0]], [0, 0, 1, 2]),
    "zeros": ([[0.0, -math.inf, 1], [0, 1, -math.inf], [1, 1, 1]], [0, 1, 2]),
}


def outcome(name, rows):
    """Probabilities after a fit, or why there is none."""
    try:
        return np.array(get(name).fit(rows).transform(rows).probs), ""
    except FitError as error:
        return None, str(error)


@every_linear
@pytest.mark.parametrize("case", HARD)
def test_rows_that_are_hard_end_in_numbers_or_in_reasons(name, case):
    logits, labels = HARD[case]
    rows = cal.predictions(logits=logits, labels=labels)
    after, why = outcome(name, rows)
    if after is None:
        assert why.endswith(".")
        assert not name.startswith("structured") or case == "zeros"
    else:
        assert np.isfinite(after).all()
        np.testing.assert_allclose(after.sum(-1), 1, atol=1e-9)


def test_a_fit_that_does_not_exist_says_why():
    rows = cal.predictions(logits=HARD["a class is absent"][0], labels=[0, 1, 1, 1])
    with pytest.raises(FitError, match=r"2 never came out\. Use rows of every class, or a pen"):
        VectorScaling().fit(rows)
    rows = cal.predictions(logits=HARD["separable"][0], labels=[0, 1, 2, 0])
    with pytest.raises(FitError, match="log loss falls for ever"):
        BiasCorrectedTemperatureScaling().fit(rows)
    assert VectorScaling(penalty=1.0).fit(rows).scale.min() > 1
    rows = cal.predictions(logits=[1.0, 2.0, -1.0, -2.0] * 2, labels=[0, 0, 1, 1, 0, 1, 1, 0])
    with pytest.raises(FitError, match="no temperature above 0"):
        BiasCorrectedTemperatureScaling().fit(rows)
    wide = cal.predictions(logits=torch.zeros(30, 2000), labels=torch.zeros(30, dtype=torch.long))
    many = cal.predictions(logits=wide.declared.values.repeat(200, 1), labels=[0] * 6000)
    with pytest.raises(FitError, match="matrix scaling of 2000 classes on 6000 rows has 4002000"):
        MatrixScaling().fit(many)


def test_settings_are_checked():
    for make in (BiasCorrectedTemperatureScaling, VectorScaling):
        with pytest.raises(InputError, match="penalty must be finite and at least 0; got -1"):
            make(penalty=-1.0)
    for make in (MatrixScaling, DirichletCalibration, StructuredMatrixScaling):
        with pytest.raises(InputError, match="off_diagonal must be finite and at least 0; got inf"):
            make(off_diagonal=math.inf)
    with pytest.raises(InputError, match="intercept must be finite"):
        StructuredVectorScaling(intercept=math.nan)


@every_linear
def test_a_file_cannot_bring_in_what_no_fit_finds(name):
    logits, labels = drawn()
    record = get(name).fit(cal.predictions(logits=logits, labels=labels)).to_dict()
    spoilt = 0
    for field, value in record.items():
        if isinstance(value, dict):
            bad = [{**value, "array": [math.nan] * 3}, {**value, "array": [0.0]}]
        elif isinstance(value, float):
            bad = [math.nan, -5.0]
        else:
            continue
        for one in bad:
            with pytest.raises((InputError, TypeCheckError)):  # the latter under pytest only
                restored({**record, field: one})
            spoilt += 1
    assert spoilt >= 4


@pytest.mark.parametrize("name", LINEAR)
def test_transform_has_a_slope(name):
    logits, labels = drawn()
    fitted = get(name).fit(cal.predictions(logits=logits, labels=labels))
    values = logits[:5].clone().requires_grad_()
    form = cal.predictions(logits=logits[:5]).declared
    made = fitted.of(type(form)(values)).values
    made.log_softmax(-1)[:, 0].sum().backward()
    assert torch.isfinite(values.grad).all()
    assert values.grad.abs().max() > 0
