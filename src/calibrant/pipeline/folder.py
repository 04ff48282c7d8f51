"""The run folder: it bears its name when it is whole, and else it is not there."""

import errno
import os
import shutil
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from calibrant.errors import OutputError

__all__ = ["CHECKPOINT", "building", "free_name", "resumable", "writing"]

MARK = "recipe.toml"  # by which a folder is known as that of a run
CHECKPOINT = "checkpoint"  # folder, within that of a run, from which the run can go on


@contextmanager
def building(
    out: str | Path, *, force: bool = False, resume: bool = False, spare: Sequence[Path] = ()
) -> Generator[Path]:
    """Give a folder to write into; it takes the name `out` when the block ends well.

    The folder under construction is the sibling ``<out>.partial``. Whatever ends the block
    early removes it, and `out` is as it was; but after an interrupt, or where a result cannot
    be written, the ``checkpoint`` in it stays, for a later call to resume. A process that is
    killed can leave ``<out>.partial`` behind; the next run takes it over, unless its owner
    lives.

    Parameters
    ----------
    out : str or Path
        The run folder. Missing parents are made, and removed again on failure.
    force : bool, default False
        Replace an existing folder: it is moved aside to ``<out>.replaced`` when the new one is
        whole, moved back if the new one cannot take its name, and removed last. A folder that
        holds files but no ``recipe.toml`` is that of no run: it stays, as ``<out>.old``.
    resume : bool, default False
        Leave the checkpoint of an interrupted run in the folder, where there is one; see
        `resumable`. The interrupted run itself is then replaced without `force`.
    spare : sequence of Path, default ()
        Files that a replacement must not remove, such as the table that is being read.

    Yields
    ------
    Path
        The folder under construction, empty but for what is resumed.

    Raises
    ------
    OutputError
        Before the block: when `out` exists and `force` is not given, is no folder, holds what
        must be spared, cannot be written, or is being written by another run. After it: when
        the folder cannot take its name.

    Examples
    --------
    >>> import tempfile
    >>> out = Path(tempfile.mkdtemp()) / "run"
    >>> with building(out) as folder:
    ...     _ = (folder / "metrics.json").write_text("{}")
    ...     print(folder.name, out.exists())
    run.partial False
    >>> [path.name for path in out.iterdir()]
    ['metrics.json']
    """
    place = Path(out).resolve()
    force = force or (resume and _is_checkpoint(place / CHECKPOINT))
    _refuse(place, force=force, spare=spare)
    partial, aside = _beside(place, ".partial"), _beside(place, ".replaced")
    with writing(place):
        made = _make_parents(place.parent)
    lock: int | None = None
    whole = kept = False
    try:
        with writing(place):
            lock = _take(partial)
            _clear(partial, but=CHECKPOINT if resume else None)
            _settle(place, aside)
            if resume and not _is_checkpoint(partial / CHECKPOINT):
                _copy_checkpoint(place, partial)
        _refuse(place, force=force, spare=spare)
        removable = _is_run(place)
        yield partial
        with writing(place):
            _flush(partial)
            _name(partial, place, aside)
        whole = True
        if removable:
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.rename(free_name(_beside(place, ".old")))
    except (KeyboardInterrupt, OutputError):
        kept = lock is not None and _is_checkpoint(partial / CHECKPOINT)
        raise
    finally:
        if lock is not None:
            if kept:
                with suppress(OSError):  # what cannot be removed is, by the next run
                    _clear(partial, but=CHECKPOINT)
            elif not whole:
                shutil.rmtree(partial, ignore_errors=True)
            os.close(lock)
        if not whole and not kept:
            _remove_empty(made)


def resumable(out: str | Path) -> Path | None:
    """Checkpoint that a call for `out` would go on from; None where there is none."""
    place = Path(out).resolve()
    for folder in (_beside(place, ".partial"), place):
        if _is_checkpoint(folder / CHECKPOINT):
            return folder / CHECKPOINT
    return None


@contextmanager
def writing(place: Path) -> Generator[None]:
    """Turn whatever the system says against writing into one OutputError that names `place`."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        reason = str(error) if error.errno is None else os.strerror(error.errno)
        raise OutputError(f"cannot write {place}: {reason}") from error


def free_name(base: str | Path) -> Path:
    """First of `base`, ``base-2``, ``base-3``, ... that does not exist yet."""
    base = Path(base)
    candidate, number = base, 1
    while candidate.exists():
        number += 1
        candidate = base.with_name(f"{base.name}-{number}")
    return candidate


def _is_checkpoint(folder: Path) -> bool:
    """Whether `folder` holds the state of a network, not only the place for it."""
    return any(folder.glob("*.safetensors"))


def _beside(place: Path, suffix: str) -> Path:
    """Sibling of `place` that bears its name and `suffix`."""
    return place.with_name(place.name + suffix)


def _refuse(place: Path, *, force: bool, spare: Sequence[Path]) -> None:
    """Raise OutputError when `place` stands in the way of the run."""
    if not place.name:
        raise OutputError(f"cannot write {place}: it is the root of the file system")
    if not place.exists():
        return
    if not place.is_dir():
        raise OutputError(f"cannot write {place}: it exists and is not a folder")
    if not force:
        raise OutputError(f"{place} already exists. Choose another folder, or pass --force.")
    for kept in (Path.cwd(), Path.home(), *spare):
        if kept.resolve().is_relative_to(place):
            raise OutputError(f"cannot replace {place}: it holds {kept}. Choose another folder")


def _is_run(place: Path) -> bool:
    """Whether nothing is lost when `place` is removed but what a run can give again."""
    return not place.exists() or (place / MARK).exists() or not any(place.iterdir())


def _copy_checkpoint(place: Path, partial: Path) -> None:
    """Give `partial` the checkpoint of the interrupted run `place`, if it is one."""
    if _is_checkpoint(place / CHECKPOINT):
        shutil.rmtree(partial / CHECKPOINT, ignore_errors=True)
        shutil.copytree(place / CHECKPOINT, partial / CHECKPOINT)


def _make_parents(parent: Path) -> list[Path]:
    """Folders made so that `parent` exists, innermost first."""
    missing = [path for path in (parent, *parent.parents) if not path.exists()]
    base = missing[-1].parent if missing else parent
    if not base.is_dir():
        raise OutputError(f"cannot write into {parent}: {base} is not a folder")
    parent.mkdir(parents=True, exist_ok=True)
    return missing


def _remove_empty(folders: Sequence[Path]) -> None:
    """Remove `folders`, innermost first, as far as they are empty."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def _take(partial: Path) -> int:
    """Make `partial`, or take it over from a dead run; the lock that says so, to be closed.

    The lock is the system's (``flock``): it dies with its owner, whatever kills that.
    """
    while True:
        partial.mkdir(exist_ok=True)
        lock = _locked(partial)
        if _still_there(partial, lock):  # else its owner finished between the two steps
            return lock
        os.close(lock)


if sys.platform == "win32":

    def _locked(partial: Path) -> int:  # noqa: ARG001 -- as elsewhere
        """File descriptor that stands for nothing: folders cannot be locked here."""
        return os.open(os.devnull, os.O_RDONLY)

    def _still_there(partial: Path, lock: int) -> bool:  # noqa: ARG001 -- as elsewhere
        """Always true: see `_locked`."""
        return True

else:
    import fcntl

    def _locked(partial: Path) -> int:
        """File descriptor of the folder `partial`, locked; OutputError where another holds it."""
        lock = os.open(partial, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in {errno.EWOULDBLOCK, errno.EACCES}:
                os.close(lock)
                raise OutputError(f"cannot write {partial}: another run is writing it") from error
            # Some network file systems have no locks: then the last run wins.
        return lock

    def _still_there(partial: Path, lock: int) -> bool:
        """Whether `partial` still is the folder that `lock` was taken on."""
        try:
            return os.path.samestat(partial.stat(), os.fstat(lock))
        except FileNotFoundError:
            return False


def _clear(folder: Path, *, but: str | None) -> None:
    """Remove what a dead run left in `folder`, but for what bears that name."""
    for path in folder.iterdir():
        if path.name == but:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _settle(place: Path, aside: Path) -> None:
    """End the replacement that a killed run left half-way: the old folder returns, or goes."""
    if aside.exists():
        if place.exists():
            shutil.rmtree(aside)
        else:
            aside.rename(place)


def _flush(folder: Path) -> None:
    """Send every file of `folder` to the disk, so that the name never outlives the content."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())


def _name(partial: Path, place: Path, aside: Path) -> None:
    """Give `partial` the name `place`; a folder of that name moves aside, and back on failure."""
    if not place.exists():
        partial.rename(place)
        return
    place.rename(aside)
    try:
        partial.rename(place)
    except BaseException:
        aside.rename(place)
        raise
