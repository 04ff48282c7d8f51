"""Laws that rows are drawn from, whose true probabilities are known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit, ndtri, softmax

import calibrant as cal

__all__ = ["HEAT", "LAWS", "ClassLaw", "Floats", "Law", "ScoreLaw", "chance_of_mean"]

Floats = Any  # a float64 array
HEAT = 1.5  # standard deviation of a score, in log-odds
SPREAD = 2.0  # of a logit of many classes


def _straight(score: Floats) -> Floats:
    return expit(score)


@dataclass(frozen=True)
class ScoreLaw:
    """Two classes and one normal score: what is stated of it, and what is true.

    Parameters
    ----------
    name, words
        What tables call it, and what it is.
    chance : callable
        True probability of the positive class at a score.
    stated : callable
        Probability stated there.
    mean : float, default 0.0
        Of the score, whose standard deviation is 1.5.
    weights : tuple of two floats, optional
        Weight of a row whose outcome is 0, and 1.
    size : int, default 1
        Rows of a cluster: beyond 1, half of the variance of the score is the cluster's, and the
        log-odds of the outcome have a normal effect of variance 1 besides.
    calibrated : bool, default False
        Whether what is stated is true, so that every calibration error is 0.
    """

    name: str
    words: str
    chance: Callable[[Floats], Floats] = _straight
    stated: Callable[[Floats], Floats] = _straight
    mean: float = 0.0
    weights: tuple[float, float] | None = None
    size: int = 1
    calibrated: bool = False
    n_classes: int = 2

    def draw(self, rng: np.random.Generator, n: int) -> Any:
        """Rows, `n` of them."""
        if self.size == 1:
            score = rng.normal(self.mean, HEAT, n)
            outcome = rng.random(n) < self.chance(score)
            weights = None if self.weights is None else np.take(self.weights, outcome)
            return cal.predictions(
                probs=self.stated(score), labels=outcome.astype(int), weights=weights
            )
        cluster = np.arange(n) // self.size
        both = rng.normal(0.0, 1.0, (2, cluster[-1] + 1))
        score = self.mean + HEAT * np.sqrt(0.5) * (both[0][cluster] + rng.normal(size=n))
        outcome = rng.random(n) < expit(score + both[1][cluster])
        return cal.predictions(
            probs=self.stated(score), labels=outcome.astype(int), clusters=cluster
        )

    def grid(self, n: int) -> tuple[Floats, Floats, Floats]:
        """Probability stated, outcome and weight of both outcomes at `n` equal shares of scores."""
        score = self.mean + HEAT * ndtri((np.arange(n) + 0.5) / n)
        stated, chance = self.stated(score), self.chance(score)
        weigh = self.weights or (1.0, 1.0)
        outcome = np.repeat([0, 1], n)
        weights = np.concatenate((weigh[0] * (1 - chance), weigh[1] * chance))
        return np.tile(stated, 2), outcome, weights

    def shares(self) -> tuple[list[float], list[float]]:
        """Share of the rows that are of each class, and that are given it."""
        score = self.mean + HEAT * ndtri((np.arange(100_000) + 0.5) / 100_000)
        came, given = float(self.chance(score).mean()), float((self.stated(score) >= 0.5).mean())
        return [1 - came, came], [1 - given, given]


@dataclass(frozen=True)
class ClassLaw:
    """Softmax of independent normal logits, stated at another temperature.

    Parameters
    ----------
    name, words
        What tables call it, and what it is.
    n_classes : int
        Number of classes.
    heat : float, default 1.0
        What the true logits are multiplied by in what is stated.
    """

    name: str
    words: str
    n_classes: int
    heat: float = 1.0
    weights: None = None
    size: int = 1

    @property
    def calibrated(self) -> bool:
        """Whether what is stated is true."""
        return self.heat == 1.0

    def probs(self, rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
        """Stated and true probabilities of `n` rows."""
        logits = rng.normal(0.0, SPREAD, (n, self.n_classes))
        true = softmax(logits, axis=1)
        return true if self.calibrated else softmax(self.heat * logits, axis=1), true

    def draw(self, rng: np.random.Generator, n: int) -> Any:
        """Rows, `n` of them."""
        stated, true = self.probs(rng, n)
        return cal.predictions(probs=stated, labels=labels_of(rng, true))

    def batches(self, n: int, size: int) -> Iterator[tuple[Floats, Floats, Floats]]:
        """Stated and true probabilities and a label of `n` rows in all, by batches."""
        for number in range(n // size):
            rng = np.random.default_rng([2026, self.n_classes, number])
            stated, true = self.probs(rng, size)
            yield stated, true, labels_of(rng, true)

    def shares(self) -> tuple[list[float], list[float]]:
        """Share of the rows that are of each class, and that are given it: all alike."""
        return ([1 / self.n_classes] * self.n_classes,) * 2


Law = ScoreLaw | ClassLaw


def labels_of(rng: np.random.Generator, true: Floats) -> Floats:
    """Labels drawn from true probabilities."""
    sums = true.cumsum(axis=1)
    return (sums < rng.random((len(true), 1)) * sums[:, -1:]).sum(axis=1)


def _hotter(heat: float) -> Callable[[Floats], Floats]:
    return lambda score: expit(heat * score)


def _wiggle(score: Floats) -> Floats:
    stated = expit(score)
    return np.clip(stated + 0.1 * np.sin(30 * np.pi * stated), 0, 1)


def _some_bins(score: Floats) -> Floats:
    """Three of the fifteen bins off by .15, two up and one down."""
    stated = expit(score)
    number = np.ceil(15 * stated).astype(int)
    return stated + 0.15 * np.isin(number, (4, 8)) - 0.15 * (number == 12)


def _sure(score: Floats) -> Floats:
    """Four fifths of the rows at .999, or .001 of the other class."""
    return np.clip(expit(18 * score), 0.001, 0.999)


def _half(score: Floats) -> Floats:
    return 0.5 * expit(score)


def chance_of_mean(score: Floats, spread: float) -> Floats:
    """Mean chance over normal log-odds about the scores, by Gauss and Hermite."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    total = np.zeros_like(score)
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        total += weight * expit(score + spread * node)
    return total


def _of_a_cluster(score: Floats) -> Floats:
    return chance_of_mean(score, 1.0)


def _clusters_too_sure(score: Floats) -> Floats:
    return expit(1.5 * logit(_of_a_cluster(score)))


RARE = -5.6565  # mean score at which 1 % are positive
LAWS: dict[str, Law] = {
    law.name: law
    for law in (
        ScoreLaw("calibrated", "what is stated is true", calibrated=True),
        ScoreLaw("temperature 1.5", "too sure: log-odds times 1.5", stated=_hotter(1.5)),
        ScoreLaw("temperature 3", "much too sure: log-odds times 3", stated=_hotter(3.0)),
        ScoreLaw("temperature 0.7", "not sure enough: log-odds times .7", stated=_hotter(0.7)),
        ScoreLaw("sure", "four fifths stated .999 and right in .99", _hotter(6.0), _sure),
        ScoreLaw("wiggle", "true is p + .1 sin(30 pi p), which bins hide", chance=_wiggle),
        ScoreLaw("some bins", "three bins of fifteen off by .15, the others true", _some_bins),
        ScoreLaw("rare", "1 % positive, calibrated", mean=RARE, calibrated=True),
        ScoreLaw("rare, twice", "1 % positive, stated twice too high", _half, mean=-4.905),
        ScoreLaw(
            "weighted", "10 % positive, which weigh 10 times as much", mean=-2.953, weights=(1, 10)
        ),
        ScoreLaw(
            "clusters",
            "clusters of ten rows, calibrated",
            _of_a_cluster,
            _of_a_cluster,
            size=10,
            calibrated=True,
        ),
        ScoreLaw(
            "clusters, 1.5",
            "clusters of ten rows, too sure",
            _of_a_cluster,
            _clusters_too_sure,
            size=10,
        ),
        ClassLaw("3 classes", "three classes, calibrated", 3),
        ClassLaw("3 classes, 1.5", "three classes, too sure", 3, 1.5),
        ClassLaw("10 classes", "ten classes, calibrated", 10),
        ClassLaw("10 classes, 1.5", "ten classes, too sure", 10, 1.5),
        ClassLaw("100 classes", "a hundred classes, calibrated", 100),
        ClassLaw("100 classes, 1.5", "a hundred classes, too sure", 100, 1.5),
    )
}
