"""Class weights as numbers, by the rules of `calibrant.losses.weight_rules`."""

from collections.abc import Iterable
from typing import SupportsFloat

import torch
from torch import Tensor

from calibrant.losses.settings import Numbers, Table
from calibrant.losses.spec import Number
from calibrant.losses.weight_rules import (
    BalancedWeights,
    CostWeights,
    EffectiveWeights,
    InverseSqrtWeights,
    PrevalenceWeights,
    class_weights,
    cost_of_an_error,
)
from calibrant.losses.weights import Counts

__all__ = [
    "balanced_weights",
    "cost_weights",
    "effective_weights",
    "inverse_sqrt_weights",
    "prevalence_weights",
]


def balanced_weights(class_counts: Tensor | Iterable[SupportsFloat]) -> Counts:
    r"""Weights :math:`n / (K n_k)`: every class that is present counts alike; an absent one, 0.

    Parameters
    ----------
    class_counts : Tensor or numbers, shape (class,)
        Training rows of every class, or their total weight, in the order of the class indices.

    References
    ----------
    .. [1] King and Zeng. "Logistic Regression in Rare Events Data." Political Analysis 9, 2001;
       the form is that of scikit-learn's ``class_weight="balanced"``.

    Examples
    --------
    >>> balanced_weights([6, 2])  # 8 / (2 * 6), 8 / (2 * 2)
    tensor([0.6667, 2.0000], dtype=torch.float64)
    """
    return class_weights(BalancedWeights(), class_counts)


def inverse_sqrt_weights(class_counts: Tensor | Iterable[SupportsFloat]) -> Counts:
    r"""Weights in proportion to :math:`n_k^{-1/2}`, of mean 1 over the classes that are present.

    A rare class gains, but not as much as by `balanced_weights`.

    Parameters
    ----------
    class_counts : Tensor or numbers, shape (class,)
        Training rows of every class, or their total weight, in the order of the class indices.

    References
    ----------
    .. [1] Mahajan et al. "Exploring the Limits of Weakly Supervised Pretraining." ECCV 2018
       (section 2.2, the square root of frequency).

    Examples
    --------
    >>> inverse_sqrt_weights([900, 100])  # 1 / 30 and 1 / 10, times 15
    tensor([0.5000, 1.5000], dtype=torch.float64)
    """
    return class_weights(InverseSqrtWeights(), class_counts)


def effective_weights(
    class_counts: Tensor | Iterable[SupportsFloat], *, beta: Number = 0.999
) -> Counts:
    r"""Weights in proportion to :math:`(1 - \beta) / (1 - \beta^{n_k})`, of mean 1.

    The mean is over the classes that are present; an absent one weighs 0 and counts for nothing.

    Parameters
    ----------
    class_counts : Tensor or numbers, shape (class,)
        Training rows of every class, or their total weight, in the order of the class indices.
    beta : float in [0, 1), default 0.999
        0 weighs all classes alike, and near 1 it weighs them as one over their counts: rows
        beyond some :math:`1 / (1 - \beta)` add little to the effective number of a class.

    Notes
    -----
    :math:`1 - \beta^n` is computed as ``-expm1(n * log(beta))``: for beta near 1, subtracting the
    power from 1 would keep few digits or none.

    References
    ----------
    .. [1] Cui et al. "Class-Balanced Loss Based on Effective Number of Samples." CVPR 2019,
       equations 2 and 9.

    Examples
    --------
    >>> effective_weights([2, 1, 0], beta=0.5)  # 1 / 0.75 and 1 / 0.5, times 2 / (10 / 3)
    tensor([0.8000, 1.2000, 0.0000], dtype=torch.float64)
    """
    return class_weights(EffectiveWeights(beta), class_counts)


def cost_weights(cost_matrix: Table) -> Counts:
    r"""Mean extra cost of an error in every class, :math:`\sum_{j \ne k} (C_{kj} - C_{kk})/(K-1)`.

    For two classes this is exact: with the true probabilities of the rows so weighted, deciding
    for the likelier class costs least. For more it is a heuristic, as one number per class
    cannot hold what every single error costs: exact only where :math:`w_i / w_j = C_{ij} /
    C_{ji}` for all pairs and the cost does not depend on the decision. Otherwise decide by the
    cost matrix, or train on `calibrant.losses.expected_cost_loss`.

    Parameters
    ----------
    cost_matrix : table of float, shape (class, class)
        Cost of every decision (column) in every true class (row); finite.

    References
    ----------
    .. [1] Elkan. "The Foundations of Cost-Sensitive Learning." IJCAI 2001, theorem 1.
    .. [2] Zhou and Liu. "On Multi-Class Cost-Sensitive Learning." AAAI 2006: when one weight per
       class is enough.

    Examples
    --------
    >>> cost_weights([[0, 1], [5, 0]])  # a miss costs five times a false alarm
    tensor([1., 5.], dtype=torch.float64)
    """
    checked = CostWeights(cost_matrix).cost_matrix
    return cost_of_an_error(torch.as_tensor(checked, dtype=torch.float64))


def prevalence_weights(class_counts: Tensor | Iterable[SupportsFloat], target: Numbers) -> Counts:
    r"""Weights :math:`\pi_k n / n_k`: the rows then weigh as rows of prevalence :math:`\pi`.

    A class without training rows weighs 0: no weight can stand in for rows that are not there.

    Parameters
    ----------
    class_counts : Tensor or numbers, shape (class,)
        Training rows of every class, or their total weight, in the order of the class indices.
    target : sequence of float, shape (class,)
        Share of every class where the model will work; they add up to 1.

    References
    ----------
    .. [1] Elkan. "The Foundations of Cost-Sensitive Learning." IJCAI 2001, theorem 2.

    Examples
    --------
    >>> prevalence_weights([50, 50], [0.9, 0.1])
    tensor([1.8000, 0.2000], dtype=torch.float64)
    """
    return class_weights(PrevalenceWeights(target), class_counts)
