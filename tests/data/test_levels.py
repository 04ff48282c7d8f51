"""Rare levels are one, hashes are stable, and nothing clashes."""

from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pytest

from calibrant.data.encode import Encoder
from calibrant.data.levels import N_BUCKETS, OTHER, Levels
from calibrant.data.schema import ColumnRole, Roles


def texts(**rows):
    return np.array([level for level, n in rows.items() for _ in range(n)], dtype=object)


def many(n, start=0):
    return np.array([f"rare {k}" for k in range(start, start + n)], dtype=object)


def encoder_of(column, role, rows=None):
    table = pa.table({"c": pa.array([text or None for text in column], pa.string())})
    roles = Roles((ColumnRole("c", role, ""),))
    return Encoder.fit(table, roles, np.arange(len(column)) if rows is None else rows), table


def test_up_to_fifty_levels_all_stand():
    levels = Levels.learn(many(50), hashed=False)
    assert len(levels.kept) == 50
    assert not levels.grouped


def test_rare_levels_are_one_beyond_fifty():
    column = np.concatenate([texts(big=10, small=9), many(50), [""]])
    levels = Levels.learn(column, hashed=False)
    assert levels.kept == ("", OTHER, "big")
    assert levels.rows == (1, 59, 10)
    assert levels.names("c") == ["c is missing", "c = (other)", "c = big"]
    placed = levels.placed(np.array(["big", "small", "never", ""], dtype=object))
    assert placed.tolist() == ["big", OTHER, OTHER, ""]
    assert levels.n_unseen(np.array(["big", "small", "never", ""], dtype=object)) == 1


def test_one_percent_of_many_rows_is_needed():
    column = np.concatenate([texts(a=40, b=39), np.repeat(many(98), 40)])  # 3,999 rows
    kept = Levels.learn(column, hashed=False).kept
    assert "a" in kept
    assert "b" not in kept


def test_the_fifty_most_frequent_stand_where_all_are_rare():
    column = np.concatenate([many(60), many(20)])
    kept = Levels.learn(column, hashed=False).kept
    assert len(kept) == 51
    assert {f"rare {k}" for k in range(20)} < set(kept)


def test_a_level_called_other_is_another():
    column = np.concatenate([np.array(["(other)"] * 12, dtype=object), many(60)])
    encoder, table = encoder_of(column, "category")
    assert encoder.feature_names == ("c = ((other))", "c = (other)")
    np.testing.assert_array_equal(encoder.transform(table)[[0, 20]], [[0, 1], [1, 0]])


def test_grouping_follows_the_training_rows_alone():
    column = np.concatenate([texts(a=30, b=30), many(60)])
    train = np.r_[0:20, 60:120]
    encoder, table = encoder_of(column, "category", train)
    assert encoder.feature_names == ("c = (other)", "c = a")
    assert encoder.counts_of(table).unseen == {"c": 30}
    np.testing.assert_array_equal(encoder.transform(table)[30], [1, 0])


def test_hashes_are_those_of_blake2b():
    # little-endian: the bucket is the last six bits of the first byte
    buckets = {blake2b(key.encode(), digest_size=8).digest()[0] % 64 for key in ("köln", "bonn")}
    encoder, table = encoder_of(["Köln", "KÖLN ", "Bonn", ""] * 3, "hashed")
    named = [f"c = hash {bucket:02}" for bucket in sorted(buckets)]
    assert encoder.feature_names == ("c is missing", *named)
    assert len(named) == 2
    features = encoder.transform(table)[:4]
    np.testing.assert_array_equal(features[0], features[1])
    assert features.sum(axis=1).tolist() == [1, 1, 1, 1]


def test_hashed_levels_fill_at_most_64_features():
    encoder, table = encoder_of(many(5000), "hashed")
    assert len(encoder.feature_names) == N_BUCKETS
    assert (encoder.transform(table).sum(axis=1) == 1).all()
    new = pa.table({"c": pa.array(many(10, start=4995), pa.string())})
    assert encoder.counts_of(new).unseen == {"c": 5}


@pytest.mark.parametrize("role", ["category", "hashed"])
def test_a_saved_encoder_gives_the_same_bits(tmp_path, role):
    encoder, table = encoder_of(np.concatenate([texts(a=30, b=30), many(60)]), role)
    encoder.save(tmp_path / "encoder.skops")
    loaded = Encoder.load(tmp_path / "encoder.skops")
    assert loaded.transform(table).tobytes() == encoder.transform(table).tobytes()
    assert loaded.feature_names == encoder.feature_names
    assert loaded.learned() == encoder.learned()
    new = pa.table({"c": ["new", "a"]})
    assert loaded.counts_of(new) == encoder.counts_of(new)
