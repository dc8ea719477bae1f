"""Sweeps on executors: the bytes of one run, whoever solves and whoever dies."""

from __future__ import annotations

import errno
import io
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from conftest import command_line

import runaway
from runaway import _native, _spread, clusters
from runaway._parts import SweepPart
from runaway._spread import Outcome, Spread, WorkerPool

MODEL = "models/self-consistency.toml"
OVER = {"errors.step_error": "0.0005:0.01:40:log", "learning.anchor": "0:0.5:15"}
TYPED = [f"--over={key}={values}" for key, values in OVER.items()]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What `runaway sweep -o` writes."""
    grid = tmp_path_factory.mktemp("whole") / "grid.csv"
    made = command_line("sweep", MODEL, *TYPED, "-o", grid)
    assert made.returncode == 0, made.stderr
    return grid.read_bytes()


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of a few cells, so that a small grid has many."""
    monkeypatch.setattr(_spread, "LARGEST_CHUNK", 7)


@pytest.fixture
def loop() -> runaway.Scenario:
    return runaway.Scenario.from_file(MODEL)


def on(executor: Any, loop: runaway.Scenario, grid: Path) -> bytes:
    """The file of a sweep on this executor; the result has the same table, and nothing else is left behind."""
    result = runaway.sweep(loop, OVER, executor=executor, out=grid)
    assert result.csv.encode() == grid.read_bytes()
    assert [path.name for path in grid.parent.iterdir()] == [grid.name]
    return grid.read_bytes()


@pytest.mark.usefixtures("small_chunks")
def test_threads(whole: bytes, loop: runaway.Scenario, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        assert on(pool, loop, tmp_path / "grid.csv") == whole
        assert runaway.sweep(loop, OVER, executor=pool).csv.encode() == whole


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes(method: str, whole: bytes, loop: runaway.Scenario, tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
        assert on(pool, loop, tmp_path / "new/grid.csv") == whole


@pytest.mark.usefixtures("small_chunks")
def test_joblib(whole: bytes, loop: runaway.Scenario, tmp_path: Path) -> None:
    pytest.importorskip("joblib", reason="joblib is not installed")
    assert on(clusters.loky_pool(2), loop, tmp_path / "grid.csv") == whole


class OnlySubmit:
    """The least that an executor can be: futures that tell nobody when they are done."""

    class Call:
        def __init__(self, function: Any, arguments: tuple[Any, ...]) -> None:
            self.value: Any = None
            self.thread = threading.Thread(target=self._run, args=(function, arguments))
            self.thread.start()

        def _run(self, function: Any, arguments: tuple[Any, ...]) -> None:
            self.value = function(*arguments)

        def done(self) -> bool:
            return not self.thread.is_alive()

        def result(self) -> Any:
            self.thread.join()
            return self.value

    def submit(self, function: Any, *arguments: Any) -> OnlySubmit.Call:
        return self.Call(function, arguments)


def test_anything_with_submit(whole: bytes, loop: runaway.Scenario, tmp_path: Path) -> None:
    assert on(OnlySubmit(), loop, tmp_path / "grid.csv") == whole


class Dying:
    """An executor of which every call dies that it is told to, before or after its work."""

    def __init__(self, deaths: int) -> None:
        self.deaths, self.lock, self.calls = deaths, threading.Lock(), []
        self.pool = ThreadPoolExecutor(2)

    def submit(self, function: Any, *arguments: Any) -> Future[Any]:
        return self.pool.submit(self._run, function, arguments)

    def _run(self, function: Any, arguments: tuple[Any, ...]) -> Any:
        with self.lock:
            self.calls.append(arguments)
        first, _, attempt = arguments
        made = function(*arguments)
        if attempt < self.deaths and first % 2:
            raise OSError("the worker died")
        return made


@pytest.mark.usefixtures("small_chunks")
def test_calls_that_die_are_made_again(whole: bytes, loop: runaway.Scenario, tmp_path: Path) -> None:
    executor = Dying(deaths=2)
    assert on(executor, loop, tmp_path / "grid.csv") == whole
    assert {attempt for first, _, attempt in executor.calls if first % 2} == {0, 1, 2}


@pytest.mark.usefixtures("small_chunks")
def test_what_dies_always_is_an_error_and_the_same_call_goes_on(whole: bytes, loop: runaway.Scenario, tmp_path: Path) -> None:
    grid = tmp_path / "grid.csv"
    with pytest.raises(runaway.WorkError, match=r"cells \d+ to \d+ failed 4 times, the last with OSError: the worker died"):
        runaway.sweep(loop, OVER, executor=Dying(deaths=99), out=grid)
    assert not grid.exists()
    kept = (tmp_path / "grid.csv.partial").read_bytes().count(b"\n") - 2
    assert kept > 0
    executor = Dying(deaths=0)
    assert on(executor, loop, grid) == whole
    # Cells that were done are not asked for again.
    assert min(first for first, _, _ in executor.calls) == kept


@pytest.mark.usefixtures("small_chunks")
def test_a_dead_process_breaks_a_pool_and_a_function_makes_another(whole: bytes, loop: runaway.Scenario, tmp_path: Path) -> None:
    made: list[ProcessPoolExecutor] = []

    def make() -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))
        if not made:
            # One dies while the first cells are solved.
            pool.submit(os._exit, 1)
        made.append(pool)
        return pool

    assert on(make, loop, tmp_path / "grid.csv") == whole
    assert len(made) == 2
    with pytest.raises(runaway.WorkError, match="the executor is broken"):
        runaway.sweep(loop, OVER, executor=made[0], out=tmp_path / "other.csv")
    made[1].shutdown()


def test_a_refused_cell_is_raised_as_it_is(loop: runaway.Scenario, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool, pytest.raises(runaway.ScenarioError, match=r"errors\.step_error"):
        runaway.sweep(loop, {"errors.step_error": [0.001, 1.5]}, executor=pool, out=tmp_path / "grid.csv")
    assert not list(tmp_path.iterdir())


def test_a_worker_of_another_version_is_refused(loop: runaway.Scenario) -> None:
    share = clusters.SweepShare(loop, ("errors.step_error=0.001,0.002",), False, "0.0.1")
    error = share(0, 1, 0).error
    assert isinstance(error, runaway.WorkError) and "a worker has version" in str(error)


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("spoil", ["cut", "torn", "damaged", "head", "command"])
def test_any_partial_file_of_the_sweep_is_continued(spoil: str, whole: bytes, loop: runaway.Scenario, tmp_path: Path) -> None:
    grid, partial = tmp_path / "grid.csv", tmp_path / "grid.csv.partial"
    head, *lines = whole.splitlines(keepends=True)
    native = _native.Sweep(loop._loop, [word.removeprefix("--over=") for word in TYPED])
    first, _ = native.part_head.encode().split(b"\n", 1)
    begun = {
        "cut": [first + b"\n", head, *lines[:100]],
        "torn": [first + b"\n", head, *lines[:100], lines[100][:9]],
        # The program solves these again.
        "damaged": [first + b"\n", head, *lines[:50], lines[51], *lines[51:100]],
        "head": [first[:40]],
        "command": [first.replace(b"0.0005:", b"0.00050:") + b"\n", head, *lines[:100]],
    }[spoil]
    partial.write_bytes(b"".join(begun))
    with ThreadPoolExecutor(2) as pool:
        assert on(pool, loop, grid) == whole


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without fork")
def test_forked_workers_do_not_keep_the_file_locked(whole: bytes, loop: runaway.Scenario, tmp_path: Path) -> None:
    grid = tmp_path / "grid.csv"
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        runaway.sweep(loop, OVER, executor=pool, out=grid)
        # They live on; another sweep to the same file begins at once.
        grid.unlink()
        assert on(pool, loop, grid) == whole


def test_the_partial_file_of_another_sweep_is_refused(loop: runaway.Scenario, tmp_path: Path) -> None:
    grid, partial = tmp_path / "grid.csv", tmp_path / "grid.csv.partial"
    partial.write_bytes(b"mine\n")
    with ThreadPoolExecutor(2) as pool, pytest.raises(runaway.LogError, match="this is no unfinished sweep"):
        runaway.sweep(loop, OVER, executor=pool, out=grid)
    assert partial.read_bytes() == b"mine\n"


class Full(io.FileIO):
    """A file on a disk without room."""

    def write(self, text: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_what_cannot_be_written_is_said(loop: runaway.Scenario, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with ThreadPoolExecutor(2) as pool, pytest.raises(runaway.RunawayError, match=r"file/grid\.csv\.partial"):
        runaway.sweep(loop, OVER, executor=pool, out=tmp_path / "file/grid.csv")
    with Full(tmp_path / "part", "w+") as file, pytest.raises(runaway.WorkError, match=r"grid\.csv\.partial: cannot write"):
        SweepPart(file, "grid.csv.partial", b"first\nhead\n", 3)


@pytest.mark.skipif(os.name == "nt", reason="signals of this system differ")
def test_an_interrupt_ends_the_call_and_the_next_goes_on(whole: bytes, loop: runaway.Scenario, tmp_path: Path) -> None:
    class Interrupting(ThreadPoolExecutor):
        calls = 0

        def submit(self, *call: Any) -> Future[Any]:  # type: ignore[override]
            self.calls += 1
            if self.calls == 30:
                os.kill(os.getpid(), signal.SIGINT)
            return super().submit(*call)

    grid = tmp_path / "grid.csv"
    with pytest.MonkeyPatch.context() as patch, Interrupting(2) as pool:
        patch.setattr(_spread, "LARGEST_CHUNK", 7)
        # A shell's background jobs ignore interrupts.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            with pytest.raises(KeyboardInterrupt):
                runaway.sweep(loop, OVER, executor=pool, out=grid)
        finally:
            signal.signal(signal.SIGINT, before)
        assert not grid.exists() and (tmp_path / "grid.csv.partial").stat().st_size > 1_000
        assert on(pool, loop, grid) == whole


KILLED = """
import sys
from concurrent.futures import ThreadPoolExecutor
import runaway
from runaway import _spread
_spread.LARGEST_CHUNK = 2
loop = runaway.Scenario.from_file({model!r})
runaway.sweep(loop, {over!r}, executor=ThreadPoolExecutor(1), out=sys.argv[1])
"""


def test_a_run_that_is_killed_goes_on(whole: bytes, loop: runaway.Scenario, tmp_path: Path) -> None:
    grid, partial = tmp_path / "grid.csv", tmp_path / "grid.csv.partial"
    process = subprocess.Popen([sys.executable, "-c", KILLED.format(model=MODEL, over=OVER), str(grid)])
    while not partial.exists() or partial.stat().st_size < 5_000:
        assert process.poll() is None, "it ended before it was killed"
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert partial.exists() and not grid.exists()
    # By the command line, which reads the file of the package.
    assert command_line("sweep", MODEL, *TYPED, "-o", grid).returncode == 0
    assert grid.read_bytes() == whole


class Numbers:
    """Cells that are their own rows, and who asked for them."""

    def __init__(self) -> None:
        self.lock, self.running, self.most, self.sizes = threading.Lock(), 0, 0, []

    def __call__(self, first: int, count: int, attempt: int) -> Outcome:
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
            self.sizes.append(count)
        time.sleep(0.002 if first % 3 else 0.01)
        with self.lock:
            self.running -= 1
        return Outcome(rows="".join(f"{cell}\n" for cell in range(first, first + count)), seconds=count * 0.25)


@pytest.mark.parametrize("cells", [range(0), range(1), range(5, 20), range(3, 36), range(500)])
def test_cells_come_in_order_once_each(cells: range) -> None:
    task = Numbers()
    with ThreadPoolExecutor(4) as pool, Spread(task, cells, WorkerPool(pool)) as spread:
        said = list(spread)
    assert "".join(rows for _, rows in said) == "".join(f"{cell}\n" for cell in cells)
    assert not said or said[-1][0] == len(cells)
    # A quarter of a second a cell: four make a second.
    assert set(task.sizes[2:-1]) <= {4}


class Counting:
    """How many calls are on the way."""

    num_workers = 2

    def __init__(self) -> None:
        self.pool, self.ahead, self.most = ThreadPoolExecutor(16), 0, 0

    def submit(self, function: Any, *arguments: Any) -> Future[Any]:
        self.ahead += 1
        self.most = max(self.most, self.ahead)
        future = self.pool.submit(function, *arguments)
        future.add_done_callback(self._done)
        return future

    def _done(self, _: Future[Any]) -> None:
        self.ahead -= 1


def test_few_chunks_are_on_the_way() -> None:
    executor = Counting()
    with Spread(Numbers(), range(600), WorkerPool(executor)) as spread:
        assert len(list(spread)) > 100
    assert executor.most <= _spread.ON_THE_WAY * executor.num_workers


def test_what_has_no_submit_is_refused(loop: runaway.Scenario) -> None:
    with pytest.raises(runaway.UsageError, match="has no submit"):
        runaway.sweep(loop, OVER, executor=4)
    with ThreadPoolExecutor(1) as pool, pytest.raises(runaway.UsageError, match="at least 1 worker"):
        runaway.sweep(loop, OVER, executor=pool, workers=0)
    with pytest.raises(runaway.UsageError, match="there is none"):
        runaway.sweep(loop, OVER, workers=2)


class KillsOnce:
    """A share of a sweep of which one call, in the middle, ends the process that makes it, as `kill -9` does."""

    def __init__(self, share: clusters.SweepShare, mark: Path) -> None:
        self.share, self.mark = share, mark

    def __call__(self, first: int, count: int, attempt: int) -> Outcome:
        if first > 200 and not self.mark.exists():
            try:
                # Whoever makes it dies; it is made once.
                self.mark.touch(exist_ok=False)
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return self.share(first, count, attempt)


@pytest.fixture
def one_dies(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One worker is killed in the middle of a sweep; the file that says it was."""
    mark = tmp_path_factory.mktemp("mark") / "killed"
    through = clusters._through

    def wrapped(share: clusters.SweepShare, *more: Any) -> None:
        through(KillsOnce(share, mark), *more)  # type: ignore[arg-type]

    monkeypatch.setattr(clusters, "_through", wrapped)
    return mark


@pytest.mark.usefixtures("small_chunks")
def test_dask_survives_a_killed_worker(whole: bytes, loop: runaway.Scenario, tmp_path: Path, one_dies: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed: pip install 'dask[distributed]'")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert on(client, loop, tmp_path / "grid.csv") == whole
    assert one_dies.exists()


@pytest.mark.usefixtures("small_chunks")
def test_ray_survives_a_killed_worker(whole: bytes, loop: runaway.Scenario, tmp_path: Path, one_dies: Path) -> None:
    ray = pytest.importorskip("ray", reason="Ray is not installed: pip install ray")
    # Workers find this file's classes where pytest found them.
    here = {"env_vars": {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}}
    ray.init(num_cpus=2, include_dashboard=False, runtime_env=here, log_to_driver=False)
    try:
        assert on(clusters.RayExecutor(num_cpus=1), loop, tmp_path / "grid.csv") == whole
    finally:
        ray.shutdown()
    assert one_dies.exists()


@pytest.mark.usefixtures("small_chunks")
def test_joblib_survives_a_killed_worker(whole: bytes, loop: runaway.Scenario, tmp_path: Path, one_dies: Path) -> None:
    pytest.importorskip("joblib", reason="joblib is not installed")
    assert on(clusters.loky_pool(2), loop, tmp_path / "grid.csv") == whole
    assert one_dies.exists()
