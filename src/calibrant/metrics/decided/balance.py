"""Recalls and precisions of all classes in one number, each class with the same say."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.decided.agreement import Agreement
from calibrant.metrics.decided.delta import Matrix

__all__ = ["GeometricMean", "Informedness", "Markedness"]

Scalar = Float64[Tensor, ""]


@dataclass(frozen=True, slots=True)
class GeometricMean(Agreement):
    r"""Geometric mean of the recalls of all declared classes, in [0, 1].

    .. math:: G = \sqrt[K]{\prod_k R_k}

    Of two classes the root of sensitivity times specificity. One class that is never found
    makes it 0, and so does one without any row, which it says.

    References
    ----------
    .. [1] Kubat, Matwin. "Addressing the Curse of Imbalanced Training Sets: One-Sided
       Selection." ICML 1997.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[0, 0, 0, 0, 1], labels=[0, 0, 0, 0, 1])
    >>> GeometricMean()(rows).value
    1.0
    >>> rows = cal.decisions(predicted=[0, 0, 0, 1, 1], labels=[0, 0, 0, 0, 1])
    >>> round(GeometricMean()(rows).value, 4)  # root of 3/4 * 1
    0.866
    """

    least: ClassVar[float] = 0.0

    def of(self, matrix: Matrix) -> Scalar:
        """See `Agreement.of`."""
        present = matrix.sum(dim=1)
        recall = matrix.diagonal() / torch.where(present > 0, present, 1)
        return recall.log().mean().exp()

    def bias(self, matrix: Matrix, twice: Matrix) -> float:
        """See `Agreement.bias`: the logarithm of a recall lies too low, more than G itself."""
        hits, present, n_classes = matrix.diagonal(), matrix.sum(dim=1), len(matrix)
        up, down = 1 / hits - 1 / present, 1 / present  # slopes of log R by hits and, less, misses
        bent = up.square() / n_classes - (1 / hits.square() - down.square())
        right = twice.diagonal()
        wrong = twice.sum(dim=1) - right
        second = right * bent + wrong * down.square() * (1 + 1 / n_classes)
        return float(self.of(matrix) * second.mean() / 2)

    def note(self, matrix: Matrix) -> str:
        """See `Agreement.note`."""
        empty = int((matrix.sum(dim=1) <= 0).sum())
        return f"0 by convention: {empty} of {len(matrix)} classes have no row" if empty else ""


class AboveChance(Agreement, ABC):
    """Mean over declared classes of a share, moved so that guessing gives 0."""

    @abstractmethod
    def whole(self, matrix: Matrix) -> Float64[Tensor, " class"]:
        """Rows of which the hits of a class are a share."""

    @property
    @abstractmethod
    def missing(self) -> str:
        """What is said of classes that have no such row."""

    @final
    def of(self, matrix: Matrix) -> Scalar:
        """See `Agreement.of`: (K mean - 1) / (K - 1)."""
        whole, n_classes = self.whole(matrix), len(matrix)
        share = (matrix.diagonal() / torch.where(whole > 0, whole, 1)).mean()
        return (n_classes * share - 1) / (n_classes - 1) if n_classes > 1 else share * torch.nan

    @final
    def bias(self, matrix: Matrix, twice: Matrix) -> float:
        """See `Agreement.bias`: 0 where all rows weigh the same."""
        whole, n_classes = self.whole(matrix), len(matrix)
        share = matrix.diagonal() / whole
        right = twice.diagonal()
        wrong = self.whole(twice) - right
        bias = (share * wrong - (1 - share) * right) / whole.square()
        return float(n_classes * bias.mean()) / (n_classes - 1)

    @final
    def note(self, matrix: Matrix) -> str:
        """See `Agreement.note`."""
        if len(matrix) < 2:
            return "undefined: there is one class only"
        empty = int((self.whole(matrix) <= 0).sum())
        return f"{empty} of {len(matrix)} classes {self.missing}, and count as 0" if empty else ""


@dataclass(frozen=True, slots=True)
class Informedness(AboveChance):
    r"""Balanced accuracy beyond chance, in [-1 / (K - 1), 1]: :math:`(K \bar R - 1) / (K - 1)`.

    :math:`\bar R` is the mean recall over declared classes. Of two classes it is Youden's J,
    sensitivity + specificity - 1. Beyond two it is the mean over ordered pairs of classes
    (k, j) of the chance that k is chosen for a row of k, less that for a row of j. 0 for
    every guess that does not depend on the row, however the classes are shared out.

    References
    ----------
    .. [1] Youden. "Index for Rating Diagnostic Tests." Cancer 3, 1950.
    .. [2] Powers. "Evaluation: From Precision, Recall and F-Measure to ROC, Informedness,
       Markedness and Correlation." Journal of Machine Learning Technologies 2, 2011; his form
       for many classes weighs them by how often they are chosen.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 1, 0, 0], labels=[1, 1, 0, 1])
    >>> round(Informedness()(rows).value, 4)  # 2/3 + 1 - 1
    0.6667
    """

    def whole(self, matrix: Matrix) -> Float64[Tensor, " class"]:
        """See `AboveChance.whole`: rows of the class."""
        return matrix.sum(dim=1)

    @property
    def missing(self) -> str:
        """See `AboveChance.missing`."""
        return "have no row"


@dataclass(frozen=True, slots=True)
class Markedness(AboveChance):
    r"""Mean precision beyond chance, in [-1 / (K - 1), 1]: :math:`(K \bar P - 1) / (K - 1)`.

    Of two classes it is precision + negative predictive value - 1; its product with
    `Informedness` is the square of `MatthewsCorrelation`.

    References
    ----------
    .. [1] Powers. "Evaluation: From Precision, Recall and F-Measure to ROC, Informedness,
       Markedness and Correlation." Journal of Machine Learning Technologies 2, 2011.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 1, 1, 0], labels=[1, 1, 0, 0])
    >>> round(Markedness()(rows).value, 4)  # 2/3 + 1 - 1
    0.6667
    """

    def whole(self, matrix: Matrix) -> Float64[Tensor, " class"]:
        """See `AboveChance.whole`: rows given the class."""
        return matrix.sum(dim=0)

    @property
    def missing(self) -> str:
        """See `AboveChance.missing`."""
        return "were never chosen"
