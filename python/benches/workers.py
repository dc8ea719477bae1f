"""How much of their time workers solve: a sweep of 30,000 cells on 1 and 2 workers of each kind.

`python python/benches/workers.py processes dask ray`, with the package installed, from the repository's folder. The share is of
the time between the first chunk and the last, so that it does not depend on how fast the machine is.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

import runaway
from runaway import clusters
from runaway._spread import Spread

OVER = {"errors.step_error": "0.0005:0.01:200:log", "learning.anchor": "0:0.5:150"}


@contextmanager
def executor_of(kind: str, workers: int) -> Iterator[Any]:
    """An executor whose workers have the package loaded."""
    if kind == "processes":
        with ProcessPoolExecutor(workers) as pool:
            yield pool
    elif kind == "dask":
        from distributed import Client, LocalCluster

        with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
            yield client
    else:
        import ray

        ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
        yield clusters.RayExecutor()
        ray.shutdown()


class Measured(Spread):
    """Notes when chunks were on the way, and what they took."""

    taken: tuple[float, float] = (0.0, 0.0)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        begun = time.perf_counter()
        yield from super().__iter__()
        Measured.taken = (self.solving, time.perf_counter() - begun)


def main() -> None:
    loop = runaway.Scenario.from_file("models/self-consistency.toml")
    clusters.Spread = Measured  # type: ignore[misc]
    for kind in sys.argv[1:]:
        for workers in (1, 2, 1, 2):
            with executor_of(kind, workers) as executor, tempfile.TemporaryDirectory() as folder:
                runaway.sweep(loop, {"errors.step_error": "0.001:0.01:200"}, executor=executor)
                begun = time.perf_counter()
                runaway.sweep(loop, OVER, executor=executor, out=f"{folder}/grid.csv")
                whole = time.perf_counter() - begun
            solving, span = Measured.taken
            print(
                f"{kind}, {workers} workers: {whole:.2f} s, of which {span:.2f} s on workers,"
                f" solving {solving / (workers * span):.1%} of it, load {os.getloadavg()[0]:.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
