"""Work on a range, divided among workers: chunks of about a second, few at a time, taken as they come, given out in order."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from runaway.errors import RunawayError, UsageError, WorkError

# Parts of the first chunks, by which the others are sized.
PROBE = 16
CHUNK_SECONDS = 1.0
LARGEST_CHUNK = 16_384
# Chunks that wait or run for each worker: one that runs and one that is next.
ON_THE_WAY = 2
# Chunks for each worker that may be done before an earlier one is.
AHEAD = 64
# Calls of one chunk, the first and those after a worker died.
MOST_ATTEMPTS = 4
# Between two looks at what nobody tells of, in seconds.
LOOK = 0.05
# Between two counts of the workers, in seconds.
COUNT_AGAIN = 1.0


@dataclass(frozen=True)
class Outcome:
    """What a chunk came to: its rows and the seconds they took, or a refusal."""

    rows: str = ""
    seconds: float = 0.0
    error: RunawayError | None = None


@dataclass
class Chunk:
    """Some cells, and how often they were asked for."""

    first: int
    count: int
    attempts: int = 0


class WorkerPool:
    """An executor, and how many workers it has; one that a function makes is made anew when it breaks."""

    def __init__(self, executor: Any, workers: int | None = None) -> None:
        self._make = None if hasattr(executor, "submit") else executor
        if self._make is not None and not callable(self._make):
            remedy = "give a pool of concurrent.futures, a Dask Client, a RayExecutor, or a function that makes one"
            raise UsageError(f"executor={executor!r} has no submit; {remedy}", "executor", remedy, 2)
        if workers is not None and workers < 1:
            raise UsageError(f"workers={workers}: an executor has at least 1 worker", "workers", None, 2)
        self._given = workers
        self._counted: tuple[float, int] | None = None
        self.made = 0
        self._executor = executor if self._make is None else self._make()

    def submit(self, function: Callable[..., Outcome], *arguments: object) -> Any:
        """Hands a call to the executor: a future."""
        return self._executor.submit(function, *arguments)

    def renew(self, made: int) -> bool:
        """Makes the executor anew, unless that was done since it was the `made`-th; whether there is one."""
        if self._make is None:
            return False
        if made == self.made:
            self._executor = self._make()
            self.made += 1
            self._counted = None
        return True

    @property
    def workers(self) -> int:
        """Workers at present; a cluster may grow and shrink."""
        if self._given is not None:
            return self._given
        now = time.monotonic()
        if self._counted is None or now - self._counted[0] > COUNT_AGAIN:
            self._counted = (now, max(1, _workers_of(self._executor)))
        return self._counted[1]


def _workers_of(executor: Any) -> int:
    if callable(getattr(executor, "nthreads", None)):
        # A Client of Dask: threads by worker.
        return sum(executor.nthreads().values())
    for name in ("num_workers", "_max_workers"):
        count = getattr(executor, name, None)
        if isinstance(count, int):
            return count
    return os.cpu_count() or 1


class Spread:
    """The outcomes of a range of cells, in order, as `(cells done, rows)`.

    A chunk whose worker died is asked for again, some times over; the first outcome of a chunk counts. What a worker refuses is
    raised as it is. On leaving, chunks that have not begun are cancelled.
    """

    def __init__(self, task: Callable[[int, int, int], Outcome], cells: range, pool: WorkerPool) -> None:
        self._task = task
        self._cells = cells
        self._pool = pool
        self._arrived: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._tickets = 0
        self._running: dict[int, tuple[Chunk, Any, int]] = {}
        self._silent: dict[int, Any] = {}
        self._finished: dict[int, tuple[int, str]] = {}
        # Seconds that workers solved, all together.
        self.solving = 0.0
        # Seconds of the slowest cell of a chunk, on average over it.
        self._slowest = 0.0

    def __enter__(self) -> Spread:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for _, future, _ in self._running.values():
            if callable(getattr(future, "cancel", None)):
                future.cancel()
        self._running.clear()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        left, size = self._probed()
        written = self._cells.start
        while written < self._cells.stop:
            while left and self._has_room():
                chunk = Chunk(left.start, min(size, len(left)))
                left = range(left.start + chunk.count, left.stop)
                self._send(chunk)
            while written not in self._finished:
                self._take()
            count, rows = self._finished.pop(written)
            written += count
            yield written - self._cells.start, rows

    def _probed(self) -> tuple[range, int]:
        """Solves a few cells at both ends: what is left between, and by how many cells it is divided, from the slower end."""
        cells = self._cells
        low = range(cells.start, min(cells.stop, cells.start + PROBE))
        high = range(max(low.stop, cells.stop - PROBE), cells.stop)
        for probe in (low, high):
            if probe:
                self._send(Chunk(probe.start, len(probe)))
        while self._running:
            self._take()
        whole = CHUNK_SECONDS / self._slowest if self._slowest > 0.0 else LARGEST_CHUNK
        return range(low.stop, high.start), int(min(max(whole, 1), LARGEST_CHUNK))

    def _has_room(self) -> bool:
        workers = self._pool.workers
        return len(self._running) < ON_THE_WAY * workers and len(self._finished) < AHEAD * workers

    def _send(self, chunk: Chunk) -> None:
        made = self._pool.made
        try:
            future = self._pool.submit(self._task, chunk.first, chunk.count, chunk.attempts)
        except Exception as error:
            self._failed(chunk, error, made)
            return
        ticket = self._tickets
        self._tickets += 1
        self._running[ticket] = (chunk, future, made)
        if callable(getattr(future, "add_done_callback", None)):
            future.add_done_callback(lambda _: self._arrived.put(ticket))
        else:
            self._silent[ticket] = future

    def _take(self) -> None:
        """Waits for the next outcome and keeps it."""
        ticket = self._next()
        entry = self._running.pop(ticket, None)
        if entry is None:
            return
        chunk, future, made = entry
        try:
            outcome = future.result()
        except Exception as error:
            self._failed(chunk, error, made)
            return
        if outcome.error is not None:
            raise outcome.error
        self._slowest = max(self._slowest, outcome.seconds / chunk.count)
        self.solving += outcome.seconds
        self._finished[chunk.first] = (chunk.count, outcome.rows)

    def _next(self) -> int:
        while True:
            for ticket, future in list(self._silent.items()):
                if future.done():
                    del self._silent[ticket]
                    return ticket
            try:
                # A wait without end would not hear of an interrupt everywhere.
                return self._arrived.get(timeout=LOOK if self._silent else 1.0)
            except queue.Empty:
                continue

    def _failed(self, chunk: Chunk, error: Exception, made: int) -> None:
        """Asks for a chunk again whose worker died."""
        chunk.attempts += 1
        cells = f"cells {chunk.first} to {chunk.first + chunk.count - 1}"
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if isinstance(error, BrokenExecutor) and not self._pool.renew(made):
            remedy = "call again with a new one, or give a function that makes one, as in executor=lambda: ProcessPoolExecutor(8)"
            raise WorkError(f"{cells}: the executor is broken ({said}); {remedy}", "executor", remedy, 1) from error
        if chunk.attempts >= MOST_ATTEMPTS:
            remedy = "see the log of the workers; a sweep with out= goes on from what is done"
            raise WorkError(f"{cells} failed {chunk.attempts} times, the last with {said}; {remedy}", None, remedy, 1) from error
        self._send(chunk)
