"""Prior shift: the classes have other shares now, and nothing else has changed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.calibrators.base import FittedMap, check_predictions
from calibrant.calibrators.scores import in_form_of, log_probs
from calibrant.errors import FitError, InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form

__all__ = ["PriorShift", "Reweighted"]

GAP = 1e-9  # nats a row by which the shares found may be worse than the best
MOST = 10_000  # steps
CHUNK = 1 << 18  # numbers that are looked at together
LEAST = 1e-3  # smallest singular value of the confusion of shares that can be told apart


@dataclass(frozen=True, kw_only=True, eq=False)
class Reweighted(FittedMap):
    """Fitted map: probabilities for rows whose classes have other shares.

    Attributes
    ----------
    source, target : Float64[Tensor, "class"]
        Shares of the classes where the probabilities hold, and where they are wanted; above 0.
    """

    method: ClassVar[str] = "prior_shift"
    source: Float64[Tensor, " class"]
    target: Float64[Tensor, " class"]

    def __post_init__(self) -> None:
        for name, shares in (("source", self.source), ("target", self.target)):
            good = tuple(shares.shape) == (self.n_classes,) and bool((shares > 0).all())
            if not good or not math.isclose(float(shares.sum()), 1, abs_tol=1e-6):
                rule = f"be {self.n_classes} shares above 0 that add up to 1"
                raise InputError(name, rule, f"{shares.tolist()}", "Fit again.")

    def of(self, form: Form) -> Form:
        """See `FittedMap.of`; a probability of 0 stays 0."""
        change = (self.target / self.source).log().to(form.values.device)
        return in_form_of(form, (log_probs(form) + change).log_softmax(dim=-1))

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        change = (self.target / self.source).log().abs()
        most = int(change.argmax())
        if float(change[most]) < 0.01:
            return "shares of classes as they were"
        was, now = float(self.source[most]), float(self.target[most])
        return f"class {most} has a share of {now:.3g} where it had {was:.3g}"


@dataclass(frozen=True, slots=True)
class PriorShift:
    r"""Estimates the shares of classes of unlabelled rows, and reweights probabilities to them.

    It is assumed that rows of a class look as they did, and that only the shares of the classes
    have changed. Then :math:`p'_k \propto p_k \, q_k / s_k` with the shares :math:`s` of the
    source and :math:`q` of the target.

    "em" finds the :math:`q` under which the target's probabilities are the likeliest, a concave
    problem, by expectation and maximisation with longer steps [4]_, until no other shares can be
    better by more than 1e-9 nats a row. It takes the probabilities of the source at their word:
    calibrate first.
    "bbse" solves :math:`C w = \mu` for :math:`w = q / s`, with :math:`C` the joint shares of
    predicted and true classes of labelled source rows and :math:`\mu` the shares of predicted
    classes of the target; it wants no calibrated probabilities, and is noisier.

    So that no class is ruled out, a share of 1 / (n + 1) of the source's shares is mixed in.

    Parameters
    ----------
    by : "em" or "bbse", default "em"
        How.

    References
    ----------
    .. [1] Saerens, Latinne, Decaestecker. "Adjusting the Outputs of a Classifier to New a
       Priori Probabilities: A Simple Procedure." Neural Computation 14, 2002.
    .. [2] Lipton, Wang, Smola. "Detecting and Correcting for Label Shift with Black Box
       Predictors." ICML 2018.
    .. [3] Alexandari, Kundaje, Shrikumar. "Maximum Likelihood with Bias-Corrected Calibration
       is Hard-To-Beat at Label Shift Adaptation." ICML 2020.
    .. [4] Varadhan and Roland. "Simple and Globally Convergent Methods for Accelerating the
       Convergence of Any EM Algorithm." Scandinavian Journal of Statistics 35, 2008.

    Examples
    --------
    >>> import calibrant as cal
    >>> target = cal.predictions(probs=[0.9] * 60 + [0.1] * 40)  # of a class that was 1/2
    >>> fitted = PriorShift().fit(target, source=[0.5, 0.5])
    >>> round(float(fitted.target[1]), 2)  # .1 + .8 q = .6
    0.62
    """

    by: Literal["em", "bbse"] = "em"

    def __post_init__(self) -> None:
        if self.by not in ("em", "bbse"):
            raise InputError("by", "be em or bbse", f"{self.by!r}", "em is usual.")

    def fit(self, target: Predictions, *, source: Predictions | Sequence[float]) -> Reweighted:
        """Fit to `target`, whose labels are not looked at.

        Parameters
        ----------
        target : Predictions
            Rows of the new kind, with weights or without.
        source : Predictions or sequence of float
            Labelled rows of the old kind that the model was not trained on; or, for "em", the
            shares of classes for which the probabilities hold.

        Raises
        ------
        InputError
            If classes differ in number, the source has no labels, or has a class without rows.
        FitError
            If predicted classes do not tell the true ones apart.
        """
        check_predictions(target)
        rows = target.present()
        shares = _shares(source, rows.n_classes)
        if self.by == "em":
            found = _likeliest(rows, shares)
        else:
            if not isinstance(source, Predictions):
                rule, got = "be labelled predictions for bbse", type(source).__name__
                raise InputError("source", rule, got, "Pass validation rows, or use em.")
            found = _solved(source.present(), rows, shares)
        n = len(rows)
        mixed = (n * found + shares) / (n + 1)
        return Reweighted(n_classes=rows.n_classes, n=n, source=shares, target=mixed / mixed.sum())


def _shares(source: Predictions | Sequence[float], n_classes: int) -> Float64[Tensor, " class"]:
    """Shares of the classes of the source."""
    if isinstance(source, Predictions):
        if source.truth is None:
            raise InputError("source", "have labels", "none", "Pass labelled rows, or shares.")
        shares = _truth(source.present()).sum(dim=0)
    else:
        shares = torch.as_tensor(source, dtype=torch.float64).cpu()
    if tuple(shares.shape) != (n_classes,):
        got = f"{len(shares)}" if shares.ndim else "one number"
        raise InputError("source", f"have {n_classes} classes", got, "Name all classes.")
    if not bool((shares > 0).all()) or not bool(shares.isfinite().all()):
        got = f"{shares.tolist()}"
        raise InputError("source", "have rows of every class", got, "Leave such classes out.")
    if not isinstance(source, Predictions) and abs(float(shares.sum()) - 1) > 1e-6:
        got = f"shares that add up to {float(shares.sum()):g}"
        raise InputError("source", "be shares that add up to 1", got, "Divide by their sum.")
    return shares / shares.sum()


def _truth(rows: Predictions) -> Float64[Tensor, "row class"]:
    """Weight of every row in the class that came out, on the CPU."""
    weight = rows.weight().cpu()
    if rows.soft is not None:
        return weight[:, None] * rows.soft.cpu()
    hard = rows.hard
    assert hard is not None  # labels were checked
    truth = torch.zeros(len(rows), rows.n_classes, dtype=torch.float64)
    return truth.scatter_(-1, hard.cpu()[:, None], weight[:, None])


def _likeliest(rows: Predictions, source: Float64[Tensor, " class"]) -> Float64[Tensor, " class"]:
    """Shares that make the probabilities of the rows the likeliest."""
    ratios = torch.cat([log_probs(run.declared).cpu() for run in rows.chunks(CHUNK)])
    ratios = ratios - source.log()
    ratios = (ratios - ratios.amax(dim=-1, keepdim=True)).exp()
    weight = rows.weight().cpu()
    weight = weight / weight.sum()
    shares = source.clone()

    def gain(at: Tensor) -> Tensor:  # slope of the mean log likelihood in every share
        return (weight / (ratios @ at)) @ ratios

    def likelihood(at: Tensor) -> float:
        return float(weight @ (ratios @ at).log())

    for _ in range(MOST):
        first = gain(shares)
        if float(first.max()) - 1 <= GAP:
            return shares
        once = _normalised(shares * first)
        twice = _normalised(once * gain(once))
        step, bend = once - shares, twice - 2 * once + shares
        size = max(1.0, float(step.norm() / bend.norm().clamp(min=1e-300)))
        far = shares + 2 * size * step + size**2 * bend
        better = bool((far > 0).all()) and likelihood(far) >= likelihood(twice)
        shares = _normalised(far) if better else twice
    raise FitError(
        f"shares of classes have not settled in {MOST:,} steps: the probabilities hardly tell "
        "the classes apart. Use bbse, or a model that does."
    )


def _normalised(shares: Float64[Tensor, " class"]) -> Float64[Tensor, " class"]:
    return shares / shares.sum()


def _solved(
    source: Predictions, target: Predictions, shares: Float64[Tensor, " class"]
) -> Float64[Tensor, " class"]:
    """Shares at which predicted classes come out as often as they do in the target."""
    n_classes = len(shares)
    confusion = torch.zeros(n_classes, n_classes, dtype=torch.float64)
    confusion.index_add_(0, source.guess.cpu().long(), _truth(source))
    by_class = confusion / confusion.sum(dim=0)  # a column a true class
    least = float(torch.linalg.svdvals(by_class).min())
    if least < LEAST:
        raise FitError(
            "predicted classes do not tell the true ones apart: the confusion of the source rows "
            f"has a singular value of {least:.2g}. Use em, or leave classes out that are never "
            "predicted."
        )
    predicted = torch.zeros(n_classes, dtype=torch.float64)
    predicted.index_add_(0, target.guess.cpu().long(), target.weight().cpu())
    found = torch.linalg.solve(by_class, predicted / predicted.sum()).clamp(min=0)
    return found / found.sum()
