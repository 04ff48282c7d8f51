"""Hash of the table's file: whether a recipe meets the data that it was written for."""

import hashlib
from pathlib import Path

from calibrant.errors import InputError
from calibrant.pipeline.recipe import DataPart

__all__ = ["fingerprint"]


def fingerprint(data: DataPart) -> str:
    """SHA-256 of the bytes of the table, in hexadecimal, equal to that of the recipe if it has one.

    Raises
    ------
    InputError
        When the file cannot be read, or is not the one that the recipe was written for.
    """
    path = Path(data.path)
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(
            "data", "be a file that can be read", f"{path}: {error.strerror}", "Check the path."
        ) from error
    if data.sha256 is not None and data.sha256 != found:
        raise InputError(
            f"{path}",
            "be the file that the recipe was written for",
            f"other contents (sha256 {found[:12]}..., the recipe says {data.sha256[:12]}...)",
            "Give the table on the command line, or remove sha256 from the recipe, to use it "
            "as it is now.",
        )
    return found
