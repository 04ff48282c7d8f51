"""Batches hold the rows that reading gives, in their order, in memory that does not grow."""

import csv

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from calibrant.data.numerals import read_numbers
from calibrant.data.read import Reading, open_source
from calibrant.data.retail import retail_table
from calibrant.errors import InputError

UNHURRIED = settings(deadline=None, max_examples=60)
FIELDS = st.text('ab ,;"\n\r\té', max_size=9).map(lambda text: f"x{text}")


@UNHURRIED
@given(
    fields=st.lists(st.tuples(FIELDS, FIELDS), min_size=1, max_size=30),
    rows=st.integers(1, 40),
    encoding=st.sampled_from(["utf-8", "utf-16"]),
)
def test_batches_of_text_add_up_to_the_table(tmp_path_factory, fields, rows, encoding):
    path = tmp_path_factory.getbasetemp() / "batches.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([("a", "b"), *fields])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("calibrant.data.text_rows.BLOCK", 128)
        source = open_source(path)
        batches = list(source.batches(rows=rows))
        table = source.read().table
    assert all(0 < len(batch) <= rows for batch in batches)
    assert pa.concat_tables(batches).to_pydict() == table.to_pydict()


@pytest.mark.parametrize("rows", [1, 7, 100, 1000])
def test_batches_of_parquet_add_up_to_the_table(tmp_path, rows):
    path = tmp_path / "t.parquet"
    parquet.write_table(retail_table(300).table, path, row_group_size=64)
    source = open_source(path)
    assert pa.concat_tables(source.batches(rows=rows)).equals(source.read().table)
    assert max(map(len, source.batches(rows=rows))) <= rows


def test_numbers_of_batches_are_those_of_the_table_bit_for_bit(shared_data):
    source = open_source(shared_data / "bigmart_train.csv")
    table = source.read().table
    batches = list(source.batches(rows=500))
    for name in ("Weight", "ProductVisibility", "MRP", "EstablishmentYear", "OutletSales"):
        pieces = [read_numbers(batch[name], decimal=source.decimal) for batch in batches]
        values = pa.concat_arrays([c for piece in pieces for c in piece.values.chunks])
        assert values.equals(table[name].cast(pa.float64()).combine_chunks())
        assert not any(pa.compute.any(piece.bad).as_py() for piece in pieces)


def test_fields_of_batches_stand_as_in_the_file_but_for_blanks(tmp_path):
    path = _written(tmp_path, 'a;b\n 1,5;NA\n"";" "\n')
    batches = list(open_source(path, Reading(delimiter=";")).batches())
    assert [batch.to_pydict() for batch in batches] == [{"a": [" 1,5", None], "b": ["NA", None]}]
    assert {str(kind) for kind in batches[0].schema.types} == {"string"}


@pytest.mark.parametrize("suffix", ["csv", "utf16", "parquet"])
def test_memory_does_not_grow_with_the_rows(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr("calibrant.data.text_rows.BLOCK", 1 << 14)  # some 30 are read ahead
    peaks = []
    for n_rows in (80_000, 640_000):
        path = _long(tmp_path / f"{n_rows}.{suffix}", n_rows)
        source = open_source(path)
        before, most = pa.total_allocated_bytes(), 0
        for batch in source.batches(rows=2000):
            most = max(most, pa.total_allocated_bytes() - before)
            del batch
        peaks.append(most)
    assert 0 < peaks[1] < 1.5 * peaks[0]  # eight times the rows
    assert peaks[1] < path.stat().st_size


@pytest.mark.parametrize("row", ["1", "1;2;3"])
def test_a_ragged_row_in_the_middle_is_named(tmp_path, monkeypatch, row):
    monkeypatch.setattr("calibrant.data.text_rows.BLOCK", 256)
    path = _written(tmp_path, "a;b\n" + "1;2\n" * 3000 + f"{row}\n" + "1;2\n" * 3000)
    message = rf"have 2 fields in every row, .*; got {row.count(';') + 1} in row 3002\."
    with pytest.raises(InputError, match=message):
        open_source(path)  # the decimal mark is looked for in all rows
    source = open_source(path, Reading(decimal="."))
    with pytest.raises(InputError, match=message):
        list(source.batches())


@pytest.mark.parametrize("end", ['"x\n', '"', '"x', '"x\n1;2\n', '"""', '"a""b', '"x\n\n'])
def test_a_quotation_mark_that_stays_open_is_refused(tmp_path, end):
    path = _written(tmp_path, f"a;b\n1;2\n3;{end}")
    with pytest.raises(InputError, match=r"close every quotation mark; got .* in row 3\."):
        list(open_source(path, Reading(";", decimal=".")).batches())


@pytest.mark.parametrize(
    ("end", "value"), [('""', None), ('""""', '"'), ('5"', '5"'), ('"x\n"', "x\n"), ('"5"""', '5"')]
)
def test_a_quotation_mark_that_is_closed_or_inside_is_text(tmp_path, end, value):
    path = _written(tmp_path, f"a;b\n1;2\n3;{end}")
    batches = list(open_source(path, Reading(";", decimal=".")).batches())
    assert batches[0]["b"].to_pylist() == ["2", value]


def _long(path, n_rows):
    if path.suffix == ".parquet":
        table = pa.table({"a": range(n_rows), "b": [f"word {k}" for k in range(n_rows)]})
        parquet.write_table(table, path, row_group_size=5000)
        return path
    encoding = "utf-16" if path.suffix == ".utf16" else "utf-8"
    with path.open("w", encoding=encoding) as file:
        file.write("a,b\n")
        file.writelines(f"{k},word {k}\n" for k in range(n_rows))
    return path


def _written(folder, text):
    path = folder / "t.csv"
    path.write_bytes(text.encode())
    return path
