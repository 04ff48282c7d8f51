"""Files of tallies that are damaged, changed, newer or foreign: nothing of them is believed."""

import hashlib
import json
import os

import jaxtyping
import numpy as np
import pytest
import torch
from safetensors.torch import load, save

import calibrant as cal
from calibrant.errors import InputError, OutputError
from calibrant.metrics.decided.accuracy import Hit
from calibrant.statistics.bundle import Tallies, tally_rows
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.confusion import Confusion
from calibrant.statistics.moments import Moments
from calibrant.statistics.saved import load_tallies
from calibrant.statistics.saving import StoredTallies, checksum
from calibrant.statistics.score_grid import ScoreGrid
from calibrant.statistics.tally import Tally

SMALL = [ScoreGrid("positive", 10), Confusion(), Moments(Hit())]


def rows(n=500):
    generator = np.random.default_rng(0)
    probs = generator.random(n)
    return cal.predictions(probs=probs, labels=generator.random(n) < probs)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "march.tallies"


@pytest.fixture
def saved(path):
    """File of small tallies, and these."""
    tallies = tally_rows(rows(), SMALL)
    tallies.save(path)
    return path, tallies


def assert_equal(found, expected):
    assert list(found.parts) == list(expected.parts)
    assert found.class_names == expected.class_names
    for statistic, tally in expected.parts.items():
        torch.testing.assert_close(found.parts[statistic].table, tally.table, rtol=0, atol=0)


def rewritten(path, change, *, sealed=True):
    """Change what a file says, its checksum set right again if `sealed`."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["calibrant"])
    tensors = load(content)
    change(header, tensors)
    if sealed:
        stored = StoredTallies.model_validate_json(json.dumps(header["tallies"]))
        header["sha256"] = checksum(stored)
    path.write_bytes(save(tensors, {"calibrant": json.dumps(header)}))
    return path


def test_no_byte_can_change_unnoticed(saved):
    path, tallies = saved
    content = path.read_bytes()
    generator = np.random.default_rng(0)
    spoilt = path.with_name("spoilt")
    n_refused = 0
    places = generator.choice(len(content), 600, replace=False)
    for at in places:
        mask = int(generator.integers(1, 256))
        spoilt.write_bytes(content[:at] + bytes([content[at] ^ mask]) + content[at + 1 :])
        try:
            found = load_tallies(spoilt)
        except InputError:
            n_refused += 1
        else:
            assert_equal(found, tallies)
    assert n_refused > 0.95 * len(places)  # a space in the header may become another


def test_file_cut_short_or_grown_is_refused(saved):
    path, _ = saved
    content = path.read_bytes()
    for length in [*range(0, len(content), 11), len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match="must hold tallies as calibrant saved them; got"):
            load_tallies(path)
    path.write_bytes(content + b"\0")
    with pytest.raises(InputError, match="got a file of another kind, or one cut short"):
        load_tallies(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"probs,labels\n0.5,1\n", b"PK\x03\x04" + bytes(100), os.urandom(64), b"\xff" * 64],
    ids=["empty", "table", "zip", "noise", "long header"],
)
def test_file_of_another_kind_is_refused(content, path):
    path.write_bytes(content)
    with pytest.raises(InputError, match="of another kind, or one cut short"):
        load_tallies(path)


@pytest.mark.parametrize("metadata", [None, {"calibrant": "[" * 100_000}, {"other": "{}"}])
def test_other_tensors_are_refused(metadata, path):
    path.write_bytes(save({"0/values": torch.zeros(3)}, metadata))
    with pytest.raises(InputError, match="got a file that calibrant did not write"):
        load_tallies(path)


@pytest.mark.parametrize("path", [3, None, b"march"])
def test_only_paths_are_read(path, monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    with pytest.raises(InputError, match="path must be a path; got"):
        load_tallies(path)


def test_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="got a path that no file has"):
        load_tallies("march\0")
    with pytest.raises(InputError, match=r"nothing.* got No such file"):
        load_tallies(tmp_path / "nothing")
    with pytest.raises(InputError, match="got Is a directory"):
        load_tallies(tmp_path)


def test_file_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(OutputError):
        tally_rows(rows(), SMALL).save(tmp_path / "no such folder" / "march")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "remedy"), [(1, "Tally the rows again"), (3, "Update")])
def test_other_format_is_refused_by_its_number(number, remedy, saved):
    def other(header, _):
        header.update({"format": number, "calibrant": "9.9", "novelty": {}})

    path = rewritten(saved[0], other, sealed=False)
    got = rf"got format {number}, of calibrant 9\.9; this version reads format 2\. {remedy}"
    with pytest.raises(InputError, match=got):
        load_tallies(path)


def test_columns_are_found_by_name(saved):
    path, tallies = saved

    def turned(header, tensors):
        at = header["tallies"]["tables"][1]  # the confusion matrix, kept whole
        at["columns"] = at["columns"][::-1]
        tensors[at["values"]] = tensors[at["values"]].flip(0).contiguous()
        at["sha256"] = hashlib.sha256(tensors[at["values"]].numpy().data).hexdigest()

    assert_equal(load_tallies(rewritten(path, turned)), tallies)


def set_at(*place, value):
    def change(header, _):
        at = header["tallies"]
        for key in place[:-1]:
            at = at[key]
        at[place[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "got"),
    [
        (set_at("tables", 1, "columns", value=["count", "w"]), "columns than this version's: ww"),
        (set_at("tables", 1, "columns", value=["count", "w", "w3"]), "this version's: w3, ww"),
        (set_at("tables", 1, "columns", value=["count", "w", "ww", "w"]), "one twice"),
        (set_at("tables", 1, "shape", value=[4]), r"a table of shape \[4\] for Confusion"),
        (set_at("tables", 0, "statistic", "settings", "n_cells", value=9), "shape"),
        (set_at("tables", 0, "statistic", "settings", "n_cells", value="x"), "shape|refuses"),
        (set_at("tables", 0, "statistic", "name", value="Grid"), "the unknown class 'Grid'"),
        (set_at("tables", 0, "statistic", "settings", "view", value="foo"), "refuses"),
        (
            set_at("tables", 0, "statistic", "settings", "closed", value="up"),
            "refuses",
        ),
        (
            set_at("tables", 0, "statistic", "settings", "n_cells", value=10**15),
            "at most 1,000,000",
        ),
        (set_at("tables", 0, "sha256", value="0" * 64), "sums that were changed or damaged"),
        (set_at("tables", 0, "values", value="1/values"), "sums that were changed or damaged"),
        (set_at("class_names", value=["a"]), "shape"),
        (set_at("kind", value="numbers"), "where it has no place, for 'numbers'"),
        (set_at("tables", value=[]), "tensors that it says nothing of, such as '"),
    ],
)
def test_header_that_does_not_fit_is_refused(change, got, saved):
    path = rewritten(saved[0], change)
    with pytest.raises(InputError, match=f"hold tallies as calibrant saved them; got .*{got}"):
        load_tallies(path)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float8_e4m3fn, torch.float32])
def test_sums_of_other_types_are_refused(dtype, saved):
    def other(header, tensors):
        place = header["tallies"]["tables"][1]["values"]
        tensors[place] = tensors[place].to(dtype)

    with pytest.raises(InputError, match=f"got sums of dtype {dtype}"):
        load_tallies(rewritten(saved[0], other))


def test_table_beyond_all_memory_is_refused(path):
    tally_rows(cal.predictions(probs=[0.25, 0.5], labels=[0, 1]), [ClassGrids(500)]).save(path)

    def vast(header, _):
        at = header["tallies"]["tables"][0]
        at["statistic"]["settings"]["n_cells"] = 10**15
        at["shape"] = [2, 10**15]

    with pytest.raises(InputError, match="beyond all memory"):
        load_tallies(rewritten(path, vast))


@pytest.mark.parametrize(
    ("number", "got"),
    [(-1.0, "counts of Confusion.* below 0"), (np.nan, "not finite"), (np.inf, "not finite")],
)
def test_sums_that_no_rows_have_are_refused(number, got, path):
    table = torch.ones(3, 2, 2, dtype=torch.float64)
    table[0, 0, 1] = number
    tallies = Tallies("predictions", ("a", "b"), {Confusion(): Tally(Confusion(), table)}, 4)
    with pytest.raises(InputError, match=got):
        tallies.save(path)
    assert not path.exists()
