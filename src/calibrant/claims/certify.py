"""From rows, or tallies of rows, to a certificate."""

from collections.abc import Sequence
from numbers import Real

import numpy as np

from calibrant.claims.certificate import Certificate, Claim, Leaning, Verdict
from calibrant.claims.tails import Tail, tails_of
from calibrant.claims.wording import sentence
from calibrant.errors import InputError
from calibrant.metrics.base import LEVEL
from calibrant.metrics.exact_proportion import bounded_mean, clopper_pearson
from calibrant.metrics.inference.uneven import FEW_OF_UNEVEN, too_uneven
from calibrant.metrics.settings import checked_level
from calibrant.prediction.fit_rows import others_than_fit
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies, check_rows

__all__ = ["LEVELS", "certificate"]

LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def certificate(
    rows: Rows | Tallies,
    levels: Sequence[float] = LEVELS,
    *,
    view: str = "top_label",
    level: float = LEVEL,
    simultaneous: bool = True,
    allow_fit_rows: bool = False,
) -> Certificate:
    r"""What came out where at least so much was stated, level by level, in words and numbers.

    The claim of a level t is that an event whose probability is stated to be at least t comes
    out at least that often. It holds if the whole interval of the observed share lies at or
    above t, fails if it lies below, and is not shown in between. The mean probability that was
    stated there is set beside the interval too: above it the model is overconfident.

    Parameters
    ----------
    rows : Predictions, Events or Tallies
        Labelled rows, or tallies that hold the score grid of the view. Cells of a grid are
        ``(lo, hi]``: rows that state a level itself are then left out, and a level that is no
        edge of a cell is moved up to the next one, which the claim says.
    levels : sequence of float, default (.5, .6, .7, .8, .9, .95, .99)
        Probabilities to make claims of, each in (0, 1).
    view : "top_label", "positive" or the name of a class, default "top_label"
        Event of a row: the likeliest class is right, or the positive or that class came out.
    level : float, default 0.95
        Coverage of the intervals.
    simultaneous : bool, default True
        Let all intervals hold at once with that coverage.
    allow_fit_rows : bool, default False
        Accept rows that a calibrator was fitted on; see `calibrant.evaluate`.

    Raises
    ------
    InputError
        If labels are missing, there is no such class, a level lies outside (0, 1), the
        tallies hold no grid of the view, or rows that their calibrator was fitted on are among
        them and not allowed.

    Notes
    -----
    Intervals are those of Clopper and Pearson, exact at every n when rows are independent and
    weigh the same: given what was stated, the count that came out is a sum of unlike coins, which
    scatters less than the binomial. For several levels at once each end has the share
    :math:`(1 - level) / 2m` of the error (Bonferroni): exact, too, whatever the levels have in
    common. Tails are nested, so that this is more than is needed, by 3 to 4 % of the width for
    the default levels.

    With weights the number of rows is the effective one of Kish; of rows in clusters it is
    reduced by the variance between clusters (Korn and Graubard): the interval is then near exact.
    Soft labels are no coins: the bound of Hoeffding for numbers in [0, 1] takes the place of the
    binomial.

    References
    ----------
    .. [1] Clopper, Pearson. "The Use of Confidence or Fiducial Limits Illustrated in the Case of
       the Binomial." Biometrika 26, 1934.
    .. [2] Hoeffding. "On the Distribution of the Number of Successes in Independent Trials."
       Annals of Mathematical Statistics 27, 1956: unlike coins.
    .. [3] Korn, Graubard. "Confidence Intervals for Proportions with Small Expected Number of
       Positive Counts Estimated from Survey Data." Survey Methodology 24, 1998.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.95] * 200 + [0.6] * 100, outcomes=[1] * 190 + [0] * 110)
    >>> found = certificate(rows, [0.6, 0.9], view="positive")
    >>> [(claim.n, round(claim.observed, 3), claim.verdict) for claim in found]
    [(300, 0.633, 'not shown'), (200, 0.95, 'holds')]
    >>> print(found[0.9].words.split(" On")[0])
    Of 200 rows where it says at least 90 %, 95.0 % came out (95 %: 90.4 to 97.8): holds.
    """
    asked = _checked(levels)
    level = checked_level(level)
    if not isinstance(view, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        rule, remedy = "be top_label, positive or the name of a class", "Pass a text."
        raise InputError("view", rule, f"{view!r}", remedy)
    if not isinstance(rows, Tallies):
        check_rows(rows)
        rows = others_than_fit(rows, allow_fit_rows=allow_fit_rows)
    tails = tails_of(rows, view, asked)
    told = sum(tail.n > 0 for tail in tails)
    error = (1 - level) / 2 / (max(told, 1) if simultaneous else 1)
    claims = tuple(
        _claim(t, tail, error, view, level) for t, tail in zip(asked, tails, strict=True)
    )
    n = rows.n if isinstance(rows, Tallies) else rows.n_present
    return Certificate(
        view=view,
        level=level,
        simultaneous=simultaneous,
        claims=claims,
        n=n,
        notes=(*_notes(asked, tails), *rows.notes),
    )


def _claim(t: float, tail: Tail, error: float, view: str, level: float) -> Claim:
    """Interval and verdict of one tail."""
    low: float | None = None
    high: float | None = None
    method = "not available: no rows"
    verdict: Verdict = "not shown"
    leaning: Leaning = ""
    if tail.n:
        low, high, method = _interval(tail, error)
        verdict = "holds" if low >= t else "fails" if high < t else "not shown"
        leaning = "overconfident" if tail.stated > high else "in line"
        leaning = "underconfident" if tail.stated < low else leaning
    words = sentence(tail, (low, high), (verdict, leaning), view=view, coverage=level)
    return Claim(
        level=t,
        threshold=tail.threshold,
        beyond=tail.beyond,
        n=tail.n,
        n_effective=tail.n_effective,
        stated=tail.stated,
        observed=tail.observed,
        low=low,
        high=high,
        verdict=verdict,
        leaning=leaning,
        method=method,
        words=words,
    )


def _interval(tail: Tail, error: float) -> tuple[float, float, str]:
    """Ends, each missed with a chance of `error`, and how they were found."""
    n, plain = tail.n_effective, "exact"
    if tail.n_clusters:
        plain = f"on {n:,.1f} effective rows, of {tail.n_clusters:,} clusters"
    elif abs(n - tail.n) > 1e-9 * tail.n:
        plain = f"on {n:,.1f} effective rows, of weights"
    else:
        n = float(tail.n)
    if not tail.n_clusters and too_uneven(float(tail.n), n):
        return 0.0, 1.0, f"none: {FEW_OF_UNEVEN}"
    if tail.soft:
        low, high = bounded_mean(tail.observed, n, error)
        return low, high, f"Hoeffding, of soft labels, {plain}"
    came = tail.observed * n
    came = float(round(came)) if plain == "exact" else came
    ends = clopper_pearson(np.array([came]), np.array([n]), error)
    return float(ends[0][0]), float(ends[1][0]), f"Clopper-Pearson, {plain}"


def _notes(levels: tuple[float, ...], tails: list[Tail]) -> tuple[str, ...]:
    """What the way of counting does to the claims."""
    notes: list[str] = []
    if any(tail.beyond for tail in tails):
        notes.append("read from cells: rows that state a level itself are left out")
    moved = [t for t, tail in zip(levels, tails, strict=True) if tail.threshold != t]
    if moved:
        told = ", ".join(f"{t:g}" for t in moved)
        notes.append(f"no cell has its edge at {told}: the next edge above stands in its place")
    if any(tail.n_clusters for tail in tails):
        notes.append("rows come in clusters: intervals rest on the spread between these")
    elif any(abs(tail.n_effective - tail.n) > 1e-9 * tail.n for tail in tails):
        notes.append("rows weigh unlike: intervals rest on the effective number of rows")
    if any(tail.soft for tail in tails):
        notes.append("labels are soft: intervals are those of numbers in [0, 1]")
    return tuple(notes)


def _checked(levels: object) -> tuple[float, ...]:
    """Levels in rising order, each once."""
    remedy = "Pass such as (0.8, 0.9, 0.95, 0.99)."
    rule = "be numbers above 0 and below 1"
    if isinstance(levels, (int, float)):
        raise InputError("levels", "be a sequence", f"{levels!r}", f"Pass [{levels!r}].")
    if isinstance(levels, (str, bytes)) or not isinstance(levels, (Sequence, np.ndarray)):
        raise InputError("levels", rule, f"{levels!r}", remedy)
    found: set[float] = set()
    for value in levels:
        if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) < 1:
            raise InputError("levels", rule, f"{value!r}", remedy)
        found.add(float(value))
    if not found:
        raise InputError("levels", "hold one at least", "none", remedy)
    return tuple(sorted(found))
