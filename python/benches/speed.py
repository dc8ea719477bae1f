"""What the way through Python costs: `python python/benches/speed.py target/release/runaway`, in turn with the program."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import runaway

ROUNDS = 9


def seconds(work: Callable[[], object]) -> float:
    """Of one run."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def of_calls(work: Callable[[], object], calls: int) -> float:
    """Median of one call over the rounds, each of many calls."""
    return statistics.median(seconds(lambda: [work() for _ in range(calls)]) / calls for _ in range(ROUNDS))


def overhead() -> None:
    """The smallest loop: all but a few microseconds of the call is the way there and back."""
    loop = runaway.Scenario.from_dict({"name": "smallest", "examples": 1, "horizon": 1})
    print(f"solve: {1e6 * of_calls(loop.solve, 200):.0f} us")
    print(f"solve, 1 thread: {1e6 * of_calls(lambda: loop.solve(threads=1), 200):.0f} us")
    print(f"solve and read a number: {1e6 * of_calls(lambda: loop.solve().expected_runway, 200):.0f} us")
    whole = runaway.Scenario.from_file("models/self-consistency.toml")
    print(f"a whole loop, solved: {1e6 * of_calls(whole.solve, 10):.0f} us; read: ", end="")
    print(f"{1e6 * of_calls(lambda: whole.solve().survival, 10):.0f} us")


def sweeps(program: Path) -> None:
    """The same grid by the program and from Python, in turn."""
    path, over = "models/unverified.toml", {"errors.step_error": "0.001:0.05:80", "learning.anchor": "0:0.5:50"}
    words = [word for key, values in over.items() for word in ("--over", f"{key}={values}")]
    command = [str(program), "sweep", path, *words, "--format", "csv"]
    loop = runaway.Scenario.from_file(path)
    expected = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    by_program, by_python = [], []
    for _ in range(ROUNDS):
        by_program.append(seconds(lambda: subprocess.run(command, capture_output=True, check=True)))
        made: list[runaway.SweepResult] = []
        by_python.append(seconds(lambda found=made: found.append(runaway.sweep(loop, over))))
        assert made[0].csv == expected
    rust, python = statistics.median(by_program), statistics.median(by_python)
    print(f"sweep of {len(expected.splitlines()) - 1} cells: program {rust:.3f} s, Python {python:.3f} s: {rust / python:.0%}")


if __name__ == "__main__":
    overhead()
    sweeps(Path(sys.argv[1]))
