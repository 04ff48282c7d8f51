"""A saved encoder gives the same bits, holds no code, and is refused when it is damaged."""

import json
import pickle
import zipfile

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from skops import io as skops_io

from calibrant.data.cleaning import Cleaning
from calibrant.data.encode import FORMAT, Encoder
from calibrant.data.plan import Plan
from calibrant.data.retail import TARGET, retail_table
from calibrant.errors import InputError, OutputError


def roles_of(table, target, **reserved):
    """Roles of the columns of `table` as a plan tells them."""
    plan = Plan.make(table, target=target, cleaning=Cleaning(), reserved=reserved)
    return plan.roles


TABLE = retail_table(1200, seed=5).table


@pytest.fixture(scope="module")
def fitted():
    return Encoder.fit(TABLE, roles_of(TABLE, TARGET), np.arange(800))


def test_a_saved_encoder_gives_the_same_bits(fitted, tmp_path):
    fitted.save(tmp_path / "encoder.skops")
    loaded = Encoder.load(tmp_path / "encoder.skops")
    np.testing.assert_array_equal(loaded.transform(TABLE), fitted.transform(TABLE))
    assert loaded.learned() == fitted.learned() == json.loads(json.dumps(fitted.learned()))
    assert loaded.feature_names == fitted.feature_names
    assert loaded.n_numbers == fitted.n_numbers
    assert loaded.counts_of(TABLE.slice(0, 50)) == fitted.counts_of(TABLE.slice(0, 50))


def test_a_saved_encoder_holds_json_and_arrays_alone(fitted, tmp_path):
    fitted.save(tmp_path / "encoder.skops")
    with zipfile.ZipFile(tmp_path / "encoder.skops") as archive:
        assert {name.rsplit(".", 1)[-1] for name in archive.namelist()} <= {"json", "npy"}
    assert skops_io.get_untrusted_types(file=tmp_path / "encoder.skops") == ["numpy.dtype"]


def test_what_is_no_saved_encoder_is_refused(tmp_path, fitted):
    path = tmp_path / "encoder.skops"
    with pytest.raises(InputError, match=r"path must name a saved encoder; got .*: No such file"):
        Encoder.load(path)
    for content in (b"", b"PK", pickle.dumps(fitted.learned())):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"got .*: it is damaged"):
            Encoder.load(path)
    for other in (
        {"format": "another", "transformer": fitted.transformer},
        {"format": FORMAT, "transformer": LogisticRegression()},
    ):
        skops_io.dump(other, path)
        with pytest.raises(InputError, match=r"got .*: it holds something else\."):
            Encoder.load(path)
    skops_io.dump({"format": LogisticRegression, "transformer": open}, path)
    with pytest.raises(InputError, match=r"got .*: it holds types that an encoder does not\."):
        Encoder.load(path)


def test_a_damaged_file_never_loads_as_another_encoder(tmp_path, fitted):
    path = tmp_path / "encoder.skops"
    fitted.save(path)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    n_refused = 0
    for _ in range(60):
        content = bytearray(whole)
        content[rng.integers(len(content))] ^= 1 << int(rng.integers(8))
        path.write_bytes(content)
        try:
            loaded = Encoder.load(path)
        except InputError:
            n_refused += 1
        else:
            np.testing.assert_array_equal(loaded.transform(TABLE), fitted.transform(TABLE))
    assert n_refused > 30


def test_a_place_that_cannot_be_written_is_told(tmp_path, fitted):
    with pytest.raises(OutputError, match=r"cannot write .*encoder\.skops: No such file"):
        fitted.save(tmp_path / "absent" / "encoder.skops")
