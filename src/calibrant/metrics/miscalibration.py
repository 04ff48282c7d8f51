"""Whether a calibration error is evidence of miscalibration: one rule for all that is said."""

import math
from typing import Literal

from calibrant.metrics.estimate import Estimate

__all__ = ["Evidence", "evidence_of", "p_value_of"]

Evidence = Literal["found", "not found", "unclear", "unknown"]

LEVEL = 0.95  # where there is a p value and no interval


def evidence_of(low: float | None, p_value: float | None, *, level: float | None) -> Evidence:
    """Whether what was measured speaks against calibration.

    Parameters
    ----------
    low : float or None
        Lower end of the interval, which is one of the true error; None where there is none.
    p_value : float or None
        Chance with which a perfectly calibrated model shows as much; None where it is unknown.
    level : float or None
        Coverage of the interval; None, where there is none, counts as 0.95.

    Notes
    -----
    The interval speaks against calibration where it lies above 0, the p value where it is at most
    1 - `level`. Where both are known and disagree, the answer is "unclear". The noise floor is no
    bar: it is what the biased value shows on average, and the interval is freed of that bias.

    Examples
    --------
    >>> evidence_of(0.01, 0.002, level=0.95), evidence_of(0.0, 0.4, level=0.95)
    ('found', 'not found')
    >>> evidence_of(0.0, 0.03, level=0.95), evidence_of(None, None, level=None)
    ('unclear', 'unknown')
    """
    against: set[bool] = set()
    if low is not None and not math.isnan(low):
        against.add(low > 0)
    if p_value is not None and not math.isnan(p_value):
        against.add(p_value <= 1 - (LEVEL if level is None else level))
    if not against:
        return "unknown"
    if len(against) > 1:
        return "unclear"
    return "found" if against.pop() else "not found"


def p_value_of(estimate: Estimate) -> float | None:
    """Chance with which a perfectly calibrated model shows as much; None where it is unknown."""
    p = estimate.details.get("p_value")
    return None if p is None or math.isnan(p) else p
