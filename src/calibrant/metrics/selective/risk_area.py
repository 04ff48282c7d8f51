"""Areas under risk-coverage curves, from the weights of right and wrong rows by confidence.

Rows are accepted from the highest confidence down; rows of one confidence together. `up` are
the right ones, `down` the wrong ones, in the steps of `calibrant.metrics.ranking.steps`.
"""

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.ranking.steps import Masses, Steps, over

__all__ = [
    "jackknife",
    "joint_risk",
    "joint_risk_bound",
    "joint_risk_influences",
    "least_risk",
    "mean_risk",
    "mean_risk_influences",
    "mean_risk_reach",
    "share_wrong",
]

Scalar = Float64[Tensor, ""]


def mean_risk(steps: Steps) -> Scalar:
    r"""Mean over rows of the share of wrong ones among those accepted with it.

    :math:`\frac1W \sum_k w_k E_k / C_k`, with the weight :math:`C_k` and the wrong weight
    :math:`E_k` down to the confidence of step k.

    Examples
    --------
    >>> from calibrant.metrics.ranking.steps import ranked
    >>> right = torch.tensor([True, False, True])
    >>> rows = ranked(torch.tensor([0.9, 0.8, 0.7]), right, torch.ones(3).double())
    >>> round(float(mean_risk(rows.steps)), 4)  # (0 + 1/2 + 1/3) / 3
    0.2778
    """
    mass, accepted = steps.up + steps.down, steps.hits + steps.alarms
    return ((mass * over(steps.alarms, accepted)).sum() / accepted[-1]).clamp(max=1)


def mean_risk_reach(steps: Steps) -> tuple[Scalar, Scalar]:
    r"""Least and greatest mean risk that any order inside the steps could give.

    With C rows and E wrong ones above a step of w rows and e wrong ones, the risk after s of
    its rows is at most :math:`(E + \min(s, e)) / (C + s)`: the wrong ones first. It rises and
    then falls, so its mean over the rows, whatever they weigh, is at most
    :math:`e (E + e) / (C + e) + (E + e) \log \frac{C + w}{C + e}`. It is at least
    :math:`(E + \max(0, s - w + e)) / (C + s)`, the right ones first, which falls and then rises.
    """
    up, down = steps.up, steps.down
    accepted, wrong = steps.hits + steps.alarms, steps.alarms
    before, wrong_before = (accepted - up - down).clamp(min=0), (wrong - down).clamp(min=0)
    exact = (up + down) * over(wrong, accepted)
    most = down * over(wrong, before + down) + wrong * torch.log1p(over(up, before + down))
    most = torch.where(before + down > 0, most, 0)
    right_first = before + up
    falling = up * over(wrong_before, right_first)
    rising = down + (wrong_before - right_first) * torch.log1p(over(down, right_first))
    least = falling + torch.where(right_first > 0, rising, down)
    low, high = (
        torch.where(steps.alone, exact, end).sum() / accepted[-1]
        for end in (torch.minimum(least, exact), torch.maximum(most, exact))
    )
    return low, high


def mean_risk_influences(steps: Steps, value: Scalar) -> tuple[Masses, Masses]:
    r"""How the mean risk grows with the weight of a right, or a wrong, row at every step.

    A row of loss :math:`\ell` adds its own risk and moves those of the rows at or below it:
    :math:`\frac1W (r_i - A + \sum_{j \ge i} w_j (\ell - r_j) / C_j)`.
    """
    mass, accepted = steps.up + steps.down, steps.hits + steps.alarms
    risk, share = over(steps.alarms, accepted), over(mass, accepted)
    right = risk - value - _from_below(share * risk)
    return right / accepted[-1], (right + _from_below(share)) / accepted[-1]


def joint_risk(steps: Steps) -> Scalar:
    r"""Mean over rows of the share, of all rows, that are wrong and accepted with it.

    :math:`\frac1{W^2} \sum_k w_k (E_k - e_k / 2)`: of rows of one confidence half are taken to
    come first. Also :math:`a (1 - a) (1 - \text{AUROC}) + (1 - a)^2 / 2`, with the accuracy a and
    the AUROC of telling right from wrong rows.
    """
    mass = steps.up + steps.down
    return (mass * (steps.alarms - steps.down / 2)).sum() / mass.sum().square()


def joint_risk_bound(steps: Steps) -> Scalar:
    """How far the joint risk may be off, whatever the order inside the steps."""
    tied = torch.where(steps.alone, 0, steps.up * steps.down).sum()
    return tied / (2 * (steps.up + steps.down).sum().square())


def joint_risk_influences(steps: Steps, value: Scalar) -> tuple[Masses, Masses]:
    """How the joint risk grows with the weight of a right, or a wrong, row at every step."""
    mass = steps.up + steps.down
    total = mass.sum()
    right = (steps.alarms - steps.down / 2) / total - 2 * value
    below = (_from_below(mass) - mass / 2) / total
    return right / total, (right + below) / total


def jackknife(steps: Steps, influences: tuple[Masses, Masses]) -> Scalar:
    """Variance from the influences of hard labels; NaN of one row."""
    right, wrong = influences
    spread = steps.up_twice * right.square() + steps.down_twice * wrong.square()
    total = (steps.up + steps.down).sum()
    n_effective = total.square() / (steps.up_twice + steps.down_twice).sum()
    factor = torch.where(n_effective > 1 + 1e-9, n_effective / (n_effective - 1), torch.nan)
    return spread.sum() * factor


def least_risk(wrong: Scalar) -> Scalar:
    r"""Mean risk of the best order, all right rows first: :math:`r + (1 - r) \log(1 - r)`.

    In the limit of many rows, so that it depends on the share of wrong ones alone.
    """
    return wrong + torch.special.xlog1py(1 - wrong, -wrong)


def share_wrong(steps: Steps) -> Scalar:
    """Share of wrong rows among all."""
    return steps.down.sum() / (steps.up.sum() + steps.down.sum())


def _from_below(terms: Masses) -> Masses:
    """Sum of every step and those below it."""
    return terms.flip(-1).cumsum(-1).flip(-1)
