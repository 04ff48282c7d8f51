"""Baselines: what simpler models make of the same rows, for the network to be compared with."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import numpy as np
from jaxtyping import Float, Float64, Int64
from scipy.special import log_expit, log_softmax
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from calibrant.errors import FitError, InputError
from calibrant.training.baseline_rows import BaselineRows, Part, checked_rows
from calibrant.training.boosting import BOOSTING, best_round

__all__ = ["STRENGTHS", "Baseline", "fit_baselines"]

STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0)  # inverse penalties; 100 did harm on small tables
MOST_STEPS = 5_000

Features = Float[np.ndarray, "row feature"]
Scores = Callable[[Features], Float64[np.ndarray, "row *class"]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baseline:
    """A fitted classifier to compare a network with.

    Attributes
    ----------
    name : str
        "logistic regression" or "gradient boosting".
    how : str
        Sentence: how it was fitted and what was chosen.
    n_classes : int
        Number of classes.
    known : tuple of int
        Classes with training rows.
    scores : callable
        Log-odds of the second of two known classes, or a score a known class, by rows.
    n_threads : int
        Processor threads that it may use.
    """

    name: str
    how: str
    n_classes: int
    known: tuple[int, ...]
    scores: Scores
    n_threads: int

    def log_probs(self, features: Features) -> Float64[np.ndarray, "row class"]:
        """Log-probability of every class; minus infinity for a class without training rows."""
        with threadpool_limits(self.n_threads):
            scores = self.scores(features.astype(np.float64))
        every = np.full((len(scores), self.n_classes), -np.inf)
        every[:, self.known] = _normalised(scores)
        return every


def fit_baselines(
    train: Part,
    validation: Part,
    *,
    n_classes: int,
    seed: int,
    n_threads: int = 1,
) -> tuple[Baseline, ...]:
    """Logistic regression and gradient boosting, fitted on `train`.

    The penalty of the regression and the rounds of boosting are those of the least log loss on
    `validation`. Validation rows of a class without training rows tell nothing and are left
    out there.

    Parameters
    ----------
    train, validation : (features, labels, weights or None)
        Features by row and feature, without missing values, as the network has them; class
        indices by row; importance of every row, where 0 leaves it out.
    n_classes : int
        Number of classes, at least 2.
    seed : int
        Of the bins of boosting, which beyond 200,000 rows come from a sample.
    n_threads : int, default 1
        Processor threads; as many give the same bits again. Threads that other programs keep
        from running are waited for at every step: two took up to sixty times as long as one
        where the cores were busy.

    Raises
    ------
    InputError
        If shapes do not fit, a value is not finite, a label is out of range, fewer than two
        classes have training rows, or no validation row has one of them.
    FitError
        If logistic regression does not converge with any penalty.

    References
    ----------
    .. [1] Friedman. "Greedy Function Approximation: A Gradient Boosting Machine." Annals of
       Statistics 29, 2001.
    .. [2] Ke et al. "LightGBM: A Highly Efficient Gradient Boosting Decision Tree." NeurIPS
       2017, on whose histograms scikit-learn's boosting is modelled.
    """
    learnt = checked_rows("train", train)
    judges = checked_rows("validation", validation, n_features=learnt.features.shape[1])
    for name, rows in (("train", learnt), ("validation", judges)):
        if not 0 <= rows.truth.min() <= rows.truth.max() < n_classes:
            got = f"{int(rows.truth.min())} to {int(rows.truth.max())}"
            remedy = "Encode labels as class indices."
            raise InputError(f"labels of {name}", f"lie in [0, {n_classes})", got, remedy)
    known = np.unique(learnt.truth)
    if len(known) < 2:
        rule, remedy = "hold two classes or more", "Check the target and the split."
        raise InputError("labels of train", rule, "one", remedy)
    judges = judges.take(np.isin(judges.truth, known))
    if not len(judges):
        rule, remedy = "hold a class that training rows have", "Check the split."
        raise InputError("labels of validation", rule, "others only", remedy)
    with threadpool_limits(n_threads):
        fits = {
            "logistic regression": _logistic(learnt, judges, known),
            "gradient boosting": _boosting(learnt, judges, seed),
        }
    unknown = n_classes - len(known)
    note = f" It rules out {unknown} of {n_classes} classes, which have no training row."
    return tuple(
        Baseline(
            name=name,
            how=how + (note if unknown else ""),
            n_classes=n_classes,
            known=tuple(known.tolist()),
            scores=scores,
            n_threads=n_threads,
        )
        for name, (scores, how) in fits.items()
    )


def _logistic(
    train: BaselineRows, judges: BaselineRows, known: Int64[np.ndarray, " class"]
) -> tuple[Scores, str]:
    """Logistic regression with the penalty of the least validation log loss."""
    best: tuple[float, float, LogisticRegression] | None = None
    place = np.searchsorted(known, judges.truth)
    for strength in STRENGTHS:
        model = LogisticRegression(C=strength, max_iter=MOST_STEPS)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", ConvergenceWarning)
                model.fit(train.features, train.truth, train.weights)
        except ConvergenceWarning:
            break  # weaker penalties have further to go
        stated = _normalised(model.decision_function(judges.features))
        loss = -float(np.average(stated[np.arange(len(judges)), place], weights=judges.weights))
        if best is None or loss < best[0]:
            best = loss, strength, model
    if best is None:
        raise FitError(
            f"logistic regression did not converge in {MOST_STEPS} steps. Scale the features."
        )
    _, strength, model = best
    how = f"Logistic regression with an L2 penalty, C = {strength:g} by validation log loss."
    return model.decision_function, how


def _boosting(train: BaselineRows, judges: BaselineRows, seed: int) -> tuple[Scores, str]:
    """Gradient boosting up to the round of the least validation log loss."""
    model = HistGradientBoostingClassifier(random_state=seed)
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

    def scores(features: Features) -> Float64[np.ndarray, "row *class"]:
        return next(islice(model.staged_decision_function(features), rounds - 1, None))

    return scores, f"{how} by validation log loss."


def _normalised(scores: Float64[np.ndarray, "row *class"]) -> Float64[np.ndarray, "row class"]:
    """Log-probabilities from scores by class, or from the log-odds of the second of two."""
    if scores.ndim == 1:
        return np.stack((log_expit(-scores), log_expit(scores)), axis=1)
    return log_softmax(scores, axis=1)
