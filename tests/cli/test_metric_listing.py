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
    text = told()
    places = [text.index(f"\n  {entry.name}") for f in FAMILIES.values() for entry in f]
    assert places == sorted(places)
    heads = [line for line in text.splitlines() if line and not line.startswith((" ", "*"))]
    assert heads == [*(family for family, members in FAMILIES.items() if members), "also"]


def test_every_alias_is_listed_with_what_it_is():
    lines = told().partition("\nalso\n")[2].splitlines()
    found = {line.split()[0]: line for line in lines}
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
    assert record["settings"] == {"view": "top_label", "n_bins": "15", "closed": "right"}


def test_name_that_depends_on_the_number_of_classes_lists_both():
    text = told("f1")
    assert "f1_positive for two classes, f1_macro beyond" in text
    assert "f1_micro" not in text
    found = json.loads(told("f1", "--json"))
    assert list(found) == ["f1_positive", "f1_macro"]
    assert found["f1_positive"]["aliases_for_two_classes"] == ["f1", "dice"]
    assert found["f1_macro"]["aliases_beyond_two_classes"] == ["f1", "dice"]
    two, beyond = BY_CLASSES["f1"]
    assert (two, beyond) == tuple(found)


def test_open_ends_of_a_range_are_null():
    found = json.loads(told("--json"))
    assert found["r2"]["range"] == [None, 1]
    assert found["brier"]["range"] == [0, 2]
