"""Every metric that exists has plain words."""

import pytest

import calibrant as cal
from calibrant.report.glossary import entry_of


@pytest.mark.parametrize("name", sorted(set(cal.metrics.available()) - {"confusion_matrix"}))
def test_every_listed_metric_is_explained(name: str):
    entry = entry_of(name)
    assert entry.meaning.endswith(".")
    assert "_" not in entry.label


def test_number_of_bins_is_named():
    assert entry_of("top_label_ece_20").label == "ECE, 20 bins"


@pytest.mark.parametrize("name", ["tversky", "recall_at_fixed_precision", "score_2"])
def test_unknown_name_speaks_for_itself(name: str):
    assert entry_of(name).label == name.replace("_", " ")
    assert entry_of(name).meaning == ""
