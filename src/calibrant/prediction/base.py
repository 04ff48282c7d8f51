"""Predictions over classes, and the yes/no events read from them."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import torch
from jaxtyping import Bool, Float, Float64, Int
from torch import Tensor

from calibrant.errors import InputError
from calibrant.kernel.scans import chosen, distances, squared_norms
from calibrant.prediction.arrays import ArrayLike, Layout
from calibrant.prediction.codes import Codes
from calibrant.prediction.forms import Form, Logits, PositiveLogits, PositiveProbs, TopLabel
from calibrant.prediction.fractions import Stated, stated_fractions
from calibrant.prediction.passed import Came, Passed
from calibrant.prediction.row_sketch import RowSketch
from calibrant.prediction.rows import Rows

__all__ = ["Events", "Predictions"]


@dataclass(frozen=True, eq=False)
class Events(Rows):
    """Yes/no events: the probability stated for each and whether it happened.

    A `mirrored` event is the complement of the one declared. Its probability is
    ``1 - prob``; its bin is found from `prob` itself, which rounds nothing.
    """

    prob: Float[Tensor, " row"]
    outcome: Bool[Tensor, " row"] | Float64[Tensor, " row"]
    weights: Tensor | None = None
    mirrored: Bool[Tensor, " row"] | None = None
    class_names: tuple[str, ...] = ("no", "yes")
    notes: tuple[str, ...] = ()
    groups: Codes | None = None
    clusters: Codes | None = None
    kind: ClassVar[str] = "events"

    def __len__(self) -> int:
        """See `Rows.__len__`."""
        return len(self.prob)

    def take(self, rows: slice | Tensor) -> "Events":
        """See `Rows.take`."""
        weights = None if self.weights is None else self.weights[rows]
        mirrored = None if self.mirrored is None else self.mirrored[rows]
        return replace(
            self,
            prob=self.prob[rows],
            outcome=self.outcome[rows],
            weights=weights,
            mirrored=mirrored,
            groups=None if self.groups is None else self.groups[rows],
            clusters=None if self.clusters is None else self.clusters[rows],
        )

    def reweighted(self, weights: Tensor) -> "Events":
        """See `Rows.reweighted`."""
        return replace(self, weights=weights)

    @property
    def n_entries(self) -> int:
        """See `Rows.n_entries`."""
        return 1

    @property
    def device(self) -> torch.device:
        """See `Rows.device`."""
        return self.prob.device

    @cached_property
    def stated(self) -> Float64[Tensor, " row"]:
        """Probability stated for each event."""
        prob = self.prob.double()
        if self.mirrored is None:
            return prob
        return (self.mirrored.double() - prob).abs_()  # p, or 1 - p: exactly, and without where


@dataclass(frozen=True, eq=False)
class Predictions(Rows):
    """What a model stated for every row, in the form declared, and what came out.

    Build it with `calibrant.predictions`. Ignored rows keep their place with weight 0.

    Attributes
    ----------
    declared : Form
        Declared values, flattened to rows, untouched.
    truth : Tensor or None
        Hard labels ``Int[row]``, soft labels ``Float[row class]`` (of a positive class
        ``Float[row]``), or None where nothing has come out yet.
    class_names : tuple of str
        Name of every class, by index.
    groups, clusters : Codes or None
        Slice and cluster of every row, carried along.
    notes : tuple of str
        What was done to the values on their way in, in words.
    passed : tuple of Passed
        What came into every calibrator that these rows went through, and the rows of its fit.
    """

    declared: Form
    truth: Tensor | None
    class_names: tuple[str, ...]
    layout: Layout
    label_layout: Layout | None = None
    weights: Tensor | None = None
    groups: Codes | None = None
    clusters: Codes | None = None
    notes: tuple[str, ...] = ()
    passed: tuple[Passed, ...] = ()
    kind: ClassVar[str] = "predictions"

    def __len__(self) -> int:
        """See `Rows.__len__`."""
        return len(self.declared.values)

    def take(self, rows: slice | Tensor) -> "Predictions":
        """See `Rows.take`; the rows form a flat batch."""
        declared = self.declared.take(rows)
        return replace(
            self,
            declared=declared,
            truth=None if self.truth is None else self.truth[rows],
            weights=None if self.weights is None else self.weights[rows],
            groups=None if self.groups is None else self.groups[rows],
            clusters=None if self.clusters is None else self.clusters[rows],
            layout=Layout(None, tuple(declared.values.shape), has_classes=declared.values.ndim > 1),
            label_layout=None,
            passed=tuple(one.take(rows) for one in self.passed),
        )

    def reweighted(self, weights: Tensor) -> "Predictions":
        """See `Rows.reweighted`."""
        return replace(self, weights=weights)

    @property
    def n_entries(self) -> int:
        """See `Rows.n_entries`."""
        return 1 if self.declared.values.ndim == 1 else self.declared.values.shape[1]

    @property
    def device(self) -> torch.device:
        """See `Rows.device`."""
        return self.declared.values.device

    @property
    def probs(self) -> ArrayLike:
        """Probabilities in the shape and array kind that came in: declared ones untouched."""
        probs = self.declared.positive if self.is_positive else self.full_probs
        return self.layout.restore(probs.to(self.declared.values.dtype))

    @property
    def labels(self) -> ArrayLike | None:
        """Labels in the shape and array kind that came in; ignored ones read 0.

        Names come back as the names that came in; of rows that were taken out, as indices.
        """
        if self.truth is None or self.label_layout is None:
            return self.truth
        if self.label_layout.named:
            return self.label_layout.source
        return self.label_layout.restore(self.truth)

    def restated(self, declared: Form, fit_rows: RowSketch | None = None) -> "Predictions":
        """These rows with other probabilities, in the shape that came in.

        `fit_rows` are those that the calibrator was fitted on which states them.
        """
        if self.is_positive and declared.values.ndim > 1:
            declared = PositiveProbs(declared.positive)
        passed = self.passed
        if fit_rows is not None:
            passed = (*passed, Passed(Came(self.declared.values), fit_rows))
        return replace(self, declared=declared, passed=passed)

    @property
    def is_positive(self) -> bool:
        """Whether one number a row was declared: the positive class of two."""
        return self.declared.values.ndim == 1

    @cached_property
    def full_probs(self) -> Float[Tensor, "row class"]:
        """Probability of every class, by rows."""
        return self.declared.probs

    @cached_property
    def fractions(self) -> Stated:
        """What the probabilities of a positive class stand for."""
        return stated_fractions(self.declared.positive)

    @cached_property
    def top(self) -> TopLabel:
        """Likeliest class of every row."""
        return self.declared.top_label()

    @property
    def guess(self) -> Int[Tensor, " row"]:
        """Likeliest class of every row; for ties see `TopLabel`."""
        return self.top.guess

    @cached_property
    def hard(self) -> Int[Tensor, " row"] | None:
        """Class that came out for every row; None for soft labels."""
        truth = self.truth
        return None if truth is None or truth.is_floating_point() else truth.long()

    @cached_property
    def soft(self) -> Float64[Tensor, "row class"] | None:
        """Probability with which every class came out; None for hard labels."""
        truth = self.truth
        if truth is None or not truth.is_floating_point():
            return None
        truth = truth.double()
        return torch.stack((1 - truth, truth), dim=-1) if truth.ndim == 1 else truth

    @cached_property
    def credit(self) -> Float64[Tensor, " row"]:
        """Share of every row that its likeliest class got right; 0 or 1 for hard labels."""
        if self.soft is not None:
            return self.soft.gather(-1, self.guess[:, None]).squeeze(-1)
        return self.right.double()

    @cached_property
    def right(self) -> Bool[Tensor, " row"]:
        """Whether the likeliest class came out; hard labels only."""
        return self.guess == self.hard

    @cached_property
    def miss(self) -> Float64[Tensor, " row"]:
        """Distance of the positive class from its hard label: 1 less `p_true`, rounded once."""
        hard = self.hard
        assert hard is not None
        return self._distance(hard)

    def _distance(self, labels: Int[Tensor, " row"]) -> Float64[Tensor, " row"]:
        """Distance of the probability of the positive class from labels of 0 or 1."""
        prob = self.declared.positive
        found = distances(prob, labels)  # p, or 1 - p: exactly, and without where
        return (labels - prob.double()).abs_() if found is None else found

    @cached_property
    def p_true(self) -> Float64[Tensor, " row"]:
        """Probability stated for the class that came out; hard labels only."""
        hard = self.hard
        assert hard is not None
        if self.is_positive:
            return self._distance(1 - hard)
        found, probs = chosen(self.full_probs, hard), self.full_probs
        return probs.gather(-1, hard[:, None]).squeeze(-1).double() if found is None else found

    @cached_property
    def squared_norm(self) -> Float64[Tensor, " row"]:
        """Sum of the squares of the probabilities of every class."""
        found, probs = squared_norms(self.full_probs), self.full_probs
        if found is None:
            found = torch.linalg.vector_norm(probs, dim=-1, dtype=torch.float64).square()
        return found

    @cached_property
    def log_p_true(self) -> Float64[Tensor, " row"]:
        """Logarithm of `p_true`, taken from logits where those were declared."""
        hard = self.hard
        assert hard is not None
        form = self.declared
        if isinstance(form, PositiveLogits):
            signed = torch.where(hard == 1, form.values, -form.values).double()
            return torch.nn.functional.logsigmoid(signed)
        if isinstance(form, Logits):
            values, true_class = form.values.double(), hard[:, None]
            others = values.scatter(-1, true_class, -torch.inf).logsumexp(dim=-1)
            against = others - values.gather(-1, true_class).squeeze(-1)  # log-odds
            return -torch.logaddexp(torch.zeros_like(against), against)
        return self.p_true.log()

    def top_label(self) -> Events:
        """One event a row: the likeliest class is the right one."""
        outcome = self.credit if self.soft is not None else self.right
        return Events(self.top.prob, outcome, self.weights, self.top.mirrored)

    def positive(self) -> Events:
        """One event a row: the positive class, class 1 of two, came out.

        Raises
        ------
        InputError
            If there are not two classes.
        """
        if self.n_classes != 2:
            rule, got = "have two classes for the positive-class view", f"{self.n_classes}"
            remedy = "Use the class-wise or macro form of the metric."
            raise InputError("predictions", rule, got, remedy)
        outcome = self.soft[:, 1] if self.soft is not None else self.hard == 1
        return Events(self.declared.positive, outcome, self.weights)
