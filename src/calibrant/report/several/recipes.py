"""What differs in the settings that models were made with."""

from collections.abc import Sequence

from calibrant.figures.names import shortened
from calibrant.report.blocks import Cell, Section, Table
from calibrant.report.several.model import Model

__all__ = ["recipes_section"]

UNKNOWN = "not known"
UNSET = "not set"


def recipes_section(models: Sequence[Model]) -> Section | None:
    """Section with every setting that is not the same in all; None where none is known of two."""
    known = [model for model in models if model.recipe]
    if len(known) < 2:
        return None
    names = list(dict.fromkeys(name for model in known for name in model.recipe))
    unlike = [name for name in names if len({model.recipe.get(name, UNSET) for model in known}) > 1]
    alike = len(names) - len(unlike)
    unknown = [model.name for model in models if not model.recipe]
    lead = [
        f"{alike:,} setting{' is' if alike == 1 else 's are'} the same in all whose settings are "
        f"known; {f'{len(unlike):,} differ' if unlike else 'none differs'}."
    ]
    if unknown:
        lead.append(f"Nothing is known of how these were made: {', '.join(unknown)}.")
    rows = [
        [
            Cell(name),
            *(Cell(model.recipe.get(name, UNSET) if model.recipe else UNKNOWN) for model in models),
        ]
        for name in unlike
    ]
    table = Table(
        name="recipes-table",
        caption="Settings that differ",
        header=["Setting", *(shortened(model.name, 28) for model in models)],
        rows=rows,
        stacked=True,
    )
    return Section(
        name="recipes",
        title="What differs in how they were made?",
        lead=lead,
        blocks=[table] if rows else [],
    )
