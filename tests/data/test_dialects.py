"""One table reads the same from every dialect of text, and what was guessed is said."""

import csv
import string

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrant.data.read import Reading, open_source, read_table
from calibrant.errors import InputError

DECLARED = "Fields are separated by '|' (the first line says so)."
UNHURRIED = settings(deadline=None, max_examples=80)
TEXTS = st.text(string.ascii_letters + ' ,;|:\t"\n.éü', max_size=8).map(lambda text: f"x{text}")
NUMBERS = st.integers(-(10**7), 10**7).map(lambda units: units / 100)
ROWS = st.lists(
    st.tuples(TEXTS, st.none() | NUMBERS, st.none() | st.integers(-(10**9), 10**9)),
    min_size=1,
    max_size=20,
)
DIALECTS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from([",", ";", "\t", "|"]),
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"]),
        "decimal": st.sampled_from([".", ","]),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        "ends": st.sampled_from(["\n", "\r\n", "\r"]),
        "missing": st.sampled_from(["", "NA", "?", "n/a", "None", " - "]),
        "padding": st.sampled_from(["", " ", "\u00a0"]),
        "plus": st.sampled_from(["", "+"]),
    }
)


@UNHURRIED
@given(rows=ROWS, dialect=DIALECTS)
def test_a_table_is_the_same_in_every_dialect(tmp_path_factory, rows, dialect):
    rows = [(word.replace("\n", dialect["ends"]), *numbers) for word, *numbers in rows]
    rows.append(("x", 1.25, -3))
    path = tmp_path_factory.getbasetemp() / "dialect.csv"
    _write(path, rows, **dialect)
    source = open_source(path)
    assert (source.delimiter, source.decimal) == (dialect["delimiter"], dialect["decimal"])
    table = source.read().table.to_pydict()
    assert list(zip(*table.values(), strict=True)) == rows


@pytest.mark.parametrize("name", ["bigmart_train", "winequality_red", "hpc_cv", "mammography"])
@pytest.mark.parametrize(
    "dialect", [("; ,", "utf-8-sig"), ("\t ,", "cp1252"), ("| .", "utf-16"), (", ,", "utf-8")]
)
def test_a_real_table_survives_being_rewritten(shared_data, tmp_path, name, dialect):
    (delimiter, _, decimal), encoding = dialect
    path = tmp_path / f"{name}.data"
    whole = shared_data / f"{name}.csv"
    frame = pd.read_csv(whole, dtype=str, keep_default_na=False)
    numbers = [column for column in frame if (frame[column].str.match(r"^-?[0-9.eE+-]*$")).all()]
    frame[numbers] = frame[numbers].apply(lambda column: column.str.replace(".", decimal))
    frame.to_csv(path, sep=delimiter, encoding=encoding, index=False)
    assert read_table(path).equals(read_table(whole))


def test_numbers_are_those_of_pandas_with_the_dialect_spelled_out(tmp_path):
    rng = np.random.default_rng(0)
    amounts = rng.normal(scale=1e5, size=500).round(2)
    german = [f"{amount:,.2f}".translate(str.maketrans(",.", ".,")) for amount in amounts]
    path = _written(tmp_path, "Betrag;Stück\n" + "".join(f"{text};1\n" for text in german))
    expected = pd.read_csv(path, sep=";", decimal=",", thousands=".")
    source = open_source(path)
    read = source.read()
    np.testing.assert_array_equal(read.table["Betrag"].to_numpy(), expected["Betrag"].to_numpy())
    assert read.decimal_commas == {"Betrag": 500}
    assert read.thousands == {"Betrag": sum("." in text for text in german)}
    assert source.how == (
        "Fields are separated by ';' (guessed).",
        "Numbers have decimal commas (guessed from 'Betrag').",
        "Points in 'Betrag' part thousands (guessed).",
    )


def test_a_plain_file_leaves_nothing_to_say(shared_data):
    for name in ("bigmart_train", "winequality_red", "urban_land_cover_train", "landslide_wv"):
        source = open_source(shared_data / f"{name}.csv")
        assert source.how == ()
        assert (source.delimiter, source.encoding, source.decimal) == (",", "utf-8", ".")


@pytest.mark.parametrize(
    ("name", "text", "delimiter", "how"),
    [
        ("t.csv", "a,b\n1,x\n", ",", ""),
        ("t.tsv", "a\tb\n1\tx\n", "\t", ""),
        ("t.csv", "a\tb\n1\tx\n", "\t", "Fields are separated by tabs (guessed)."),
        ("t.txt", "a,b\n1,x\n", ",", "Fields are separated by ',' (guessed)."),
        ("t", "a|b\n1|x\n", "|", "Fields are separated by '|' (guessed)."),
        ("t.data", "a:b\n1:x\n", ":", "Fields are separated by ':' (guessed)."),
        ("t.dat", " a  b\n  1 x \n", " ", "Fields are separated by spaces (guessed)."),
        ("t.csv", "a;b\n1;x, y\n", ";", "Fields are separated by ';' (guessed)."),
        ("t.csv", 'a,b\n1,"x;y;z"\n', ",", ""),
        (
            "t.csv",
            "sep=|\na|b\n1|x\n",
            "|",
            DECLARED,
        ),
    ],
)
def test_the_delimiter_is_what_parts_all_rows_alike(tmp_path, name, text, delimiter, how):
    source = open_source(_written(tmp_path, text, name))
    assert (source.delimiter, " ".join(source.how)) == (delimiter, how)
    assert source.column_names == ("a", "b")
    assert source.read().table.column("a").to_pylist() == [1]


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("word\nx\ny\n", "No delimiter was found: the file has one column."),
        ("time\nat 10:30\nlate\n", "No delimiter was found: the file has one column."),
        ("a name\nJo\nAnna Lee\n", "No delimiter was found: the file has one column."),
    ],
)
def test_a_file_may_have_one_column(tmp_path, text, how):
    source = open_source(_written(tmp_path, text))
    assert source.how == (how,)
    assert source.read().table.num_columns == 1


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("a,b;c\n1,2;3\n", r"these fit: ',' \(2 fields\), ';' \(2 fields\)\. Name the delimiter"),
        ("first name\nJo Doe\nAnna Lee\n", r"these fit: spaces \(2 fields\), none\. Name the"),
        ("x\n1,5\n2,5\n", r"have 1 fields in every row.* got 2 in row 2, 2 in row 3\..*--delim"),
        ("a;b\n1;2\n3\n4;5;6\n", r"have 2 fields in every row.* got 1 in row 3, 3 in row 4\."),
        ("a|b|c\n1|2\n", r"have 3 fields in every row.* got 2 in row 2\."),
    ],
)
def test_what_has_no_certain_delimiter_is_refused(tmp_path, text, got):
    with pytest.raises(InputError, match=got):
        open_source(_written(tmp_path, text)).read()


def test_a_delimiter_that_is_asked_for_is_not_guessed(tmp_path):
    path = _written(tmp_path, "a,b;c\n1,2;3\n")
    by_semicolon = open_source(path, Reading(delimiter=";", decimal=","))
    assert by_semicolon.how == ()
    assert by_semicolon.read().table.to_pydict() == {"a,b": [1.2], "c": [3]}
    by_comma = open_source(path, Reading(delimiter=","))
    assert by_comma.read().table.to_pydict() == {"a": [1], "b;c": ["2;3"]}


def test_runs_of_blanks_separate_and_quotation_marks_keep_them(tmp_path):
    path = _written(tmp_path, 'a   b c\n 1 "x  y" .5\n\n2\t"" NA \n', "t.data")
    table = open_source(path).read().table
    assert table.to_pydict() == {"a": [1, 2], "b": ["x  y", None], "c": [0.5, None]}
    _written(tmp_path, 'a b\n1 "x\ny"\n', "t.data")
    with pytest.raises(InputError, match=r"close every quotation mark in its line, .* in line 2"):
        open_source(path, Reading(delimiter=" ")).read()


def test_names_are_without_padding(tmp_path):
    source = open_source(_written(tmp_path, "a , b\n1,2\n"))
    assert source.column_names == ("a", "b")
    with pytest.raises(InputError, match="columns must have different names; got 'a'"):
        open_source(_written(tmp_path, "a,a \n1,2\n"))


@pytest.mark.parametrize("mark", ["", ";;", "tab", '"', "\n", "§"])
def test_a_delimiter_is_one_character(mark):
    with pytest.raises(InputError, match="delimiter must be one character of ASCII other"):
        Reading(delimiter=mark)


def test_a_decimal_mark_is_a_point_or_a_comma():
    with pytest.raises(InputError, match=r"decimal must be '\.' or ','; got ';'"):
        Reading(decimal=";")


def _write(path, rows, *, delimiter, encoding, decimal, quoting, ends, missing, padding, plus):
    def spelled(number):
        if number is None:
            return missing
        sign = plus if number >= 0 else ""
        return f"{padding}{sign}{number}{padding}".replace(".", decimal)

    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator=ends)
        writer.writerow(["word", "amount", "count"])
        writer.writerows([word, *map(spelled, numbers)] for word, *numbers in rows)


def _written(folder, text, name="t.csv"):
    path = folder / name
    path.write_bytes(text.encode())
    return path
