"""Commands of the program, called from Python."""

from __future__ import annotations

import os
from collections.abc import Sequence

from runaway import _native
from runaway._result import Told
from runaway._words import Path, Progress, Value, options, shown, threads_of

NOTHING_TOLD: Told = ("", b'{"finding": [], "tables": [], "remarks": [], "notes": []}')


def asked(
    command: str,
    loop: _native.Scenario,
    given: dict[str, Value],
    threads: int | None,
    progress: Progress,
    *,
    pooled: bool = False,
    inputs: Sequence[tuple[str, bytes]] = (),
) -> tuple[bytes, Told]:
    """The document that a command prints about a loop, and what it answers; `pooled` for one that takes `--threads`, `inputs`
    are other files in memory."""
    file, *overrides = loop.words()
    words = [command, *options({**given, "json": True}), *overrides]
    return run(words, [file], [(loop.name, loop.text), *inputs], threads, progress, pooled=pooled)


def run(
    words: list[str],
    files: Sequence[Path],
    inputs: Sequence[tuple[str, bytes]],
    threads: int | None,
    progress: Progress,
    *,
    pooled: bool = False,
) -> tuple[bytes, Told]:
    """Runs a command on files, of which those of `inputs` are in memory: its output, and what it answers."""
    count = threads_of(threads)
    # A command with threads of its own takes as many.
    own = [f"--threads={count}"] if pooled and count else []
    names = [os.fspath(file) for file in files]
    with shown(progress) as hook:
        call = _native.call([*words, *own, "--", *names], inputs=list(inputs), threads=count, progress=hook)
    _, output, told = call
    return output, told or NOTHING_TOLD
