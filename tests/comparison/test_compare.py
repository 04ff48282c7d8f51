"""Metrics of models differ by what pairs of rows tell, and the words keep to it."""

import json

import jaxtyping
import numpy as np
import pytest
import torch
from scipy import stats

import calibrant as cal
from calibrant.errors import InputError

METRICS = [
    *("accuracy", "zero_one_loss", "f1", "f1_macro", "mcc", "kappa", "precision", "recall"),
    *("auroc", "auroc_macro", "average_precision", "log_loss", "brier", "rps"),
    *("ece", "positive_ece", "ece_debiased", "ece_l2", "ece_l2_squared_debiased"),
    *("classwise_ece", "classwise_ece_l2", "smooth_ece", "positive_ece_equal_mass"),
    *("gini", "auroc_ovo", "brier_skill"),
]


def drawn(n=300, seed=0):
    """Logits of two models of different noise, and the labels."""
    rng = np.random.default_rng(seed)
    true = 1.5 * rng.normal(size=n)
    labels = rng.binomial(1, 1 / (1 + np.exp(-true)))
    return true + 0.3 * rng.normal(size=n), 1.4 * true + rng.normal(size=n), labels


FIRST, SECOND, LABELS = drawn()


def rows(logits, labels=LABELS, **given):
    return cal.predictions(logits=logits, labels=labels, **given)


def told(found):
    """Numbers of all contrasts."""
    return {
        one.metric: (one.difference.value, one.difference.low, one.difference.high, one.adjusted_p)
        for one in found
    }


def test_models_that_change_places_change_the_sign_and_nothing_else():
    there = told(cal.compare(rows(FIRST), rows(SECOND), metrics=METRICS))
    back = told(cal.compare(rows(SECOND), rows(FIRST), metrics=METRICS))
    for name, (value, low, high, p_value) in there.items():
        assert p_value is not None, name
        assert back[name] == pytest.approx((-value, -high, -low, p_value), abs=1e-12), name


def test_a_model_compared_with_itself_differs_by_exactly_0_and_the_reason_is_told():
    found = cal.compare(rows(FIRST), rows(FIRST), metrics=METRICS)
    for one in found:
        assert one.difference.value == 0, one.metric
        assert one.difference.p_value is None
        why = ("not available: both ", "not available: no row", "not available: no replicate")
        assert one.difference.method.startswith(why), one.metric
        assert one.verdict == "the same"


def test_order_of_rows_does_not_matter():
    order = np.random.default_rng(1).permutation(len(LABELS))
    there = told(cal.compare(rows(FIRST), rows(SECOND), metrics=METRICS))
    moved = [rows(one[order], LABELS[order]) for one in (FIRST, SECOND)]
    other = told(cal.compare(*moved, metrics=METRICS))
    for name, numbers in there.items():
        assert other[name] == pytest.approx(numbers, abs=1e-7), name


def test_scale_of_weights_does_not_matter():
    weights = np.random.default_rng(2).uniform(0.5, 2, len(LABELS))
    one, other = (
        told(
            cal.compare(
                rows(FIRST, weights=scale * weights),
                rows(SECOND, weights=scale * weights),
                metrics=METRICS,
            )
        )
        for scale in (1, 4)
    )
    for name, numbers in one.items():
        assert other[name] == pytest.approx(numbers, abs=1e-9), name


def test_clusters_of_one_row_each_are_rows():
    names = [name for name in METRICS if name not in ("accuracy", "zero_one_loss")]
    plain = told(cal.compare(rows(FIRST), rows(SECOND), metrics=names))
    units = np.arange(len(LABELS))
    apart = told(cal.compare(rows(FIRST), rows(SECOND), metrics=names, clusters=units))
    for name, numbers in plain.items():
        assert apart[name] == pytest.approx(numbers, abs=1e-7), name


def test_rows_repeated_within_their_cluster_make_nothing_surer():
    units = np.tile(np.arange(len(LABELS)), 2)
    twice = [rows(np.tile(one, 2), np.tile(LABELS, 2)) for one in (FIRST, SECOND)]
    names = ["f1", "auroc", "average_precision", "log_loss", "ece", "smooth_ece"]
    once = told(cal.compare(rows(FIRST), rows(SECOND), metrics=names))
    clustered = told(cal.compare(*twice, metrics=names, clusters=units))
    for name, (_, low, high, _) in once.items():
        width = clustered[name][2] - clustered[name][1]
        assert width == pytest.approx(high - low, rel=0.1), name


def test_clusters_come_with_a_model_where_none_are_given():
    units = np.arange(len(LABELS)) // 3
    given = cal.compare(rows(FIRST), rows(SECOND), metrics=["brier"], clusters=units)
    carried = cal.compare(rows(FIRST, clusters=units), rows(SECOND), metrics=["brier"])
    assert told(given) == told(carried)
    assert given.n_clusters == 100


def test_mean_scores_are_those_of_the_paired_t_test():
    found = cal.compare(rows(FIRST), rows(SECOND), metrics=["log_loss"])["log_loss"]
    each = [np.logaddexp(0, np.where(LABELS == 1, -one, one)) for one in (FIRST, SECOND)]
    oracle = stats.ttest_rel(*each)
    assert found.difference.p_value == pytest.approx(oracle.pvalue, rel=1e-9)
    ends = oracle.confidence_interval(0.95)
    assert (found.difference.low, found.difference.high) == pytest.approx(tuple(ends), rel=1e-9)


def test_recalibrated_copy_keeps_decisions_and_ranks_and_its_scores_are_compared():
    before = rows(SECOND)
    after = cal.TemperatureScaling().fit(before).transform(before)
    found = cal.compare(
        *(before, after),
        metrics=["accuracy", "f1", "auroc", "log_loss", "ece"],
        allow_fit_rows=True,
    )
    for name in ("accuracy", "f1"):
        assert "both decide every row the same" in found[name].difference.method
    assert "both rank the rows the same" in found["auroc"].difference.method
    assert found["log_loss"].verdict == "B is better"


def test_absent_rows_have_no_effect_whatever_they_hold():
    weights = np.ones(len(LABELS) + 2)
    weights[-2:] = 0
    wide = [
        rows(np.append(one, [fill, -fill]), np.append(LABELS, [0, 1]), weights=weights)
        for one, fill in ((FIRST, 9.0), (SECOND, -7.0))
    ]
    there = told(cal.compare(rows(FIRST), rows(SECOND), metrics=METRICS))
    for name, numbers in told(cal.compare(*wide, metrics=METRICS)).items():
        assert numbers == pytest.approx(there[name], abs=1e-9), name


def test_several_models_are_compared_in_all_pairs_or_with_a_baseline():
    models = {"a": rows(FIRST), "b": rows(SECOND), "c": rows(FIRST / 3)}
    every = cal.compare(models, metrics=["log_loss"])
    assert every.pairs == (("a", "b"), ("a", "c"), ("b", "c"))
    raw = sorted(one.difference.p_value for one in every)
    assert sorted(one.adjusted_p for one in every) == pytest.approx(
        [min(1, 3 * raw[0]), max(3 * raw[0], 2 * raw[1]), max(2 * raw[1], raw[2], 3 * raw[0])]
    )
    single = cal.compare(
        {"a": rows(FIRST), "b": rows(SECOND)}, metrics=["log_loss"], level=1 - 0.05 / 3
    )
    pair = every["log_loss", "a", "b"].difference
    assert (pair.low, pair.high) == pytest.approx(
        (single["log_loss"].difference.low, single["log_loss"].difference.high)
    )
    against = cal.compare(models, metrics=["log_loss"], baseline="b")
    assert against.pairs == (("a", "b"), ("c", "b"))
    assert "Holm" in str(against)


def test_numbers_and_decisions_are_compared_too():
    rng = np.random.default_rng(3)
    targets = rng.normal(size=50)
    models = [
        cal.numbers(predicted=targets + s * rng.normal(size=50), targets=targets) for s in (1, 2)
    ]
    found = cal.compare(*models)
    errors = [np.square(one.predicted.numpy() - targets) for one in models]
    assert found["mse"].difference.p_value == pytest.approx(stats.ttest_rel(*errors).pvalue)
    assert found["mae"].verdict == "A is better"
    decided = [
        cal.decisions(predicted=(one > 0).astype(int), labels=LABELS) for one in (FIRST, SECOND)
    ]
    of_classes = cal.compare(*decided, metrics=["f1_positive"])["f1_positive"]
    of_rows = cal.compare(rows(FIRST), rows(SECOND), metrics=["f1_positive"])["f1_positive"]
    assert of_classes.difference == of_rows.difference


def test_soft_labels_compare_scores_and_calibration_and_say_why_not_the_rest():
    soft = np.clip(LABELS * 0.8 + 0.1, 0, 1)
    found = cal.compare(
        rows(FIRST, soft), rows(SECOND, soft), metrics=["brier", "ece", "auroc", "f1", "mcc"]
    )
    assert found["brier"].difference.p_value is not None
    assert found["ece"].difference.p_value is not None
    for name in ("auroc", "f1", "mcc"):
        assert "hard labels" in found[name].difference.method


def test_metrics_without_a_paired_interval_say_so():
    metrics = ["mce", "positive_hosmer_lemeshow", "positive_ks_calibration_error"]
    found = cal.compare(rows(FIRST), rows(SECOND), metrics=metrics)
    assert "how sure these rows are" in found[metrics[1]].difference.method
    assert "noise adds to it" in found[metrics[2]].difference.method
    assert "largest of many gaps" in found["mce"].difference.method
    assert found["mce"].verdict == "no verdict"


def test_infinite_scores_lose():
    sure = cal.predictions(probs=[1.0, 0.5, 0.5], labels=[0, 1, 0])
    calm = cal.predictions(probs=[0.5, 0.5, 0.5], labels=[0, 1, 0])
    assert cal.compare(sure, calm, metrics=["log_loss"])["log_loss"].verdict == "A is infinite"
    assert cal.compare(calm, sure, metrics=["log_loss"])["log_loss"].verdict == "B is infinite"
    json.loads(cal.compare(sure, calm, metrics=["log_loss"]).to_json())


def test_comparison_is_plain_data(tmp_path):
    found = cal.compare({"x": rows(FIRST), "y": rows(SECOND)}, metrics=["ece", "auroc"])
    assert len(found) == 2
    record = json.loads(found.to_json(tmp_path / "found.json"))
    assert json.loads((tmp_path / "found.json").read_text("utf-8")) == record
    assert [one["metric"] for one in record["contrasts"]] == ["ece", "auroc"]
    frame = found.to_frame()
    assert list(frame["verdict"]) == [one.verdict for one in found]
    assert "<table>" in found._repr_html_()
    assert all(len(line) <= 120 for line in str(found).splitlines())
    assert repr(found) == str(found)


@pytest.mark.parametrize(
    ("models", "given", "said"),
    [
        ((rows(FIRST),), {}, "models must be two or more; got 1"),
        ((rows(FIRST), cal.tally(rows(SECOND))), {}, "B must be rows in memory; got tallies"),
        ((rows(FIRST), cal.evaluate(rows(SECOND))), {}, "B must be rows in memory; got an eval"),
        ((rows(FIRST), SECOND), {}, "B must be predictions; got ndarray"),
        ((rows(FIRST), rows(SECOND[:-1], LABELS[:-1])), {}, "as many rows; got 300 and 299"),
        ((rows(FIRST), rows(SECOND, 1 - LABELS)), {}, "A and B must have the same labels"),
        (
            ({"x": rows(FIRST), "y": rows(FIRST), "z": rows(FIRST, 1 - LABELS)},),
            {},
            "x and z must have the same labels",
        ),
        ((rows(FIRST), rows(SECOND, class_names=["n", "y"])), {}, "have the same classes"),
        (
            (rows(FIRST), cal.decisions(predicted=LABELS, labels=LABELS)),
            {},
            "be of one kind; got predictions and decisions",
        ),
        ((rows(FIRST), rows(SECOND)), {"baseline": "C"}, "baseline must be one of A, B"),
        ((rows(FIRST), rows(SECOND)), {"metrics": ["f1_per_class"]}, "of one number"),
        ((rows(FIRST), rows(SECOND)), {"metrics": ["ginni"]}, "be known names"),
        ((rows(FIRST), rows(SECOND)), {"level": 95}, "level must lie between 0 and 1"),
        ((rows(FIRST), rows(SECOND)), {"clusters": [1, 2]}, "clusters must have shape"),
    ],
)
def test_what_cannot_be_compared_is_refused(models, given, said, monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    with pytest.raises(InputError, match=said):
        cal.compare(*models, **given)


def test_contrast_is_found_by_metric_and_pair():
    models = {"a": rows(FIRST), "b": rows(SECOND), "c": rows(FIRST / 3)}
    found = cal.compare(models, metrics=["brier"])
    with pytest.raises(InputError, match="of several"):
        found["brier"]
    with pytest.raises(InputError, match="name a contrast"):
        found["brier", "b", "a"]


def test_many_classes_are_compared():
    rng = np.random.default_rng(5)
    true = rng.normal(size=(400, 5))
    labels = (true + rng.gumbel(size=true.shape)).argmax(1)
    models = [cal.predictions(logits=torch.tensor(true * s), labels=labels) for s in (1.0, 2.5)]
    found = cal.compare(*models)
    assert found["ece"].verdict == "A is better"
    assert found["classwise_ece"].verdict == "A is better"
    assert found["accuracy"].verdict == "the same"
