"""The partial file of a sweep, in the program's own format, written by the process that has the workers."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

from runaway._words import Path
from runaway.errors import WorkError

# What the program puts behind the name of the output.
SUFFIX = ".partial"
BEGINS = b"# runaway sweep "
# Longest line that is read, in bytes: a plan with its axes.
LONGEST = 64 << 20


class UnusablePartError(Exception):
    """The partial file cannot be opened, is of another sweep, or another process writes it."""


class SweepPart:
    """A partial file that is open: lines of the first `done` cells, to which others are added."""

    def __init__(self, file: io.FileIO, path: str, head: bytes, cells: int) -> None:
        self._file = file
        self._path = path
        length, self.done = _kept(file, head, cells)
        os.ftruncate(file.fileno(), length)
        file.seek(length)
        if length == 0:
            self._write(head)

    def append(self, rows: str) -> None:
        """Adds the lines of the next cells."""
        self._write(rows.encode())

    def _write(self, text: bytes) -> None:
        # A raw file may take less than it is given.
        rest = memoryview(text)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            remedy = "make room, and call again: it goes on from what is done"
            raise WorkError(f"{self._path}: cannot write this file: {error.strerror}; {remedy}", "out", remedy, 1) from error


@contextmanager
def open_part(out: Path, head: str, cells: int) -> Iterator[SweepPart]:
    """Opens the partial file beside `out`, to go on with it, and keeps other processes off.

    Its lines are not compared with the grid here: the program reads them all before it makes the output of them, and solves
    again from the first that it does not accept.
    """
    path = os.fspath(out) + SUFFIX
    folder = os.path.dirname(path)
    try:
        if folder:
            os.makedirs(folder, exist_ok=True)
        # Neither cut off nor moved to its end: what it holds is read first.
        file = io.FileIO(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+")
    except OSError as error:
        raise UnusablePartError from error
    with file:
        if not _locked(file):
            raise UnusablePartError
        _OURS.add(file)
        try:
            yield SweepPart(file, path, head.encode(), cells)
        finally:
            _OURS.discard(file)
            _unlock(file)


# Files that this process has locked. A worker that is forked meanwhile would keep the lock when this process is gone.
_OURS: set[io.FileIO] = set()


def _leave() -> None:
    for file in _OURS:
        file.close()
    _OURS.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave)


def _locked(file: io.FileIO) -> bool:
    """Locks the file as the program does."""
    try:
        import fcntl
    except ImportError:
        # A system without such locks.
        return True
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _unlock(file: io.FileIO) -> None:
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(file.fileno(), fcntl.LOCK_UN)


def _kept(file: io.FileIO, head: bytes, cells: int) -> tuple[int, int]:
    """Bytes and cells that can be kept."""
    with open(os.dup(file.fileno()), "rb") as reader:
        reader.seek(0)
        first = reader.readline(LONGEST)
        begun, columns = head.splitlines(keepends=True)
        if not first.endswith(b"\n") and begun.startswith(first):
            return 0, 0
        if not _is_of(first, begun):
            raise UnusablePartError
        if reader.readline(LONGEST) != columns:
            return 0, 0
        length, done = len(first) + len(columns), 0
        while line := reader.readline(LONGEST):
            if done == cells or not line.endswith(b"\n") or line.startswith(b"#"):
                break
            length += len(line)
            done += 1
        return length, done


def _is_of(first: bytes, begun: bytes) -> bool:
    """Whether the first line is that of the same cells of the same sweep, however its command was typed."""
    try:
        found = json.loads(first.removeprefix(BEGINS))
        wanted = json.loads(begun.removeprefix(BEGINS))
        return all(found[key] == wanted[key] for key in ("version", "sha256", "range"))
    except (ValueError, KeyError, TypeError):
        return False
