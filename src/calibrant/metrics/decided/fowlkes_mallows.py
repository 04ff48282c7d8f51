"""Fowlkes and Mallows' index of decisions: precision and recall in one geometric mean."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.decided.agreement import Agreement
from calibrant.metrics.decided.delta import Matrix

__all__ = ["FowlkesMallows"]


@dataclass(frozen=True, slots=True)
class FowlkesMallows(Agreement):
    r"""Geometric mean of precision and recall of the positive class, in [0, 1].

    .. math:: FM = \frac{TP}{\sqrt{(TP + FN)(TP + FP)}}

    Never below F1, which is their harmonic mean, and equal to it where precision is recall. 0 by
    convention where the class never came out or was never chosen. It is the index of rows, not
    that of pairs of rows, by which clusterings are compared. The interval is that of the delta
    method, which needs ten effective rows of each class, true and chosen.

    References
    ----------
    .. [1] Fowlkes and Mallows. "A Method for Comparing Two Hierarchical Clusterings." JASA 78,
       1983; of rows, Ochiai's coefficient, 1957.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 1, 1, 1], labels=[1, 0, 0, 0])
    >>> FowlkesMallows()(rows).value  # root of 1/4 * 1
    0.5
    """

    least: ClassVar[float] = 0.0

    def of(self, matrix: Matrix) -> Float64[Tensor, ""]:
        """See `Agreement.of`."""
        if len(matrix) != 2:
            rule, remedy = "be two for the positive class", "Use f1_macro."
            raise InputError("classes", rule, f"{len(matrix)}", remedy)
        whole = matrix[1].sum() * matrix[:, 1].sum()
        return matrix[1, 1] / torch.where(whole > 0, whole, 1).sqrt()

    def note(self, matrix: Matrix) -> str:
        """See `Agreement.note`."""
        for dim, what in ((1, "came out"), (0, "was chosen")):
            if not float(matrix.sum(dim=dim)[1]) > 0:
                return f"0 by convention: the positive class never {what}"
        return ""
