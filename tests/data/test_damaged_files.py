"""Whatever happened to a file, it is read or refused in one line."""

import io

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from calibrant.data.read import open_source
from calibrant.data.retail import retail_table
from calibrant.errors import InputError

N_FILES = 120


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_damaged_text_is_read_or_refused(tmp_path, delimiter, encoding):
    content = io.BytesIO()
    csv.write_csv(retail_table(40).table, content, csv.WriteOptions(delimiter=delimiter))
    whole = content.getvalue().decode().replace("Low Fat", "Låg").encode(encoding)
    n_refused = sum(_is_refused(tmp_path / "t.csv", damaged) for damaged in _damaged(whole))
    assert N_FILES / 4 < n_refused < N_FILES


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "none", "use_dictionary": False},
        {"compression": "gzip", "version": "1.0", "row_group_size": 50},
        {"compression": "zstd", "data_page_version": "2.0", "write_page_checksum": True},
    ],
)
def test_damaged_parquet_is_read_or_refused(tmp_path, options):
    content = io.BytesIO()
    parquet.write_table(_of_many_types(), content, **options)
    whole = content.getvalue()
    n_refused = sum(_is_refused(tmp_path / "t.parquet", damaged) for damaged in _damaged(whole))
    assert N_FILES / 4 < n_refused < N_FILES


def test_a_footer_that_tells_of_other_rows_is_refused(tmp_path):
    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"a": pa.array(range(1000), pa.int64())}), path)
    whole = path.read_bytes()
    footer = whole.rindex(b"\xd0\x0f")  # 1,000 rows as a zigzag varint, the last time of the file
    n_refused = 0
    for place in range(footer - 200, len(whole) - 8):
        if whole[place : place + 2] == b"\xd0\x0f":
            changed = whole[:place] + b"\xce\x0f" + whole[place + 2 :]  # 999
            n_refused += _is_refused(path, changed)
    assert n_refused > 0


def _of_many_types():
    retail = retail_table(100).table
    return retail.append_column("list", pa.array([[1, 2], None] * 50)).append_column(
        "coded", pa.array(["x", "y"] * 50).dictionary_encode()
    )


def _damaged(whole):
    """Copies of `whole`, cut, with a piece left out, or with some bits turned over."""
    rng = np.random.default_rng(len(whole))
    for _ in range(N_FILES):
        content = bytearray(whole)
        if rng.random() < 0.3:
            del content[rng.integers(1, len(content)) :]
        if rng.random() < 0.1:
            place = int(rng.integers(len(content)))
            del content[place : place + int(rng.integers(1, 50))]
        for _ in range(int(rng.integers(1, 4))):
            if content:
                content[rng.integers(len(content))] ^= 1 << int(rng.integers(8))
        yield bytes(content)


def _is_refused(path, content):
    """Whether reading and batches both refuse; they agree, and raise nothing else."""
    path.write_bytes(content)
    verdicts = []
    for rows_of in (lambda source: source.read().table, lambda source: list(source.batches())):
        try:
            rows_of(open_source(path))
        except InputError as error:
            assert "\n" not in str(error)  # noqa: PT017 (most are refused, some may be read)
            verdicts.append(True)
        else:
            verdicts.append(False)
    assert verdicts[0] == verdicts[1]
    return verdicts[0]
