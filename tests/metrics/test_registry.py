"""Names, aliases and numbers of bins lead to metrics; unknown names are told what is near."""

import ast
import re
import subprocess
import sys
from dataclasses import fields
from importlib import resources
from pathlib import Path

import pytest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.base import MemoryMetric, Metric
from calibrant.metrics.binned.calibration import ExpectedCalibrationError, MaximumCalibrationError
from calibrant.metrics.binned.classwise import ClasswiseCalibrationError
from calibrant.metrics.decided.ratios import F1Score
from calibrant.metrics.ranking.one_vs_rest import MacroAUROC
from calibrant.metrics.ranking.positive import PositiveAUROC
from calibrant.metrics.registry import (
    ALIASES,
    BY_CLASSES,
    FAMILIES,
    METRICS,
    available,
    canonical,
    defaults,
)
from calibrant.metrics.resolving import check_names, resolve

DOCS = Path(__file__).parents[2] / "docs" / "metrics"
GOOD = {"higher": True, "lower": False, "zero": None, "none": None}


@pytest.mark.parametrize("name", METRICS)
def test_entry_says_what_its_metric_is(name):
    entry, metric = METRICS[name], resolve(name, 2)
    assert isinstance(metric, Metric)
    assert metric.higher_is_better is GOOD[entry.direction]
    assert {kind.kind for kind in metric.reads} == set(entry.kinds)
    assert (type(metric).__doc__ or "").strip()
    least, greatest = entry.range
    assert least < greatest
    assert all((10 < len(entry.says) <= 100, entry.source, entry.statistic))
    assert entry.says[-1] != "."
    if isinstance(metric, MemoryMetric):
        assert entry.statistic == "rows in memory"
    if entry.number:
        assert entry.number in {f.name for f in fields(metric)}


@pytest.mark.parametrize("name", METRICS)
def test_page_of_a_metric_names_it(name):
    page = DOCS / f"{METRICS[name].page}.md"
    assert page.is_file()
    text = page.read_text(encoding="utf-8")
    stem = re.sub(r"^(top_label|positive)_|_(positive|micro|macro|weighted|per_class)$", "", name)
    assert any(f"`{word}" in text for word in (name, stem, *METRICS[name].aliases)), name


def test_names_and_aliases_are_told_apart():
    names = [*METRICS, *ALIASES]
    assert len(names) == len(set(names))
    assert len(METRICS) == sum(map(len, FAMILIES.values()))
    for name in names:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name), name


def test_no_two_names_are_one_metric():
    metrics = [resolve(name, 2) for name in METRICS]
    assert len(set(metrics)) == len(metrics)


def test_listing_the_metrics_loads_no_torch():
    code = "import sys, calibrant.metrics.registry; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("name", "n_classes", "metric"),
    [
        ("ece", 2, ExpectedCalibrationError("top_label", 15)),
        ("ece", 10, ExpectedCalibrationError("top_label", 15)),
        ("ece_10", 2, ExpectedCalibrationError("top_label", 10)),
        ("ece_25", 5, ExpectedCalibrationError("top_label", 25)),
        ("top_label_ece_7", 2, ExpectedCalibrationError("top_label", 7)),
        ("positive_ece_12", 2, ExpectedCalibrationError("positive", 12)),
        ("mce", 3, MaximumCalibrationError("top_label", 15)),
        ("mce_10", 2, MaximumCalibrationError("top_label", 10)),
        ("classwise_ece_20", 3, ClasswiseCalibrationError(20)),
        ("f1", 2, F1Score("positive")),
        ("f1", 3, F1Score("macro")),
        ("f1", 1, F1Score("macro")),
        ("auroc", 2, PositiveAUROC()),
        ("auroc", 3, MacroAUROC()),
    ],
)
def test_names_mean_what_the_pages_say(name, n_classes, metric):
    assert resolve(name, n_classes) == metric


def test_aliases_lead_to_registered_names():
    for alias, targets in {**ALIASES, **BY_CLASSES}.items():
        assert set(targets) <= set(METRICS)
        assert alias not in METRICS
        assert canonical(alias, 2) == targets[0]
        assert canonical(alias, 3) == targets[1]


@pytest.mark.parametrize(
    "name", ["eec", "Ece", "ece_00", "ece_", "ece_-5", "accuracy_10", "f1_10", ""]
)
def test_unknown_names_are_refused_with_the_way_to_the_list(name):
    with pytest.raises(InputError, match="metrics must be known names; got ") as raised:
        resolve(name, 2)
    assert f"lists all {len(METRICS)}." in str(raised.value)
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize(
    ("name", "near"), [("acuracy", "accuracy"), ("brier_score", "brier"), ("logloss", "log_loss")]
)
def test_near_names_are_offered(name, near):
    with pytest.raises(InputError, match=f"(Did you mean|Here it is) .*{near}"):
        check_names(["accuracy", name])


@pytest.mark.parametrize("name", ["log_loss_refinement_100", "auroc_0", "accuracy_0.5"])
def test_number_where_none_is_taken_is_told(name):
    stem = name.rpartition("_")[0]
    with pytest.raises(InputError, match=rf"got '{name}'\. {stem} takes no number\. calibrant\.me"):
        check_names([name])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ece_0", "n_bins must be a whole number, at least 1; got 0"),
        ("f_beta_0", "beta must .*; got 0"),
        ("top_k_accuracy_0", "k must .*; got 0"),
    ],
)
def test_number_that_a_setting_refuses_is_refused_by_its_rule(name, message):
    with pytest.raises(InputError, match=message):
        check_names([name])


def test_known_names_pass():
    assert check_names([*METRICS, *ALIASES, "ece_33"]) is None


@pytest.mark.parametrize("kind", ["predictions", "events", "decisions", "numbers"])
@pytest.mark.parametrize("n_classes", [1, 2, 3])
def test_default_names_are_known(kind, n_classes):
    names = defaults(kind, n_classes)
    check_names(names, n_classes)
    assert len(set(names)) == len(names)


def test_available_prints_names_with_a_line_each_and_finds_aliases():
    entries = cal.metrics.available()
    assert entries is available()
    assert list(entries) == list(METRICS)
    assert entries["mean_squared_error"] is entries["mse"]
    lines = repr(entries).splitlines()
    assert len(lines) == 1 + len(METRICS)
    assert lines[0].split() == ["name", "also", "is"]


def test_public_classes_are_those_of_the_stub():
    stub = resources.files(cal.metrics).joinpath("__init__.pyi").read_text(encoding="utf-8")
    listed = ast.literal_eval(stub[stub.index("__all__ = [") + len("__all__ = ") :])
    assert sorted(listed) == dir(cal.metrics)
    for name in listed:
        assert getattr(cal.metrics, name).__doc__, name
        assert re.search(rf"\b{name}\b(?! as)", stub), name
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = cal.metrics.Nothing
