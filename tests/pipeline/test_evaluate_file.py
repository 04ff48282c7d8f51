"""Files of predictions: the same numbers as the doors give, by name and never by position."""

import math

import numpy as np
import pyarrow as pa
import pytest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.pipeline.file_evaluation import file_record

CLASSES = ["cat", "dog", "owl"]
N = 60


@pytest.fixture(scope="module")
def stated():
    """Probabilities and labels of three classes."""
    generator = np.random.default_rng(0)
    probs = generator.dirichlet([2.0, 1.0, 1.0], size=N)
    labels = np.array([generator.choice(3, p=row) for row in probs])
    return probs, labels


@pytest.fixture
def columns(stated):
    """The same as columns of a table, with a decision and a weight."""
    probs, labels = stated
    return {
        "row": list(range(N)),
        **{name: probs[:, k].tolist() for k, name in enumerate(CLASSES)},
        "truth": [CLASSES[k] for k in labels],
        "weight": (np.arange(N) % 3 / 2.0).tolist(),
        "given": [CLASSES[k] for k in probs.argmax(axis=1)],
    }


def values(evaluation):
    return {name: estimate.value for name, estimate in evaluation.items()}


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_file_gives_what_the_door_gives(suffix, ask_file, columns, stated):
    result = ask_file(columns, suffix)
    probs, labels = stated
    rows = cal.predictions(probs=probs, labels=labels, class_names=CLASSES)
    assert values(result.first) == values(cal.evaluate(rows))
    assert result.first.class_names == tuple(CLASSES)
    assert result.unused == ("row", "weight", "given")


def test_order_of_columns_and_of_rows_changes_nothing(ask_file, columns):
    order = np.random.default_rng(1).permutation(N)
    shuffled = {
        name: [columns[name][k] for k in order]
        for name in ("truth", "owl", "given", "cat", "row", "dog", "weight")
    }
    actual, expected = ask_file(shuffled).first, ask_file(columns).first
    assert actual.class_names == ("owl", "cat", "dog")
    for name, value in values(expected).items():
        assert values(actual)[name] == pytest.approx(value, abs=1e-12), name


def test_prefix_and_plain_names_are_one(ask_file, columns):
    named = {f"p_{k}" if k in CLASSES else k: v for k, v in columns.items()}
    assert values(ask_file(named, prob_prefix="p_").first) == values(ask_file(columns).first)


def test_class_without_rows_needs_no_label_but_a_column(ask_file, columns):
    ruled_out = {**{f"p_{name}": columns[name] for name in CLASSES}, "p_yak": [0.0] * N}
    result = ask_file({**ruled_out, "truth": columns["truth"]}, prob_prefix="p_")
    assert result.first.class_names == (*CLASSES, "yak")
    plain = {name.removeprefix("p_"): column for name, column in ruled_out.items()}
    told = ask_file({**plain, "truth": columns["truth"]}, classes=(*CLASSES, "yak"))
    assert values(told.first) == values(result.first)


def test_weights_are_those_of_the_door(ask_file, columns, stated):
    rows = cal.predictions(probs=stated[0], labels=stated[1], weights=np.arange(N) % 3 / 2)
    found = ask_file(columns, weights="weight")
    assert values(found.first) == values(cal.evaluate(rows))
    assert "weight" not in found.unused


def test_names_that_differ_by_case_and_padding_are_matched_and_said(ask_file, columns):
    columns["truth"] = [
        name.upper() if k % 2 else f" {name} " for k, name in enumerate(columns["truth"])
    ]
    result = ask_file(columns, ".parquet")
    told = ask_file({**columns, "truth": [name.strip().lower() for name in columns["truth"]]})
    assert values(result.first) == values(told.first)
    assert "'OWL' in truth was read as the class 'owl'" in result.notes


def test_names_that_two_columns_could_be_are_refused(ask_file, columns):
    columns["CAT"] = [0.0] * N
    columns["truth"][0] = "Cat"
    with pytest.raises(InputError, match=r"a column for every class; got none for 'Cat'"):
        ask_file(columns)


def test_positive_class_is_the_one_named(ask_file, stated):
    probs, labels = stated[0][:, 0], stated[1] == 0
    columns = {"truth": np.where(labels, "yes", "no").tolist(), "p": probs.tolist()}
    rows = cal.predictions(probs=probs, labels=labels.astype(int), class_names=["no", "yes"])
    result = ask_file(columns, prob="p", positive="yes")
    assert values(result.first) == values(cal.evaluate(rows))
    assert file_record(result)["positive"] == "yes"
    assert result.rows.class_names == ("no", "yes")
    other = cal.predictions(probs=probs, labels=1 - labels.astype(int))
    assert values(ask_file(columns, prob="p", positive="no").first) == values(cal.evaluate(other))


@pytest.mark.parametrize("pair", [(0, 1), ("false", "true"), ("False", "True"), (0.0, 1.0)])
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_yes_and_no_need_no_positive_class(pair, suffix, ask_file):
    columns = {"truth": [pair[k] for k in (0, 1, 1, 0)], "p": [0.25, 0.75, 0.5, 0.5]}
    result = ask_file(columns, suffix, prob="p", metrics=("brier_binary",))
    assert result.first["brier_binary"].value == 0.15625  # (2 * .25**2 + 2 * .5**2) / 4


def test_labels_of_one_class_are_enough_where_the_other_is_known(ask_file):
    columns = {"truth": [1, 1], "p": [0.5, 1.0]}
    assert ask_file(columns, prob="p").first["brier_binary"].value == 0.125
    columns["truth"] = ["b", "b"]
    with pytest.raises(
        InputError, match=r"truth must hold two .*; got one class, 'b'\. .*--classes"
    ):
        ask_file(columns, prob="p", positive="b")
    told = ask_file(columns, prob="p", positive="b", classes=("a", "b"))
    assert told.first["brier_binary"].value == 0.125


def test_log_odds_and_logits_are_declared(ask_file, stated, columns):
    probs, labels = stated
    logits = {name: np.log(probs[:, k]).tolist() for k, name in enumerate(CLASSES)}
    found = ask_file({**columns, **logits}, form="logits").first
    for name, value in values(ask_file(columns).first).items():
        assert values(found)[name] == pytest.approx(value, abs=1e-9), name
    odds = np.log(probs[:, 0] / (1 - probs[:, 0]))
    binary = {"truth": (labels == 0).astype(int).tolist(), "z": odds.tolist()}
    rows = cal.predictions(logits=odds, labels=(labels == 0).astype(int))
    assert values(ask_file(binary, prob="z", form="logits").first) == values(cal.evaluate(rows))


def test_parquet_of_float32_is_binned_in_float32(ask_file, stated, columns):
    probs = stated[0].astype(np.float32)
    single = {name: pa.array(probs[:, k]) for k, name in enumerate(CLASSES)}
    rows = cal.predictions(probs=probs, labels=stated[1])
    assert values(ask_file({**columns, **single}, ".parquet").first) == values(cal.evaluate(rows))


def test_rounded_rows_are_taken_as_they_are_and_others_refused(ask_file, columns):
    for name, column in zip(CLASSES, ([0.34], [0.34], [0.33]), strict=True):
        columns[name] = column * N
    result = ask_file(columns)
    assert result.notes == (
        "probabilities are rounded to 2 decimals: rows sum to 1.01 to 1.01, and are taken as they "
        "are",
    )
    assert result.first["brier"].value == pytest.approx(
        sum((p - (name == truth)) ** 2 for truth in columns["truth"] for name, p in
            zip(CLASSES, (0.34, 0.34, 0.33), strict=True)) / N
    )  # fmt: skip
    columns["owl"] = [0.35] * N
    with pytest.raises(
        InputError, match=r"sum to 1 in every row; got 1.03 in row 0 \(60 such: rows"
    ):
        ask_file(columns)
    note = "probabilities were divided by their row sums, which were up to 0.03 off 1"
    assert ask_file(columns, normalize=True).notes == (note,)


def test_whole_numbers_are_no_rounded_probabilities(ask_file, columns):
    columns |= dict.fromkeys(CLASSES, [0] * N)
    with pytest.raises(InputError, match="sum to 1 in every row; got 0 in row 0"):
        ask_file(columns)


def test_class_that_is_left_out_is_offered(ask_file, columns):
    truth = ["dog" if name == "cat" else name for name in columns["truth"]]
    with pytest.raises(
        InputError, match=r"If one of 'row', 'cat', 'weight' is a class too.*--classes"
    ):
        ask_file({**columns, "truth": truth}, positive="owl")


def test_decisions_stand_beside_probabilities_or_alone(ask_file, columns):
    both = ask_file(columns, decided="given", metrics=("accuracy", "log_loss"))
    assert list(both.evaluations) == ["probabilities", "decisions"]
    decided = both.evaluations["decisions"]
    assert list(decided) == ["accuracy"]
    assert decided["accuracy"].value == both.first["accuracy"].value
    alone = ask_file({k: columns[k] for k in ("truth", "given")}, decided="given")
    assert list(alone.evaluations) == ["decisions"]
    assert list(alone.first) == ["accuracy", "precision", "recall", "f1"]
    assert alone.first["accuracy"].value == decided["accuracy"].value
    record = file_record(both)
    assert record["measured"] == "probabilities"
    assert record["decisions"]["accuracy"]["value"] == decided["accuracy"].value
    with pytest.raises(InputError, match="metrics must hold one that decisions can tell"):
        ask_file(columns, decided="given", metrics=("log_loss",))
    with pytest.raises(InputError, match="losses must stand beside probabilities"):
        ask_file({k: columns[k] for k in ("truth", "given")}, decided="given", losses="ce")


def test_rows_without_a_label_are_refused_or_left_out_and_counted(ask_file, columns):
    kept = {name: column[5:] for name, column in columns.items()}
    columns["truth"][:5] = [""] * 5
    message = r"truth must hold a label in every row; got 5 missing \(rows 0, 1, 2, 3, 4\)"
    with pytest.raises(InputError, match=message):
        ask_file(columns)
    columns["cat"][2] = ""  # of no consequence without a label
    result = ask_file(columns, skip_unlabelled=True)
    assert result.first.n == N - 5
    assert result.notes == ("5 without a label were left out (rows 0, 1, 2, 3, 4)",)
    for name, value in values(ask_file(kept).first).items():
        assert values(result.first)[name] == pytest.approx(value, abs=1e-12), name


def test_missing_probabilities_are_refused_column_by_column(ask_file, columns):
    columns["cat"][3] = columns["cat"][7] = columns["owl"][0] = ""
    message = r"2 missing in 'cat' \(rows 3, 7\); 1 missing in 'owl' \(row 0\)"
    with pytest.raises(InputError, match=message):
        ask_file(columns)


@pytest.mark.parametrize(
    ("change", "settings", "message"),
    [
        ({}, {"label": None}, "label must name the column of what came out; got none. Name it"),
        ({}, {"label": "thruth"}, "got 'thruth'. Did you mean 'truth'"),
        ({}, {"prob": "cat"}, "two classes beside one column.*; got 3: .*--prob-prefix PREFIX"),
        (
            {},
            {"prob": "cat", "positive": "cat"},
            r"two classes beside one column.*; got 3: .*--prob-prefix.* Leave --positive out\.",
        ),
        (
            {"truth": ["cat", "emu"] * 30},
            {},
            "got none for 'emu'. There are .*'cat', .* Add one, or leave rows of other classes out",
        ),
        ({}, {"prob_prefix": "q_"}, "a column for every class; got none for 'cat', 'dog', 'owl'"),
        ({}, {"positive": "cat"}, "name a class of two; got 'cat' beside .*Leave --positive out"),
        (
            {},
            {"classes": ("cat", "dog"), "positive": "dog"},
            "truth must hold classes that are known; got 'owl' in",
        ),
        ({}, {"weights": "wait"}, "weights must name a column"),
        ({}, {"metrics": ("acuracy",)}, "got 'acuracy'. Did you mean accuracy"),
        ({}, {"losses": "ce, focl"}, "got 'focl'. Did you mean focal"),
        ({}, {"losses": "ce,, focal"}, "loss must have a loss, .*; got the end"),
        ({}, {"level": 95.0}, "level must lie between 0 and 1"),
        ({"cat": ["x"] * N}, {}, "cat must hold numbers; got 'x'"),
        ({"cat": [-0.5] * N}, {}, r"probs must lie in \[0, 1\]; got .*at row 0"),
        ({"weight": [-1.0] * N}, {"weights": "weight"}, "weights must be finite and at least 0"),
        ({"weight": [""] * N}, {"weights": "weight"}, "60 missing in 'weight'"),
        ({"truth": [""] * N}, {}, "truth must hold labels; got none at all"),
        (
            {"given": ["emu"] * N},
            {"decided": "given"},
            "decided must hold .*; got 'emu' in 60 rows",
        ),
        ({"given": [""] * N}, {"decided": "given"}, "given must hold a class in every row; got 60"),
        ({"truth": ["a", "b"] * 30}, {}, "probabilities must be in columns that are named"),
        (
            {"truth": ["cat", "dog"] * 30},
            {},
            "name the positive class of two; got the classes 'cat', 'dog' without it",
        ),
        (
            {"truth": ["cat", "dog"] * 30},
            {"positive": "emu"},
            "positive must name a class; got 'emu'",
        ),
        ({"truth": ["cat"] * N}, {}, "a column for every class; got that of 'cat' alone"),
    ],
)
def test_what_does_not_go_together_is_refused(change, settings, message, ask_file, columns):
    with pytest.raises(InputError, match=message):
        ask_file({**columns, **change}, **settings)


def test_infinite_loss_is_null_with_its_rows(ask_file):
    columns = {"truth": [0, 1, 1], "p": [0.0, 0.0, 0.5]}
    result = ask_file(columns, prob="p", losses="ce, soft_f1", metrics=("log_loss",))
    assert result.losses["probabilities"]["ce"].value == math.inf
    record = file_record(result)
    reason = "infinite: 1 of 3 rows give probability 0 to what came out"
    for told in (record["metrics"]["log_loss"], record["losses"]["ce"]):
        assert (told["value"], told["n"], told["reason"]) == (None, 3, reason)
    assert record["losses"]["soft_f1"]["value"] == result.losses["probabilities"]["soft_f1"].value
