"""Footnotes of a table: where its intervals come from, each way told once."""

__all__ = ["method_told", "note_of"]


def method_told(method: str, level: float | None) -> str:
    """Sentence that says where an interval comes from, or why there is none.

    Examples
    --------
    >>> method_told("not available: one row tells nothing", None)
    'No interval: one row tells nothing.'
    >>> method_told("Wilson", 0.95)
    '95 % interval: Wilson.'
    """
    reason = method.removeprefix("not available:").strip().rstrip(".")
    return f"No interval: {reason}." if level is None else f"{100 * level:g} % interval: {reason}."


def note_of(told: str, footnotes: list[str]) -> int:
    """Number of `told` among `footnotes`, from 1; it is added where it is new."""
    if told not in footnotes:
        footnotes.append(told)
    return footnotes.index(told) + 1
