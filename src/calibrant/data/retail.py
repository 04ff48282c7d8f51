"""A generated retail table in the manner of BigMart, whose true probabilities are known.

Products are sold in several stores; a row is one product in one store. Weights and store sizes
are missing, fat contents are spelled in several ways, some visibilities are zero, as in tables
that people have. Whether a row sells well depends only on what its row always shows (price,
product type, fat content whatever its spelling, and the store), so the true probability is a
function of the shown columns: what is missing or wrong hides nothing that matters.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
from jaxtyping import Float64, Int64
from numpy.typing import NDArray

from calibrant.errors import InputError

__all__ = ["NEGATIVE", "POSITIVE", "TARGET", "RetailSample", "retail_sample", "retail_table"]

TARGET = "SellsWell"
NEGATIVE, POSITIVE = "no", "yes"
N_PRODUCTS = 1559

# Effect on the log-odds of selling well: of the type as such, and in food of low fat.
PRODUCT_TYPES = {
    "Bakery": (0.1, 0.3),
    "Beverages": (-0.2, 0.5),
    "Canned": (0.0, -0.2),
    "Cereals": (0.2, 0.4),
    "Cleaning": (-0.1, 0.0),
    "Dairy": (0.2, 0.6),
    "Fish": (-0.3, 0.0),
    "Frozen": (0.1, -0.4),
    "Fruit": (0.3, 0.0),
    "Hygiene": (-0.1, 0.0),
    "Meat": (0.0, -0.5),
    "Pasta": (0.2, 0.0),
    "Snacks": (0.3, -0.6),
    "Spices": (-0.5, 0.0),
    "Sweets": (0.1, -0.5),
    "Toys": (-0.4, 0.0),
}
LOW_FAT, REGULAR = ("Low Fat", "LF", "low fat"), ("Regular", "reg")

# Effect on the log-odds: of the kind of store, and of the logarithm of the price in it.
OUTLET_TYPES = {
    "Corner Shop": (-5.0, 1.5),
    "Discounter": (-0.7, 4.2),
    "Supermarket": (0.45, 3.8),
    "Hypermarket": (2.0, 2.8),
}


@dataclass(frozen=True, slots=True)
class Outlet:
    """One store; `size` is None where nobody wrote it down."""

    code: str
    opened: int
    size: str | None
    location: str
    kind: str
    share: float
    weighs: bool = True


OUTLETS = (
    Outlet("S-01", 1984, None, "Tier 3", "Corner Shop", 0.06, weighs=False),
    Outlet("S-02", 1996, "Small", "Tier 1", "Corner Shop", 0.06),
    Outlet("S-03", 1984, "Medium", "Tier 3", "Hypermarket", 0.11, weighs=False),
    Outlet("S-04", 2010, "Medium", "Tier 3", "Discounter", 0.11),
    Outlet("S-05", 1988, "Large", "Tier 3", "Supermarket", 0.11),
    Outlet("S-06", 1995, "Small", "Tier 1", "Supermarket", 0.11),
    Outlet("S-07", 1998, "Medium", "Tier 1", "Supermarket", 0.11),
    Outlet("S-08", 2001, None, "Tier 2", "Supermarket", 0.11),
    Outlet("S-09", 2003, "Small", "Tier 2", "Supermarket", 0.11),
    Outlet("S-10", 2006, None, "Tier 2", "Supermarket", 0.11),
)


@dataclass(frozen=True, slots=True, eq=False)
class RetailSample:
    """Rows, and for each the probability that its target is `POSITIVE` given all that it shows."""

    table: pa.Table
    true_probs: Float64[np.ndarray, " row"]


def retail_table(n_rows: int = 8523, seed: int = 0) -> RetailSample:
    """Rows to train and test on, independent and identically distributed.

    Parameters
    ----------
    n_rows : int
        At least 1.
    seed : int
        At least 0; the same seed gives the same rows.
    """
    return _sample(n_rows, seed, stream=0)


def retail_sample(n_rows: int, seed: int = 0) -> RetailSample:
    """Fresh rows of the same distribution, other than those of `retail_table` at any seed."""
    return _sample(n_rows, seed, stream=1)


@dataclass(frozen=True, slots=True, eq=False)
class _Products:
    """What stays the same for a product in all stores."""

    price: Float64[np.ndarray, " product"]
    weight: Float64[np.ndarray, " product"]
    kind: Int64[np.ndarray, " product"]
    low_fat: NDArray[np.bool_]


@cache
def _products() -> _Products:
    """Make the assortment, the same for every seed; prices lie in four bands."""
    rng = np.random.default_rng([N_PRODUCTS, 20])
    low = np.array([30.0, 75.0, 140.0, 210.0])
    band = rng.choice(4, N_PRODUCTS, p=(0.2, 0.3, 0.3, 0.2))
    return _Products(
        price=low[band] + 50 * rng.random(N_PRODUCTS),
        weight=np.round(rng.uniform(4.5, 21.5, N_PRODUCTS), 2),
        kind=rng.integers(len(PRODUCT_TYPES), size=N_PRODUCTS),
        low_fat=rng.random(N_PRODUCTS) < 0.65,
    )


def _sample(n_rows: int, seed: int, stream: int) -> RetailSample:
    for name, value, least in (("n_rows", n_rows, 1), ("seed", seed, 0)):
        if value < least:
            raise InputError(name, f"be at least {least}", f"{value}", "Choose a larger number.")
    rng = np.random.default_rng([seed, stream])
    products = _products()
    product = rng.integers(N_PRODUCTS, size=n_rows)
    shares = [outlet.share for outlet in OUTLETS]
    outlet = rng.choice(len(OUTLETS), n_rows, p=shares)
    price = np.round(products.price[product] * rng.uniform(0.97, 1.03, n_rows), 4)
    visibility = np.round(rng.beta(1.6, 22.0, n_rows), 9)
    visibility[rng.random(n_rows) < 0.06] = 0  # nobody measured it
    low_fat = products.low_fat[product]
    probs = _true_probs(price, products.kind[product], low_fat, outlet)
    weighed = np.array([o.weighs for o in OUTLETS])[outlet]
    spelling = np.where(
        low_fat,
        rng.choice(3, n_rows, p=(0.92, 0.06, 0.02)),
        len(LOW_FAT) + rng.choice(2, n_rows, p=(0.96, 0.04)),
    )
    columns = {
        "ProductID": _words([f"P{k:04d}" for k in range(N_PRODUCTS)], product),
        "Weight": pa.array(products.weight[product], mask=~weighed),
        "FatContent": _words([*LOW_FAT, *REGULAR], spelling),
        "ProductVisibility": pa.array(visibility),
        "ProductType": _words(list(PRODUCT_TYPES), products.kind[product]),
        "MRP": pa.array(price),
        "OutletID": _words([o.code for o in OUTLETS], outlet),
        "EstablishmentYear": pa.array(np.array([o.opened for o in OUTLETS])[outlet]),
        "OutletSize": _words([o.size for o in OUTLETS], outlet),
        "LocationType": _words([o.location for o in OUTLETS], outlet),
        "OutletType": _words([o.kind for o in OUTLETS], outlet),
        TARGET: _words([NEGATIVE, POSITIVE], (rng.random(n_rows) < probs).astype(np.int64)),
    }
    return RetailSample(pa.table(columns), probs)


def _true_probs(
    price: Float64[np.ndarray, " row"],
    product_type: Int64[np.ndarray, " row"],
    low_fat: NDArray[np.bool_],
    outlet: Int64[np.ndarray, " row"],
) -> Float64[np.ndarray, " row"]:
    """P(sells well) of every row: logistic in the logarithm of the price, steeper in some stores.

    Low fat matters by product type, and more in stores that opened late.
    """
    base, steepness = np.array([OUTLET_TYPES[o.kind] for o in OUTLETS])[outlet].T
    of_type, of_low_fat = np.array(list(PRODUCT_TYPES.values()))[product_type].T
    age = (np.array([o.opened for o in OUTLETS])[outlet] - 1998) / 10
    log_odds = base + steepness * np.log(price / 140) + of_type
    log_odds += np.where(low_fat, of_low_fat * (1 + age / 2), 0)
    return 1 / (1 + np.exp(-log_odds))


def _words(words: list[str] | list[str | None], index: Int64[np.ndarray, " row"]) -> pa.Array:
    """Text column with `words[index]`."""
    return pa.array(words, pa.string()).take(pa.array(index))
