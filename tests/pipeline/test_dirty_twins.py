"""A dirty table gives the model of its clean twin, once the recipe says what cannot be told."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from calibrant.errors import InputError
from calibrant.pipeline import artifacts
from calibrant.pipeline.events import unheard
from calibrant.pipeline.prepare import prepare
from calibrant.pipeline.recipe_file import build_recipe
from calibrant.pipeline.run import complete, train
from calibrant.pipeline.tasks import task_of

N = 400
LEVELS = {"Low Fat": ["low fat", " LOW FAT ", "Low  Fat"], "Regular": ["regular ", "REGULAR"]}
NUMBERS = ["price", "weight", "shown"]


@pytest.fixture(scope="module")
def clean() -> pd.DataFrame:
    """Texts of a clean table: three numbers, two categories, dates, a target of two classes."""
    generator = np.random.default_rng(7)
    price, weight = generator.normal(50, 10, N), generator.gamma(4, 2, N)
    shown = generator.uniform(0.01, 0.3, N)
    fat = generator.choice(["Low Fat", "Regular"], N, p=[0.7, 0.3])
    town = generator.choice(["Köln", "Bonn", "Ahrweiler"], N)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(generator.integers(0, 400, N), unit="D")
    sold = price + 8 * (fat == "Regular") + generator.normal(0, 6, N) > 54
    frame = pd.DataFrame(
        {
            "price": [f"{value:.2f}" for value in price],
            "weight": [f"{value:.3f}" for value in weight],
            "shown": [f"{value:.4f}" for value in shown],
            "fat": fat,
            "town": town,
            "listed": days.strftime("%Y-%m-%d"),
            "sold": np.where(sold, "yes", "no"),
        }
    )
    frame.loc[::11, "weight"] = ""
    frame.loc[5::17, "shown"] = ""
    frame.loc[3::23, "fat"] = ""
    return frame


def settings(path, **data):
    return {
        "data": {"path": str(path), "target": "sold", **data},
        "network": {"hidden": [8], "dropout": [0.1], "members": 2},
        "training": {"max_epochs": 4},
        "baselines": False,
    }


def prepared(path, **data):
    recipe = complete(build_recipe(settings(path, **data)))
    return prepare(task_of(recipe), unheard)


def written(frame, path, *, sep=",", encoding="utf-8", **options):
    frame.to_csv(path, sep=sep, encoding=encoding, index=False, **options)
    return path


@pytest.fixture(scope="module")
def twin(clean, tmp_path_factory):
    return prepared(written(clean, tmp_path_factory.mktemp("clean") / "table.csv"))


def assert_same_model(found, twin):
    """Every feature, label and part of the split is the same, to the bit and in order."""
    one, other = found.folds[0], twin.folds[0]
    for part in ("train", "validation", "test"):
        np.testing.assert_array_equal(one.split.parts()[part], other.split.parts()[part])
    np.testing.assert_array_equal(one.labels, other.labels)
    assert one.target.class_names == other.target.class_names
    assert one.features.tobytes() == other.features.tobytes()


def respelled(column, spellings, generator):
    """`column`, every third value or so in another of its spellings."""
    return [
        generator.choice(spellings[text])
        if text in spellings and generator.random() < 0.4
        else text
        for text in column
    ]


def delimiter(sep):
    return lambda frame, path: written(frame, path, sep=sep), {}


def encoded(encoding):
    return lambda frame, path: written(frame, path, encoding=encoding), {}


def _decimal_commas(frame, path):
    frame = frame.copy()
    frame[NUMBERS] = frame[NUMBERS].apply(lambda column: column.str.replace(".", ","))
    return written(frame, path, sep=";")


def _quoted(frame, path):
    return written(frame, path, quoting=1)


def _padded_numbers(frame, path):
    return written(frame.assign(price="  " + frame["price"] + " "), path)


def _respelled_categories(frame, path):
    generator = np.random.default_rng(1)
    towns = {"Köln": ["KÖLN", " köln"], "Bonn": ["bonn "]}
    return written(
        frame.assign(
            fat=respelled(frame["fat"], LEVELS, generator),
            town=respelled(frame["town"], towns, generator),
        ),
        path,
    )


def _respelled_target(frame, path):
    generator = np.random.default_rng(2)
    sold = respelled(frame["sold"], {"yes": ["Yes", " YES"], "no": ["NO "]}, generator)
    return written(frame.assign(sold=sold), path)


def _spelled_missing(frame, path):
    generator = np.random.default_rng(3)
    ways = {
        "weight": ["NA", "nan", "?", "-", "None", "unknown", "N/A", "null", ""],
        "shown": ["n/a", " ? ", "NaN", "-"],
        "fat": ["NA", "?", "-", "None", "Unknown", "nan", ""],
    }
    frame = frame.copy()
    for column, spellings in ways.items():
        blank = frame[column] == ""
        frame.loc[blank, column] = generator.choice(spellings, int(blank.sum()))
    return written(frame, path)


def _aliases(frame, path):
    generator = np.random.default_rng(4)
    fat = respelled(frame["fat"], {"Low Fat": ["LF", "lf "], "Regular": ["reg"]}, generator)
    return written(frame.assign(fat=fat), path)


def _zeros(frame, path):
    return written(frame.assign(shown=frame["shown"].replace("", "0")), path)


def _useless_columns(frame, path):
    extra = frame.assign(always="x", empty="", code=[f"K{k:05}" for k in range(N)], seven=7)
    return written(extra[["always", *frame.columns, "empty", "code", "seven"]], path)


def _german_dates(frame, path):
    listed = pd.to_datetime(frame["listed"]).dt.strftime("%d.%m.%Y")
    return written(frame.assign(listed=listed), path)


def _line_ends(frame, path):
    return written(frame, path, lineterminator="\r\n")


def _typed_parquet(frame, path):
    columns = {name: pd.to_numeric(frame[name]) for name in NUMBERS}
    columns["listed"] = pd.to_datetime(frame["listed"])
    columns["town"] = frame["town"].astype("category")
    columns["fat"] = frame["fat"].replace("", None)
    path = path.with_suffix(".parquet")
    parquet.write_table(pa.Table.from_pandas(frame.assign(**columns)), path)
    return path


ALIASES = {"aliases": {"fat": {"LF": "Low Fat", "reg": "Regular"}}}
WAYS = {
    "semicolons": delimiter(";"),
    "tabs": delimiter("\t"),
    "pipes": delimiter("|"),
    "byte order mark": encoded("utf-8-sig"),
    "utf-16": encoded("utf-16"),
    "windows-1252": encoded("cp1252"),
    "decimal commas": (_decimal_commas, {}),
    "quoted numbers": (_quoted, {}),
    "padded numbers": (_padded_numbers, {}),
    "padding and case in categories": (_respelled_categories, {}),
    "padding and case in the target": (_respelled_target, {}),
    "spellings of missing": (_spelled_missing, {}),
    "aliases": (_aliases, ALIASES),
    "zero as missing": (_zeros, {"zero_is_missing": ["shown"]}),
    "useless columns": (_useless_columns, {}),
    "dates in another order": (_german_dates, {}),
    "line ends of Windows": (_line_ends, {}),
    "typed Parquet": (_typed_parquet, {}),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_dirt_alone_gives_the_model_of_the_clean_twin(way, clean, twin, tmp_path):
    dirty, recipe = WAYS[way]
    assert_same_model(prepared(dirty(clean, tmp_path / "table.csv"), **recipe), twin)


def all_at_once(clean, path):
    """Path of the table made dirty in every way that text can be."""
    dirts = [
        _respelled_categories,
        _respelled_target,
        _aliases,
        _zeros,
        _spelled_missing,
        _german_dates,
        _useless_columns,
    ]
    frame = clean
    for dirt in dirts:
        frame = pd.read_csv(dirt(frame, path), dtype=str, keep_default_na=False)
    frame[NUMBERS] = frame[NUMBERS].apply(lambda column: column.str.replace(".", ","))
    frame["price"] = " " + frame["price"]
    path.unlink()
    return written(frame, path, sep=";", encoding="cp1252", quoting=1, lineterminator="\r\n")


def test_all_dirt_at_once_gives_the_model_of_the_clean_twin(clean, twin, tmp_path):
    path = all_at_once(clean, tmp_path / "table.csv")
    found = prepared(path, zero_is_missing=["shown"], **ALIASES)
    assert_same_model(found, twin)
    assert {"padding", "case", "alias"} <= set(found.mended)


def test_all_dirt_at_once_gives_the_numbers_of_the_clean_twin(clean, tmp_path, monkeypatch):
    monkeypatch.setattr(
        artifacts, "write", lambda path, summary: path.write_text(repr(summary)) and ()
    )
    path = all_at_once(clean, tmp_path / "dirty.csv")
    recipe = settings(path, zero_is_missing=["shown"], **ALIASES)
    dirty = train(build_recipe(recipe), tmp_path / "dirty")
    twin = train(build_recipe(settings(written(clean, tmp_path / "clean.csv"))), tmp_path / "twin")
    columns = ["row", "label", "p_before_no", "p_before_yes", "p_after_no", "p_after_yes"]
    one, other = (
        pd.read_parquet(run.out / "predictions.parquet")[columns] for run in (dirty, twin)
    )
    pd.testing.assert_frame_equal(
        one.drop(columns="label"), other.drop(columns="label"), check_exact=True
    )


@pytest.mark.parametrize(
    ("place", "recipe", "told"),
    [
        (("price", "cheap"), {"roles": {"price": "number"}}, r"'?cheap'?.*row 12\b"),
        (("listed", "soon"), {"roles": {"listed": "date"}}, r"'?soon'?.*row 12\b"),
        (("price", "inf"), {}, r"row 12\b"),
        (("town", "x"), {"zero_is_missing": ["town"]}, "zero_is_missing"),
        (("town", "x"), {"aliases": {"twon": {"x": "Bonn"}}}, "town"),
    ],
)
def test_what_cannot_be_repaired_is_refused_with_its_row(clean, tmp_path, place, recipe, told):
    (column, value), frame = place, clean.copy()
    frame.loc[12, column] = value
    with pytest.raises(InputError, match=told):
        prepared(written(frame, tmp_path / "table.csv"), **recipe)
