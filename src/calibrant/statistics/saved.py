"""Tallies from a file: as they were saved, or refused. Nothing in the file is run or imported."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load

from calibrant.errors import InputError
from calibrant.statistics.bundle import Slices, Tallies
from calibrant.statistics.saving import FORMAT, StoredFile, StoredTallies, checksum
from calibrant.statistics.stored_settings import HOMES
from calibrant.statistics.stored_tables import Tensors, unpacked
from calibrant.statistics.tally import Statistic, Tally

__all__ = ["is_tallies", "load_tallies"]

HEAD = b'{"__metadata__":{"calibrant":'  # after eight bytes that say how long the header is


class _Form(BaseModel):
    """What a file of any version says."""

    format: int
    calibrant: str


class _Metadata(BaseModel):
    calibrant: str


class _Preamble(BaseModel):
    """Head of a safetensors file: tensors by name, and our text beside them."""

    metadata: _Metadata = Field(alias="__metadata__")


def load_tallies(path: str | Path, *, statistics: Iterable[object] = ()) -> Tallies:
    """Tallies from a file of `Tallies.save`, equal to those saved.

    They add to tallies of the same settings, such as those of today to those of last month.

    Parameters
    ----------
    path : str or Path
        The file.
    statistics : iterable of classes, optional
        Classes of statistics and row scores that are not calibrant's own and that the file may
        hold. Nothing else of a name in a file is believed.

    Raises
    ------
    InputError
        If there is no such file, it is no file of tallies, is cut short, was changed or damaged,
        is of another format, or holds statistics that this version does not know as they are.

    Examples
    --------
    >>> import tempfile
    >>> import calibrant as cal
    >>> path = Path(tempfile.mkdtemp()) / "march.tallies"
    >>> cal.tally(cal.predictions(probs=[0.5], labels=[1]), ["brier_binary"]).save(path)
    >>> april = cal.tally(cal.predictions(probs=[1.0], labels=[1]), ["brier_binary"])
    >>> cal.evaluate(load_tallies(path) + april)["brier_binary"].value  # (.5**2 + 0) / 2
    0.125
    """
    others = _by_name(statistics)
    _check_path(path)
    try:
        content = _content(path)
        tensors = load(content)
        length = int.from_bytes(content[:8], "little")
        header = _header(content[8 : 8 + length])
        if header.sha256 != checksum(header.tallies):
            raise _refusal("a header that was changed or damaged")
        tallies = _restored(header.tallies, tensors, others)
        if tensors:
            raise _refusal(f"tensors that it says nothing of, such as {min(tensors)!r}")
    except OSError as error:
        raise _about(path, _refusal(error.strerror or "a file that cannot be read")) from error
    except SafetensorError as error:
        raise _about(path, _refusal("a file of another kind, or one cut short")) from error
    except InputError as error:
        raise _about(path, error) from error
    return tallies


def is_tallies(path: str | Path) -> bool:
    """Whether a file looks as `Tallies.save` writes it; False if it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return file.read(8 + len(HEAD))[8:] == HEAD
    except OSError:
        return False


def _check_path(path: object) -> None:
    if not isinstance(path, (str, Path)):
        raise InputError("path", "be a path", type(path).__name__, "Pass where the file is.")


def _content(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except ValueError as error:  # a byte that no path holds
        raise _refusal("a path that no file has") from error


def _header(content: bytes) -> StoredFile:
    """Header of the file, if it is of tallies and of the format that is read here."""
    try:
        text = _Preamble.model_validate_json(content, strict=True).metadata.calibrant
        form = _Form.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise _refusal("a file that calibrant did not write") from error
    if form.format != FORMAT:
        got = f"format {form.format}, of calibrant {form.calibrant[:40]}"
        remedy = "Tally the rows again." if form.format < FORMAT else "Update calibrant."
        raise _refusal(f"{got}; this version reads format {FORMAT}", remedy)
    try:
        return StoredFile.model_validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _refusal(f"{place}: {first['msg']}") from error


def _restored(stored: StoredTallies, tensors: Tensors, others: Mapping[str, type]) -> Tallies:
    parts: dict[Statistic, Tally] = {}
    for record in stored.tables:
        tally = unpacked(record, tensors, len(stored.class_names), others)
        statistic = tally.statistic
        if statistic in parts or not any(rows.kind == stored.kind for rows in statistic.reads):
            raise _refusal(f"{statistic} where it has no place, for {stored.kind!r}")
        parts[statistic] = tally
    slices = Slices(
        (name, _restored(part, tensors, others)) for name, part in stored.slices.items()
    )
    return Tallies(stored.kind, stored.class_names, parts, stored.n, stored.notes, slices)


def _by_name(statistics: object) -> dict[str, type]:
    """Classes that are passed, by the names that a file calls them by."""
    named: dict[str, type] = {}
    if not isinstance(statistics, Iterable):
        raise InputError("statistics", "be classes in a list", f"{statistics!r}", "Pass a list.")
    for cls in statistics:
        if not isinstance(cls, type):
            remedy = "Pass the class, not an instance of it."
            raise InputError("statistics", "be classes", f"{cls!r}", remedy)
        if cls.__name__ in HOMES or named.setdefault(cls.__name__, cls) is not cls:
            rule = "have names of their own"
            raise InputError("statistics", rule, f"'{cls.__name__}'", "Rename the class.")
    return named


def _refusal(got: str, remedy: str = "Save the tallies again.") -> InputError:
    return InputError("tallies", "be whole", got, remedy)


def _about(path: str | Path, error: InputError) -> InputError:
    return InputError(f"{path}", "hold tallies as calibrant saved them", error.got, error.remedy)
