"""Text without what a reader does not see: padding, letter case, forms of one character."""

from unicodedata import normalize

__all__ = ["folded", "tidied"]

# Zero-width space, word joiner, byte order mark and soft hyphen take no room and mean nothing.
_INVISIBLE = str.maketrans("", "", "\u200b\u2060\ufeff\u00ad")


def tidied(text: str) -> str:
    """`text` without padding and invisible characters, each inner blank one space.

    Examples
    --------
    >>> tidied("  Low   Fat ")
    'Low Fat'
    """
    return " ".join(text.translate(_INVISIBLE).split())


def folded(text: str) -> str:
    """Key that `text` shares with all that differ from it by padding, case or form alone.

    Forms are those that Unicode calls compatible (NFKC), such as full-width letters. The key of
    a key is the key itself.

    Examples
    --------
    >>> folded(" LOW  Fat"), folded("low fat"), folded("Straße") == folded("STRASSE")
    ('low fat', 'low fat', True)
    """
    key = tidied(normalize("NFKC", text).casefold())
    return key if key == text else folded(key)  # folding a letter can call for another form
