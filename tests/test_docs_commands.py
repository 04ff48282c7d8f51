"""Commands that the documentation shows, on the data that they name, and the tables below them.

A number in a table stands in a row whose first cell is the name of a metric or a loss in backticks.
"""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from calibrant.cli.main import program
from calibrant.report.numbers import number

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NAMED = re.compile(r"`[a-z0-9_]+(\([^`]*\))?`")
PAGES = ("how-to/evaluate-predictions.md", "article-3.md")


def commands_of(page):
    """Commands of a page that evaluate files, and the text that follows each, to the next."""
    text = (DOCS / page).read_text("utf-8")
    blocks = list(BLOCK.finditer(text))
    ends = [block.start() for block in blocks[1:]] + [len(text)]
    return [
        (block[1].replace("\\\n", " "), text[block.end() : end].partition("\n## ")[0])
        for block, end in zip(blocks, ends, strict=True)
        if block[1].startswith("calibrant evaluate data/")
    ]


COMMANDS = [(page, command, rest) for page in PAGES for command, rest in commands_of(page)]


@pytest.fixture
def run(shared_data, tmp_path, monkeypatch):
    """Object that a command prints, in a folder that holds the data."""
    (tmp_path / "data").symlink_to(shared_data)
    monkeypatch.chdir(tmp_path)

    def told(command):
        result = CliRunner().invoke(program, [*shlex.split(command)[1:], "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return told


def shown(estimate):
    """Estimate as the pages write it."""
    if estimate["value"] is None:
        return "infinite"
    text = number(estimate["value"])
    if estimate["low"] is not None:
        return f"{text} ({number(estimate['low'])} to {number(estimate['high'])})"
    return (
        f"{text} (floor {number(estimate['noise_floor'])})" if "noise_floor" in estimate else text
    )


@pytest.mark.parametrize(("page", "command", "rest"), COMMANDS, ids=[c[1][:60] for c in COMMANDS])
def test_command_runs_and_gives_the_numbers_below_it(page, command, rest, run):
    told = run(command)
    rows = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in rest.splitlines()
        if line.startswith("| ")
    ]
    named = [row for row in rows if re.fullmatch(NAMED, row[0])] if page != PAGES[0] else []
    header = rows[0] if rows else []
    for name, *cells in named:
        key = name.strip("`")
        if "predictors" in told:
            columns = {f"`{one}`": metrics for one, metrics in told["predictors"].items()}
        else:
            columns = {"here": told["metrics"] | told.get("losses", {})}
        for column, metrics in columns.items():
            assert cells[header.index(column) - 1] == shown(metrics[key]), (name, column)
    assert page == PAGES[0] or len(named) >= 4


def test_every_kind_of_command_is_there():
    assert len(COMMANDS) >= 9
    for option in ("--prob ", "--predictions", "--losses", "--decided", "--report", "npz"):
        assert any(option in command for _, command, _ in COMMANDS), option


def test_what_the_page_says_of_the_losses_is_so(shared_data):
    table = pd.read_csv(shared_data / "standin_binary_data.csv")
    p, y = table["prob_fail"].to_numpy(), (table["truth"] == "slopeD").to_numpy().astype(float)
    text = " ".join((DOCS / "article-3.md").read_text("utf-8").split())
    tp, fp, fn = (p * y).sum(), (p * (1 - y)).sum(), ((1 - p) * y).sum()
    assert f"TP = {tp:.2f}, FP = {fp:.3f}, FN = {fn:.2f}, and 1" in text

    def entropy(p):
        return -(y * np.log(p) + (1 - y) * np.log1p(-p)).mean()

    with np.errstate(divide="ignore", invalid="ignore"):
        bce = -np.log(np.where(y == 1, p, 1 - p)).mean()
    dice = 1 - 2 * tp / (2 * tp + fp + fn + 1)  # smoothing below only
    tversky = 1 - (tp + 1) / (tp + 0.7 * fn + 0.3 * fp + 1)
    swapped = 1 - (tp + 1) / (tp + 0.3 * fn + 0.7 * fp + 1)
    for name, value in {
        "bce": bce,
        "dice": dice,
        "tversky(fn_weight=.7, fp_weight=.3)": tversky,
        "focal_tversky(gamma=.75)": swapped**0.75,
        "dice_bce": dice + 0.75 * bce,
    }.items():
        assert re.search(rf"\| `{re.escape(name)}` \| \S+ \| {value:.4f} \|", text), name
    assert f"in their places gives {tversky**0.75:.4f} here" in text
    assert f"their BCE is then {entropy(1 / (1 + np.exp(-p))):.4f} on" in text
    assert f"the printed .2805 is {0.2805 ** (1 / 0.75):.4f} to".replace(" 0.", " .") in text


def test_what_the_page_says_of_the_nll_is_so(shared_data):
    table = pd.read_csv(shared_data / "standin_multiclass.csv", index_col=0)
    stated = table.to_numpy()[np.arange(507), table.columns.get_indexer(table["reference"])]
    p_true = stated.astype(float)
    text = " ".join((DOCS / "article-3.md").read_text("utf-8").split())
    assert (p_true == 0).sum() == 1
    assert f"On this file that is {-p_true.mean():.4f}." in text
    clipped = [-np.log(np.maximum(p_true, floor)).mean() for floor in (1e-7, 0.005)]
    assert "at 1e-7 it is {:.4f}, at 0.005 it is {:.4f}.".format(*clipped) in text


def test_what_the_page_says_of_the_printed_matrix_is_so():
    text = (DOCS / "article-3.md").read_text("utf-8")
    names: dict[str, object] = {}
    for block in re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        exec(block, names)
    evaluation = names["evaluation"]
    accuracy = evaluation["accuracy"]
    ends = f"{accuracy.value:.4f} ({accuracy.low:.4f} to {accuracy.high:.4f})"
    assert f"| accuracy | .803 | {ends} |" in text
    for name, label in {"f1_macro": "F1, macro", "recall_macro": "recall, macro"}.items():
        value = f"{evaluation[name].value:.4f}"
        assert f"| {label} | {value[1:]} | {value} |" in text
