"""Options of ``calibrant train`` about the table and the split of its rows."""

import click

from calibrant.cli.readers import assigned, median_or_number, names, shares, spellings
from calibrant.cli.settings_options import SettingOption

__all__ = ["TABLE_SETTINGS"]

TABLE, SPLIT = "Table", "Split"

TABLE_SETTINGS = (
    SettingOption(
        ["--target"],
        setting="data.target",
        section=TABLE,
        metavar="COLUMN",
        help="Column to predict.",
    ),
    SettingOption(
        ["--task"],
        setting="task",
        section=TABLE,
        type=click.Choice(["classification", "regression"]),
        default="classification",
        help="Predict a class, or a number.",
    ),
    SettingOption(
        ["--positive"],
        setting="data.positive",
        section=TABLE,
        metavar="CLASS",
        default="the rarer",
        help="The positive class of two.",
    ),
    SettingOption(
        ["--positive-above"],
        setting="data.positive_above",
        section=TABLE,
        metavar="median|NUMBER",
        callback=median_or_number,
        help="Cut a number target: rows above are positive.",
    ),
    SettingOption(
        ["--role"],
        setting="data.roles",
        section=TABLE,
        metavar="COLUMN=ROLE",
        multiple=True,
        callback=assigned,
        help="Use a column as number, category, date, hashed, identifier or drop; may be repeated.",
    ),
    SettingOption(
        ["--keep", "--keep-identifiers"],
        setting="data.keep_identifiers",
        section=TABLE,
        metavar="COLUMN",
        multiple=True,
        callback=names,
        help="Feed a column that looks like an identifier all the same; may be repeated.",
    ),
    SettingOption(
        ["--zero-is-missing"],
        setting="data.zero_is_missing",
        section=TABLE,
        metavar="COLUMN",
        multiple=True,
        callback=names,
        help="Number column in which 0 means missing; may be repeated.",
    ),
    SettingOption(
        ["--missing"],
        setting="data.missing",
        section=TABLE,
        metavar="COLUMN=SPELLING",
        multiple=True,
        callback=spellings,
        help="Further spelling of a missing value; may be repeated.",
    ),
    SettingOption(
        ["--keep-case"],
        setting="data.keep_case",
        section=TABLE,
        metavar="COLUMN",
        multiple=True,
        callback=names,
        help="Category whose levels differ by case or padding alone; may be repeated.",
    ),
    SettingOption(
        ["--date-format"],
        setting="data.date_formats",
        section=TABLE,
        metavar="COLUMN=FORMAT",
        multiple=True,
        callback=assigned,
        help="How the dates of a column are written, as %d/%m/%Y; may be repeated.",
    ),
    SettingOption(
        ["--delimiter"],
        setting="data.delimiter",
        section=TABLE,
        metavar="CHARACTER",
        default="found out",
        help="Between the fields of a text file: one character, or tab.",
    ),
    SettingOption(
        ["--encoding"],
        setting="data.encoding",
        section=TABLE,
        default="found out",
        help="Of a text file, such as utf-8 or windows-1252.",
    ),
    SettingOption(
        ["--decimal"],
        setting="data.decimal",
        section=TABLE,
        type=click.Choice([".", ","]),
        default="found out",
        help="Decimal mark of a text file.",
    ),
    SettingOption(
        ["--split-column"],
        setting="split.column",
        section=SPLIT,
        metavar="COLUMN",
        default="by chance, stratified, equal rows together",
        help="Column that says train, validation or test for each row.",
    ),
    SettingOption(
        ["--group"],
        setting="split.group",
        section=SPLIT,
        metavar="COLUMN",
        help="No value of this column on two sides, as a product or a patient.",
    ),
    SettingOption(
        ["--time"],
        setting="split.time",
        section=SPLIT,
        metavar="COLUMN",
        help="The earliest rows train, the latest test.",
    ),
    SettingOption(
        ["--folds"],
        setting="split.folds",
        section=SPLIT,
        type=click.INT,
        help="Test on each of so many parts in turn; the model is the average of all.",
    ),
    SettingOption(
        ["--sizes"],
        setting="split.sizes",
        section=SPLIT,
        metavar="A,B,C",
        default="64,16,20",
        callback=shares,
        help="Shares of training, validation and test rows.",
    ),
)
