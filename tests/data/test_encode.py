"""Features are learned from training rows alone, and are finite."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from calibrant.data.cleaning import Cleaning
from calibrant.data.embedded import load_embedded
from calibrant.data.encode import Encoder
from calibrant.data.plan import Plan
from calibrant.data.read import read_table
from calibrant.data.retail import TARGET, retail_table
from calibrant.data.schema import ColumnRole, Roles
from calibrant.errors import InputError


def roles_of(table, target, **reserved):
    """Roles of the columns of `table` as a plan tells them."""
    plan = Plan.make(table, target=target, cleaning=Cleaning(), reserved=reserved)
    return plan.roles


TABLE = retail_table(1200, seed=5).table
ROLES = roles_of(TABLE, TARGET)
TRAIN = np.sort(np.random.default_rng(0).permutation(1200)[:800])
REST = np.setdiff1d(np.arange(1200), TRAIN)
REAL = [
    ("bigmart_train", "OutletSales"),
    ("landslide_wv", "class"),
    ("mammography", "class"),
    ("urban_land_cover_train", "class"),
    ("winequality_red", "quality"),
]


@pytest.fixture(scope="module")
def fitted():
    return Encoder.fit(TABLE, ROLES, TRAIN)


def small(**columns):
    """Encoder of a table whose first four rows, of five, are for training; and the table."""
    table = pa.table(columns)
    kinds = {
        name: "category" if pa.types.is_string(table[name].type) else "number" for name in columns
    }
    roles = Roles(tuple(ColumnRole(name, kind, "") for name, kind in kinds.items()))
    return Encoder.fit(table, roles, np.arange(4)), table


def test_rows_outside_training_change_nothing_that_is_learned(fitted):
    frame = TABLE.to_pandas()
    for name in ROLES.numbers:
        frame[name] = frame[name].astype(float)
        frame.loc[REST, name] = 1e6 + frame.loc[REST[::-1], name].to_numpy()
    for name in ROLES.categories:
        frame.loc[REST, name] = "never seen"
    frame.loc[REST[::3], ["MRP", "OutletID"]] = None
    other = pa.Table.from_pandas(frame, preserve_index=False)
    again = Encoder.fit(other, ROLES, TRAIN)
    assert again.learned() == fitted.learned()
    assert again.feature_names == fitted.feature_names
    here, there = fitted.transform(TABLE), again.transform(other)
    np.testing.assert_array_equal(here[TRAIN], there[TRAIN])
    assert (here[REST] != there[REST]).any(axis=1).all()


def test_order_of_columns_changes_the_order_of_features_alone(fitted):
    turned = TABLE.select(TABLE.column_names[::-1])
    again = Encoder.fit(turned, roles_of(turned, TARGET), TRAIN)
    assert again.learned() == fitted.learned()
    order = [again.feature_names.index(name) for name in fitted.feature_names]
    np.testing.assert_array_equal(again.transform(turned)[:, order], fitted.transform(TABLE))


def test_order_of_training_rows_changes_nothing_but_rounding(fitted):
    again = Encoder.fit(TABLE, ROLES, TRAIN[::-1].copy())
    np.testing.assert_allclose(again.transform(TABLE), fitted.transform(TABLE), atol=1e-6)
    assert again.learned()["categories"] == fitted.learned()["categories"]


def test_parts_of_a_table_are_encoded_as_the_whole(fitted):
    parts = [fitted.transform(TABLE.slice(start, 100)) for start in range(0, 1200, 100)]
    np.testing.assert_array_equal(np.concatenate(parts), fitted.transform(TABLE))


def test_columns_that_are_not_fed_have_no_say(fitted):
    fed = TABLE.select([*ROLES.categories, *ROLES.numbers])
    others = fed.append_column("new", pa.nulls(1200))
    np.testing.assert_array_equal(fitted.transform(fed), fitted.transform(TABLE))
    np.testing.assert_array_equal(fitted.transform(others), fitted.transform(TABLE))


def test_features_are_what_numpy_and_pandas_compute(fitted):
    frame = TABLE.to_pandas()
    expected = []
    for name in ROLES.numbers:
        filled = frame[name].fillna(frame.loc[TRAIN, name].median()).to_numpy(dtype=float)
        expected.append((filled - filled[TRAIN].mean()) / filled[TRAIN].std())
    expected.append(frame["Weight"].isna().to_numpy(dtype=float))
    for name in ROLES.categories:
        texts = frame[name].astype(object).where(frame[name].notna(), "")
        dummies = pd.get_dummies(texts)
        expected += [
            dummies[level].to_numpy(dtype=float) for level in sorted(dummies, key=str.casefold)
        ]
    features = fitted.transform(TABLE)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, np.stack(expected, axis=1), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("name", "target"), REAL)
def test_real_training_rows_are_standardised(shared_data, tmp_path, name, target):
    table = read_table(shared_data / f"{name}.csv")
    train = np.random.default_rng(1).permutation(len(table))[: int(0.64 * len(table))]
    encoder = Encoder.fit(table, roles_of(table, target), train)
    features = encoder.transform(table)
    assert features.shape == (len(table), len(encoder.feature_names))
    numbers = features[train, : encoder.n_numbers].astype(float)
    np.testing.assert_allclose(numbers.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(numbers.std(axis=0), 1, atol=1e-5)
    assert set(np.unique(features[:, encoder.n_numbers :])) <= {0, 1}
    encoder.save(tmp_path / "encoder.skops")
    loaded = Encoder.load(tmp_path / "encoder.skops")
    np.testing.assert_array_equal(loaded.transform(table), features)


def test_what_is_learned_from_bigmart(shared_data):
    table = read_table(shared_data / "bigmart_train.csv")
    train = np.random.RandomState(0).permutation(8523)[3069:]
    encoder = Encoder.fit(table, roles_of(table, "OutletSales"), train)
    learned = encoder.learned()
    weight = table.column("Weight").to_numpy()[train]
    assert learned["rows"] == 5454
    assert learned["numbers"]["Weight"]["median"] == np.nanmedian(weight)
    assert learned["numbers"]["Weight"]["missing"] == np.isnan(weight).sum()
    assert learned["flags"] == ["Weight"]
    assert learned["categories"]["OutletSize"]["levels"] == ["High", "Medium", "Small"]
    assert learned["left_out"] == {}
    assert (encoder.n_numbers, len(encoder.feature_names)) == (4, 47)
    assert encoder.counts_of(table).imputed == {"Weight": 1463}


def test_a_small_table_by_hand():
    encoder, table = small(n=[1.0, 3.0, None, 2.0, None], c=["x", None, "y", "x", "z"])
    # median 2 fills row 2; mean 2, standard deviation sqrt(1/2)
    up = np.sqrt(2)
    assert encoder.feature_names == ("n", "n is missing", "c is missing", "c = x", "c = y")
    expected = [
        [-up, 0, 0, 1, 0],
        [up, 0, 1, 0, 0],
        [0, 1, 0, 0, 1],
        [0, 0, 0, 1, 0],
        [0, 1, 0, 0, 0],
    ]
    np.testing.assert_allclose(encoder.transform(table), expected, rtol=1e-6)
    assert encoder.learned() == {
        "rows": 4,
        "numbers": {
            "n": {
                "median": 2.0,
                "mean": 2.0,
                "scale": np.sqrt(0.5),
                "missing": 1,
                "count": 3,
                "min": 1.0,
                "max": 3.0,
                # of three numbers, a third each: k/10 lies in the 1st, 2nd, 3rd
                "deciles": [1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 3.0],
                "decile_rows": [1, 0, 0, 1, 0, 0, 1, 0, 0, 0],
            }
        },
        "flags": ["n"],
        "categories": {"c": {"levels": ["x", "y"], "rows": [2, 1], "missing": 1}},
        "left_out": {},
    }


def test_repairs_are_counted_by_column():
    encoder, table = small(
        n=[1.0, 3.0, None, 2.0, None], c=["x", None, "y", "x", "z"], k=[1, 2, 3, 4, 5]
    )
    repairs = encoder.counts_of(table)
    assert (repairs.imputed, repairs.unseen) == ({"n": 2}, {"c": 1})


def test_missing_that_training_never_had_is_no_level_it_knows():
    encoder, table = small(c=["x", "y", "x", "y", None], n=[1.0, 2.0, 3.0, 4.0, None])
    assert encoder.feature_names == ("n", "c = x", "c = y")
    np.testing.assert_array_equal(encoder.transform(table)[4, 1:], [0, 0])
    repairs = encoder.counts_of(table)
    assert (repairs.imputed, repairs.unseen) == ({"n": 1}, {"c": 1})


def test_columns_that_do_not_vary_over_training_rows_are_left_out():
    encoder, table = small(
        absent=pa.array([None, None, None, None, 1.0]),
        always=[7.0, 7.0, 7.0, 7.0, 1e30],
        flagged=[7.0, 7.0, None, 7.0, 1e30],
        word=["x", "x", "x", "x", "y"],
        varies=[1.0, 2.0, 3.0, 4.0, 5.0],
    )
    assert encoder.feature_names == ("varies", "flagged is missing")
    assert encoder.learned()["left_out"] == {
        "absent": "no value in the training rows",
        "always": "one value in the training rows",
        "flagged": "one value in the training rows",
        "word": "one value in the training rows",
    }
    assert np.abs(encoder.transform(table)).max() < 3


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ({"n": [1, 2, 3, 4, 5]}, ("n",)),
        ({"c": ["x", "y", "x", "y", "x"]}, ("c = x", "c = y")),
        ({"n": [7.0, None, 7.0, 7.0, 7.0]}, ("n is missing",)),
    ],
)
def test_each_kind_of_feature_can_be_alone(columns, names):
    encoder, table = small(**columns)
    assert encoder.feature_names == names
    assert encoder.transform(table).shape == (5, len(names))


def test_numbers_that_a_file_spells_as_text_are_read():
    encoder, table = small(n=[1, 2, 3, 4, 5])
    texts = pa.table({"n": ["1", " 2", "3.0", "4", "5"]})
    np.testing.assert_array_equal(encoder.transform(texts), encoder.transform(table))
    with pytest.raises(InputError, match=r"n must hold numbers; got 'many' \(1 such: row 1\)"):
        encoder.transform(pa.table({"n": ["1", "many"]}))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"c": ["x"]}, r"table must hold every column of the training; got 'n', 'k' absent\."),
        (
            {"n": [1.0, np.inf], "k": [-np.inf, np.inf], "c": ["x", "y"]},
            r"numbers must be finite; got .*: 1 in 'n' \(row 1\); 2 in 'k' \(rows 0, 1\), counted",
        ),
        (
            {"n": [1.0, 1e200], "k": [1, 2], "c": ["x", "y"]},
            r"features must be finite once encoded; got numbers beyond float32 in 'n' \(row 1\)",
        ),
    ],
)
def test_tables_that_cannot_be_encoded_are_refused(bad, message):
    encoder, _ = small(n=[1.0, 2, 3, 4, 5], k=[1, 2, 3, 4, 5], c=["x", "y", "x", "y", "x"])
    with pytest.raises(InputError, match=message):
        encoder.transform(pa.table(bad))


def test_tables_from_which_nothing_can_be_learned_are_refused():
    with pytest.raises(InputError, match=r"be finite; got infinite ones: 1 in 'n' \(row 1\)"):
        small(n=[1.0, np.inf, 2, 3, 4])
    with pytest.raises(
        InputError, match=r"small enough to standardise; got values in 'n' whose sq"
    ):
        small(n=[1.0, 1e300, -1e300, 3, 4])
    with pytest.raises(InputError, match=r"column that varies over the training rows; got 'c'\."):
        small(c=["x", "x", "x", "x", "y"])


def test_constant_pixels_of_digits_are_not_fed():
    table, target = load_embedded("digits")
    encoder = Encoder.fit(table, roles_of(table, target), np.arange(1200))
    assert encoder.n_numbers == len(encoder.feature_names) < 64
    assert "pixel_0_0" not in encoder.feature_names
