"""The generated table is dirty as real ones are, and its true probabilities are true."""

from math import log

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from calibrant.data.cleaning import Cleaning
from calibrant.data.encode import Encoder
from calibrant.data.plan import Plan
from calibrant.data.retail import (
    OUTLET_TYPES,
    POSITIVE,
    PRODUCT_TYPES,
    TARGET,
    retail_sample,
    retail_table,
)
from calibrant.errors import InputError


def roles_of(table, target, **reserved):
    """Roles of the columns of `table` as a plan tells them."""
    plan = Plan.make(table, target=target, cleaning=Cleaning(), reserved=reserved)
    return plan.roles


SAMPLE = retail_sample(200_000, seed=1)
SELLS = np.asarray(pc.equal(SAMPLE.table[TARGET], POSITIVE))


def shown_prob(row):
    """Probability from what a row shows alone, one row at a time, as the module says."""
    base, steepness = OUTLET_TYPES[row["OutletType"]]
    of_type, of_low_fat = PRODUCT_TYPES[row["ProductType"]]
    log_odds = base + steepness * (log(row["MRP"]) - log(140)) + of_type
    if row["FatContent"].lower() in {"low fat", "lf"}:
        log_odds += of_low_fat * (1 + (row["EstablishmentYear"] - 1998) / 20)
    return 1 / (1 + np.exp(-log_odds))


def test_true_probabilities_follow_from_what_every_row_shows():
    rows = SAMPLE.table.slice(0, 3000).to_pylist()
    np.testing.assert_allclose([shown_prob(row) for row in rows], SAMPLE.true_probs[:3000])


@pytest.mark.parametrize(
    "column", ["OutletID", "ProductType", "FatContent", "OutletSize", "Weight", "ProductVisibility"]
)
def test_outcomes_happen_as_often_as_stated_in_every_group(column):
    values = SAMPLE.table[column]
    if column in {"Weight", "ProductVisibility"}:  # missing or zero, against there
        groups = np.asarray(pc.fill_null(pc.greater(values, 0), False))  # noqa: FBT003
    else:
        groups = np.asarray(pc.fill_null(values, ""))
    for group in np.unique(groups):
        inside = groups == group
        probs = SAMPLE.true_probs[inside]
        error = np.sqrt((probs * (1 - probs)).sum())
        assert abs(SELLS[inside].sum() - probs.sum()) < 4.5 * error, group


def test_outcomes_happen_as_often_as_stated_at_every_probability():
    bins = np.minimum((SAMPLE.true_probs * 20).astype(int), 19)
    expected = np.bincount(bins, SAMPLE.true_probs)
    spread = np.sqrt(np.bincount(bins, SAMPLE.true_probs * (1 - SAMPLE.true_probs)))
    assert (np.abs(np.bincount(bins, SELLS) - expected) < 4.5 * spread).all()


def test_the_same_seed_gives_the_same_rows_and_fresh_rows_are_others():
    first, again = retail_table(500, seed=3), retail_table(500, seed=3)
    assert first.table.equals(again.table)
    np.testing.assert_array_equal(first.true_probs, again.true_probs)
    for other in (retail_table(500, seed=4), retail_sample(500, seed=3)):
        shared = np.intersect1d(first.table["ProductVisibility"], other.table["ProductVisibility"])
        assert shared.tolist() == [0]


def test_a_product_weighs_the_same_in_every_table():
    tables = pa.concat_tables([retail_table(2000).table, retail_sample(4000, seed=9).table])
    weights = tables.group_by("ProductID").aggregate([("Weight", "count_distinct")])
    assert len(weights) > 1400
    assert pc.max(weights["Weight_count_distinct"]).as_py() == 1


def test_a_model_can_come_near_the_best_but_not_reach_it():
    sample = retail_table()
    sells = np.asarray(pc.equal(sample.table[TARGET], POSITIVE))
    encoder = Encoder.fit(sample.table, roles_of(sample.table, TARGET), np.arange(6000))
    features = encoder.transform(sample.table)
    model = LogisticRegression(max_iter=1000).fit(features[:6000], sells[:6000])
    found = log_loss(sells[6000:], model.predict_proba(features[6000:])[:, 1])
    best = log_loss(sells[6000:], sample.true_probs[6000:])
    assert best < found < best + 0.05


def test_it_is_as_hard_and_as_balanced_as_bigmart():
    best = np.maximum(SAMPLE.true_probs, 1 - SAMPLE.true_probs).mean()
    assert 0.81 < best < 0.84
    assert 0.89 < roc_auc_score(SELLS, SAMPLE.true_probs) < 0.92
    assert 0.42 < SAMPLE.true_probs.mean() < 0.48


def test_it_has_the_columns_and_the_dirt_of_bigmart():
    table = retail_table().table
    assert table.column_names == [
        *("ProductID", "Weight", "FatContent", "ProductVisibility", "ProductType", "MRP"),
        *("OutletID", "EstablishmentYear", "OutletSize", "LocationType", "OutletType", TARGET),
    ]
    assert len(table) == 8523
    gaps = {name for name in table.column_names if table[name].null_count > 1000}
    assert gaps == {"Weight", "OutletSize"}
    assert set(table["FatContent"].to_pylist()) == {"Low Fat", "LF", "low fat", "Regular", "reg"}
    assert 300 < pc.sum(pc.equal(table["ProductVisibility"], 0)).as_py() < 800
    assert pc.count_distinct(table["OutletID"]).as_py() == 10
    stores = table.group_by("ProductID").aggregate([("OutletID", "count_distinct")])
    assert pc.mean(stores["OutletID_count_distinct"]).as_py() > 3
    roles = roles_of(table, TARGET)
    assert roles.identifiers == ("ProductID",)
    assert roles.numbers == ("Weight", "ProductVisibility", "MRP", "EstablishmentYear")


def test_impossible_sizes_and_seeds_are_refused():
    with pytest.raises(InputError, match=r"n_rows must be at least 1; got 0\."):
        retail_table(0)
    with pytest.raises(InputError, match=r"seed must be at least 0; got -1\."):
        retail_sample(5, -1)
    assert len(retail_table(1).table) == 1
