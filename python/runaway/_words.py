"""Arguments of Python as words of the command line, and progress as Python shows it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeAlias, Union

from runaway.errors import UsageError

Path: TypeAlias = Union[str, "os.PathLike[str]"]
ProgressHook: TypeAlias = Callable[[str, int, int], object]
Progress: TypeAlias = bool | ProgressHook
Value: TypeAlias = Union[bool, int, float, str, "os.PathLike[str]", Sequence[object], None]

MOST_THREADS = 1024


def word(value: object) -> str:
    """A value as it is typed; numbers keep every bit."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return word(value.item())
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, os.PathLike):
        return str(os.fspath(value))
    return str(value)


def options(given: Mapping[str, Value]) -> list[str]:
    """`--name=value` for each option that is given; a list gives it several times, True gives it without a value."""
    words: list[str] = []
    for name, value in given.items():
        flag = "--" + name.rstrip("_").replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            words.append(flag)
        elif isinstance(value, (list, tuple)):
            words.extend(f"{flag}={word(one)}" for one in value)
        else:
            words.append(f"{flag}={word(value)}")
    return words


def threads_of(threads: int | None) -> int:
    """Threads of a call; 0 stands for one for each core."""
    if threads is None:
        return 0
    if not 1 <= threads <= MOST_THREADS:
        message = f"threads={threads}: a call takes 1 to {MOST_THREADS} threads; leave it out for one for each core"
        raise UsageError(message, "threads", None, 2)
    return threads


@contextmanager
def shown(progress: Progress) -> Iterator[ProgressHook | None]:
    """The function that hears of progress: the caller's own, a bar (tqdm, where it is installed), or none."""
    if not isinstance(progress, bool):
        yield progress
        return
    if not progress:
        yield None
        return
    try:
        from tqdm.auto import tqdm
    except ImportError:
        yield _plain
        print(file=sys.stderr)
        return
    bar = tqdm(total=0)

    def update(message: str, done: int, total: int) -> None:
        if bar.desc != f"{message}: ":
            bar.reset(total)
            bar.set_description(message)
        bar.total = total
        bar.update(done - bar.n)

    try:
        yield update
    finally:
        bar.close()


def _plain(message: str, done: int, total: int) -> None:
    share = f"{done}/{total}" if total else str(done)
    print(f"\r{message} {share}", end="", file=sys.stderr, flush=True)
