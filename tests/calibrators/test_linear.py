"""Linear calibrators find the least penalised log loss, and do no harm where there is none."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from scipy.special import log_softmax, logsumexp
from sklearn.linear_model import LogisticRegression

import calibrant as cal
from calibrant.calibrators.linear.diagonal import BiasCorrectedTemperatureScaling, VectorScaling
from calibrant.calibrators.linear.ensemble import EnsembleTemperatureScaling
from calibrant.calibrators.linear.matrix import DirichletCalibration, MatrixScaling
from calibrant.calibrators.linear.structured import (
    StructuredMatrixScaling,
    StructuredVectorScaling,
)
from calibrant.calibrators.named import get, restored
from calibrant.metrics.proper.scores import LogLoss

LINEAR = (
    *("bias_corrected_temperature", "vector", "matrix", "dirichlet"),
    *("structured_vector", "structured_matrix", "ensemble_temperature"),
)
WITH_INTERCEPT = (
    *(BiasCorrectedTemperatureScaling(), VectorScaling()),
    *(
        method(off_diagonal=0.01, intercept=0.0)
        for method in (MatrixScaling, DirichletCalibration, StructuredMatrixScaling)
    ),
    StructuredVectorScaling(intercept=0.0),
)
every_linear = pytest.mark.parametrize("name", LINEAR)
classes = pytest.mark.parametrize("n_classes", [2, 3, 10])


def drawn(n=600, n_classes=3, seed=0, sharpness=1.7):
    """Logits that are too sure and tilted to the first class, and labels of the truth."""
    generator = torch.Generator().manual_seed(seed)
    true = 2 * torch.randn(n, n_classes, generator=generator, dtype=torch.float64)
    labels = torch.multinomial(true.softmax(-1), 1, generator=generator).squeeze(-1)
    logits = sharpness * true
    logits[:, 0] += 1
    return logits, labels


def probs(name, logits, labels, **given):
    fitted = get(name).fit(cal.predictions(logits=logits, labels=labels, **given))
    test = drawn(50, logits.shape[1], seed=1)[0]
    return fitted.transform(cal.predictions(logits=test)).probs


def close(one, other, tolerance=1e-7):
    np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@every_linear
@classes
def test_weights_equal_repetition_whatever_the_order(name, n_classes):
    logits, labels = drawn(n_classes=n_classes)
    times = 1 + torch.arange(len(labels)) % 3 * (torch.arange(len(labels)) > 30)
    times[40:60] = 0
    index = torch.arange(len(labels)).repeat_interleave(times)
    index = index[torch.randperm(len(index), generator=torch.Generator().manual_seed(2))]
    weighted = probs(name, logits, labels, weights=times)
    close(weighted, probs(name, logits[index], labels[index]))


@every_linear
@classes
def test_soft_labels_that_are_certain_are_hard_labels(name, n_classes):
    logits, labels = drawn(n_classes=n_classes)
    soft = torch.nn.functional.one_hot(labels, n_classes).double()
    close(probs(name, logits, soft), probs(name, logits, labels))


@every_linear
def test_soft_labels_count_as_rows_of_their_weight(name):
    logits, _ = drawn(200)
    soft = (logits / 1.7).softmax(-1)
    every = torch.arange(200).repeat_interleave(3)
    labels = torch.arange(3).repeat(200)
    close(probs(name, logits, soft), probs(name, logits[every], labels, weights=soft.reshape(-1)))


@every_linear
@classes
def test_a_shift_of_the_logits_of_a_row_changes_nothing(name, n_classes):
    logits, labels = drawn(n_classes=n_classes)
    shift = 5 * torch.arange(len(labels))[:, None] / len(labels)
    close(probs(name, logits + shift, labels), probs(name, logits, labels))
    close(probs(name, logits.log_softmax(-1), labels), probs(name, logits, labels))


@every_linear
def test_declared_form_does_not_matter(name):
    logits, labels = drawn(n_classes=2)
    odds = logits[:, 1] - logits[:, 0]
    fit = get(name).fit
    expected = fit(cal.predictions(logits=odds, labels=labels))
    test = torch.linspace(-4, 4, 9, dtype=torch.float64)
    one = expected.transform(cal.predictions(logits=test)).probs
    for columns in ({"probs": odds.sigmoid()}, {"logits": logits}, {"probs": logits.softmax(-1)}):
        fitted = fit(cal.predictions(**columns, labels=labels))
        close(fitted.transform(cal.predictions(logits=test)).probs, one)
        two = torch.stack((-test / 2, test / 2), -1)
        close(fitted.transform(cal.predictions(logits=two)).probs[:, 1], one)


@every_linear
@classes
def test_fitted_values_come_back_to_the_bit_and_have_words(name, n_classes):
    logits, labels = drawn(n_classes=n_classes)
    rows = cal.predictions(logits=logits, labels=labels)
    fitted = get(name).fit(rows)
    arrays = {}
    again = restored(fitted.to_dict(arrays), arrays)
    np.testing.assert_array_equal(again.transform(rows).probs, fitted.transform(rows).probs)
    assert again.found == fitted.found
    assert "nan" not in fitted.found


@every_linear
def test_images_and_absent_rows_keep_their_place(name):
    logits, labels = drawn()
    images = logits.T.reshape(1, 3, 20, 30)
    truth = labels.reshape(1, 20, 30).clone()
    truth[0, :2] = -1
    rows = cal.predictions(logits=images, labels=truth, ignore_index=-1)
    after = get(name).fit(rows).transform(rows)
    assert after.probs.shape == images.shape
    flat = get(name).fit(cal.predictions(logits=logits[60:], labels=labels[60:]))
    expected = flat.transform(cal.predictions(logits=logits[60:])).probs
    close(after.probs.reshape(3, -1).T[60:], expected)


@pytest.mark.parametrize("method", WITH_INTERCEPT, ids=lambda m: type(m).__name__)
@classes
def test_with_free_intercepts_mean_probabilities_are_frequencies(method, n_classes):
    logits, labels = drawn(n_classes=n_classes)
    weights = 1 + torch.arange(len(labels)) % 2
    rows = cal.predictions(logits=logits, labels=labels, weights=weights)
    stated = method.fit(rows).transform(rows).probs
    observed = torch.nn.functional.one_hot(labels, n_classes).double()
    share = weights.double() / weights.sum()
    close(share @ stated, share @ observed, 1e-9)


def test_bias_corrected_temperature_is_that_of_a_search():
    logits, labels = (each.numpy() for each in drawn(200))

    def loss(at):
        made = log_softmax(logits * at[0] + at[1:], axis=1)
        return -made[np.arange(200), labels].mean() + 1e-3 * at[1:].sum() ** 2

    best = minimize(loss, [1.0, 0, 0, 0], tol=1e-12)
    fitted = BiasCorrectedTemperatureScaling().fit(cal.predictions(logits=logits, labels=labels))
    assert 1 / fitted.value == pytest.approx(best.x[0], rel=1e-4)
    close(fitted.intercept, best.x[1:], 1e-4)
    rows = cal.predictions(logits=logits, labels=labels)
    assert LogLoss()(fitted.transform(rows)).value <= best.fun + 1e-12


@pytest.mark.parametrize("penalty", [0.0, 3.0])
def test_vector_scaling_is_that_of_a_search(penalty):
    logits, labels = (each.numpy() for each in drawn(200))
    centred = logits - logits.mean(1, keepdims=True)

    def loss(at):
        made = log_softmax(centred * at[:3] + at[3:], axis=1)
        ridge = penalty / 2 * (((at[:3] - 1) ** 2).sum() + (at[3:] ** 2).sum()) / 200
        return -made[np.arange(200), labels].mean() + ridge

    best = minimize(loss, [1.0, 1, 1, 0, 0, 0], tol=1e-12)
    fitted = VectorScaling(penalty).fit(cal.predictions(logits=logits, labels=labels))
    at = np.concatenate((fitted.scale, fitted.intercept))
    assert loss(at) <= best.fun + 1e-12
    close(fitted.scale, best.x[:3], 1e-4)


def test_dirichlet_without_a_penalty_is_logistic_regression():
    logits, labels = (each.numpy() for each in drawn(400))
    read = log_softmax(logits, axis=1)
    peer = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000).fit(read, labels)
    rows = cal.predictions(logits=logits, labels=labels)
    fitted = DirichletCalibration(off_diagonal=0.0, intercept=0.0).fit(rows)
    close(fitted.transform(rows).probs, peer.predict_proba(read), 1e-5)
    centred = logits - logits.mean(1, keepdims=True)
    peer = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000).fit(centred, labels)
    fitted = MatrixScaling(off_diagonal=0.0, intercept=0.0).fit(rows)
    close(fitted.transform(rows).probs, peer.predict_proba(centred), 1e-5)


@pytest.mark.parametrize("n_classes", [2, 4])
def test_off_diagonal_and_intercept_regularisation_is_that_of_a_search(n_classes):
    logits, labels = (each.numpy() for each in drawn(150, n_classes))
    read, k = log_softmax(logits, axis=1), n_classes
    eye = np.eye(k)

    def loss(at):
        matrix, intercept = at[: k * k].reshape(k, k), at[k * k :]
        made = log_softmax(read @ matrix.T + intercept, axis=1)
        off = 0.3 / (k * (k - 1)) * ((matrix * (1 - eye)) ** 2).sum()
        return -made[np.arange(150), labels].mean() + off + 0.2 / k * (intercept**2).sum()

    best = minimize(loss, np.append(eye, np.zeros(k)), tol=1e-12)
    rows = cal.predictions(logits=logits, labels=labels)
    fitted = DirichletCalibration(off_diagonal=0.3, intercept=0.2).fit(rows)
    at = np.append(fitted.matrix, fitted.intercept)
    assert loss(at) <= best.fun + 1e-11
    close(fitted.matrix, best.x[: k * k].reshape(k, k), 1e-4)


@pytest.mark.parametrize("n_classes", [2, 4])
def test_structured_matrix_is_that_of_a_search_after_its_temperature(n_classes):
    logits, labels = (each.numpy() for each in drawn(150, n_classes))
    rows = cal.predictions(logits=logits, labels=labels)
    fitted = StructuredMatrixScaling(diagonal=2.0, off_diagonal=0.5, intercept=0.7).fit(rows)
    read, k = log_softmax(logits / fitted.temperature, axis=1), n_classes
    eye = np.eye(k)

    def loss(at):
        matrix, intercept = at[: k * k].reshape(k, k), at[k * k :]
        made = read @ matrix.T + intercept
        fit = (logsumexp(made, axis=1) - made[np.arange(150), labels]).mean()
        far = 2.0 * ((matrix.diagonal() - 1) ** 2).sum() + 0.7 * (intercept**2).sum()
        return fit + k / 150 * (far + 0.5 * (k - 1) * ((matrix * (1 - eye)) ** 2).sum())

    best = minimize(loss, np.append(eye, np.zeros(k)), tol=1e-12)
    assert loss(np.append(fitted.matrix, fitted.intercept)) <= best.fun + 1e-12
    close(fitted.matrix, best.x[: k * k].reshape(k, k), 1e-4)


def test_structured_matrix_of_many_classes_leaves_no_slope():
    logits, labels = drawn(1500, 30)  # 930 parameters: conjugate gradients in float32
    fitted = StructuredMatrixScaling().fit(cal.predictions(logits=logits, labels=labels))
    read = (logits / fitted.temperature).log_softmax(dim=-1)
    matrix, intercept = (
        each.clone().requires_grad_() for each in (fitted.matrix, fitted.intercept)
    )
    made = torch.addmm(intercept, read, matrix.T)
    off = matrix - torch.diag(matrix.diagonal())
    far = (matrix.diagonal() - 1).square().sum() + intercept.square().sum()
    penalty = 30 / 1500 * (far + 29 * off.square().sum())
    (torch.nn.functional.cross_entropy(made, labels) + penalty).backward()
    # The ridge bends the loss by 2 * 30 / 1500 = 0.04 at least: within 1e-7 of the optimum.
    assert max(float(each.grad.abs().max()) for each in (matrix, intercept)) < 4e-9


def test_conjugate_gradients_and_exact_equations_find_the_same(monkeypatch):
    logits, labels = drawn(2000, 12)
    names = ("vector", "matrix", "structured_matrix", "bias_corrected_temperature")
    exact = [probs(name, logits, labels) for name in names]
    monkeypatch.setattr("calibrant.calibrators.linear.newton.FEW", 0)
    for name, expected in zip(names, exact, strict=True):
        close(probs(name, logits, labels), expected, 1e-6)


def test_chunks_of_rows_add_up(monkeypatch):
    logits, labels = drawn(500, 5)
    whole = [probs(name, logits, labels) for name in LINEAR]
    for home in ("rows", "ensemble"):
        monkeypatch.setattr(f"calibrant.calibrators.linear.{home}.CHUNK", 300)
    for name, expected in zip(LINEAR, whole, strict=True):
        close(probs(name, logits, labels), expected, 1e-8)


def test_ensemble_is_the_best_of_a_fine_grid_and_keeps_the_order():
    logits, labels = drawn(400)
    logits[:40] = logits[:40].roll(1, 1)  # some rows that are sure and wrong
    rows = cal.predictions(logits=logits, labels=labels)
    fitted = EnsembleTemperatureScaling().fit(rows)
    tempered, raw = ((logits / t).softmax(-1) for t in (fitted.temperature, 1.0))
    right = [p[torch.arange(400), labels] for p in (tempered, raw)]
    found = LogLoss()(fitted.transform(rows)).value
    steps = np.linspace(0, 1, 41)
    grid = [
        float(-(a * right[0] + b * right[1] + (1 - a - b) / 3).log().mean())
        for a in steps
        for b in steps
        if a + b <= 1 + 1e-9
    ]
    assert min(grid) - 1e-3 < found <= min(grid) + 1e-8
    before, after = rows.probs, fitted.transform(rows).probs
    assert torch.equal(before.argsort(-1), after.argsort(-1))
