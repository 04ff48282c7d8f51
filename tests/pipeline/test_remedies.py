"""Messages about files of predictions name what helps."""

import numpy as np
import pytest

from calibrant.errors import InputError
from calibrant.pipeline.evaluate_file import evaluate_file
from calibrant.pipeline.prediction_source import Question

TRUTH = ["sick", "well", "sick", "well"]
OAKS = {
    "truth": ["oak", "beech", "yew", "oak"],
    "p_oak": [0.5, 0.25, 0.25, 1.0],
    "p_beech": [0.5, 0.75, 0.75, 0.0],
}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["0,461", "0,5", "0,25", "0,75"], r"got '0,461' .*\(--decimal ,\)\."),
        (["46.1%", "50%", "25%", "75 %"], r"got '46.1%' .* Drop the percent sign and divide by 10"),
        (["46,1%", "50%", "25%", "75%"], r"got '46,1%' .* Drop the percent sign and divide by 10"),
        (["high", "0.5", "0.25", "0.75"], r"Correct these values or leave these rows out\."),
        (["1,2,3", "0.5", "0.25", "0.75"], r"Correct these values or leave these rows out\."),
    ],
)
def test_text_among_probabilities_is_told_by_what_it_spells(values, message, ask_file):
    with pytest.raises(InputError, match=message):
        ask_file({"truth": TRUTH, "p": values}, ".parquet", prob="p", positive="sick")


@pytest.mark.parametrize("settings", [{"prob_prefix": "p_"}, {"prob": "p_oak"}, {"decided": "d"}])
def test_labels_that_are_no_class_are_told_before_the_positive_class(settings, ask_file):
    columns = {**OAKS, "d": ["oak", "oak", "beech", "beech"]}
    asked = {"classes": ("oak", "beech"), **settings}
    message = "truth must hold classes that are known; got 'yew' in 1 row. The classes are 'oak', "
    with pytest.raises(InputError, match=message):
        ask_file(columns, **asked)


@pytest.mark.parametrize(
    ("positive", "remedy"),
    [
        (None, "Name both: --classes sick,OTHER, and the one of --prob by --positive"),
        ("sick", "Name both: --classes sick,OTHER, and the one of --prob by --positive"),
        ("well", r"Name both: --classes sick,well\."),
    ],
)
def test_labels_of_one_class_want_the_other_one_named(positive, remedy, ask_file):
    columns = {"truth": ["sick"] * 3, "p": [0.5, 0.75, 0.25]}
    message = f"truth must hold two classes .*; got one class, 'sick'. {remedy}"
    with pytest.raises(InputError, match=message):
        ask_file(columns, prob="p", positive=positive)
    told = ask_file(columns, prob="p", classes=("sick", "well"), positive=positive or "sick")
    assert told.first.n == 3


def test_one_label_that_says_what_the_other_is_needs_no_name(ask_file):
    assert ask_file({"truth": [1, 1], "p": [0.5, 0.75]}, prob="p").first.class_names == ("0", "1")
    columns = {"truth": [1, 0], "p": [0.5, 0.75]}
    assert ask_file(columns, prob="p", classes=("1",)).first.class_names == ("0", "1")


def test_a_file_is_told_by_what_it_holds(tmp_path):
    (tmp_path / "p.npz").write_text("hello")
    with pytest.raises(InputError, match=r"p.npz: no NPZ file, whatever .* with numpy.savez"):
        evaluate_file(Question(path=tmp_path / "p.npz"))
    np.save(tmp_path / "one.npy", np.zeros(3))
    (tmp_path / "one.npy").rename(tmp_path / "one.npz")
    with pytest.raises(InputError, match="one array without a name"):
        evaluate_file(Question(path=tmp_path / "one.npz"))


@pytest.mark.parametrize("name", ["p.json", "p.JSONL"])
def test_json_is_no_table(name, tmp_path):
    (tmp_path / name).write_text('{"p": [0.5]}\n')
    message = "name a file of text or a Parquet file; got .*, which is JSON. Save its table as CSV"
    with pytest.raises(InputError, match=message):
        evaluate_file(Question(path=tmp_path / name, label="truth", prob="p"))
