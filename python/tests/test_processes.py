"""Threads, forks, new processes, interrupts: nothing is left behind that breaks another."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import QUICK, ROOT, command_line

import runaway


def solved(step_error: float) -> str:
    """In a process of its own."""
    loop = runaway.Scenario.from_toml(QUICK).with_(errors__step_error=step_error)
    return loop.solve().to_json() + loop.simulate(engine="counts", replicates=20).to_json()


RATES = [0.001, 0.002, 0.004, 0.008]


def test_eight_threads_on_one_scenario(quick: runaway.Scenario) -> None:
    alone = quick.solve().to_json()
    solution = quick.solve()
    with ThreadPoolExecutor(8) as pool:
        assert {*pool.map(lambda _: quick.solve().to_json(), range(32))} == {alone}
        assert {*pool.map(lambda _: solution.to_json(), range(32))} == {alone}
        assert {*pool.map(lambda _: len(solution.figures()), range(8))} == {len(solution.figures())}


def test_the_lock_is_released(quick: runaway.Scenario) -> None:
    # A call that waits for a Python thread to run can only end if it lets that thread run.
    ran = threading.Event()

    def hook(what: str, done: int, total: int) -> None:
        assert ran.wait(30)

    thread = threading.Thread(target=ran.set)
    loop = quick.with_(horizon=200)
    thread.start()
    loop.simulate(replicates=400, progress=hook)
    thread.join()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(method: str) -> None:
    here = [solved(rate) for rate in RATES]
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(solved, RATES) == here


def test_joblib() -> None:
    joblib = pytest.importorskip("joblib")
    here = [solved(rate) for rate in RATES]
    assert joblib.Parallel(n_jobs=2)(joblib.delayed(solved)(rate) for rate in RATES) == here


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without fork")
def test_a_fork_after_use_works() -> None:
    before = solved(0.004)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"1" if solved(0.004) == before else b"0")
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as said:
        assert said.read() == b"1"
    assert os.waitpid(child, 0)[1] == 0


def hears_interrupts() -> None:
    """A shell's background jobs ignore them, and so would what these start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


INTERRUPTED = """
import sys, time
import runaway
loop = runaway.Scenario.from_toml('''{scenario}''').with_(examples=3000, horizon=2000)
print("ready", flush=True)
begun = time.monotonic()
try:
    {ask}
except KeyboardInterrupt:
    print("stopped", time.monotonic(), flush=True)
    # The interpreter goes on as before.
    small = runaway.Scenario.from_toml('''{scenario}''').solve()
    print("went on", small.regime, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGINT") or os.name == "nt", reason="signals of this system differ")
@pytest.mark.parametrize(
    "ask",
    [
        "loop.simulate(replicates=10**6, allow_long=True)",
        "loop.check(replicates=10**6, allow_long=True)",
        "runaway.fit('tests/data/loops/digits-logit-vote2of2.csv', sweeps=100_000, allow_long=True)",
        "runaway.sweep(loop.with_(learning__anchor=0.4), {'errors.step_error': '0.001:0.003:100000'}, allow_long=True)",
    ],
)
def test_an_interrupt_ends_the_wait(ask: str) -> None:
    script = INTERRUPTED.format(scenario=QUICK, ask=ask)
    words = [sys.executable, "-c", script]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, cwd=ROOT, text=True, preexec_fn=hears_interrupts)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    lines = said.splitlines()
    assert lines[0].startswith("stopped"), said
    assert lines[1].startswith("went on"), said
    assert process.returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="signals of this system differ")
def test_an_interrupt_ends_the_command() -> None:
    words = ["-m", "runaway", "simulate", "models/self-consistency.toml", "--replicates=1000000", "--allow-long"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([sys.executable, *words], cwd=ROOT, preexec_fn=hears_interrupts, **pipes)
    time.sleep(2.0)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    # A shell shows this as 130.
    assert process.returncode == -signal.SIGINT


def test_the_exception_of_a_hook_ends_the_work(quick: runaway.Scenario) -> None:
    def hook(what: str, done: int, total: int) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        quick.with_(horizon=500).simulate(replicates=10**5, progress=hook, allow_long=True)


def test_the_command_of_the_wheel() -> None:
    version = command_line("--version")
    assert version.stdout.decode() == f"runaway {runaway.__version__}\n"
    assert command_line("solve", "no-such.toml").returncode == 3
    assert command_line("solve").returncode == 2
    assert command_line("solve", "--help").stdout.startswith(b"Solve a loop exactly")
    module = subprocess.run([sys.executable, "-m", "runaway", "solve", "models/unverified.toml"], capture_output=True)
    assert module.stdout == command_line("solve", "models/unverified.toml").stdout and module.returncode == 0
