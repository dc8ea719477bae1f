"""A sweep on many workers: anything with `submit` does its parts, and one file takes them in the order of the grid.

An executor is an object with `submit(function, *arguments)` that returns futures: the pools of `concurrent.futures`, a Dask
`Client` (also over dask-jobqueue), `mpi4py.futures.MPIPoolExecutor`; `RayExecutor` and `loky_pool` are adapters. A function
that makes an executor stands for one that is made anew when it breaks, as a pool of processes does when one of them dies.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from runaway import _native
from runaway._parts import UnusablePartError, open_part
from runaway._spread import Outcome, Spread, WorkerPool
from runaway._words import Path, Progress, shown, threads_of
from runaway.errors import RunawayError, UsageError, WorkError
from runaway.scenario import Scenario

__all__ = ["RayExecutor", "loky_pool"]

# After which an idle process of a pool of joblib's ends.
IDLE_SECONDS = 60


class RayExecutor:
    """Ray as an executor: each call is a task of its own.

    Args:
        options: of `ray.remote`, such as `num_cpus=1`, `max_retries=3` or `resources={…}`; Ray begins a task again whose
            worker died.

    Example:
        >>> import runaway
        >>> executor = runaway.clusters.RayExecutor(num_cpus=1)  # doctest: +SKIP
        >>> runaway.sweep(loop, {"errors.step_error": "0.001:0.1:1000:log"}, executor=executor)  # doctest: +SKIP
    """

    def __init__(self, **options: Any) -> None:
        try:
            import ray
        except ImportError as error:
            remedy = "install ray"
            raise UsageError(f"RayExecutor needs Ray, which is not installed; {remedy}", "executor", remedy, 2) from error
        self._ray = ray
        self._options = options
        cores = options.get("num_cpus", 1)
        self._cores = cores if cores else 1

    @property
    def num_workers(self) -> int:
        """Tasks that the cluster has room for at present."""
        return int(self._ray.cluster_resources().get("CPU", 0) / self._cores)

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Any:
        """Calls the function on a worker; a future of `concurrent.futures`."""
        task = self._ray.remote(_called)
        return (task.options(**self._options) if self._options else task).remote(function, *arguments).future()


def _called(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


def loky_pool(workers: int | None = None) -> Callable[[], Any]:
    """A pool of processes of the kind that joblib works with, as an executor that is made anew when it breaks.

    Args:
        workers: processes; one for each core if left out.
    """

    def make() -> Any:
        # Not the reusable one, which joblib itself goes on to use.
        from joblib.externals.loky import ProcessPoolExecutor

        return ProcessPoolExecutor(max_workers=workers, timeout=IDLE_SECONDS)

    return make


@dataclass(frozen=True)
class SweepShare:
    """What a worker needs to know of a sweep to make any part of it."""

    scenario: Scenario
    over: tuple[str, ...]
    quantiles: bool
    version: str

    def __call__(self, first: int, count: int, attempt: int) -> Outcome:
        """The lines of `count` cells from `first` on. `attempt` tells an executor that knows calls by their arguments that
        this is another one."""
        # Refusals travel as values: executors wrap exceptions in their own.
        from runaway.designs import sweep_rows

        try:
            if _native.__version__ != self.version:
                remedy = "install the same version on both"
                told = f"a worker has version {_native.__version__} of runaway, and this process {self.version}; {remedy}"
                raise WorkError(f"{told}: digits may differ", None, remedy, 1)
            begun = time.perf_counter()
            rows = sweep_rows(self.scenario, self.over, first, count, quantiles=self.quantiles)
        except RunawayError as error:
            return Outcome(error=error)
        return Outcome(rows=rows, seconds=time.perf_counter() - begun)


def swept(
    share: SweepShare,
    grid: _native.Sweep,
    executor: Any,
    *,
    workers: int | None,
    out: Path | None,
    threads: int | None,
    progress: Progress,
) -> str | None:
    """Solves the cells of a grid on an executor: the table, or with `out` None, and the partial file beside `out` has all cells
    that the program had not refused."""
    pool = WorkerPool(executor, workers)
    grid.check(0, grid.cells, threads=threads_of(threads))
    if out is None:
        held: list[str] = [grid.head]
        _through(share, range(grid.cells), pool, held.append, progress, grid.cells)
        return "".join(held)
    try:
        with open_part(out, grid.part_head, grid.cells) as part:
            _through(share, range(part.done, grid.cells), pool, part.append, progress, grid.cells)
    except UnusablePartError:
        # The program refuses it in its own words.
        pass
    return None


def _through(
    share: SweepShare,
    cells: range,
    pool: WorkerPool,
    take: Callable[[str], object],
    progress: Progress,
    all_cells: int,
) -> None:
    with shown(progress) as hook, Spread(share, cells, pool) as spread:
        for done, rows in spread:
            take(rows)
            if hook is not None:
                hook("sweeping", cells.start + done, all_cells)
