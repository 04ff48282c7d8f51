"""Verdict of a page: what its first screen says, in the few lines that a terminal has for it."""

from calibrant.report.blocks import Page

__all__ = ["verdict_of"]

LINES = 3


def verdict_of(page: Page) -> tuple[str, ...]:
    """Headline and first sentences of `page`, as they stand there: three lines, or fewer.

    Examples
    --------
    >>> said = ["Before, it stated too much.", "After, no longer.", "ECE is 0.01."]
    >>> page = Page(
    ...     title="",
    ...     subject="",
    ...     warnings=[],
    ...     headline="Mended.",
    ...     sentences=said,
    ...     numbers=[],
    ...     picture=None,
    ...     sections=[],
    ... )
    >>> verdict_of(page)
    ('Mended.', 'Before, it stated too much.', 'After, no longer.')
    """
    return tuple(line for line in (page.headline, *page.sentences) if line)[:LINES]
