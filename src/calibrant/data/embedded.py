"""Real tables that scikit-learn ships, with the names of their classes as the target."""

from typing import Literal, get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.utils import Bunch

from calibrant.data.columns import listed
from calibrant.errors import InputError

__all__ = ["EmbeddedName", "load_embedded"]

EmbeddedName = Literal["breast_cancer", "digits"]


def load_embedded(name: str) -> tuple[pa.Table, str]:
    """Table and name of its target column.

    Parameters
    ----------
    name : {"breast_cancer", "digits"}
        569 tumours by 30 measures, ``diagnosis`` malignant or benign [1]_; or 1,797 handwritten
        digits by 64 pixels of 0 to 16, ``digit`` zero to nine as text [2]_.

    References
    ----------
    .. [1] Wolberg et al. "Breast Cancer Wisconsin (Diagnostic)." UCI, 1995. doi:10.24432/C5DW2B
    .. [2] Alpaydin and Kaynak. "Optical Recognition of Handwritten Digits." UCI, 1998.
       doi:10.24432/C50P49

    Examples
    --------
    >>> table, target = load_embedded("digits")
    >>> table.num_rows, target
    (1797, 'digit')
    """
    if name == "breast_cancer":
        bunch, target = load_breast_cancer(), "diagnosis"
    elif name == "digits":
        bunch, target = load_digits(), "digit"
    else:
        known = listed(get_args(EmbeddedName))
        raise InputError("dataset", f"be one of {known}", repr(name), "Choose one of these.")
    assert isinstance(bunch, Bunch)  # it is a tuple where arrays are asked for
    features: NDArray[np.float64] = bunch["data"]
    classes: NDArray[np.generic] = bunch["target_names"][bunch["target"]]
    names: list[str] = [str(feature).replace(" ", "_") for feature in bunch["feature_names"]]
    columns = dict(zip(names, map(pa.array, features.T), strict=True))
    return pa.table(columns | {target: pa.array(classes.astype(str))}), target
