"""What exists, by name, by word, and explained."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from calibrant.cli.loss_explained import explained_record
from calibrant.cli.main import program
from calibrant.losses.registry import FAMILIES
from calibrant.losses.registry import available as losses
from calibrant.metrics.registry import METRICS


def told(*arguments):
    result = CliRunner().invoke(program, [*arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize(("command", "entries"), [("losses", losses()), ("metrics --all", METRICS)])
def test_every_name_is_listed(command, entries):
    text = told(*command.split())
    assert [name for name in entries if name not in text] == []
    assert list(json.loads(told(command.split()[0], "--json"))) == list(entries)


def test_losses_stand_under_their_family():
    lines = told("losses").splitlines()
    heads = {line: at for at, line in enumerate(lines) if line and not line.startswith(" ")}
    assert list(heads) == [family for family, members in FAMILIES.items() if members]
    by_name = {line.split()[0]: at for at, line in enumerate(lines) if line.startswith("  ")}
    for family, members in FAMILIES.items():
        for entry in members:
            above = [head for head, at in heads.items() if at < by_name[entry.name]]
            assert above[-1] == family


@pytest.mark.parametrize("name", losses())
def test_every_loss_is_explained(name):
    entry, record = losses()[name], json.loads(told("losses", name, "--json"))
    assert record["name"] == name
    assert record["formula"]
    assert record["settings"]
    text = told("losses", name)
    for fact in (entry.purpose, entry.example, record["formula"], record["python"].split(",")[0]):
        assert fact in text


def test_explanation_says_what_the_loss_says():
    record = explained_record("focal_loss")
    assert record["formula"] == r"-\sum_k q_k (1 - p_k)^\gamma \log p_k"
    assert record["family"] == "classification"
    assert record["page"] == "docs/losses/focal.md"
    gamma = record["settings"][0]
    expected = {"name": "gamma", "is": "a number at least 0", "default": "2.0"}
    assert gamma == expected | {"of_every_loss": False}


@pytest.mark.parametrize(
    ("words", "name"), [(["focal"], "focal"), (["cross_entropy"], "ce"), (["ce"], "ce")]
)
def test_names_and_aliases_are_explained(words, name):
    assert told("losses", *words).startswith(f"{name}: {losses()[name].purpose}\n")


def test_words_find_losses_that_speak_of_all_of_them():
    found = json.loads(told("losses", "masks", "small", "--json"))
    assert "dice_focal" in found
    assert "ce" not in found
    assert "overlap" in told("losses", "SMALL", "masks")


def test_words_of_nothing_say_what_is_near():
    result = CliRunner().invoke(program, ["losses", "focl_loss"])
    assert result.exit_code == 3
    assert "got focl_loss. Did you mean focal_loss? Without words, all" in result.stderr


def test_pages_that_are_named_exist():
    pages = Path(__file__).parents[2] / "docs/losses"
    named = {entry.page for entry in losses().values()}
    assert {page for page in named if not (pages / f"{page}.md").exists()} == set()


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("dice", r"1 - \frac{2 TP + s}{2 TP + FP + FN + s} = \frac{FP + FN}{2 TP + FP + FN + s}"),
        ("brier", r"\sum_k (p_k - q_k)^2"),
        ("focal_tversky", "Tversky loss of every class to the power 1 / \\gamma"),
    ],
)
def test_formula_is_one_and_no_symbol(name, formula):
    assert explained_record(name)["formula"].startswith(formula)
