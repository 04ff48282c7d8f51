"""Whether a recipe meets the table that it was written for."""

import hashlib

import pytest

from calibrant.errors import InputError
from calibrant.pipeline.fingerprint import fingerprint
from calibrant.pipeline.recipe import DataPart


def test_the_hash_is_that_of_the_bytes(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,2\n")
    found = fingerprint(DataPart(path=str(tmp_path / "a.csv"), target="b"))
    assert found == hashlib.sha256(b"a,b\n1,2\n").hexdigest()


def test_the_table_of_the_recipe_is_accepted_and_another_is_not(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n")
    known = fingerprint(DataPart(path=str(path), target="b"))
    part = DataPart(path=str(path), target="b", sha256=known)
    assert fingerprint(part) == known
    path.write_bytes(b"a,b\n1,3\n")
    with pytest.raises(InputError, match=r"other contents .*remove sha256"):
        fingerprint(part)


def test_a_missing_table_is_bad_input(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        fingerprint(DataPart(path=str(tmp_path / "absent.csv"), target="b"))
