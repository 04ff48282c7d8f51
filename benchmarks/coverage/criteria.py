"""The rules that coverage and width are judged by."""

import math
from typing import Any

from benchmarks.coverage.generators import Law
from benchmarks.coverage.measures import DECIDED, ERROR, PART, SMOOTH, Measure

__all__ = ["RULES", "judged"]

NOMINAL, BAND, LEAST = 0.95, 0.015, 0.93
OFTEN = 50  # rows of every class
MANY = 1000  # rows from which on a calibration error must be covered
WIDTH_AT, WIDEST, WIDEST_RARE = 5000, 2.0, 2.7
EDGE, NORMAL = 2.0, 1.959964  # deviations; of which so many hold 95 % on either side
REFUSED = 0.01  # share of sets without an interval that does not count
TELLING = 0.05  # share of sets with an interval, up to which these are the odd ones
RULES = {
    "band": "95 % within 1.5 points and two Monte Carlo errors",
    "least": "at least 93 %, within two Monte Carlo errors",
    "least or refusal": "at least 93 %, within two Monte Carlo errors, or a named refusal",
}


def judged(law: Law, n: int, measure: Measure, line: dict[str, Any]) -> dict[str, Any]:
    """Rule of a line and its verdict: met, missed (and how), or refused where it may be."""
    rule = rule_of(law, n, measure, line)
    verdict = _coverage_verdict(rule, line)
    found = {"rule": rule, "verdict": verdict, "promised": measure.promised}
    if measure.kind == ERROR and n == WIDTH_AT and "width_ratio" in line:
        limit = WIDEST_RARE if law.name.startswith("rare") else WIDEST
        found["width_verdict"] = "met" if line["width_ratio"] <= limit else "missed"
    return found


def rule_of(law: Law, n: int, measure: Measure, line: dict[str, Any]) -> str:
    """Name of the rule, of `RULES`, that a metric is under."""
    if measure.kind in (ERROR, SMOOTH):
        return "least" if n >= MANY else "least or refusal"
    came, given = law.shares()
    counts = came + (given if measure.kind == DECIDED else [])
    if min(counts) * n < OFTEN * (1 - 1e-9):
        return "least or refusal"
    return "least" if is_degenerate(law, n, measure, line) else "band"


def is_degenerate(law: Law, n: int, measure: Measure, line: dict[str, Any]) -> bool:
    """Whether noise reaches the edge of what a part of a score can be.

    That is 0, of a part within two deviations of its estimator from it: reliability and
    miscalibration of a calibrated model, and of one whose gaps are lost in noise. Uncertainty is
    greatest, and has no slope, where half of the weight is positive: within two standard errors.
    """
    if measure.kind != PART:
        return False
    if "uncertainty" in measure.name:
        return law.n_classes == 2 and _near_half(law, n)
    deviation = line.get("oracle_width", 0.0) / (2 * NORMAL)
    return (measure.part_of_error and law.calibrated) or line["truth"] < EDGE * deviation


def _near_half(law: Law, n: int) -> bool:
    """Whether half lies within the noise of the share of weight that is positive."""
    shares, weights = law.shares()[0], law.weights or (1.0, 1.0)
    first, second = (
        sum(share * weight**power for share, weight in zip(shares, weights, strict=True))
        for power in (1, 2)
    )
    error = 0.5 * math.sqrt(second / n) / first
    return abs(shares[1] * weights[1] / first - 0.5) < EDGE * error


def _coverage_verdict(rule: str, line: dict[str, Any]) -> str:
    may_refuse = rule == "least or refusal"
    if may_refuse and line["intervals"] <= TELLING * line["sets"]:
        return "refused"
    if not line["intervals"]:
        return "missed: no interval"
    coverage, sets = line["coverage"], line["intervals"]
    if not may_refuse and line["intervals"] < (1 - REFUSED) * line["sets"]:
        return "missed: refused in part"
    centre = NOMINAL if rule == "band" else LEAST
    slack = 2 * math.sqrt(centre * (1 - centre) / sets) + (BAND if rule == "band" else 0.0)
    if coverage < centre - slack:
        return "missed: too low"
    if rule == "band" and coverage > centre + slack:
        return "missed: too high"
    return "met"
