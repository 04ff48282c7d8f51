"""Fits by passes over shards: calibrators of rows that need not be in memory together."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import final

from calibrant.calibrators.base import Calibrator, Fitted_co, check_labelled
from calibrant.errors import InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.row_hashes import row_hashes
from calibrant.prediction.row_sketch import RowSketch

__all__ = ["ShardedCalibrator", "Shards"]


@final
class Shards:
    """Shards that are gone over again and again: labelled, of the same classes, all rows present.

    Every pass checks every shard as `Calibrator.fit` checks rows, leaves absent rows and shards
    without rows out, and finds as many rows as the pass before.

    Parameters
    ----------
    shards : iterable of Predictions
        A list, or an object whose `__iter__` starts over: it may read each shard from a file.
    sketched : bool, default False
        Make a sketch of the rows on the first pass that comes to an end.

    Raises
    ------
    InputError
        If `shards` can be gone over once only, or are no shards; on a pass, if there are no rows,
        or other rows than before.
    """

    def __init__(self, shards: object, *, sketched: bool = False) -> None:
        remedy = "Pass a list of predictions, or an object whose __iter__ reads them anew."
        if isinstance(shards, (Iterator, Predictions)) or not isinstance(shards, Iterable):
            rule = "be gone over several times"
            raise InputError("shards", rule, type(shards).__name__, remedy)
        self._shards: Iterable[object] = shards
        self._names: tuple[str, ...] | None = None
        self._n: int | None = None
        self._sketched = sketched
        self._sketch: RowSketch | None = None
        self._whole: Predictions | None = None

    def __iter__(self) -> Iterator[Predictions]:
        if self._whole is not None and not (self._sketched and self._sketch is None):
            yield self._whole
            return
        n, parts, rows = 0, list[RowSketch](), None
        sketched = self._sketched and self._sketch is None
        for k, shard in enumerate(self._shards):
            check_labelled(shard)
            assert isinstance(shard, Predictions)
            self._check_classes(shard.class_names, k)
            rows = shard.present()
            n += len(rows)
            if sketched:
                parts.append(RowSketch.of(row_hashes(rows.declared.values)))
            if len(rows):
                yield rows
        if n == 0:
            raise InputError("shards", "hold rows", "none", "Pass rows whose weight is above 0.")
        if self._n not in {None, n}:
            rule, got = "be the same on every pass", f"{self._n} rows, then {n}"
            remedy = "Let __iter__ start over at the first shard."
            raise InputError("shards", rule, got, remedy)
        self._n = n
        self._whole = rows if isinstance(self._shards, tuple) and len(self._shards) == 1 else None
        self._sketch = RowSketch.sum(parts) if sketched else self._sketch

    def _check_classes(self, names: tuple[str, ...], k: int) -> None:
        self._names = self._names or names
        if names != self._names:
            pairs = zip_longest(self._names, names, fillvalue="none")
            here, there = next(pair for pair in pairs if pair[0] != pair[1])
            rule, got = "have the same classes", f"{there} in shard {k} in the place of {here}"
            remedy = "Declare all shards with the same class_names=."
            raise InputError("shards", rule, got, remedy)

    @property
    def are_in_memory(self) -> bool:
        """Whether the rows lie in memory anyway, in a list, and are not read anew on every pass."""
        return isinstance(self._shards, (list, tuple))

    @property
    def n(self) -> int:
        """Number of rows; costs a pass where none has ended yet."""
        if self._n is None:
            for _ in self:
                pass
        assert self._n is not None
        return self._n

    @property
    def whole(self) -> Predictions | None:
        """All rows, where they are one shard in memory; costs a pass where none has ended yet."""
        return self._whole if self.n else None

    @property
    def sketch(self) -> RowSketch:
        """Sketch of the rows; costs a pass where none has ended yet."""
        self._sketched = True
        if self._sketch is None:
            for _ in self:
                pass
        assert self._sketch is not None
        return self._sketch

    @property
    def n_classes(self) -> int:
        """Number of classes; reads a shard where none has been read yet."""
        if self._names is None:
            next(iter(self), None)
        return len(self._names or ())


class ShardedCalibrator(Calibrator[Fitted_co]):
    """Settings of a method that is fitted by passes over rows, adding up what each shard says."""

    @final
    def fit_shards(self, shards: Iterable[Predictions]) -> Fitted_co:
        """Fit on the rows of all `shards`, of which one at a time needs to be in memory.

        Any partition of the same rows gives the same fit, up to rounding.

        Parameters
        ----------
        shards : iterable of Predictions
            Labelled rows of the same classes; a list, or an object whose `__iter__` starts over,
            for the fit goes over them several times.

        Raises
        ------
        InputError
            If a shard cannot be fitted on (see `Calibrator.fit`), classes differ, there are no
            rows, or an iterator was passed, which ends after one pass.
        FitError
            If the rows do not determine the fit.
        """
        whole = Shards(shards, sketched=True)
        return replace(self.fitted_over(whole), fit_rows=whole.sketch)

    @final
    def fitted_to(self, rows: Predictions) -> Fitted_co:
        """See `Calibrator.fitted_to`: all rows are one shard."""
        return self.fitted_over(Shards((rows,)))

    @abstractmethod
    def fitted_over(self, shards: Shards) -> Fitted_co:
        """What the fit finds; the loop over `shards` may be run as often as it takes."""
