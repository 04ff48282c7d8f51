"""Fits of calibrators, calibrant's and those of other libraries, in one form for their benchmark.

A fit gets scores in a tensor, (row, class) or one number a row for the positive class of two, with
labels, and gives a function of scores that states log-probabilities of all classes. Libraries are
imported when a fit is asked for.
"""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

import numpy as np
import torch
from torch import Tensor

import calibrant as cal
from calibrant.calibrators.named import get

__all__ = ["PEERS", "Fit", "Scores", "ours"]

Scores = Callable[[Tensor], Tensor]  # log-probabilities in float64
Fit = Callable[[Tensor, Tensor], Scores]


def ours(method: str, form: str, **options: object) -> Fit:
    """Fit of calibrant, with its door and its checks."""

    def fit(given: Tensor, labels: Tensor) -> Scores:
        fitted = replace(get(method), **options).fit(
            cal.predictions(**{form: given, "labels": labels})
        )
        return lambda z: fitted.transform(cal.predictions(**{form: z})).declared.log_probs

    return fit


def sklearn_temperature() -> Fit:
    """Temperature scaling inside `CalibratedClassifierCV(method="temperature")`."""
    scaling = import_module("sklearn.calibration")._TemperatureScaling  # noqa: SLF001

    def fit(logits: Tensor, labels: Tensor) -> Scores:
        beta = float(scaling().fit(logits.numpy(), labels.numpy()).beta_)
        return lambda z: (beta * z).log_softmax(dim=-1)

    return fit


def sklearn_sigmoid() -> Fit:
    """Platt scaling inside `CalibratedClassifierCV(method="sigmoid")`, of one class or of each."""
    scaling = import_module("sklearn.calibration")._SigmoidCalibration  # noqa: SLF001

    def one(column: np.ndarray, hit: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        return scaling().fit(column, hit).predict

    return of_columns(one, log_odds)


def sklearn_isotonic() -> Fit:
    """Isotonic regression of probabilities, of one class or of each."""
    regression = import_module("sklearn.isotonic").IsotonicRegression

    def one(column: np.ndarray, hit: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        return regression(out_of_bounds="clip").fit(column, hit).predict

    return of_columns(one, lambda given: given)


def scipy_isotonic() -> Fit:
    """Isotonic regression of rows that are sorted first; of rows of one score it pools none."""
    regression = import_module("scipy.optimize").isotonic_regression

    def one(column: np.ndarray, hit: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        order = column.argsort()
        values = regression(hit[order]).x
        return lambda z: values[np.searchsorted(column[order], z)]

    return of_columns(one, lambda given: given)


def log_odds(given: Tensor) -> Tensor:
    """Log-odds of every class against the rest, or as they are where there is one number a row."""
    if given.ndim == 1:
        return given
    log_probs = given.log_softmax(dim=-1)
    return log_probs - (-log_probs.exp()).log1p()


def of_columns(
    one: Callable[[np.ndarray, np.ndarray], Callable[[np.ndarray], np.ndarray]],
    read: Callable[[Tensor], Tensor],
) -> Fit:
    """Fit of every column by itself, divided by the sum of all of them."""

    def fit(given: Tensor, labels: Tensor) -> Scores:
        columns, hits = read(given), labels.numpy()
        if columns.ndim == 1:
            only = one(columns.numpy(), hits)

            def of_one(z: Tensor) -> Tensor:
                found = torch.from_numpy(only(read(z).to(given.dtype).numpy())).double()
                return torch.stack((1 - found, found), dim=-1).log()

            return of_one
        maps = [one(columns[:, k].numpy(), hits == k) for k in range(columns.shape[1])]

        def scores(z: Tensor) -> Tensor:
            at = read(z).to(given.dtype).numpy()
            found = np.stack([each(at[:, k]) for k, each in enumerate(maps)], axis=-1)
            return torch.from_numpy(found / found.sum(axis=-1, keepdims=True)).double().log()

        return scores

    return fit


def probmetrics_temperature() -> Fit:
    """Temperature scaling by bisection of probmetrics."""
    home = import_module("probmetrics.calibrators.temperature_scaling")
    given = import_module("probmetrics.distributions").CategoricalLogits

    def fit(logits: Tensor, labels: Tensor) -> Scores:
        found = home.TemperatureScalingCalibrator()
        found.fit_torch(given(logits), labels)
        return lambda z: (float(found.invtemp_) * z).log_softmax(dim=-1)

    return fit


def probmetrics_vector() -> Fit:
    """Vector scaling of raw logits of probmetrics."""
    home = import_module("probmetrics.calibrators.logistic")
    given = import_module("probmetrics.distributions").CategoricalLogits

    def fit(logits: Tensor, labels: Tensor) -> Scores:
        found = home.VectorScalingCalibrator()
        found.fit_torch(given(logits), labels)
        return lambda z: (z / found.temp_.double() + found.bias_.double()).log_softmax(dim=-1)

    return fit


def probmetrics_structured(name: str) -> Fit:
    """Structured scaling of probmetrics, from probabilities."""
    make = getattr(import_module("probmetrics.calibrators.logistic"), name)

    def fit(logits: Tensor, labels: Tensor) -> Scores:
        found = make()
        found.fit(logits.softmax(dim=-1).numpy(), labels.numpy())

        def scores(z: Tensor) -> Tensor:
            return torch.from_numpy(found.predict_proba(z.softmax(dim=-1).numpy())).double().log()

        return scores

    return fit


PEERS: dict[str, Callable[[], Fit]] = {
    "sklearn": sklearn_temperature,
    "sklearn sigmoid": sklearn_sigmoid,
    "sklearn isotonic": sklearn_isotonic,
    "SciPy, with its sort": scipy_isotonic,
    "probmetrics": probmetrics_temperature,
    "probmetrics vector": probmetrics_vector,
    "probmetrics SVS": lambda: probmetrics_structured("SVSCalibrator"),
    "probmetrics SMS": lambda: probmetrics_structured("SMSCalibrator"),
}
