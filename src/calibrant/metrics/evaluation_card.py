"""Evaluation as a card for notebooks: a verdict, the numbers that matter, a small diagram."""

from collections.abc import Mapping, Sequence

from calibrant.metrics.binned.reliability import ReliabilityTable
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation_numbers import numbers_of
from calibrant.metrics.evaluation_table import chance_of, interval_of, written
from calibrant.metrics.miscalibration import Evidence, evidence_of, p_value_of
from calibrant.metrics.notebook_card import Tile, card_html

__all__ = ["evaluation_card", "verdict_of"]

TILES = ("log_loss", "ece", "accuracy", "auroc", "r2", "rmse", "mae", "mse")
MOST = 4
CALIBRATION = ("ece", "top_label_ece", "positive_ece", "smooth_ece", "classwise_ece")
EXPLAINED = ("r2",)
CALIBRATED: dict[Evidence, str] = {
    "found": "Evidence of miscalibration",
    "not found": "No evidence of miscalibration",
    "unclear": "Unclear whether miscalibrated",
    "unknown": "No verdict on calibration",
}


def evaluation_card(
    title: str,
    estimates: Mapping[str, Estimate],
    tables: Sequence[str],
    notes: Sequence[str],
    reliability: ReliabilityTable | None,
) -> str:
    """Card of an evaluation; `tables` are HTML, and open on a click."""
    numbers = {name: one for name, one in estimates.items() if one.is_scalar}
    chosen = [name for name in TILES if name in numbers] or list(numbers)
    n = sum(1 for name, one in estimates.items() for _ in numbers_of(name, one))
    return card_html(
        title=title,
        headline=verdict_of(numbers),
        tiles=[_tile(name, numbers[name]) for name in chosen[:MOST]],
        picture="" if reliability is None else _diagram(reliability),
        summary=f"All {n} numbers" if n != 1 else "The number",
        folded=tables,
        notes=notes,
    )


def verdict_of(estimates: Mapping[str, Estimate]) -> str:
    """What intervals allow to be said, in a sentence; nothing where no metric tells.

    Of a calibration error: whether there is evidence of miscalibration, by its interval and its p
    value. Of R2: on which side of 0 its interval lies, where predicting the mean lies.

    Examples
    --------
    >>> verdict_of({"ece": Estimate(0.05, 0.02, 0.07, 0.95, 900, "test inversion")})
    'Evidence of miscalibration: ece 0.0500 (95 %: 0.0200 to 0.0700).'
    >>> verdict_of({"ece": Estimate(0.02, 0.0, 0.03, 0.95, 900, "test inversion")})
    'No evidence of miscalibration: ece 0.0200 (95 %: 0.0000 to 0.0300).'
    """
    for name in CALIBRATION:
        if name in estimates:
            return _calibration(name, estimates[name])
    for name in EXPLAINED:
        if name in estimates:
            return _said(
                name,
                estimates[name],
                above="Better than predicting the mean",
                between="No evidence of being better or worse than predicting the mean",
                below="Worse than predicting the mean",
                unknown="No verdict beside predicting the mean",
            )
    return ""


def _calibration(name: str, estimate: Estimate) -> str:
    """Sentence about a calibration error, by the rule that reports have too."""
    value, p_value = f"{name} {written(float(estimate))}", p_value_of(estimate)
    low, high, level = estimate.low, estimate.high, estimate.level
    if not isinstance(low, float) or not isinstance(high, float) or level is None:
        head = CALIBRATED[evidence_of(None, p_value, level=level)]
        if p_value is None:
            return f"{head}: {value} has no interval."
    else:
        head = CALIBRATED[evidence_of(low, p_value, level=level)]
        value += f" ({100 * level:g} %: {written(low)} to {written(high)})"
    if p_value is not None:
        chance = chance_of(estimate)
        value += f", p {chance}" if chance.startswith("<") else f", p = {chance}"
    return f"{head}: {value}."


def _said(
    name: str, estimate: Estimate, *, above: str, between: str, below: str, unknown: str
) -> str:
    """Sentence by where the interval lies: above 0, below 0, or with 0 inside."""
    low, high, level = estimate.low, estimate.high, estimate.level
    value = f"{name} {written(float(estimate))}"
    if not isinstance(low, float) or not isinstance(high, float) or level is None:
        return f"{unknown}: {value} has no interval."
    head = above if low > 0 else below if high < 0 else between
    return f"{head}: {value} ({100 * level:g} %: {written(low)} to {written(high)})."


def _tile(name: str, estimate: Estimate) -> Tile:
    (number,) = numbers_of(name, estimate)
    below = (interval_of(number) or "no interval",)
    if estimate.noise_floor is not None:
        below += (f"by chance {written(estimate.noise_floor)}",)
    return Tile(name, written(number.value), below)


def _diagram(table: ReliabilityTable) -> str:
    """Small reliability diagram: a point a bin, larger for more rows, and its interval."""
    weight = sum(table.weight)
    used = [b for b, w in enumerate(table.weight) if w > 0]
    if not used:
        return ""
    known = [b for b in used if table.low[b] <= table.high[b]]  # no NaN
    apart = sum(not table.low[b] <= table.stated[b] <= table.high[b] for b in known)
    of = "the positive class" if table.view == "positive" else "the likeliest class"
    told = f"Reliability of {of}: no bin has an interval"
    if known:
        told = (
            f"Reliability of {of}: in {apart} of {len(known)} bins what was stated lies outside "
            f"the {100 * table.level:g} % interval"
        )
    bars = [
        f'<path d="M{100 * table.stated[b]:.1f} {100 - 100 * table.low[b]:.1f}'
        f'V{100 - 100 * table.high[b]:.1f}"/>'
        for b in known
    ]
    marks = [
        f'<circle cx="{x:.1f}" cy="{100 - 100 * table.observed[b]:.1f}" '
        f'r="{1.2 + 4 * (table.weight[b] / weight) ** 0.5:.1f}" fill="currentColor"/>'
        for b, x in ((b, 100 * table.stated[b]) for b in used)
    ]
    return (
        f'<svg role="img" aria-label="{told}" width="120" height="120" viewBox="-4 -4 108 108" '
        f'stroke="currentColor" fill="none"><title>{told}</title>'
        '<path d="M0 0V100H100" opacity=".5"/>'
        '<path d="M0 100L100 0" stroke-dasharray="2 3" opacity=".6"/>'
        + "".join((*bars, *marks))
        + "</svg>"
    )
