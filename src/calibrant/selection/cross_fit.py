"""Cross-fitting: every row calibrated by a fit that has not seen it."""

from dataclasses import dataclass

import torch
from jaxtyping import Int64
from torch import Tensor

from calibrant.calibrators.base import Calibrator, FittedCalibrator, check_predictions
from calibrant.errors import FitError, InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form, Logits, PositiveLogits, PositiveProbs
from calibrant.selection.held_out import dealt

__all__ = ["CrossFitted", "cross_fit"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrossFitted:
    """Rows calibrated by fits on other rows, and the fit on all of them.

    Attributes
    ----------
    predictions : Predictions
        The rows, each calibrated by a fit on the other folds: for evaluation, for no fit has
        seen the rows that it calibrates. Ignored rows, which nothing is fitted on, are
        calibrated by `fitted`.
    fitted : FittedCalibrator
        Fitted on all rows: for new rows. To evaluate it on these rows would flatter it.
    fold : Int64[Tensor, "row"]
        Fold of every row; -1 for ignored ones.
    """

    predictions: Predictions
    fitted: FittedCalibrator
    fold: Int64[Tensor, " row"]


def cross_fit(
    calibrator: Calibrator[FittedCalibrator],
    predictions: Predictions,
    *,
    n_folds: int = 10,
    seed: int = 0,
) -> CrossFitted:
    """Rows calibrated by K-fold cross-fitting, where they are too few for two parts.

    Parameters
    ----------
    calibrator : Calibrator
        What is fitted: on all folds but one, for each fold, and on all rows.
    predictions : Predictions
        Labelled rows that the model was not trained on, such as its out-of-fold predictions.
        Rows of one of their clusters stay in one fold.
    n_folds : int, default 10
        At least 2, and at most the number of rows, or clusters, present.
    seed : int, default 0
        Of the folds.

    Raises
    ------
    InputError
        If there are no labels, or too few rows for the folds.
    FitError
        If the rows without one of the folds do not determine a fit.

    References
    ----------
    .. [1] Stone. "Cross-Validatory Choice and Assessment of Statistical Predictions." JRSS B
       36, 1974.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(logits=[9.0] * 8, labels=[1, 1, 1, 0] * 2)
    >>> found = cross_fit(cal.TemperatureScaling(), rows, n_folds=2)
    >>> round(found.fitted.value, 4), round(found.predictions.probs[0], 4)  # 9 / ln(3); 3 of 4
    (8.1922, 0.75)
    """
    check_predictions(predictions)
    if predictions.truth is None:
        raise InputError("labels", "be given to fit on", "none", "Pass labelled predictions.")
    if n_folds < 2:
        raise InputError("n_folds", "be at least 2", f"{n_folds}", "10 is usual.")
    folds = dealt(predictions.present(), n_folds=n_folds, seed=seed)
    if folds is None:
        rule = "be at most the number of rows, or of their clusters"
        raise InputError("n_folds", rule, f"{n_folds}", "Use fewer folds.")
    fitted = calibrator.fit(predictions)
    place = torch.arange(len(predictions), device=predictions.device)
    fold = torch.full_like(place, -1)
    present = place if predictions.weights is None else place[predictions.weights > 0]
    fold[present] = folds.fold
    pieces: list[tuple[Tensor, Form]] = []
    for number, (others, held) in enumerate(folds):
        try:
            one = calibrator.fitted_to(others)
        except FitError as error:
            message = f"without the rows of fold {number + 1} of {n_folds} there is no fit: {error}"
            raise FitError(message) from error
        pieces.append((present[held], one.restate(folds.rows.take(held))))
    absent = fold < 0
    if bool(absent.any()):
        pieces.append((place[absent], fitted.restate(predictions.take(absent))))
    restated = predictions.restated(_together(pieces, predictions))
    return CrossFitted(predictions=restated, fitted=fitted, fold=fold)


def _together(pieces: list[tuple[Tensor, Form]], predictions: Predictions) -> Form:
    """One form of the rows at their places: that of all pieces, or logits where they differ."""
    kinds = {type(form) for _, form in pieces}
    forms = [form if len(kinds) == 1 else _logits(form) for _, form in pieces]
    dtype = forms[0].values.dtype
    for form in forms[1:]:
        dtype = torch.promote_types(dtype, form.values.dtype)
    shape = (len(predictions), *forms[0].values.shape[1:])
    values = torch.empty(shape, dtype=dtype, device=predictions.device)
    for (rows, _), form in zip(pieces, forms, strict=True):
        values[rows] = form.values.to(dtype)
    return type(forms[0])(values)


def _logits(form: Form) -> Form:
    """The same probabilities as logits, of one number a row where there is one."""
    if isinstance(form, (Logits, PositiveLogits)):
        return form
    if isinstance(form, PositiveProbs):
        return PositiveLogits(form.values.double().logit())
    return Logits(form.log_probs)
