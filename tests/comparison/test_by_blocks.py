"""Blocks of rows tell differences of metrics of every kind, as single rows do where these can."""

from typing import ClassVar

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.optimize import brentq

import calibrant as cal
from calibrant.comparison.gap_rows import equal_mass_gaps
from calibrant.comparison.pair import pair_of
from calibrant.comparison.pair_blocks import blocks_of_pair
from calibrant.comparison.untold import UNKNOWN
from calibrant.metrics.base import TallyMetric
from calibrant.metrics.proper.murphy import BrierReliability, BrierResolution
from calibrant.metrics.resolving import resolve
from calibrant.metrics.what_fits import fitting

N = 150
RNG = np.random.default_rng(3)
TRUE = RNG.normal(size=N)
LABELS = RNG.binomial(1, 1 / (1 + np.exp(-1.5 * TRUE)))
LOGITS = [1.5 * TRUE + s * RNG.normal(size=N) for s in (0.5, 0.9)]
PROBS = [1 / (1 + np.exp(-one)) for one in LOGITS]
MODELS = [cal.predictions(probs=one, labels=LABELS) for one in PROBS]
TARGETS = np.exp(TRUE)
STATED = [TARGETS * np.exp(s * RNG.normal(size=N)) for s in (0.3, 0.4)]
NUMBERS = [cal.numbers(predicted=one, targets=TARGETS) for one in STATED]
LOGITS_OF_3 = RNG.normal(size=(N, 3))
CLASSES = (LOGITS_OF_3 + RNG.gumbel(size=(N, 3))).argmax(1)
THREE = [
    cal.predictions(logits=LOGITS_OF_3 + s * RNG.normal(size=(N, 3)), labels=CLASSES)
    for s in (0.3, 0.6)
]
EVERY = np.arange(N)


def compared(models, metric, **given):
    return cal.compare(*models, metrics=[metric], **given)[metric].difference


def skill(k, keep):
    labels = LABELS[keep]
    return 1 - np.square(PROBS[k][keep] - labels).mean() / labels.var()


def rmse(k, keep):
    return np.sqrt(np.square(STATED[k] - TARGETS)[keep].mean())


def r2(k, keep):
    return 1 - np.square(STATED[k] - TARGETS)[keep].sum() / (keep.sum() * TARGETS[keep].var())


def pearson(k, keep):
    return np.corrcoef(STATED[k][keep], TARGETS[keep])[0, 1]


@pytest.mark.parametrize(
    ("models", "metric", "value"),
    [
        (MODELS, "brier_skill", skill),
        (NUMBERS, "rmse", rmse),
        (NUMBERS, "r2", r2),
        (NUMBERS, "pearson", pearson),
    ],
)
def test_up_to_200_rows_the_variance_is_that_of_the_jackknife(models, metric, value):
    keeps = ~np.eye(N, dtype=bool)
    left = np.array([value(0, keep) - value(1, keep) for keep in keeps])
    variance = (N - 1) / N * np.square(left - left.mean()).sum()
    found = compared(models, metric)
    assert found.value == pytest.approx(value(0, EVERY >= 0) - value(1, EVERY >= 0))
    error, half = np.sqrt(variance), (found.high - found.low) / 2
    freedom = brentq(lambda nu: stats.t.ppf(0.975, nu) - half / error, 1.9, 1e6)
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(found.value) / error, freedom))


def test_a_mean_has_the_standard_error_of_the_paired_t_test():
    ratios = []
    for seed in range(30):  # rows are dealt to blocks by what they hold, to the last bit
        rng = np.random.default_rng(seed)
        probs = [np.clip(PROBS[0] + 0.1 * rng.normal(size=N), 0.01, 0.99) for _ in range(2)]
        models = [cal.predictions(probs=one, labels=LABELS) for one in probs]
        found = compared(models, "positive_calibration_in_the_large")
        assert found.value == pytest.approx(np.mean(probs[0] - probs[1]))
        t = stats.t.isf(found.p_value / 2, N - 1)  # fewer degrees: a larger error
        ratios.append(abs(found.value) / t / stats.sem(probs[0] - probs[1]))
    assert np.mean(ratios) == pytest.approx(1, rel=0.05)  # 30 pairs: 1 %


def test_blocks_of_many_rows_tell_nearly_what_the_rows_do():
    rng = np.random.default_rng(5)
    true = rng.normal(size=5000)
    labels = rng.binomial(1, 1 / (1 + np.exp(-true)))
    probs = [1 / (1 + np.exp(-true - s * rng.normal(size=5000))) for s in (0.5, 0.6)]
    models = [cal.predictions(probs=one, labels=labels) for one in probs]
    found = compared(models, "positive_calibration_in_the_large")
    half = stats.sem(probs[0] - probs[1]) * stats.norm.ppf(0.975)
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.2)  # 200 blocks: 5 %


def test_gini_and_pairs_of_two_classes_are_the_area_by_other_names():
    area, gini, pairs = (compared(MODELS, name) for name in ("auroc", "gini", "auroc_ovo"))
    assert pairs == area
    assert gini.p_value == pytest.approx(area.p_value)
    assert (gini.value, gini.low, gini.high) == pytest.approx(
        (2 * area.value, 2 * area.low, 2 * area.high)
    )


def test_skill_of_two_models_has_the_verdict_of_the_score():
    of_score, of_skill = (compared(MODELS, name) for name in ("brier", "brier_skill"))
    assert of_skill.value * of_score.value < 0
    assert of_skill.p_value == pytest.approx(of_score.p_value, abs=0.02)


@pytest.mark.parametrize("models", [MODELS, THREE, NUMBERS], ids=["two", "three", "numbers"])
def test_every_metric_is_told_or_says_what_is_in_the_way(models):
    name_of = {type(resolve(name, models[0].n_classes)): name for name in fitting(models[0])}
    found = cal.evaluate(models[0], list(name_of.values())).items()
    names = [name for name, one in found if isinstance(one.value, float)]
    for one in cal.compare(*models, metrics=names):
        difference = one.difference
        assert UNKNOWN not in difference.method, one.metric
        if difference.p_value is not None:
            outside = difference.low > 0 or difference.high < 0
            assert outside == (difference.p_value < 0.05), one.metric


def test_units_are_dealt_evenly_whatever_their_order_and_the_order_of_the_models():
    order = np.random.default_rng(1).permutation(N)
    moved = [cal.predictions(probs=one[order], labels=LABELS[order]) for one in PROBS]
    here, turned = blocks_of_pair(pair_of(*MODELS), 40), blocks_of_pair(pair_of(*moved[::-1]), 40)
    sizes = np.bincount(here.block)
    assert (sizes.min(), sizes.max(), len(here)) == (3, 4, 40)
    for one, other in ((here.a, turned.b), (here.b, turned.a)):
        stated = [torch.as_tensor(rows.probs) for rows in (one, other)]
        for number in range(40):
            held = [
                column[torch.from_numpy(blocks.block == number)].sort().values
                for column, blocks in zip(stated, (here, turned), strict=True)
            ]
            assert torch.equal(*held)


def test_neither_order_nor_scale_of_weights_matters_and_turned_models_turn_the_sign():
    names = ["best_f1", "positive_cox_slope", "log_loss_refinement"]
    weights, order = RNG.uniform(0.5, 2, N), RNG.permutation(N)
    models = [cal.predictions(probs=p, labels=LABELS, weights=weights) for p in PROBS]
    moved = [
        cal.predictions(probs=p[order], labels=LABELS[order], weights=4 * weights[order])
        for p in PROBS[::-1]
    ]
    there, back = (cal.compare(*pair, metrics=names) for pair in (models, moved))
    for name in names:
        one, other = there[name].difference, back[name].difference
        numbers = -other.value, -other.high, -other.low, other.p_value
        assert (one.value, one.low, one.high, one.p_value) == pytest.approx(numbers, abs=1e-7)


def test_clusters_stay_whole():
    units = np.repeat(np.arange(N // 3), 3)
    blocks = blocks_of_pair(pair_of(*MODELS, clusters=units), 20)
    place = {float(p): unit for p, unit in zip(PROBS[0], units, strict=True)}
    of_unit: dict[int, set[int]] = {}
    for p, block in zip(torch.as_tensor(blocks.a.probs).tolist(), blocks.block, strict=True):
        of_unit.setdefault(place[p], set()).add(int(block))
    assert all(len(held) == 1 for held in of_unit.values())


@pytest.mark.parametrize("metric", ["brier_skill", "captured"])
def test_rows_repeated_within_their_cluster_make_nothing_surer(metric):
    units = np.tile(EVERY, 2)
    twice = [cal.predictions(probs=np.tile(p, 2), labels=np.tile(LABELS, 2)) for p in PROBS]
    once, clustered = compared(MODELS, metric), compared(twice, metric, clusters=units)
    assert clustered.high - clustered.low == pytest.approx(once.high - once.low, rel=0.15)


def test_too_few_rows_or_clusters_say_so():
    few = [cal.predictions(probs=one[:6], labels=LABELS[:6]) for one in PROBS]
    assert "too few rows" in compared(few, "brier_skill").method
    assert "too few clusters" in compared(MODELS, "best_f1", clusters=EVERY % 5).method


def test_equal_mass_gaps_have_the_size_of_the_error():
    gaps = equal_mass_gaps(MODELS[0], "positive", 15)
    value = float(cal.evaluate(MODELS[0], ["positive_ece_equal_mass"])["positive_ece_equal_mass"])
    assert np.abs(gaps.gap).sum() == pytest.approx(value)
    assert gaps.share.sum() == pytest.approx(1)


def test_reliability_in_bins_is_the_squared_error_of_bins():
    binned = BrierReliability(n_bins=15)
    found = cal.compare(*MODELS, metrics=[binned, BrierResolution(n_bins=15)])
    squared = compared(MODELS, "positive_ece_l2_squared_debiased")
    one = found[repr(binned)].difference
    assert (one.low, one.high, one.p_value) == (squared.low, squared.high, squared.p_value)
    assert found[repr(BrierResolution(n_bins=15))].difference.p_value is not None


def test_medians_and_thresholds_scatter_as_their_replicates_say():
    rng = np.random.default_rng(8)
    seen, told = [], []
    for _ in range(60):
        known, first, second = rng.normal(size=(3, 120))
        stated = [known + first, known + 0.5 * first + second]
        models = [cal.numbers(predicted=one, targets=known) for one in stated]
        found = compared(models, "median_absolute_error")
        seen.append(found.value)
        told.append((found.high - found.low) / 2 / stats.t.ppf(0.975, 119))
    assert np.mean(told) == pytest.approx(np.std(seen), rel=0.35)


class OwnBias(TallyMetric):
    """Mean stated less mean that came out, as a user would write it."""

    higher_is_better: ClassVar[bool | None] = None

    @property
    def statistic(self):
        """Sums of the metric that it copies."""
        return resolve("positive_calibration_in_the_large", 2).statistic

    def read(self, tally):
        """Value of a tally."""
        return (tally["wp"] - tally["wy"]).sum() / tally["w"].sum()

    def estimate(self, tally, *, level, class_names):
        """Value with the interval of the metric that it copies."""
        return resolve("positive_calibration_in_the_large", 2).estimate(
            tally, level=level, class_names=class_names
        )


def test_metrics_of_ones_own_are_told():
    own = OwnBias()
    found = cal.compare(*MODELS, metrics=[own])[repr(own)].difference
    assert found == compared(MODELS, "positive_calibration_in_the_large")
