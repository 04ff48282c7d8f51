"""Sections that show where the numbers come from: rows, columns, repairs, commands."""

from collections.abc import Sequence

from calibrant.report.blocks import Block, Cell, Code, Facts, Listing, Section, Table
from calibrant.report.numbers import count, in_percent, rows_in_words
from calibrant.report.sections.trained import training_section
from calibrant.report.summary import Background, CalibratorUse, Repairs, SplitSizes

__all__ = ["background_sections", "doubts"]

_UNFOLDED_ROWS = 20
_TOLD_WARNINGS = 5


def background_sections(background: Background, *, has_fit: bool) -> list[Section]:
    """Sections about the training, the rows, the columns, the repairs, and how to run it again.

    `has_fit` says whether a calibrator was fitted on the validation rows.
    """
    suggestions = _suggestions_section(background)
    return [
        training_section(background.trainings, device=background.device),
        _data_section(background, has_fit=has_fit),
        _columns_section(background),
        *([suggestions] if suggestions else []),
        _reproduce_section(background),
    ]


def doubts(background: Background) -> list[str]:
    """What a reader must know before any number: interruption, leaks, notes."""
    told: list[str] = []
    if background.interrupted:
        told.append("Training was interrupted; this is the best state that it had reached.")
    leaks = background.warnings
    told += [f"Possible leak: {warning}" for warning in leaks[:_TOLD_WARNINGS]]
    if len(leaks) > _TOLD_WARNINGS:
        told.append(
            f"Possible leaks: {count(len(leaks) - _TOLD_WARNINGS)} more are listed under "
            "Data and split."
        )
    return [*told, *background.notes]


def _data_section(background: Background, *, has_fit: bool) -> Section:
    """Section that says what was read, what is predicted, and where each row was used."""
    split, repairs = background.split, background.repairs
    facts = [
        ("Data", background.source),
        ("How it was read", " ".join(repairs.how_read)),
        ("Target", background.target),
        ("Left out", _left_out(repairs)),
        ("Equal rows", _repeats(repairs, split)),
        ("Split", split.how),
    ]
    blocks: list[Block] = [
        Facts(facts=[(term, told) for term, told in facts if told]),
        _split_table(split, has_fit=has_fit),
    ]
    if background.calibrators:
        blocks.append(_calibrators_table(background.calibrators))
    leaks = background.warnings
    if len(leaks) > _TOLD_WARNINGS:
        caption = f"All {count(len(leaks))} possible leaks"
        blocks.append(Listing(caption=caption, sentences=leaks, folded=True))
    lead = _folds(split)
    return Section(name="data", title="Data and split", lead=lead, blocks=blocks)


def _left_out(repairs: Repairs) -> str:
    """Sentence on the rows without a target, or nothing."""
    n = repairs.rows_without_target
    were = "was" if n == 1 else "were"
    return f"{rows_in_words(n)} without a target {were} left out." if n else ""


def _repeats(repairs: Repairs, split: SplitSizes) -> str:
    """Sentence on the rows that equal an earlier one, or nothing."""
    n = repairs.repeats
    if not n:
        return ""
    told = f"{rows_in_words(n)} {'equals' if n == 1 else 'equal'} an earlier one in all features"
    if split.repeats_together:
        return f"{told}. Equal rows are on one side of the split, so none tests what it taught."
    return f"{told}. The split did not keep equal rows together; some may be on two sides."


def _folds(split: SplitSizes) -> list[str]:
    """Paragraphs on what the numbers are where there are several folds."""
    if split.folds == 1:
        return []
    return [
        f"The rows are split into {split.folds} folds, and each is the test once. So every number "
        "in this report is of predictions out of fold: each row was predicted by networks that "
        "had not seen it, neither in training nor in validation.",
        "Intervals tell what chance in the rows does. They leave out that the networks of two "
        "folds share most of their training rows, and so chance in training.",
    ]


def _split_table(split: SplitSizes, *, has_fit: bool) -> Table:
    """Table of the three parts of the rows and of what each was used for."""
    total = split.train + split.validation + split.test
    validation = "Deciding when to stop training"
    test = "Every number in this report, and nothing else"
    if split.folds > 1:
        test = "This fold's part of every number in this report, and nothing else"
    parts = [
        ("Training", split.train, "Fitting the network, filling in, scaling, weighting"),
        ("Validation", split.validation, validation + (", fitting the calibrator" * has_fit)),
        ("Test", split.test, test),
    ]
    rows = [
        [
            Cell(name),
            Cell(count(n), float(n)),
            Cell(in_percent(n / total) if total else ""),
            Cell(use),
        ]
        for name, n, use in parts
    ]
    first = f", in the first of {split.folds} folds" if split.folds > 1 else ""
    return Table(
        name="split-table",
        caption=f"Where each row was used{first}",
        header=["Part", "Rows", "Share", "Used for"],
        rows=rows,
        stacked=True,
    )


def _calibrators_table(calibrators: Sequence[CalibratorUse]) -> Table:
    """Table of the rows that every calibrator has seen, and what the guard against leaks says."""
    rows = [
        [
            Cell(one.whose[:1].upper() + one.whose[1:]),
            Cell(one.method),
            Cell(f"{count(one.n_fit)} validation rows", float(one.n_fit)),
            Cell(f"{count(one.n_judged)} test rows", float(one.n_judged)),
            Cell(
                "no more than by chance" if one.n_same is None else count(one.n_same),
                float(one.n_same or 0),
            ),
        ]
        for one in calibrators
    ]
    many = len(rows) > _UNFOLDED_ROWS
    caption = "Which rows each calibrator saw"
    return Table(
        name="calibrators-table",
        caption=f"{caption}, all {count(len(rows))}" if many else caption,
        header=["Of", "Calibrator", "Fitted on", "Judged on", "Equal rows of the two, by hashes"],
        rows=rows,
        folded=many,
        stacked=True,
    )


def _columns_section(background: Background) -> Section:
    """Section with the role of every column and what was mended in it."""
    lead = ["Medians, scales and lists of categories were learned from the training rows alone."]
    rows = [
        [Cell(column.name), Cell(column.role), Cell(column.why)] for column in background.columns
    ]
    many = len(rows) > _UNFOLDED_ROWS
    columns = Table(
        name="columns-table",
        caption=f"All {count(len(rows))} columns" if many else "Columns",
        header=["Column", "Used as", "Why"],
        rows=rows,
        folded=many,
        stacked=True,
    )
    repairs = _repairs_table(background.repairs)
    if repairs is None:
        lead.append("No value was mended.")
    blocks = [columns] if repairs is None else [columns, repairs]
    return Section(name="columns", title="Columns and repairs", lead=lead, blocks=blocks)


def _repairs_table(repairs: Repairs) -> Table | None:
    """Table of every repair by kind and column, with the rows mended; None without repairs."""
    every = [
        *repairs.mended.items(),
        ("missing, filled in", repairs.imputed),
        ("not seen in training", repairs.unseen),
    ]
    rows = [
        [Cell(kind[:1].upper() + kind[1:]), Cell(column), Cell(count(n), float(n))]
        for kind, counts in every
        for column, n in counts.items()
        if n
    ]
    if not rows:
        return None
    many = len(rows) > _UNFOLDED_ROWS
    return Table(
        name="repairs-table",
        caption=f"All {count(len(rows))} repairs" if many else "Repairs, and the rows mended",
        header=["Repair", "Column", "Rows"],
        rows=rows,
        folded=many,
        stacked=True,
    )


def _suggestions_section(background: Background) -> Section | None:
    """Section with the repairs that were not made, and how to have them; None without any."""
    told = background.suggestions
    if not told:
        return None
    caption = "Not applied"
    many = len(told) > _UNFOLDED_ROWS
    blocks: list[Block] = [
        Listing(caption=f"{caption}, {count(len(told))}", sentences=told, folded=many)
    ]
    if background.suggested_aliases:
        lines = background.suggested_aliases
        caption = "Lines for the recipe; keep those that are right"
        blocks.append(Code(caption=caption, text=lines, folded=lines.count("\n") > _UNFOLDED_ROWS))
    lead = [
        "These were not applied: whether two spellings mean one thing, or a 0 stands for a "
        "missing value, only who knows the data can say.",
        "Spellings become one level by lines in the recipe, for calibrant train --config "
        "recipe.toml. A column in which 0 means missing is named by --zero-is-missing COLUMN.",
    ]
    return Section(name="suggestions", title="Suggested repairs", lead=lead, blocks=blocks)


def _reproduce_section(background: Background) -> Section:
    """Section with the command, the recipe and the versions that give this run again."""
    blocks: list[Block] = []
    if background.command:
        blocks.append(Code(caption="Command", text=background.command))
    if background.recipe:
        blocks.append(Code(caption="Recipe, recipe.toml", text=background.recipe, folded=True))
    if background.versions:
        blocks.append(Facts(facts=list(background.versions.items())))
    return Section(
        name="reproduce",
        title="How to reproduce",
        lead=["The same command on the same machine with the same versions gives the same bytes."],
        blocks=blocks,
    )
