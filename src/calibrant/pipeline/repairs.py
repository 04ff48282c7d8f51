"""Repairs of a table as they are told: what was mended, and what may be amiss."""

from collections.abc import Mapping

import pyarrow as pa

from calibrant.data.aliases import AliasSuggestion
from calibrant.data.plan import Cleaned, Plan
from calibrant.data.read import ReadTable
from calibrant.data.zeros import suggest_zeros

__all__ = ["mended_in", "suggestions_for"]

SPELLED = "spelled missing"


def mended_in(read: ReadTable, cleaned: Cleaned) -> dict[str, dict[str, int]]:
    """Rows mended, by kind of repair and column; kinds without any are left out."""
    kinds: dict[str, Mapping[str, int]] = {
        "decimal comma": read.decimal_commas,
        "thousands parted": read.thousands,
        **cleaned.mended,
    }
    spelled = dict(kinds.get(SPELLED, {}))
    for column, spellings in read.missing.items():
        spelled[column] = spelled.get(column, 0) + sum(spellings.values())
    return {kind: dict(counts) for kind, counts in {**kinds, SPELLED: spelled}.items() if counts}


def suggestions_for(
    table: pa.Table, plan: Plan, aliases: tuple[AliasSuggestion, ...]
) -> tuple[str, ...]:
    """Sentences on repairs that the table may want, with what applies them."""
    likely = [
        f"In {one.column!r}, {one.spelling!r} ({one.rows:,} rows) may mean {one.level!r}: "
        f"{one.why}. To merge them, write {one.spelling!r} = {one.level!r} under "
        f"[data.aliases.{one.column!r}] in the recipe."
        for one in aliases
    ]
    zeros = [
        f"In {one.column!r}, 0 may stand for a missing value: {one.why}. If so, pass "
        f"--zero-is-missing {one.column!r}."
        for one in suggest_zeros(table, plan)
    ]
    return (*likely, *zeros)
