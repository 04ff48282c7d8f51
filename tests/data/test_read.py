"""Any table comes in as pandas would read it, and any broken file is refused in one line."""

import csv
import string

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from calibrant.data.missing import MISSING_TEXTS
from calibrant.data.read import read_table
from calibrant.data.retail import retail_table
from calibrant.errors import InputError

SHARED = [
    "bigmart_train",
    "hpc_cv",
    "landslide_wv",
    "mammography",
    "standin_multiclass",
    "urban_land_cover_train",
    "winequality_red",
]
UNHURRIED = settings(deadline=None)
FIELDS = st.text(string.ascii_letters + ' ,;"\n\té', max_size=6).map(lambda text: f"x{text}")


@UNHURRIED
@given(rows=st.lists(st.tuples(FIELDS, FIELDS), min_size=1, max_size=20))
def test_text_comes_back_as_it_was_written(rows, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "texts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("first", "second"), *rows])
    table = read_table(path)
    assert list(zip(*table.to_pydict().values(), strict=True)) == rows


@pytest.mark.parametrize("name", SHARED)
def test_reads_real_tables_as_pandas_does(shared_data, name):
    path = shared_data / f"{name}.csv"
    expected = pd.read_csv(path)
    table = read_table(path)
    assert table.column_names[1:] == list(expected.columns)[1:]
    for column, (_, series) in zip(table.columns, expected.items(), strict=True):
        assert column.null_count == series.isna().sum()
        if pa.types.is_string(column.type):
            assert column.drop_null().to_pylist() == series.dropna().tolist()
        else:
            assert str(column.type).replace("double", "float64") == str(series.dtype)
            np.testing.assert_allclose(column.to_numpy(), series.to_numpy(), rtol=1e-15)


def test_a_table_is_the_same_from_text_and_from_parquet(tmp_path):
    table = retail_table(500, seed=3).table
    pa.csv.write_csv(table, tmp_path / "commas.csv")
    pa.csv.write_csv(table, tmp_path / "tabs.tsv", pa.csv.WriteOptions(delimiter="\t"))
    parquet.write_table(table, tmp_path / "arrow.parquet", use_dictionary=["FatContent"])
    for path in sorted(tmp_path.iterdir()):
        assert read_table(path).equals(table), path.name


def test_columns_are_whole_numbers_numbers_or_text_by_all_of_their_values(tmp_path):
    rows = ["1,1,1,18446744073709551615,yes,,x"] * 2000 + ["-2, 2.5 ,no,1,1,,NA"]
    table = read_table(_written(tmp_path, "a,b,c,d,e,f,g\n" + "\n".join(rows)))
    types = ["int64", "double", "string", "string", "string", "null", "string"]
    assert [str(field.type) for field in table.schema] == types
    assert table.take([2000]).to_pylist() == [
        {"a": -2, "b": 2.5, "c": "no", "d": "1", "e": "1", "f": None, "g": None}
    ]


@pytest.mark.parametrize("spelling", [*sorted(MISSING_TEXTS), " NA ", '" "'])
def test_usual_spellings_of_missing_are_missing(tmp_path, spelling):
    text = f"word,number\nx,1\n{spelling},{spelling}\ny,2.5\n"
    table = read_table(_written(tmp_path, text))
    assert table.to_pydict() == {"word": ["x", None, "y"], "number": [1.0, None, 2.5]}


def test_fields_with_line_breaks_may_lie_across_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr("calibrant.data.text_rows.BLOCK", 64)
    path = _written(tmp_path, "a,b\n" + '1,"x\ny"\n' * 100)
    assert read_table(path).to_pydict() == {"a": [1] * 100, "b": ["x\ny"] * 100}
    _written(tmp_path, "a,b\n" + f"1,{'x' * 200}\n" * 3)
    assert read_table(path).num_rows == 3  # long lines have larger blocks
    _written(tmp_path, 'a,b\n1,"' + "x\n" * 200 + '"\n')
    with pytest.raises(InputError, match=r"have rows of at most 64 bytes; got .* one is longer"):
        read_table(path)


def test_nan_and_empty_text_in_parquet_are_missing(tmp_path):
    table = pa.table({"number": [1.0, float("nan")], "word": ["x", ""], "flag": [True, False]})
    parquet.write_table(table, tmp_path / "t.parquet")
    expected = {"number": [1.0, None], "word": ["x", None], "flag": [True, False]}
    assert read_table(tmp_path / "t.parquet").to_pydict() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\ufeffa,b\n1,2\n", {"a": [1], "b": [2]}),  # byte order mark
        ("a,b\r\n1,2\r\n", {"a": [1], "b": [2]}),
        ("\n\na,b\n\n1,2", {"a": [1], "b": [2]}),
        (",b\n0,x\n", {"": [0], "b": ["x"]}),  # the index of pandas
        ('"a ""q""",b\n"1,5",2\n', {'a "q"': [1.5], "b": [2]}),
        ('a,b\n1,"x\ny"\n', {"a": [1], "b": ["x\ny"]}),
        ("a,b\n1,inf\n2,1e400\n", {"a": [1, 2], "b": [np.inf, np.inf]}),
        ("a\n007\n+5\n", {"a": [7.0, 5.0]}),
    ],
)
def test_odd_but_legal_files_are_read(tmp_path, text, expected):
    assert read_table(_written(tmp_path, text)).to_pydict() == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"path must name a file that can be read; got .*, which is empty\. "),
        ("a,b", r"path must hold a row that names the columns and at least one row of values"),
        ("a,b\n", r"at least one row of values; got .*t\.csv\. "),
        ("\n \n\n", r"at least one row of values; got .*t\.csv\. "),
        ("a,b,a,c,b\n1,2,3,4,5", r"columns must have different names; got 'a', 'b' more than"),
        (
            "a,b\n1,2\n3\n\n4,5\n6,7,8\n",
            r"have 2 fields .* \(row 1\); got 1 in row 3, 3 in row 5\.",
        ),
        ("\na,b\n1\n", r"have 2 fields .* header \(row 2\); got 1 in row 3\."),
        ("a,b\n" + "1\n" * 8, r"got 1 in row 2, .* 1 in row 6 and 3 more such rows\."),
        ('a,b\n1,2\n3,"4\n5,6\n', r"close every quotation mark; got .* row 3\."),
        (b"a,b\nok\xc3\xa9,\xe9\n", r"be text in UTF-8; got .*: the byte 0xe9 .* in line 2\."),
        (b"a,b\n1,\x81\n", r"be text in windows-1252; got .*: the byte 0x81 .* in line 2\."),
        (
            b"\xff\xfea\0\n\0" + b"1",
            r"be text in UTF-16; got .*: the byte 0x31 .*data. in line 2\.",
        ),
        ("a,b\n1,2\n".encode("utf-16-le"), r"be text in UTF-8; got .* a zero byte in line 1\."),
    ],
)
def test_broken_text_is_refused_with_the_rule_and_the_row(tmp_path, content, message):
    with pytest.raises(InputError, match=message) as caught:
        read_table(_written(tmp_path, content))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.csv", r"got .*absent\.csv, which does not exist\. Check the spelling\."),
        ("folder.csv", r"got .*folder\.csv, which is no file\."),
        ("x" * 999, r"name a file that can be read; got x*: File name too long\."),
        ("table.xlsx", r"a file of text or a Parquet file; got .*, which is an Excel workbook"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, name, message):
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "table.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(InputError, match=message):
        read_table(name if len(name) > 255 else tmp_path / name)


def test_a_damaged_parquet_file_is_refused_or_read(tmp_path):
    path = tmp_path / "t.parquet"
    parquet.write_table(retail_table(200).table, path)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    n_refused = 0
    for _ in range(200):
        content = bytearray(whole[: rng.integers(1, len(whole) + 1)])
        content[rng.integers(len(content))] ^= 1 << int(rng.integers(8))
        path.write_bytes(content)
        try:
            read_table(path)
        except InputError as error:
            assert "\n" not in str(error)  # noqa: PT017 (most files are refused, some may be read)
            n_refused += 1
    assert n_refused > 150


def test_a_parquet_page_that_breaks_its_checksum_is_refused(tmp_path):
    path = tmp_path / "t.parquet"
    options = {"use_dictionary": False, "compression": "none", "write_page_checksum": True}
    parquet.write_table(pa.table({"a": [1.25, 2.5]}), path, **options)
    assert read_table(path).to_pydict() == {"a": [1.25, 2.5]}
    value = np.float64(1.25).tobytes()
    path.write_bytes(path.read_bytes().replace(value, np.float64(1.75).tobytes()))
    with pytest.raises(InputError, match=r"name a file that can be read; got .*checksum"):
        read_table(path)


def test_parquet_without_rows_or_with_one_name_twice_is_refused(tmp_path):
    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"a": pa.array([], pa.int64())}), path)
    with pytest.raises(InputError, match="at least one row of values"):
        read_table(path)
    parquet.write_table(pa.table([[1], [2]], names=["a", "a"]), path)
    with pytest.raises(InputError, match="columns must have different names; got 'a' more"):
        read_table(path)


def _written(folder, content):
    path = folder / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
