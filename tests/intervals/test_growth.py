"""A table of coverage grows by runs of any length, and what changed is done again."""

import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


def test_a_set_does_not_depend_on_what_is_run_beside_it(coverage, tmp_path):
    """Chunks of other sizes and metrics hold the same sets: the seed is of law, size and number."""
    sets, brier, log_loss = coverage["sets"], ("brier_binary", "now"), ("log_loss", "now")
    whole = sets.Chunk(0, "wiggle", 300, 3, (log_loss, brier))
    tail = sets.Chunk(2, "wiggle", 300, 1, (brier,))
    for chunk in (whole, tail):
        sets.simulate(chunk, tmp_path)
    with np.load(whole.path(tmp_path)) as one, np.load(tail.path(tmp_path)) as other:
        assert np.array_equal(one["found"][2, 1], other["found"][0, 0], equal_nan=True)


def simulated(coverage, folder, ranges, code="now"):
    """Chunks of Brier scores, whose sets have these numbers."""
    for first, count in ranges:
        chunk = coverage["sets"].Chunk(first, "wiggle", 300, count, (("brier_binary", code),))
        coverage["sets"].simulate(chunk, folder)


def publish(lines, path):
    columns = list(dict.fromkeys(name for line in lines for name in line))
    rows = [[line.get(name) for name in columns] for line in lines]
    path.write_text(json.dumps({"lines": {"columns": columns, "rows": rows}}))


def test_a_table_grows_by_what_follows(coverage, tmp_path):
    """Published lines and the chunks after them, in another folder, are as all sets at once."""
    summary, codes = coverage["summary"], {("wiggle", 300): {"brier_binary": "now"}}
    folders = [tmp_path / name for name in ("first", "then", "both")]
    for folder in folders:
        folder.mkdir()
    simulated(coverage, folders[0], [(0, 6)])
    simulated(coverage, folders[1], [(6, 5), (14, 2)])  # and some after a gap
    simulated(coverage, folders[2], [(0, 6), (6, 5)])
    publish(summary.lines_of(folders[0], codes), tmp_path / "kept.json")
    (grown,) = summary.lines_of(folders[1], codes, tmp_path / "kept.json")
    (whole,) = summary.lines_of(folders[2], codes)
    for name in ("code", "older", "stop", "sets", "intervals", "below", "above"):
        assert grown[name] == whole[name], name
    assert grown["sets"] == 11
    for name in ("mean_value", "mean_width"):
        assert grown[name] == pytest.approx(whole[name], rel=1e-12)
    (again,) = summary.lines_of(folders[0], codes, tmp_path / "kept.json")
    assert again["sets"] == 6  # what is published and in the folder counts once


def test_lines_of_older_code_stay_until_there_are_new_ones(coverage, tmp_path):
    summary, kept = coverage["summary"], tmp_path / "kept.json"
    simulated(coverage, tmp_path, [(0, 4)])
    place = ("wiggle", 300)
    publish(summary.lines_of(tmp_path, {place: {"brier_binary": "now"}}), kept)
    (line,) = summary.lines_of(tmp_path, {place: {"brier_binary": "new"}}, kept)
    assert (line["older"], line["code"], line["sets"]) == (True, "now", 4)
    simulated(coverage, tmp_path, [(0, 2)], "new")
    (line,) = summary.lines_of(tmp_path, {place: {"brier_binary": "new"}}, kept)
    assert (line["older"], line["code"], line["sets"]) == (False, "new", 2)
    (line,) = summary.lines_of(tmp_path, {}, kept)  # not asked: as it was
    assert (line["older"], line["sets"]) == (False, 4)


def test_what_has_fewest_sets_is_done_first(coverage):
    codes = {("wiggle", 300): {"a": "1", "b": "2"}, ("100 classes", 1000): {"a": "3"}}
    there = {("wiggle", 300, "a"): 50, ("100 classes", 1000, "a"): 20}
    chunks = coverage["plan"].chunks_of(codes, there, 100)
    told = [(each.first, each.n, each.count, [name for name, _ in each.codes]) for each in chunks]
    assert told[0] == (0, 300, 50, ["b"])
    assert told[1:3] == [(20, 1000, 50, ["a"]), (50, 300, 50, ["a", "b"])]
    assert told[3] == (70, 1000, 30, ["a"])


def test_what_is_slow_and_was_promised_is_asked_as_often_as_all_else(coverage, tmp_path):
    slow, law = "positive_smooth_ece", "wiggle"
    codes = {(law, 300): {slow: "1", "brier_binary": "2", "mcc": "3"}}
    chunks = coverage["plan"].chunks_of(codes, {}, 100)
    numbers = {slow: [], "brier_binary": [], "mcc": []}
    for chunk in chunks:
        for name, _ in chunk.codes:
            numbers[name] += range(chunk.first, chunk.first + chunk.count)
    assert numbers == {slow: [*range(400)], "brier_binary": [*range(100)], "mcc": [*range(100)]}
    (few,) = coverage["plan"].chunks_of({(law, 300): {slow: "1"}}, {(law, 300, slow): 390}, 100)
    assert (few.first, few.count) == (390, 10)
    coverage["sets"].simulate(few, tmp_path)
    (path,) = tmp_path.glob("*.npz")
    with np.load(path) as kept:
        asked = ~np.isnan(kept["found"][:, 0, 0])
    assert [390 + int(at) for at in asked.nonzero()[0]] == [392, 396]


def test_a_code_changes_with_what_the_metric_reads(coverage, tmp_path, monkeypatch):
    """With a line of its modules and with its numbers, not with words and other metrics."""
    codes = coverage["codes"]

    def code(metric="log_loss", said=(0.5, 0.4, 0.6, math.nan)):
        for each in (codes.modules_of, codes._digest, codes._tree, codes._bare):
            each.cache_clear()
        return codes.code_of(metric, 2, said)

    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("*.so"))
    before, other = code(), code("auroc_positive")
    monkeypatch.setattr(codes, "SOURCE", tmp_path / "src")
    assert code() == before != other
    assert code(said=(0.5, 0.4, 0.60001, math.nan)) != before
    assert code(said=(0.5, 0.4, 0.6 + 1e-12, math.nan)) == before
    means = tmp_path / "src" / "calibrant" / "metrics" / "means.py"
    text = means.read_text()
    means.write_text('"""Other words."""\n# a comment\n' + text.partition('"""\n')[2])
    assert code() == before
    means.write_text(text + "\nADDED = 1\n")
    assert code() != before
    assert code("auroc_positive") == other


def test_modules_of_a_metric_are_all_that_it_loads(coverage):
    """What a fresh process has loaded for a metric, but for what is passed by."""
    codes, home = coverage["codes"], "calibrant.metrics.binned.squared"
    told = "name for name, module in sys.modules.items() if 'calibrant.' in name"
    program = f"import sys, {home}; print(*({told} and not hasattr(module, '__path__')))"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = {each for each in run.stdout.split() if not each.startswith(codes.PASSED_BY)}
    assert "calibrant.metrics.inference.quadratic" in loaded
    assert loaded <= codes.modules_of(home)
