"""The metrics by family, by words, and each explained."""

import json

import pytest
from click.testing import CliRunner

from calibrant.cli.main import program
from calibrant.cli.metric_explained import explained, explained_record
from calibrant.metrics.registry import ALIASES, BY_CLASSES, FAMILIES, METRICS


def told(*words):
    result = CliRunner().invoke(program, ["metrics", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_metrics_stand_under_their_family():
    text = told("--all")
    places = [text.index(f"\n  {entry.name}") for f in FAMILIES.values() for entry in f]
    assert places == sorted(places)
    heads = [line for line in text.splitlines() if line and not line.startswith((" ", "*"))]
    assert heads == [*(family for family, members in FAMILIES.items() if members), "also"]


def test_every_alias_is_listed_with_what_it_is():
    found, alias = {}, ""
    for line in told("--all").partition("\nalso\n")[2].splitlines():
        if line[2] != " ":  # else the line goes on with what stands above
            alias = line.split()[0]
        found[alias] = found.get(alias, "") + line
    assert found.keys() == ALIASES.keys()
    for alias, (two, beyond) in ALIASES.items():
        assert two in found[alias]
        assert beyond in found[alias]


def test_words_find_metrics_that_speak_of_all_of_them():
    found = json.loads(told("Grid", "positive", "--json"))
    assert "auroc_positive" in found
    assert "top_label_ece" not in found
    assert "auroc_positive" in json.loads(told("two classes", "hanley", "--json"))


def test_words_of_nothing_are_refused():
    result = CliRunner().invoke(program, ["metrics", "acuracy"])
    assert result.exit_code == 3
    assert "got acuracy. Did you mean accuracy? Without words, all metrics" in result.stderr


@pytest.mark.parametrize("entry", METRICS.values(), ids=lambda entry: entry.name)
def test_every_metric_is_explained(entry):
    record, text = explained_record(entry), explained(entry)
    assert text.startswith(f"{entry.name}: {entry.says}\n")
    assert record["formula"]
    for fact in (record["formula"], record["python"], entry.statistic, entry.page, entry.source):
        assert fact in text
    json.dumps(record, allow_nan=False)


@pytest.mark.parametrize("word", ["ece", "ece_10", "top_label_ece", "top_label_ece_15"])
def test_every_name_of_a_metric_explains_it(word):
    text = told(word)
    assert text.startswith("top_label_ece: ")
    assert "  also:        ece" in text
    assert "  number:      top_label_ece_N sets n_bins\n" in text
    assert "  range:       0 to 1; low values are good\n" in text
    record = json.loads(told(word, "--json"))
    assert record["name"] == "top_label_ece"
    n_bins = word.partition("ece_")[2] or "15"
    assert record["settings"] == {"view": "top_label", "n_bins": n_bins, "closed": "right"}


@pytest.mark.parametrize(
    ("name", "python"),
    [
        ("ece_10", "ExpectedCalibrationError(view='top_label', n_bins=10)"),
        ("top_k_accuracy_3", "TopKAccuracy(k=3)"),
        ("f_beta_positive_0.5", "FBetaScore(average='positive', beta=0.5)"),
    ],
)
def test_number_of_a_name_stands_in_what_is_explained(name, python):
    assert f"  in Python:   cal.metrics.{python}\n" in told(name)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("calibration error", ["top_label_ece", "top_label_mce", "classwise_ece"]),
        ("expected calibration error", ["top_label_ece"]),
        ("maximum calibration", ["top_label_mce", "positive_mce"]),
        ("auc", ["auroc_positive", "auroc_macro"]),
        ("pr auc", ["average_precision_positive", "average_precision_macro"]),
        ("miou", ["jaccard_macro"]),
        ("hamming", ["zero_one_loss"]),
        ("cross entropy", ["log_loss"]),
        ("nll", ["log_loss"]),
        ("f1 score", ["f1_positive", "f1_macro"]),
        ("roc", ["auroc_positive", "auroc_macro"]),
        ("ks", ["positive_ks_calibration_error", "top_label_ks_calibration_error"]),
        ("brier score", ["brier", "brier_binary", "brier_skill"]),
        ("top 5", ["top_k_accuracy"]),
        ("top-3", ["top_k_accuracy"]),
        ("quadratic kappa", ["kappa_quadratic"]),
        ("log loss", ["log_loss"]),
        ("average precision", ["average_precision_positive", "average_precision_macro"]),
        ("calibration errors zebra", ["top_label_ece"]),
    ],
)
def test_words_of_people_find_what_they_mean(words, names):
    text = told(*words.split())
    assert [name for name in names if f"  {name}" not in text and f"{name}: " not in text] == []
    assert "auroc" not in words
    for part in ("roc", "ks", "top 5"):
        if words == part:
            assert "debiased" not in text


def test_exact_name_names_others_that_bear_it():
    assert "see also: f1_AVERAGE, dice_per_image_AVERAGE" in told("dice")
    assert "dice_per_image_positive" in told("--all", "dice")
    assert "see also: positive_ece*" in told("ece")


def test_words_that_only_most_metrics_speak_of_say_so():
    assert "No metric speaks of all these words" in told("quadratic", "kappa", "zebra")
    result = CliRunner().invoke(program, ["metrics", "quadratic", "zebra"])
    assert result.exit_code == 3


def test_bare_list_has_a_line_for_metrics_that_part_by_average_or_view(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = told().splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) < 260
    heads = {line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "}
    assert {"precision_AVERAGE", "VIEW_ece*", "accuracy", "dice_per_image_AVERAGE"} <= heads
    assert "precision_macro" not in heads
    assert "  calibrant metrics --all  lists every name and alias, with its range" in lines


def test_name_that_depends_on_the_number_of_classes_lists_both():
    text = told("f1")
    assert "f1_positive for two classes, f1_macro beyond" in text
    assert "f1_micro" not in text
    found = json.loads(told("f1", "--json"))
    assert list(found) == ["f1_positive", "f1_macro"]
    assert found["f1_positive"]["aliases_for_two_classes"] == ["f1", "f1_score", "dice"]
    assert found["f1_macro"]["aliases_beyond_two_classes"] == ["f1", "f1_score", "dice"]
    two, beyond = BY_CLASSES["f1"]
    assert (two, beyond) == tuple(found)


def test_open_ends_of_a_range_are_null():
    found = json.loads(told("--json"))
    assert found["r2"]["range"] == [None, 1]
    assert found["brier"]["range"] == [0, 2]
