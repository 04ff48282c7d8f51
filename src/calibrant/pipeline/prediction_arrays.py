"""Predictions in an NPZ file: arrays by name, classes by position in the second axis."""

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from calibrant.data.columns import listed
from calibrant.errors import InputError
from calibrant.pipeline.class_matching import labels_among, two_in_order
from calibrant.pipeline.prediction_source import Labels, Question, Source, Stated

__all__ = ["ArraySource", "read_arrays"]

Arrays = Mapping[str, NDArray[np.generic]]
FORMS = ("probs", "logits")
MARKS = (b"PK", b"\x93NUMPY")  # how files begin that numpy writes; it takes others for pickles


def read_arrays(path: Path) -> "ArraySource":
    """Arrays of an NPZ file; nothing in it is run.

    Raises
    ------
    InputError
        If the file is missing, damaged, or holds anything but plain arrays.
    """
    try:
        with path.open("rb") as stream:  # which numpy leaves open when it fails
            head = stream.read(len(MARKS[-1]))
            if head and not head.startswith(MARKS):
                raise _unreadable(path, "no NPZ file, whatever its name says")
            stream.seek(0)
            file = np.load(stream, allow_pickle=False)
            if not isinstance(file, np.lib.npyio.NpzFile):
                raise _unreadable(path, "one array without a name")
            return ArraySource({name: np.atleast_1d(file[name]) for name in file.files})
    except InputError:
        raise
    except (
        *(OSError, ValueError, EOFError, KeyError, SyntaxError, TypeError, MemoryError),
        *(NotImplementedError, OverflowError, RuntimeError, zipfile.BadZipFile, zlib.error),
    ) as error:
        known = error.strerror if isinstance(error, OSError) else None
        why = " ".join((known or str(error)).split()) or type(error).__name__
        raise _unreadable(path, why) from None


def _unreadable(path: Path, why: str) -> InputError:
    got, remedy = f"{path}: {why[:200]}".rstrip("."), "Write it with numpy.savez."
    return InputError("path", "name an NPZ file of plain arrays", got, remedy)


class ArraySource(Source):
    """Arrays of an NPZ file; those of one axis are columns.

    Parameters
    ----------
    arrays : mapping
        Arrays by name.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays

    @property
    def how(self) -> tuple[str, ...]:
        """See `Source.how`: nothing is guessed."""
        return ()

    @property
    def names(self) -> tuple[str, ...]:
        """See `Source.names`."""
        return tuple(self._arrays)

    @property
    def usual_label(self) -> str:
        """See `Source.usual_label`."""
        return "labels"

    @property
    def usual_weights(self) -> str | None:
        """See `Source.usual_weights`."""
        return "weights" if "weights" in self._arrays else None

    def numbers(self, name: str, argument: str) -> Float[np.ndarray, " row"]:
        """See `Source.numbers`."""
        column = self._column(name, argument)
        if column.dtype.kind not in "fiub":
            remedy = "Store numbers."
            raise InputError(name, "hold numbers", f"dtype {column.dtype}", remedy)
        return _floats(column)

    def texts(self, name: str, argument: str) -> NDArray[np.object_]:
        """See `Source.texts`."""
        column = self._column(name, argument)
        if column.dtype.kind == "f":
            texts = [_text_of(float(value)) for value in column.tolist()]
        elif column.dtype.kind in "iubU":
            texts = [str(value) for value in column.tolist()]
        else:
            rule, remedy = "hold class indices or names", "Store whole numbers or text."
            raise InputError(name, rule, f"dtype {column.dtype}", remedy)
        return np.array(texts, dtype=np.object_)

    def stated(self, question: Question, label: str) -> Stated | None:
        """See `Source.stated`; classes of two axes are told by ``class_names``, or 0, 1, ..."""
        name = question.prob or question.array or self._form(question)
        if name is None:
            return None
        values = self._array(name, question.form)
        if values.dtype.kind not in "fiub" or values.ndim > 2:
            rule, remedy = "hold numbers by row, or by row and class", "Store such an array."
            got = f"{values.dtype} of shape {values.shape}"
            raise InputError(name, rule, got, remedy)
        n_classes = 2 if values.ndim == 1 else values.shape[1]
        classes = self._classes(question, n_classes)
        labels = self._labels(label, classes)
        if n_classes == 2 and question.positive is not None:
            ordered = two_in_order(classes, question.positive)
            if ordered != classes:
                codes = np.where(labels.codes >= 0, 1 - labels.codes, -1)
                labels = Labels(codes, ordered, labels.notes)
                values = values[:, ::-1] if values.ndim == 2 else values
        elif question.positive is not None:
            two_in_order(classes, question.positive)
        return Stated(_floats(values), labels, (name,))

    def _form(self, question: Question) -> str | None:
        """Name of the array that holds what is declared, or None where decisions stand for it."""
        held = [name for name in FORMS if name in self._arrays]
        if question.form == "logits" or held == ["probs"]:
            return question.form
        if not held and question.decided is not None:
            return None
        remedy = "Declare one: --probs NAME or --logits NAME."
        got = "both" if len(held) == 2 else "undeclared logits" if held else listed(self.names)
        raise InputError("arrays", "hold probs, or declared logits", got, remedy)

    def _classes(self, question: Question, n_classes: int) -> tuple[str, ...]:
        """Names of the classes by index."""
        names = question.classes
        if not names and "class_names" in self._arrays:
            names = tuple(str(name) for name in self._arrays["class_names"].reshape(-1).tolist())
        names = names or tuple(str(k) for k in range(n_classes))
        if len(names) != n_classes or len(set(names)) != n_classes:
            rule, remedy = f"be {n_classes} different names", "Name every class once, by index."
            raise InputError("class_names", rule, listed(names), remedy)
        return names

    def _labels(self, name: str, classes: tuple[str, ...]) -> Labels:
        """Labels from class indices, or from class names."""
        column = self._column(name, "label")
        if column.dtype.kind == "U":
            return labels_among(self.texts(name, "label"), classes, name)
        values = self.numbers(name, "label").astype(np.float64)
        present = ~np.isnan(values)
        whole = present & (values == np.round(values)) & (values >= 0) & (values < len(classes))
        bad = np.flatnonzero(present & ~whole)
        if len(bad):
            rule = f"lie in [0, {len(classes)}) and be whole"
            got = f"{values[bad[0]]:.9g} at row {bad[0]} ({len(bad):,} such)"
            remedy = "Store class indices, or names beside class_names."
            raise InputError(name, rule, got, remedy)
        codes = np.full(len(values), -1, dtype=np.int64)
        codes[present] = values[present].astype(np.int64)
        return Labels(codes, classes)

    def _array(self, name: str, argument: str) -> NDArray[np.generic]:
        """Array of that name."""
        if name not in self._arrays:
            remedy = f"It has {listed(self.names) or 'none'}."
            raise InputError(argument, "name an array of the file", repr(name), remedy)
        return self._arrays[name]

    def _column(self, name: str, argument: str) -> NDArray[np.generic]:
        """Array of that name, of one axis."""
        column = self._array(name, argument)
        if column.ndim != 1:
            rule, remedy = "have one axis", "Store one entry a row."
            raise InputError(name, rule, f"shape {column.shape}", remedy)
        return column


def _floats(values: NDArray[np.generic]) -> Float[np.ndarray, "row *class"]:
    """Numbers as floats, in the precision they have."""
    return values if values.dtype.kind == "f" else values.astype(np.float64)


def _text_of(value: float) -> str:
    """Number as text, a whole one without a point, NaN as the empty text."""
    if np.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() else str(value)
