"""Names as they fit into a figure."""

__all__ = ["shortened"]


def shortened(name: str, longest: int = 14) -> str:
    """Printable characters of `name`, at most `longest`, with a mark where some are missing.

    Examples
    --------
    >>> shortened("gradient boosting", 9)
    'gradient…'
    """
    printable = "".join(c if c.isprintable() else " " for c in name)
    return printable if len(printable) <= longest else printable[: longest - 1] + "…"
