"""What every metric is tried on: rows of each kind that it can be told from."""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from functools import cached_property
from itertools import cycle

import pytest
import torch
from torch import Tensor

import calibrant as cal
from calibrant.metrics.base import Metric, RowMetric, TallyMetric
from calibrant.metrics.binned.calibration import ExpectedCalibrationError
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.registry import METRICS
from calibrant.metrics.resolving import resolve
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies

NUMBERED = {"ece_10": "top_label_ece", "ece_7": "top_label_ece", "mce_10": "top_label_mce"} | {
    name: name.rpartition("_")[0]
    for name in (
        *("pinball_0.95", "tweedie_deviance_1.2", "interval_score_0.5", "pit_histogram_7"),
        *("positive_ece_12", "classwise_ece_7"),
    )
}
LEFT = (ExpectedCalibrationError(closed="left"), ExpectedCalibrationError("positive", 10, "left"))
N = 300
CLASSES = frozenset({"order", "few rows"})
NUMBERS = frozenset({"median", "targets other than 0", "numbers above -1", "counts", "amounts"})
TWO = frozenset({"two classes"})
LEVELS = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}  # columns of quantiles
MEMBERS = {"members": slice(3), "targets": 3}
# Rows in another form whose metrics are all those of other rows: laws of sums leave them out.
OTHER_FORMS = {"two", "events", "positive in float32", "two in float32"}

REPETITION = "test_weights_equal_repetition_and_zero_absence"
SCALING = "test_scaling_all_weights_changes_neither_value_nor_interval"
RENAMING = "test_renaming_classes_permutes_vectors_and_leaves_scalars"
RULED_OUT = "test_class_that_is_ruled_out_and_never_comes_out_is_counted_only_in_averages"

# law (test function) and metric that it cannot hold for, and why
EXEMPT: dict[tuple[str, str], str] = {
    (SCALING, "confusion_matrix"): "it holds the weights themselves",
    **{
        (RENAMING, name): "of the positive class: after renaming that of the other one"
        for name in (
            *("average_precision_positive", "precision_at_recall", "recall_at_precision"),
            *("recall_at_fpr", "specificity_at_recall", "best_f1", "captured", "lift"),
            "fowlkes_mallows",
        )
    },
    **{
        (RULED_OUT, name): "every row's pair with that class joins the ranking"
        for name in ("auroc_micro", "average_precision_micro")
    },
    (RULED_OUT, "classwise_ece_l2"): "a root of an average shrinks by the root",
    **{
        (RULED_OUT, name): "all rows are rightly left alone of that class, or it has no recall"
        for name in (
            *("specificity_macro", "specificity_micro", "negative_predictive_value_macro"),
            *("negative_predictive_value_micro", "false_positive_rate_micro"),
            *("false_omission_rate_micro", "g_mean", "informedness", "markedness"),
            "rps_normalised",
        )
    },
    **{
        (REPETITION, name): (
            "noise is judged by how many rows there are: a row of weight 2 is not two rows"
        )
        for name in METRICS
        if any(word in name for word in ("_debiased", "multiresolution", "calibration_test"))
    },
    **{
        (law, name): why
        for law, why in {
            RULED_OUT: "the even odds that are mixed in are over all classes",
            REPETITION: "each row is held out: one of weight 2 lies in one fold, two rows in two",
        }.items()
        for name in METRICS
        if METRICS[name].home.startswith("calibrant.selection.refinement:")
    },
    **{
        (SCALING, name): "it counts rows: repeated ones are more evidence, says repetition"
        for name in METRICS
        if "spiegelhalter" in name or "hosmer" in name
    },
    **{
        (RENAMING, f"positive_{name}"): why
        for names, why in (
            ("ks_calibration_error", "its path starts from the other end once classes turn"),
            ("calibration_in_the_large cox_intercept", "its sign turns with the sides"),
            ("overconfidence underconfidence", "too high of one class is too low of the other"),
            ("ici e50 e90 emax", "knots of its curve are chosen from below: within .001"),
        )
        for name in names.split()
    },
}


@dataclass(frozen=True, eq=False)  # by identity, so that tests can keep what they found
class Evidence:
    """Columns that a door takes, row by row, and settings of the door."""

    door: Callable[..., Rows]
    columns: dict[str, Tensor]
    settings: dict[str, object] = field(default_factory=dict)
    offers: frozenset[str] = CLASSES  # what metrics may need
    metrics: tuple[str | Metric, ...] = ()  # all that these rows can tell
    scale: float = 1  # of weights: small for some kinds, large for others
    whole: "Evidence | None" = None  # with the metrics that a law does not hold for, too

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def rows(self, index: Tensor | slice | None = None, **others: object) -> Rows:
        """Rows of the door: those at `index`, with other columns beside or instead."""
        columns = {k: v if index is None else v[index] for k, v in self.columns.items()}
        return self.door(**{**columns, **self.settings, **others})

    @cached_property
    def _tallied(self) -> dict[str | Metric, TallyMetric]:
        chosen = {
            m: resolve(m, self.rows().n_classes) if isinstance(m, str) else m for m in self.metrics
        }
        return {name: m for name, m in chosen.items() if isinstance(m, TallyMetric)}

    @cached_property
    def summed(self) -> tuple[str | Metric, ...]:
        """The metrics that tallies of these rows can tell."""
        return tuple(self._tallied)

    @cached_property
    def exact(self) -> tuple[str | Metric, ...]:
        """Those of them that rows tell in another form."""
        return tuple(name for name, m in self._tallied.items() if isinstance(m, RowMetric))

    @cached_property
    def tallies(self) -> Tallies:
        """Tallies of the rows as they are, for all metrics that sums can tell."""
        return cal.tally(self.rows(), self.summed)

    @cached_property
    def from_rows(self) -> Evaluation:
        """What all metrics say of the rows as they are; kept, for many laws compare with it."""
        if self.whole is not None:
            return self._own(self.whole.from_rows)
        return cal.evaluate(self.rows(), self.metrics)

    @cached_property
    def from_tallies(self) -> Evaluation:
        """The same from their tallies."""
        if self.whole is not None:
            return self._own(self.whole.from_tallies)
        return cal.evaluate(self.tallies, self.summed)

    @cached_property
    def names(self) -> set[str]:
        """What the metrics are called in an evaluation."""
        return {m if isinstance(m, str) else repr(m) for m in self.metrics}

    def _own(self, evaluation: Evaluation) -> Evaluation:
        """Those of the estimates that a law holds for."""
        estimates = {name: each for name, each in evaluation.items() if name in self.names}
        return replace(evaluation, estimates=estimates)

    def with_columns(self, **columns: Tensor) -> "Evidence":
        """The same with other columns beside or instead."""
        return replace(self, columns={**self.columns, **columns}, whole=None)


def of_quantiles(**columns: Tensor) -> Rows:
    """Numbers with a quantile a column."""
    quantiles = {level: columns.pop(name) for name, level in LEVELS.items()}
    return cal.numbers(quantiles=quantiles, **columns)


def _evidence() -> dict[str, Evidence]:
    generator = torch.Generator().manual_seed(2)

    def draw(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    def came(probs: Tensor) -> Tensor:
        return torch.multinomial(probs, 1, generator=generator).squeeze(-1)

    def of_two(**columns: Tensor) -> Evidence:
        return Evidence(cal.predictions, columns, offers=TWO | CLASSES)

    positive = (2 * draw(N)).sigmoid()
    positive[: N // 2] = (positive[: N // 2] * 30).round() / 30  # on edges of 10 and 15 bins
    hits = (torch.rand(N, generator=generator, dtype=torch.float64) < positive).long()
    short = positive.float()  # decimals and their complements, and both tails
    short[:16] = torch.tensor([1e-11, 1e-9, 1e-7, 1 - 6e-8, 0.07, 0.93, 0.3, 0.7] * 2)
    short_hits = torch.cat(((short[:16] > 0.5).long(), hits[16:]))  # none is ruled out
    two, many = 2 * draw(N, 2), 2 * draw(N, 4)
    soft = torch.stack((draw(N, 3).softmax(-1), (2 * draw(N, 3)).softmax(-1)))
    chosen, labels = torch.randint(3, (2, N), generator=generator)
    return {
        "positive": of_two(probs=positive, labels=hits),
        "two": of_two(logits=two, labels=came((two / 2).softmax(-1))),
        "many": Evidence(cal.predictions, {"logits": many, "labels": came((many / 3).softmax(-1))}),
        "soft": Evidence(cal.predictions, {"probs": soft[0], "labels": soft[1]}),
        "events": Evidence(cal.events, {"probs": positive, "outcomes": hits}, offers=TWO),
        "chosen": Evidence(
            cal.decisions, {"predicted": chosen, "labels": labels}, {"n_classes": 3}
        ),
        "chosen yes or no": Evidence(
            cal.decisions,
            {"predicted": chosen % 2, "labels": labels % 2},
            {"n_classes": 2},
            TWO | CLASSES,
        ),
        "numbers": Evidence(
            cal.numbers, {"predicted": many[:, 0] + 7, "targets": many[:, 1] + 7}, offers=NUMBERS
        ),
        "numbers with spread": Evidence(
            cal.numbers,
            {"predicted": many[:, 0] + 7, "targets": many[:, 1] + 7, "std": 2 + many[:, 2].abs()},
            offers=NUMBERS | {"spread", "distribution", "std", "ends of 90 %"},
        ),
        "numbers with members": Evidence(
            cal.numbers,
            {name: (9 * many[:, at]).round() / 9 + 7 for name, at in MEMBERS.items()},
            offers=NUMBERS | {"spread", "distribution", "members", "two members", "ends of 90 %"},
        ),
        "numbers with quantiles": Evidence(
            of_quantiles,
            {
                **{name: many[:, 0] + 7 + 4 * level for name, level in LEVELS.items()},
                "targets": many[:, 1] + 7,
            },
            offers=NUMBERS | {"spread", "quantiles", "pairs about the median", "ends of 90 %"},
        ),
        "positive in float32": of_two(probs=short, labels=short_hits),
        "two in float32": of_two(
            logits=(two + 9 * draw(N, 1)).float(), labels=came((two / 2).softmax(-1))
        ),
    }


def _fits(name: str, kind: str, offers: frozenset[str]) -> bool:
    entry = METRICS[name]
    return kind in entry.kinds and offers.issuperset(entry.needs)


def _is_asked_for(name: str) -> bool:
    """Whether laws are to be tried on `name`: all, or patterns in CALIBRANT_METRICS."""
    patterns = os.environ.get("CALIBRANT_METRICS", "*").split(",")
    return any(fnmatch(name, pattern) for pattern in patterns)


def _with_metrics(evidence: Evidence) -> Evidence:
    rows = evidence.rows()
    named = [
        name for name in METRICS if _fits(name, rows.kind, evidence.offers) and _is_asked_for(name)
    ]
    others = [other for other, name in NUMBERED.items() if name in named]
    return replace(evidence, metrics=(*named, *others, *(LEFT if "positive_ece" in named else ())))


EVIDENCE = {
    kind: replace(_with_metrics(evidence), scale=scale)
    for (kind, evidence), scale in zip(_evidence().items(), cycle((1e-3, 1e6)), strict=False)
}


def _under(law: str, left_out: Collection[str] = ()) -> dict[str, Evidence]:
    """Rows of every kind, with the metrics that a law holds for: the same ones if it is all."""
    every = [(kind, evidence) for kind, evidence in EVIDENCE.items() if kind not in left_out]
    held = {k: tuple(m for m in e.metrics if (law, m) not in EXEMPT) for k, e in every}
    return {
        k: e if held[k] == e.metrics else replace(e, metrics=held[k], whole=e) for k, e in every
    }


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`evidence`: rows of one kind after the other; `all_evidence`: of all kinds, by kind."""
    law = metafunc.function.__name__
    if "evidence" in metafunc.fixturenames:
        short = "CALIBRANT_LONG" not in os.environ
        of_sums = metafunc.definition.get_closest_marker("of_sums") is not None
        every = _under(law, OTHER_FORMS if of_sums and short else ())
        some = {kind: evidence for kind, evidence in every.items() if evidence.metrics}
        together = pytest.mark.xdist_group  # laws on the same rows share what is found of them
        cases = [pytest.param(one, id=kind, marks=together(kind)) for kind, one in some.items()]
        metafunc.parametrize("evidence", cases)
    if "all_evidence" in metafunc.fixturenames:
        metafunc.parametrize("all_evidence", [_under(law)], ids=["rows"])


@pytest.fixture(scope="session")
def asked_for() -> set[str]:
    """Names that the laws are tried on: all of them, unless CALIBRANT_METRICS has patterns."""
    return set(filter(_is_asked_for, METRICS))
