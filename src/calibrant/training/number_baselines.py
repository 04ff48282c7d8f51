"""Baselines for numbers: what simpler models of the target's mean make of the same rows."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import numpy as np
from jaxtyping import Float, Float64
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_limits

from calibrant.training.baseline_rows import BaselineRows, Part, checked_rows
from calibrant.training.boosting import BOOSTING, best_round

__all__ = ["PENALTIES", "NumberBaseline", "fit_number_baselines"]

PENALTIES = (0.1, 1.0, 10.0, 100.0, 1_000.0, 10_000.0)

Features = Float[np.ndarray, "row feature"]
Predict = Callable[[Features], Float64[np.ndarray, " row"]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NumberBaseline:
    """A fitted regression to compare a network with.

    Attributes
    ----------
    name : str
        "ridge regression" or "gradient boosting".
    how : str
        Sentence: how it was fitted and what was chosen.
    predict : callable
        Predicted numbers of features, by rows.
    n_threads : int
        Processor threads that it may use.
    """

    name: str
    how: str
    predict: Predict
    n_threads: int

    def values(self, features: Features) -> Float64[np.ndarray, " row"]:
        """Predicted number of every row, in the unit of the target."""
        with threadpool_limits(self.n_threads):
            return self.predict(features.astype(np.float64))


def fit_number_baselines(
    train: Part, validation: Part, *, seed: int, n_threads: int = 1
) -> tuple[NumberBaseline, ...]:
    """Ridge regression and gradient boosting of squared error, fitted on `train`.

    The penalty of the one and the rounds of the other are those of the least mean squared
    error on `validation`.

    Parameters
    ----------
    train, validation : (features, numbers, weights or None)
        Features by row and feature, without missing values, as the network has them; numbers
        to predict; importance of every row, where 0 leaves it out.
    seed : int
        Of the bins of boosting, which beyond 200,000 rows come from a sample.
    n_threads : int, default 1
        Processor threads; see `calibrant.training.baselines.fit_baselines`.

    Raises
    ------
    InputError
        If shapes do not fit, a value is not finite, or no row of a part counts.

    References
    ----------
    .. [1] Hoerl and Kennard. "Ridge Regression: Biased Estimation for Nonorthogonal Problems."
       Technometrics 12, 1970.
    .. [2] Friedman. "Greedy Function Approximation: A Gradient Boosting Machine." Annals of
       Statistics 29, 2001.
    """
    learnt = checked_rows("train", train)
    judges = checked_rows("validation", validation, n_features=learnt.features.shape[1])
    with threadpool_limits(n_threads):
        fits = {
            "ridge regression": _ridge(learnt, judges),
            "gradient boosting": _boosting(learnt, judges, seed),
        }
    return tuple(
        NumberBaseline(name=name, how=how, predict=predict, n_threads=n_threads)
        for name, (predict, how) in fits.items()
    )


def _ridge(train: BaselineRows, judges: BaselineRows) -> tuple[Predict, str]:
    """Ridge regression with the penalty of the least validation squared error."""
    models = [
        Ridge(alpha=penalty).fit(train.features, train.truth, train.weights)
        for penalty in PENALTIES
    ]
    errors = [
        np.average(np.square(model.predict(judges.features) - judges.truth), weights=judges.weights)
        for model in models
    ]
    best = int(np.argmin(errors))
    penalty = PENALTIES[best]
    how = f"Ridge regression, alpha = {penalty:g} by validation squared error."
    return models[best].predict, how


def _boosting(train: BaselineRows, judges: BaselineRows, seed: int) -> tuple[Predict, str]:
    """Gradient boosting up to the round of the least validation squared error."""
    model = HistGradientBoostingRegressor(random_state=seed)
    model.set_params(**BOOSTING)
    model.fit(
        train.features,
        train.truth,
        train.weights,
        X_val=judges.features,
        y_val=judges.truth,
        sample_weight_val=judges.weights,
    )
    rounds, how = best_round(np.asarray(model.validation_score_))

    def predict(features: Features) -> Float64[np.ndarray, " row"]:
        return next(islice(model.staged_predict(features), rounds - 1, None))

    return predict, f"{how} by validation squared error."
