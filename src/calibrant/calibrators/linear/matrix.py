"""A full matrix of logits or of log-probabilities, its off-diagonal and intercept held back."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.calibrators.base import Calibrator, FittedMap
from calibrant.calibrators.linear.checks import (
    check_finite,
    check_strength,
    warn_if_reversed,
)
from calibrant.calibrators.linear.newton import Loss
from calibrant.calibrators.linear.rows import FitRows, centred, floored
from calibrant.calibrators.linear.shapes import FullMatrix, Params, Scores
from calibrant.calibrators.scores import in_form_of
from calibrant.errors import FitError
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form

__all__ = [
    "DirichletCalibration",
    "DirichletMap",
    "MatrixMap",
    "MatrixScaling",
    "least_matrix",
    "refuse_too_much",
]

MOST = 2e10  # multiplications for one look at all rows


@dataclass(frozen=True, kw_only=True, eq=False)
class _Matrix(FittedMap):
    """Matrix and intercept that are applied to what is read of a row.

    Attributes
    ----------
    matrix : Float64[Tensor, "made class"]
        Row k makes the score of class k.
    intercept : Float64[Tensor, "class"]
        What is added to the score of every class.
    """

    matrix: Float64[Tensor, "made class"]
    intercept: Float64[Tensor, " class"]

    def __post_init__(self) -> None:
        check_finite("matrix", self.matrix, (self.n_classes, self.n_classes))
        check_finite("intercept", self.intercept, (self.n_classes,))

    def of(self, form: Form) -> Form:
        """See `FittedMap.of`; the result is declared as logits."""
        read = self.read(form)
        made = torch.addmm(self.intercept.to(read.device), read, self.matrix.T.to(read.device))
        return in_form_of(form, made)

    @abstractmethod
    def read(self, form: Form) -> Scores:
        """What the matrix is applied to."""

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        diagonal = self.matrix.diagonal()
        off = float((self.matrix - torch.diag(diagonal)).abs().max())
        return (
            f"diagonal from {float(diagonal.min()):.4f} to {float(diagonal.max()):.4f}, off it at "
            f"most {off:.4f}, intercepts at most {float(self.intercept.abs().max()):.4f}"
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class MatrixMap(_Matrix):
    """Fitted calibrator: a matrix of centred logits, and an intercept; see `MatrixScaling`."""

    method: ClassVar[str] = "matrix"

    def read(self, form: Form) -> Scores:
        """See `_Matrix.read`."""
        return centred(floored(form), None)


@dataclass(frozen=True, kw_only=True, eq=False)
class DirichletMap(_Matrix):
    """Fitted calibrator: a matrix of log-probabilities, and an intercept."""

    method: ClassVar[str] = "dirichlet"

    def read(self, form: Form) -> Scores:
        """See `_Matrix.read`."""
        return floored(form)


_STRENGTHS = "0 is none; 0.01 is mild."


@dataclass(frozen=True, slots=True)
class MatrixScaling(Calibrator[MatrixMap]):
    r"""A matrix of all logits and an intercept: ``softmax(W z + b)``, with centred logits z.

    To the mean log loss is added

    .. math:: \frac{\lambda}{K (K - 1)} \sum_{k \ne l} W_{kl}^2 + \frac{\mu}{K} \sum_k b_k^2

    which holds back what matters least and counts most parameters (off-diagonal and intercept
    regularisation, ODIR). With K = 2 it is Platt scaling of the log-odds, held back.

    Parameters
    ----------
    off_diagonal, intercept : float, default 0.01
        :math:`\lambda` and :math:`\mu`, at least 0.

    References
    ----------
    .. [1] Guo et al. "On Calibration of Modern Neural Networks." ICML 2017, section 4.2.
    .. [2] Kull et al. "Beyond Temperature Scaling: Obtaining Well-Calibrated Multi-Class
       Probabilities with Dirichlet Calibration." NeurIPS 2019: the regularisation.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(logits=[1.0, 1.0, 1.0, -1.0, -1.0], labels=[1, 1, 0, 0, 1])
    >>> fitted = MatrixScaling(off_diagonal=0.0, intercept=0.0).fit(rows)
    >>> [round(p, 4) for p in fitted.transform(rows).probs]  # 2 in 3 where 1, 1 in 2 where -1
    [0.6667, 0.6667, 0.6667, 0.5, 0.5]
    """

    off_diagonal: float = 0.01
    intercept: float = 0.01

    def __post_init__(self) -> None:
        check_strength("off_diagonal", self.off_diagonal, _STRENGTHS)
        check_strength("intercept", self.intercept, _STRENGTHS)

    def fitted_to(self, rows: Predictions) -> MatrixMap:
        """See `Calibrator.fitted_to`.

        Raises
        ------
        FitError
            If no finite parameters have the least penalised log loss, or there are too many
            classes for so many rows.

        Warns
        -----
        CalibrantWarning
            If the classes are turned round, for the model is worse than chance.
        """
        refuse_too_much(rows, "matrix scaling")
        k = rows.n_classes
        fit = FitRows.of(rows, centred(floored(rows.declared), None))
        ridge = _odir(k, self.off_diagonal, self.intercept).to(rows.device)
        matrix, intercept = least_matrix(fit, ridge)
        warn_if_reversed("matrix scaling", fit.scores, fit.scores @ matrix.T, fit.weight)
        return MatrixMap(n_classes=k, n=len(rows), matrix=matrix, intercept=intercept)


@dataclass(frozen=True, slots=True)
class DirichletCalibration(Calibrator[DirichletMap]):
    r"""A matrix of log-probabilities and an intercept: ``softmax(W log p + b)``.

    It is right where the probability vectors of every class have a Dirichlet distribution. With
    K = 2 it is beta calibration, held back. The regularisation is that of `MatrixScaling`.

    Parameters
    ----------
    off_diagonal, intercept : float, default 0.01
        :math:`\lambda` and :math:`\mu` of `MatrixScaling`, at least 0.

    References
    ----------
    .. [1] Kull et al. "Beyond Temperature Scaling: Obtaining Well-Calibrated Multi-Class
       Probabilities with Dirichlet Calibration." NeurIPS 2019.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.6, 0.6, 0.6, 0.2, 0.2], labels=[1, 1, 0, 0, 1])
    >>> fitted = DirichletCalibration(off_diagonal=0.0, intercept=0.0).fit(rows)
    >>> [round(p, 4) for p in fitted.transform(rows).probs]  # 2 in 3 where .6, 1 in 2 where .2
    [0.6667, 0.6667, 0.6667, 0.5, 0.5]
    """

    off_diagonal: float = 0.01
    intercept: float = 0.01

    def __post_init__(self) -> None:
        check_strength("off_diagonal", self.off_diagonal, _STRENGTHS)
        check_strength("intercept", self.intercept, _STRENGTHS)

    def fitted_to(self, rows: Predictions) -> DirichletMap:
        """See `Calibrator.fitted_to`.

        Raises
        ------
        FitError
            If no finite parameters have the least penalised log loss, or there are too many
            classes for so many rows.

        Warns
        -----
        CalibrantWarning
            If the classes are turned round, for the model is worse than chance.
        """
        refuse_too_much(rows, "Dirichlet calibration")
        k = rows.n_classes
        fit = FitRows.of(rows, floored(rows.declared))
        ridge = _odir(k, self.off_diagonal, self.intercept).to(rows.device)
        matrix, intercept = least_matrix(fit, ridge)
        warn_if_reversed("Dirichlet calibration", fit.scores, fit.scores @ matrix.T, fit.weight)
        return DirichletMap(n_classes=k, n=len(rows), matrix=matrix, intercept=intercept)


def refuse_too_much(rows: Predictions, what: str) -> None:
    """Raise where a full matrix would take hours."""
    if len(rows) * rows.n_classes**2 > MOST:
        raise FitError(
            f"{what} of {rows.n_classes} classes on {len(rows)} rows has "
            f"{rows.n_classes * (rows.n_classes + 1)} parameters and would take very long. Fit on "
            "a part of the rows, or use structured vector scaling."
        )


def least_matrix(
    fit: FitRows, ridge: Params
) -> tuple[Float64[Tensor, "made class"], Float64[Tensor, " class"]]:
    """Matrix and intercept with the least penalised log loss, from the identity on."""
    k = fit.n_classes
    eye = torch.eye(k, dtype=torch.float64, device=ridge.device)
    start = torch.cat((eye.reshape(-1), torch.zeros_like(eye[0])))
    found = Loss(fit, FullMatrix(k), start, ridge).least()
    matrix, intercept = FullMatrix(k).parts(found)
    return matrix.contiguous(), intercept - intercept.mean()


def _odir(k: int, off_diagonal: float, intercept: float) -> Params:
    """Ridge of off-diagonal and intercept regularisation."""
    off = torch.full((k, k), 2 * off_diagonal / max(1, k * (k - 1)), dtype=torch.float64)
    off.fill_diagonal_(0)
    last = torch.full((k,), 2 * intercept / k, dtype=torch.float64)
    return torch.cat((off.reshape(-1), last))
